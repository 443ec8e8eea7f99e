// Body of groups from columns of values: each document's group is looked up by the bits of its values. Called by
// group_index.cpp for fields that no index tells, and for several fields.
#include <aurora/base/try.hpp>
#include <aurora/exec/interval.hpp>

#include "group_index.hpp"
#include "select_plan.hpp"

#include <algorithm>
#include <bit>
#include <memory>
#include <unordered_map>

namespace aurora::exec {

namespace {

// More different values than this are gathered from documents, which need less memory for each.
constexpr std::size_t kMostValues = 1u << 16;

// The different values of a column, numbered as they come.
class Numbering {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  Numbering(Column column, const std::optional<Duration>& interval)
      : interval_(interval),
        column_(std::move(column)),
        cursor_(column_),
        number_of_text_(column_.type() == ColumnType::kText ? column_.texts().size() : 0, kNone) {}
  Numbering(const Numbering&) = delete;
  Numbering& operator=(const Numbering&) = delete;

  // kNone when there are too many values.
  std::uint32_t number(Ordinal ordinal) {
    std::uint64_t bits = 0;
    return cursor_.read(ordinal, bits) ? number_of(bits) : number_of_null();
  }
  [[nodiscard]] const Value& value(std::uint32_t number) const { return values_[number]; }

 private:
  std::uint32_t number_of_null() {
    if (null_ == kNone) null_ = number_of_value({});
    return null_;
  }

  std::uint32_t number_of(std::uint64_t bits) {
    if (column_.type() == ColumnType::kText) {
      auto& number = number_of_text_[bits];
      if (number == kNone) number = open(Value(ValueView::of(std::string_view(column_.texts()[bits]))));
      return number;
    }
    if (column_.type() == ColumnType::kFloat && std::bit_cast<double>(bits) == 0) bits = 0;   // one zero
    if (last_ != kNone && bits == last_bits_) return last_;
    if (number_of_bits_.size() == kMostValues) return kNone;
    const auto [at, fresh] = number_of_bits_.try_emplace(bits, kNone);
    if (fresh) at->second = number_of_value(column_value(column_.type(), bits));
    last_bits_ = bits;
    return last_ = at->second;
  }

  // Several values may be of one interval.
  std::uint32_t number_of_value(ValueView value) {
    if (!interval_ || value.is_null()) return open(Value(value));
    Value key = interval_of(value, *interval_);
    const auto [at, fresh] = number_of_start_.try_emplace(key.if_datetime()->micros, kNone);
    if (fresh) at->second = open(std::move(key));
    return at->second;
  }

  std::uint32_t open(Value value) {
    values_.push_back(std::move(value));
    return static_cast<std::uint32_t>(values_.size() - 1);
  }

  const std::optional<Duration>& interval_;
  const Column column_;
  ColumnCursor cursor_;
  std::vector<Value> values_;
  std::vector<std::uint32_t> number_of_text_;
  std::unordered_map<std::uint64_t, std::uint32_t> number_of_bits_;
  std::unordered_map<std::int64_t, std::uint32_t> number_of_start_;   // of intervals
  std::uint32_t null_ = kNone;
  std::uint64_t last_bits_ = 0;
  std::uint32_t last_ = kNone;
};

class Gatherer {
 public:
  explicit Gatherer(bool counts_only) : counts_only_(counts_only) {}

  void add_field(Column column, const std::optional<Duration>& interval) {
    fields_.push_back(std::make_unique<Numbering>(std::move(column), interval));
  }

  // False when there are too many values, or groups.
  bool add(Ordinal ordinal) {
    const auto group = fields_.size() == 1 ? group_of_one(ordinal) : group_of_several(ordinal);
    if (group == Numbering::kNone) return false;
    ++groups_[group].count;
    if (!counts_only_) groups_[group].ordinals.push_back(ordinal);
    return true;
  }

  // In rising order of the keys.
  Status visit(const std::function<Status(IndexedGroup&)>& visit) {
    std::erase_if(groups_, [](const Gathered& group) { return group.count == 0; });
    for (auto& group : groups_)
      for (std::size_t i = 0; i < fields_.size(); ++i)
        group.keys.push_back(fields_[i]->value(static_cast<std::uint32_t>(group.numbers >> (i * kBits) & kMask)));
    std::sort(groups_.begin(), groups_.end(), [](const Gathered& a, const Gathered& b) {
      for (std::size_t i = 0; i < a.keys.size(); ++i)
        if (const auto relation = compare(a.keys[i], b.keys[i]); relation != 0) return relation < 0;
      return false;
    });
    for (auto& group : groups_) {
      IndexedGroup found{std::move(group.keys), group.count, {group.ordinals, nullptr}};
      AURORA_TRY(visit(found));
      group.ordinals = {};
    }
    return {};
  }

 private:
  // The numbers of a group's values, one behind the other.
  static constexpr unsigned kBits = 20;
  static constexpr std::uint64_t kMask = (std::uint64_t{1} << kBits) - 1;
  static_assert(kMostValues < kMask);

  struct Gathered {
    std::uint64_t numbers = 0;
    std::uint64_t count = 0;
    std::vector<Ordinal> ordinals = {};
    std::vector<Value> keys = {};
  };

  std::uint32_t group_of_one(Ordinal ordinal) {
    const auto number = fields_.front()->number(ordinal);
    if (number == Numbering::kNone) return number;
    while (groups_.size() <= number) groups_.push_back({groups_.size()});
    return number;
  }

  std::uint32_t group_of_several(Ordinal ordinal) {
    std::uint64_t numbers = 0;
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      const auto number = fields_[i]->number(ordinal);
      if (number == Numbering::kNone) return number;
      numbers |= std::uint64_t{number} << (i * kBits);
    }
    const auto [at, fresh] = group_of_numbers_.try_emplace(numbers, static_cast<std::uint32_t>(groups_.size()));
    if (!fresh) return at->second;
    if (groups_.size() == kMostValues) return Numbering::kNone;
    groups_.push_back({numbers});
    return at->second;
  }

  const bool counts_only_;
  std::vector<std::unique_ptr<Numbering>> fields_;
  std::vector<Gathered> groups_;
  std::unordered_map<std::uint64_t, std::uint32_t> group_of_numbers_;
};

}  // namespace

Result<bool> for_each_column_group(IndexedMatches& matches, const GroupWalk& walk,
                                   const std::function<Status(IndexedGroup&)>& visit) {
  const auto& settings = matches.columns.settings;
  if (matches.ordinals.size() * sizeof(Ordinal) > settings.sort_bytes) return false;
  constexpr std::size_t kMostFields = 3;   // of 20 bits each in 64
  if (walk.paths.size() > kMostFields) return false;
  Gatherer gatherer(walk.counts_only);
  for (const auto* path : walk.paths) {
    auto column = column_at(matches.columns, *path);
    if (!column) return false;
    gatherer.add_field(std::move(column), walk.interval);
  }
  constexpr std::uint32_t kBatchesALook = 64;   // at the clock
  std::uint32_t batches = 0;
  bool few = true;
  Status late;
  OrdinalSpan{{}, &matches.ordinals}.for_each_batch([&](std::span<const Ordinal> batch) {
    if (!few || !late) return;
    if (++batches % kBatchesALook == 0) late = check_deadline(settings);
    for (const auto ordinal : batch)
      if (!(few = few && gatherer.add(ordinal))) return;
  });
  AURORA_TRY(late);
  if (!few) return false;
  for (const auto* path : walk.paths) matches.columns_of.add(matches.collection, *path);
  AURORA_TRY(gatherer.visit(visit));
  return true;
}

}  // namespace aurora::exec
