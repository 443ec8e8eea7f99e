// Documents in order, kept up to date by the changes of each commit alone: the rows of the query's window and some
// behind it, sorted. Made by live queries; its edits are in src/reactive/rows_edit.hpp.
//
//   kept rows, by sort values and ordinal:  [ offset … | window, with texts … | spare … ] horizon  (not kept)
//
// Without a limit every matching row is kept. With one, rows behind the horizon are not; when so many rows are gone
// that the window would not be full, it must be read again. With `distinct` the kept rows are the first of each value, all
// of them, and the others stand by.
#pragma once

#include <aurora/exec/projection.hpp>
#include <aurora/reactive/distinct_rows.hpp>
#include <aurora/reactive/live_result.hpp>
#include <aurora/reactive/row_list.hpp>

#include <string>
#include <vector>

namespace aurora::reactive {

class LiveRows final : public LiveResult {
 public:
  /// False for queries whose rows depend on more than themselves: searches, pages by cursor.
  [[nodiscard]] static bool suits(const exec::DocumentQuery& query);
  /// Requires: the query suits; the projection has no windows.
  LiveRows(exec::DocumentQuery query, exec::Projection projection, const exec::ExecSettings& settings);

  [[nodiscard]] Status read(View& view) override;
  [[nodiscard]] Result<Effect> apply(const commit::Commit& commit, const ViewAt& view_at,
                                     std::vector<LiveChange>& changes) override;
  [[nodiscard]] std::vector<LiveRow> list() const override;
  [[nodiscard]] bool depends_on(CollectionId collection) const override;
  [[nodiscard]] std::vector<Route> routes() const override;

 private:
  friend class RowsEdit;

  [[nodiscard]] bool is_bounded() const noexcept { return query_.limit.has_value(); }
  [[nodiscard]] std::size_t window_begin() const noexcept;
  /// Of the window, whether there are so many rows or not.
  [[nodiscard]] std::size_t window_end() const noexcept;
  [[nodiscard]] std::size_t spare() const noexcept;
  [[nodiscard]] std::string key_of(RecordView record, Ordinal ordinal) const;
  /// Of the value that is shown once. Requires: the query has `distinct`.
  [[nodiscard]] std::string value_of(RecordView record) const;
  /// The record with the computed fields that filter and order read.
  [[nodiscard]] Result<RecordRef> extended(const RecordRef& record, DateTime now) const;
  /// Makes the missing texts. `view` is asked for lookups.
  [[nodiscard]] Status write_texts(const std::vector<RowEntry*>& entries, View* view) const;
  /// Whether lookups of lookups read the collection.
  [[nodiscard]] bool is_looked_up_deeper(CollectionId collection) const;
  void trim();

  exec::DocumentQuery query_;
  exec::Projection projection_;
  const exec::ExecSettings& settings_;
  std::vector<FieldId> computed_;       // virtual fields of filter and order
  RowList rows_;
  DistinctRows distinct_;               // with `distinct`: all that match
  bool complete_ = true;                // no matching row stands behind the horizon
  std::string horizon_;                 // key; rows up to here are kept, when not complete
};

}  // namespace aurora::reactive
