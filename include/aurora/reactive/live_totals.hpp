// Aggregates, groups and total counts kept up to date: what a changed document gave them is taken out, what it gives now
// put in. What cannot be taken out exactly (the smallest value, when it goes) is told as unknown: all is read again.
// Made by live queries; holds the consumers of exec/group.hpp.
#pragma once

#include <aurora/exec/group.hpp>
#include <aurora/reactive/live_result.hpp>

#include <memory>
#include <string>
#include <vector>

namespace aurora::reactive {

class LiveTotals final : public LiveResult {
 public:
  /// Null when the query, whose selections stand for the whole result, is none that can be followed so.
  /// Borrows the text. Errors: those of the selections.
  [[nodiscard]] static Result<std::unique_ptr<LiveTotals>> make(exec::DocumentQuery query,
                                                                const std::vector<const aql::Selection*>& selections,
                                                                const LiveText& text);

  [[nodiscard]] Status read(View& view) override;
  [[nodiscard]] Result<Effect> apply(const commit::Commit& commit, const ViewAt& view_at,
                                     std::vector<LiveChange>& changes) override;
  [[nodiscard]] std::vector<LiveRow> list() const override { return {{0, shown_}}; }
  [[nodiscard]] bool is_whole() const override { return true; }
  [[nodiscard]] bool depends_on(CollectionId collection) const override { return query_.collection->id == collection; }
  [[nodiscard]] std::vector<Route> routes() const override { return routes_of(*query_.filter); }

 private:
  /// One key of the result.
  struct Part {
    const aql::Selection* selection = nullptr;
    std::unique_ptr<exec::Consumer> consumer;   ///< null: totalCount
  };

  LiveTotals(exec::DocumentQuery query, const LiveText& text) : query_(std::move(query)), text_(text) {}
  [[nodiscard]] Result<RecordRef> matching(const RecordRef& record, DateTime now) const;
  [[nodiscard]] Result<bool> exchange(const Change& change, DateTime now, bool& touched);
  [[nodiscard]] Result<RowText> text() const;

  exec::DocumentQuery query_;
  const LiveText& text_;
  std::vector<const aql::Selection*> selections_;
  std::vector<Part> parts_;
  std::vector<FieldId> computed_;    // virtual fields that are read
  std::uint64_t count_ = 0;          // of matching documents
  bool spoiled_ = false;             // the parts are not what `shown_` says: read again
  RowText shown_;
};

}  // namespace aurora::reactive
