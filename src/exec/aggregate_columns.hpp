// Aggregates over columns instead of documents. Private to aggregates and groups.
#pragma once

#include <aurora/exec/aggregate.hpp>
#include <aurora/exec/indexed.hpp>

#include <optional>
#include <vector>

namespace aurora::exec {

/// The columns that a list of aggregate items reads.
class ItemColumns {
 public:
  /// Nothing when an item cannot be answered from a column. Notes in `matches` what will be read.
  [[nodiscard]] static std::optional<ItemColumns> find(const std::vector<AggregateItem>& items,
                                                       IndexedMatches& matches);

  struct Field {
    Column column;
    std::vector<std::size_t> items;        ///< their places in the list
  };
  [[nodiscard]] const std::vector<Field>& fields() const noexcept { return fields_; }
  [[nodiscard]] const std::vector<std::size_t>& counts() const noexcept { return counts_; }

 private:
  std::vector<Field> fields_;
  std::vector<std::size_t> counts_;        ///< items that count documents, whatever they hold
};

}  // namespace aurora::exec
