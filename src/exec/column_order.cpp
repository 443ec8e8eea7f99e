// Body of orders over columns: each sort value becomes a number that rises in the wanted direction. Called by selection.
#include "column_order.hpp"

#include <aurora/base/try.hpp>

#include "select_plan.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <compare>
#include <numeric>

namespace aurora::exec {

namespace {

// A sort value: rows in order have rising places.
struct Place {
  std::uint8_t group = 1;      // nulls stand in 0 or 2
  std::uint64_t number = 0;

  friend auto operator<=>(const Place&, const Place&) = default;
};

constexpr std::uint64_t kSign = std::uint64_t{1} << 63;

// A number that compares as the double does.
std::uint64_t rising(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value == 0 ? 0.0 : value);   // one zero
  return (bits & kSign) != 0 ? ~bits : bits | kSign;
}

// One term of an order, read from its column.
class Term {
 public:
  Term(const SortTerm& term, Column column, bool backward)
      : column_(std::move(column)),
        cursor_(column_),
        type_(column_.type()),
        reversed_(term.descending != backward),
        null_{static_cast<std::uint8_t>(term.nulls_first != backward ? 0 : 2), 0} {
    if (type_ != ColumnType::kText) return;
    const auto& texts = column_.texts();
    std::vector<std::size_t> sorted(texts.size());
    std::iota(sorted.begin(), sorted.end(), std::size_t{0});
    std::sort(sorted.begin(), sorted.end(), [&](std::size_t a, std::size_t b) { return texts[a] < texts[b]; });
    ranks_.resize(texts.size());
    for (std::size_t rank = 0; rank < sorted.size(); ++rank) ranks_[sorted[rank]] = rank;
  }
  Term(const Term&) = delete;
  Term& operator=(const Term&) = delete;

  Place place(Ordinal ordinal) {
    std::uint64_t bits = 0;
    if (!cursor_.read(ordinal, bits)) return null_;
    std::uint64_t number = bits ^ kSign;
    if (type_ == ColumnType::kFloat) number = rising(std::bit_cast<double>(bits));
    if (type_ == ColumnType::kText) number = ranks_[bits];
    return {1, reversed_ ? ~number : number};
  }
  ValueView value(Ordinal ordinal) { return cursor_.value(ordinal); }

 private:
  const Column column_;
  ColumnCursor cursor_;
  const ColumnType type_;
  const bool reversed_;
  const Place null_;
  std::vector<std::uint64_t> ranks_;       // kText: by bits
};

using Terms = std::vector<std::unique_ptr<Term>>;

class Best {
 public:
  Best(const DocumentQuery& query, Terms terms, std::uint64_t count, const OrderBounds& bounds)
      : query_(query), terms_(std::move(terms)), count_(count), bounds_(bounds), bounded_(bounds.after || bounds.before) {}

  void offer(Ordinal ordinal) {
    const Row row{terms_.front()->place(ordinal), ordinal};
    if (rows_.size() == count_ && (row.first > rows_.front().first || !comes_before(row, rows_.front()))) return;
    if (bounded_ && !is_within_bounds(ordinal)) return;
    const auto before = [this](const Row& a, const Row& b) { return comes_before(a, b); };
    if (rows_.size() == count_) {
      std::pop_heap(rows_.begin(), rows_.end(), before);
      rows_.back() = row;
    } else {
      rows_.push_back(row);
    }
    std::push_heap(rows_.begin(), rows_.end(), before);
  }

  std::vector<Ordinal> take() {
    std::sort(rows_.begin(), rows_.end(), [this](const Row& a, const Row& b) { return comes_before(a, b); });
    std::vector<Ordinal> ordinals;
    ordinals.reserve(rows_.size());
    for (const auto& row : rows_) ordinals.push_back(row.ordinal);
    return ordinals;
  }

 private:
  struct Row {
    Place first;
    Ordinal ordinal;
  };

  // In the direction of the walk.
  bool comes_before(const Row& a, const Row& b) {
    if (a.first != b.first) return a.first < b.first;
    for (std::size_t i = 1; i < terms_.size(); ++i) {
      const auto left = terms_[i]->place(a.ordinal);
      const auto right = terms_[i]->place(b.ordinal);
      if (left != right) return left < right;
    }
    return query_.backward ? a.ordinal > b.ordinal : a.ordinal < b.ordinal;
  }

  bool is_within_bounds(Ordinal ordinal) {
    std::vector<ValueView> values;
    for (const auto& term : terms_) values.push_back(term->value(ordinal));
    const auto& order = query_.order;
    const auto& [after, before] = bounds_;
    return (!after || compare_places(order, values, ordinal, after->values, after->ordinal) > 0) &&
           (!before || compare_places(order, values, ordinal, before->values, before->ordinal) < 0);
  }

  const DocumentQuery& query_;
  const Terms terms_;
  const std::uint64_t count_;
  const OrderBounds& bounds_;
  const bool bounded_;
  std::vector<Row> rows_;                  // a heap, the worst on top
};

}  // namespace

Result<std::optional<std::vector<Ordinal>>> best_by_columns(const DocumentQuery& query, const OrdinalSet& matches,
                                                            std::uint64_t count, const OrderBounds& bounds,
                                                            const ColumnSource& source, ColumnNotes& columns) {
  Terms terms;
  for (const auto& term : query.order) {
    if (term.score || term.subject != plan::Subject::kPath) return std::optional<std::vector<Ordinal>>();
    auto column = column_at(source, term.path);
    if (!column) return std::optional<std::vector<Ordinal>>();
    terms.push_back(std::make_unique<Term>(term, std::move(column), query.backward));
  }
  if (terms.empty() || count == 0) return std::optional<std::vector<Ordinal>>();
  for (const auto& term : query.order) columns.add(*query.collection, term.path);
  Best best(query, std::move(terms), count, bounds);
  constexpr std::uint32_t kBatchesALook = 64;   // at the clock
  std::array<Ordinal, 512> batch;
  OrdinalSet::Iterator at(matches);
  std::uint32_t batches = 0;
  for (auto read = at.read(batch); read > 0; read = at.read(batch)) {
    if (++batches % kBatchesALook == 0) AURORA_TRY(check_deadline(source.settings));
    for (std::size_t i = 0; i < read; ++i) best.offer(batch[i]);
  }
  return std::optional(best.take());
}

}  // namespace aurora::exec
