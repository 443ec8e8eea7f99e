// Bodies of aggregates over columns: values of neighbouring ordinals are gathered, then each item takes the lot.
// What comes out is what the documents would give: the same values in the same order. Called by aggregates and groups.
#include "aggregate_columns.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace aurora::exec {

namespace {

constexpr std::size_t kBatch = 512;

// The values of rising ordinals, in their order.
class Reader {
 public:
  explicit Reader(const Column& column) : column_(column) {}

  /// Requires: at most kBatch ordinals.
  std::span<const std::uint64_t> read(std::span<const Ordinal> ordinals) {
    std::size_t count = 0;
    for (const auto ordinal : ordinals) {
      const auto number = ordinal / ColumnChunk::kSize;
      if (number != number_) {
        number_ = number;
        chunk_ = column_.chunk(number);
      }
      if (chunk_ == nullptr) continue;
      values_[count] = chunk_->bits[ordinal % ColumnChunk::kSize];
      count += chunk_->has(ordinal) ? 1 : 0;
    }
    return std::span<const std::uint64_t>(values_).first(count);
  }

 private:
  const Column& column_;
  std::uint32_t number_ = UINT32_MAX;
  const ColumnChunk* chunk_ = nullptr;
  std::array<std::uint64_t, kBatch> values_;
};

// The least or the greatest, as values compare.
std::uint64_t extreme(ColumnType type, std::span<const std::uint64_t> values, bool greatest) {
  const auto pick = [&](auto before) {
    return greatest ? *std::max_element(values.begin(), values.end(), before)
                    : *std::min_element(values.begin(), values.end(), before);
  };
  if (type == ColumnType::kFloat)
    return pick([](std::uint64_t a, std::uint64_t b) { return std::bit_cast<double>(a) < std::bit_cast<double>(b); });
  return pick([](std::uint64_t a, std::uint64_t b) {
    return static_cast<std::int64_t>(a) < static_cast<std::int64_t>(b);
  });
}

}  // namespace

std::optional<ItemColumns> ItemColumns::find(const std::vector<AggregateItem>& items, IndexedMatches& matches) {
  ItemColumns found;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto& item = items[i];
    if (item.function == AggregateFunction::kCount) {
      found.counts_.push_back(i);
      continue;
    }
    if (item.sid) return std::nullopt;
    const auto text = item.path.text();
    const auto known = std::find(names.begin(), names.end(), text);
    if (known != names.end()) {
      found.fields_[static_cast<std::size_t>(known - names.begin())].items.push_back(i);
      continue;
    }
    auto column = column_type(matches.collection, item.path) == ColumnType::kText ? Column()
                                                                                 : column_at(matches.columns, item.path);
    if (!column) return std::nullopt;
    found.fields_.push_back({std::move(column), {i}});
    names.push_back(text);
  }
  for (const auto& field : found.fields_) matches.columns_of.add(matches.collection, items[field.items.front()].path);
  return found;
}

void Accumulator::add_values(const AggregateItem& item, Cell& cell, ColumnType type,
                             std::span<const std::uint64_t> values) {
  if (values.empty()) return;
  const auto once = [&](std::uint64_t bits) {
    add_value(item, cell, column_value(type, bits));
    cell.count += values.size() - 1;
  };
  switch (item.function) {
    case AggregateFunction::kCount:
    case AggregateFunction::kCountField: cell.count += values.size(); return;
    case AggregateFunction::kSum:
    case AggregateFunction::kAvg:
      cell.count += values.size();
      if (type == ColumnType::kFloat)
        cell.sum.add_floats(values);
      else
        cell.sum.add_ints(values);
      return;
    case AggregateFunction::kMin: return once(extreme(type, values, false));
    case AggregateFunction::kMax: return once(extreme(type, values, true));
    case AggregateFunction::kFirst: return once(values.front());
    case AggregateFunction::kLast: return once(values.back());
    case AggregateFunction::kCountDistinct:
    case AggregateFunction::kStddev:
    case AggregateFunction::kPercentile:
      for (const auto bits : values) add_value(item, cell, column_value(type, bits));
      return;
  }
}

void Accumulator::add(const std::vector<AggregateItem>& items, const ItemColumns& columns, const OrdinalSpan& ordinals,
                      std::uint64_t count) {
  for (const auto item : columns.counts()) cells_[item].count += count;
  for (const auto& field : columns.fields()) {
    Reader reader(field.column);
    ordinals.for_each_batch([&](std::span<const Ordinal> batch) {
      for (; !batch.empty(); batch = batch.subspan(std::min(kBatch, batch.size()))) {
        const auto values = reader.read(batch.first(std::min(kBatch, batch.size())));
        for (const auto item : field.items) add_values(items[item], cells_[item], field.column.type(), values);
      }
    });
  }
}

}  // namespace aurora::exec
