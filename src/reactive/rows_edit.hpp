// One commit's edit of live rows: which rows it touches, and what the window shows afterwards.
// Private to live rows.
//
//   touched rows      of the commit's documents, and those whose lookups found one of them: taken out and put in anew
//   shifted rows      not touched, but in the window on one side of the edit only
//   steady rows       all others of the window; their order among themselves is the same before and after
#pragma once

#include <aurora/reactive/live_rows.hpp>

#include <optional>
#include <string>
#include <vector>

namespace aurora::reactive {

/// Threads: one thread at a time. Borrows the rows. Used once.
class RowsEdit {
 public:
  explicit RowsEdit(LiveRows& rows) : live_(rows), rows_(rows.rows_) {}

  /// Finds what the commit touches. Changes nothing that is shown. Errors: those of computed fields.
  [[nodiscard]] Status gather(const commit::Commit& commit);
  [[nodiscard]] bool is_empty() const noexcept { return touches_.empty(); }
  /// How many rows will be kept.
  [[nodiscard]] std::size_t size_after() const noexcept;
  /// Edits the rows and appends what that changes in the window. `view`: for lookups. False when an expired row would
  /// come into the window. Errors: those of expressions; the rows are then, and if it is false, what they were.
  [[nodiscard]] Result<bool> run(View* view, std::vector<LiveChange>& changes);

 private:
  struct Touch {
    Ordinal ordinal = 0;
    std::string old_key;
    std::optional<std::size_t> old_rank;   ///< none: the row was not kept
    std::string key;
    RecordRef record;                      ///< null: the row is not kept any more
    RowEntry old;                          ///< taken out
  };
  /// Positions among the kept rows.
  struct Window {
    std::size_t begin = 0;
    std::size_t end = 0;
    [[nodiscard]] bool contains(std::size_t rank) const noexcept { return rank >= begin && rank < end; }
  };

  [[nodiscard]] Status gather_change(const Change& change, DateTime now);
  [[nodiscard]] Status gather_distinct(const commit::Commit& commit);
  [[nodiscard]] bool is_match(const RecordRef& record, DateTime now) const;
  void gather_looked_up(const commit::Commit& commit);
  [[nodiscard]] Window window() const;
  void swap_in();
  void swap_out();
  [[nodiscard]] bool is_touched(const std::string& key) const;
  [[nodiscard]] std::size_t old_rank_of(const std::string& key, std::size_t rank) const;
  void find_shifted();
  [[nodiscard]] bool brings_expired() const;
  [[nodiscard]] Status write_texts(View* view);
  void tell(std::vector<LiveChange>& changes);
  void drop_unmoved(std::vector<LiveChange>& changes) const;
  [[nodiscard]] bool shows_the_same(const std::vector<LiveChange>& changes) const;

  LiveRows& live_;
  DateTime now_;                           // of the commit
  RowList& rows_;
  std::vector<Touch> touches_;
  Window old_window_;
  std::string old_first_;                  // keys of the old window, when it had rows and rows can shift
  std::string old_last_;
  std::vector<std::string> gone_;          // keys taken out, sorted
  std::vector<std::string> come_;          // keys put in, sorted
  Window window_;
  std::vector<std::size_t> entered_;       // ranks of shifted rows
  std::vector<std::size_t> left_;
};

}  // namespace aurora::reactive
