// Results that are read again when a commit may have changed them. What they read, documents that were not there
// included, is remembered as conditions; a commit of other documents costs their evaluation and nothing else.
#pragma once

#include <aurora/reactive/live_result.hpp>

#include <memory>
#include <utility>

namespace aurora::reactive {

class LiveRead final : public LiveResult {
 public:
  /// `every_change`: the answer may change with any change of a collection that was read, as that of a search does, whose
  /// ranks depend on all texts.
  LiveRead(const LiveText& text, bool every_change) : text_(text), every_change_(every_change) {}

  [[nodiscard]] Status read(View& view) override;
  [[nodiscard]] Result<Effect> apply(const commit::Commit& commit, const ViewAt& view_at,
                                     std::vector<LiveChange>& changes) override;
  [[nodiscard]] std::vector<LiveRow> list() const override { return rows_; }
  [[nodiscard]] bool depends_on(CollectionId collection) const override;
  [[nodiscard]] std::vector<Route> routes() const override;

 private:
  [[nodiscard]] bool may_change_by(const commit::Commit& commit) const;
  using Reads = std::vector<std::pair<CollectionId, std::shared_ptr<const plan::Filter>>>;
  class Recorder;

  const LiveText& text_;
  const bool every_change_;
  Reads reads_;
  std::vector<LiveRow> rows_;   // those of a list; else the whole answer, as one
};

}  // namespace aurora::reactive
