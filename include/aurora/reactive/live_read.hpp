// Results that are read again when a commit may have changed them. What they read, documents that were not there
// included, is remembered as conditions; a commit of other documents costs their evaluation and nothing else.
#pragma once

#include <aurora/reactive/live_result.hpp>

#include <memory>
#include <utility>

namespace aurora::reactive {

class LiveRead final : public LiveResult {
 public:
  explicit LiveRead(const LiveText& text) : text_(text) {}

  [[nodiscard]] Status read(View& view) override;
  [[nodiscard]] Result<Effect> apply(const commit::Commit& commit, const ViewAt& view_at,
                                     std::vector<LiveChange>& changes) override;
  [[nodiscard]] std::vector<LiveRow> list() const override { return rows_; }
  [[nodiscard]] bool depends_on(CollectionId collection) const override;
  [[nodiscard]] std::vector<Route> routes() const override;

 private:
  using Reads = std::vector<std::pair<CollectionId, std::shared_ptr<const plan::Filter>>>;
  class Recorder;

  const LiveText& text_;
  Reads reads_;
  std::vector<LiveRow> rows_;   // those of a list; else the whole answer, as one
};

}  // namespace aurora::reactive
