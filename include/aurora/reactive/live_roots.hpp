// Several root fields followed together: their answers are one row, an object by key, always of one commit.
// Made by live queries; holds a result for each field.
#pragma once

#include <aurora/reactive/live_result.hpp>

#include <memory>
#include <string>
#include <vector>

namespace aurora::reactive {

class LiveRoots final : public LiveResult {
 public:
  explicit LiveRoots(const LiveText& text) : text_(text) {}
  /// What `field`, compiled with the text handed back, gives goes under its key.
  struct Root {
    const LiveText text;
    std::unique_ptr<LiveResult> result;
    std::string shown;              ///< its answer
  };
  /// The place for one more root, whose result is to be set.
  [[nodiscard]] Root& add(const aql::Selection& field);

  [[nodiscard]] Status read(View& view) override;
  [[nodiscard]] Result<Effect> apply(const commit::Commit& commit, const ViewAt& view_at,
                                     std::vector<LiveChange>& changes) override;
  [[nodiscard]] std::vector<LiveRow> list() const override { return {{0, shown_}}; }
  [[nodiscard]] bool is_whole() const override { return true; }
  [[nodiscard]] bool depends_on(CollectionId collection) const override;
  [[nodiscard]] std::vector<Route> routes() const override;

 private:
  [[nodiscard]] static std::string text_of(const LiveResult& result);
  [[nodiscard]] RowText text() const;

  const LiveText& text_;
  std::vector<std::unique_ptr<Root>> roots_;   // they stay where they are: results borrow their texts
  RowText shown_;
};

}  // namespace aurora::reactive
