// Aggregates that follow changes: a document's value goes, another one comes. Called for live queries.
#include <aurora/exec/aggregate.hpp>

#include <aurora/schema/path.hpp>

#include <algorithm>

namespace aurora::exec {

namespace {

bool takes_numbers(AggregateFunction function) {
  return function == AggregateFunction::kSum || function == AggregateFunction::kAvg ||
         function == AggregateFunction::kStddev || function == AggregateFunction::kPercentile;
}

double number_of(ValueView value) {
  return (value.type() == Type::kInt ? static_cast<double>(value.int_value()) : value.float_value()) + 0.0;   // one zero
}

// Equal values that are shown differently, as 1 and 1.0, are not the same.
bool is_same(ValueView a, ValueView b) {
  if (a.type() != b.type() || compare(a, b) != 0) return false;
  const bool nests = a.type() == Type::kList || a.type() == Type::kObject;
  return !nests || a.encoded() == b.encoded();
}

}  // namespace

bool Accumulator::exchange_value(const AggregateItem& item, Cell& cell, ValueView before, ValueView after) {
  if (takes_numbers(item.function)) {
    if (!is_number(before.type())) before = {};
    if (!is_number(after.type())) after = {};
  }
  if (is_same(before, after)) return true;
  switch (item.function) {
    case AggregateFunction::kCount:
    case AggregateFunction::kCountField:
      if (!before.is_null()) --cell.count;
      break;
    case AggregateFunction::kSum:
    case AggregateFunction::kAvg:
      if (before.is_null()) break;
      --cell.count;
      if (!cell.sum.subtract(before)) return false;
      break;
    case AggregateFunction::kMin:
    case AggregateFunction::kMax: {
      // Among equals the first is shown: which of them it is now is not known.
      const EncodedValue best(cell.value);
      if (cell.count > 0 && !after.is_null() && compare(after, best.view()) == 0 && !is_same(after, best.view())) return false;
      if (before.is_null()) break;
      const bool was_it = compare(before, best.view()) == 0;
      const auto relation = compare(after, before);
      const bool is_better = !after.is_null() && (item.function == AggregateFunction::kMin ? relation < 0 : relation > 0);
      if (was_it && !is_better && cell.count > 1) return false;   // the next best is not known
      if (--cell.count == 0) cell.value = Value();
      break;
    }
    case AggregateFunction::kPercentile: {
      if (before.is_null()) break;
      const auto found = std::find(cell.values.begin(), cell.values.end(), number_of(before));
      if (found == cell.values.end()) return false;
      *found = cell.values.back();
      cell.values.pop_back();
      bytes_ -= sizeof(double);
      --cell.count;
      break;
    }
    // What one document gave to these cannot be told.
    case AggregateFunction::kCountDistinct:
      if (!before.is_null()) return false;
      break;
    case AggregateFunction::kStddev:
    case AggregateFunction::kFirst:
    case AggregateFunction::kLast: return false;
  }
  add_value(item, cell, after);
  return true;
}

bool Accumulator::exchange(const std::vector<AggregateItem>& items, const CollectionDef& collection,
                           const RecordView* before, const RecordView* after) {
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto& item = items[i];
    if (item.function == AggregateFunction::kCount) {
      cells_[i].count += (after != nullptr ? 1u : 0u);
      cells_[i].count -= (before != nullptr ? 1u : 0u);
      continue;
    }
    const auto value = [&](const RecordView* record) {
      if (record == nullptr) return ValueView();
      return item.sid ? record->sid_view() : read_path(collection, item.path, *record);
    };
    if (!exchange_value(item, cells_[i], value(before), value(after))) return false;
  }
  return true;
}

}  // namespace aurora::exec
