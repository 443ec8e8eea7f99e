// Aggregates: count, sum, avg, min, max, first, last, stddev, percentile over a stream of documents.
// Compiled once a selection, accumulated once a document. Used alone and inside groups.
#pragma once

#include <aurora/aql/tree.hpp>
#include <aurora/exec/running_sum.hpp>
#include <aurora/plan/bindings.hpp>
#include <aurora/schema/definition.hpp>

#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace aurora {
enum class ColumnType : std::uint8_t;
}

namespace aurora::exec {

class ItemColumns;    // src/exec/aggregate_columns.hpp
struct OrdinalSpan;   // indexed.hpp

enum class AggregateFunction : std::uint8_t {
  kCount, kCountField, kCountDistinct, kSum, kAvg, kMin, kMax, kFirst, kLast, kStddev, kPercentile,
};

struct AggregateItem {
  std::string key;                      ///< as JSON, with the colon
  std::string name;                     ///< result name, for `having` and `orderBy`
  std::string text;                     ///< as explain shows it: `sum(price)`
  AggregateFunction function = AggregateFunction::kCount;
  FieldPath path;
  bool sid = false;                     ///< reads `_sid`
  double p = 0;                         ///< kPercentile: 0 to 1
  aql::Offset at = 0;
};

/// Errors: InvalidQuery for an `aggregate` with arguments, or without a selection.
[[nodiscard]] Status check_aggregate(const aql::Selection& aggregate, const plan::Bindings& bindings);

/// Reads `aggregate { … }`. Errors: InvalidQuery for unknown functions, fields and arguments, for text under
/// sum, avg, stddev and percentile, and for a `p` outside 0–1.
[[nodiscard]] Result<std::vector<AggregateItem>> compile_aggregate(const CollectionDef& collection,
                                                                   const std::vector<const aql::Selection*>& selections,
                                                                   const plan::Bindings& bindings);

/// One item made of a function's name and its field: for `downsample`, where one function goes over several fields.
/// `p`: percentile's argument, null for the others. Errors: as compile_aggregate.
[[nodiscard]] Result<AggregateItem> make_aggregate_item(const CollectionDef& collection, std::string_view function,
                                                        std::string_view field, aql::Offset at,
                                                        const aql::Literal* p, const plan::Bindings& bindings);
[[nodiscard]] std::span<const std::string_view> aggregate_functions() noexcept;
/// The texts of the items, joined by commas.
[[nodiscard]] std::string aggregate_text(const std::vector<AggregateItem>& items);

/// Errors: InvalidQuery when the field under a function that computes with numbers is declared to hold none.
[[nodiscard]] Status check_numeric(const CollectionDef& collection, const FieldPath& path, bool sid,
                                   std::string_view function, aql::Offset at, const plan::Bindings& bindings);

/// What has been seen so far for one list of items. Nulls are skipped. Memory: O(1) an item and the value kept by min,
/// max, first and last, but O(values) for countDistinct and percentile; `memory_bytes` tells.
class Accumulator {
 public:
  explicit Accumulator(const std::vector<AggregateItem>& items);
  void add(const std::vector<AggregateItem>& items, const CollectionDef& collection, RecordView record);
  /// The documents `ordinals`, `count` of them, from columns of their fields.
  void add(const std::vector<AggregateItem>& items, const ItemColumns& columns, const OrdinalSpan& ordinals,
           std::uint64_t count);
  /// Takes a document for another, either of which may be null: nothing. False when what `before` gave cannot be taken out
  /// again exactly; all must then be added anew. Requires: documents were added one by one; none was first or last.
  [[nodiscard]] bool exchange(const std::vector<AggregateItem>& items, const CollectionDef& collection,
                              const RecordView* before, const RecordView* after);
  /// The value of one item. Errors: TypeError when a sum of Ints leaves the range of Int or a Float sum is not
  /// finite.
  [[nodiscard]] Result<Value> value(const AggregateItem& item, std::size_t index) const;
  /// {"key":value,…}
  [[nodiscard]] Status append(std::string& out, const std::vector<AggregateItem>& items,
                              const plan::Bindings& bindings) const;
  [[nodiscard]] std::uint64_t memory_bytes() const noexcept { return bytes_; }

 private:
  struct Cell {
    std::uint64_t count = 0;
    RunningSum sum;                     // sum, avg
    long double mean = 0;               // Welford; a square of a large number is none of double's
    long double squares = 0;
    Value value;                        // min, max, first, last
    std::uint64_t value_bytes = 0;      // of long ones
    std::vector<double> values;         // percentile
    std::unordered_set<std::string> keys;   // countDistinct
  };
  void keep(Cell& cell, ValueView value);
  void add_value(const AggregateItem& item, Cell& cell, ValueView value);
  [[nodiscard]] bool exchange_value(const AggregateItem& item, Cell& cell, ValueView before, ValueView after);
  void add_values(const AggregateItem& item, Cell& cell, ColumnType type, std::span<const std::uint64_t> values);
  std::vector<Cell> cells_;
  std::uint64_t bytes_ = 0;
};

}  // namespace aurora::exec
