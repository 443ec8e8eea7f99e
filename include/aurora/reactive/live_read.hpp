// Results that are read again when a commit may have changed them. What they read, documents that were not there
// included, is remembered as conditions; a commit of other documents costs their evaluation and nothing else. A search is
// read again when a text it looks into changes, for that changes all ranks, or a row that it shows.
#pragma once

#include <aurora/reactive/live_result.hpp>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace aurora::reactive {

class LiveRead final : public LiveResult {
 public:
  /// Of a search, whose ranks depend on all texts: what it looks for, and where.
  struct Searched {
    Catalog::Entry collection;
    std::vector<FieldPath> fields;
    bool by_score = false;           ///< nothing but the score orders the rows
  };
  explicit LiveRead(const LiveText& text, std::optional<Searched> searched = std::nullopt)
      : text_(text), searched_(std::move(searched)) {}

  [[nodiscard]] Status read(View& view) override;
  [[nodiscard]] Result<Effect> apply(const commit::Commit& commit, const ViewAt& view_at,
                                     std::vector<LiveChange>& changes) override;
  [[nodiscard]] std::vector<LiveRow> list() const override { return rows_; }
  [[nodiscard]] bool is_whole() const override { return whole_; }
  [[nodiscard]] bool depends_on(CollectionId collection) const override;
  [[nodiscard]] std::vector<Route> routes() const override;

 private:
  [[nodiscard]] bool may_change_by(const commit::Commit& commit) const;
  [[nodiscard]] bool may_change_search(const Change& change) const;
  using Reads = std::vector<std::pair<CollectionId, std::shared_ptr<const plan::Filter>>>;
  class Recorder;

  const LiveText& text_;
  const std::optional<Searched> searched_;
  Reads reads_;
  bool whole_ = false;
  std::vector<LiveRow> rows_;   // those of a list; else the whole answer, as one
};

}  // namespace aurora::reactive
