// Body of groups from a column of values: each document's group is looked up by the bits of its value. Called by
// group_index.cpp for fields that no index tells.
#include <aurora/base/try.hpp>
#include <aurora/exec/interval.hpp>

#include "group_index.hpp"
#include "select_plan.hpp"

#include <algorithm>
#include <bit>
#include <numeric>
#include <unordered_map>

namespace aurora::exec {

namespace {

// More different values than this are gathered from documents, which need less memory for each.
constexpr std::size_t kMostValues = 1u << 16;

class Gatherer {
 public:
  Gatherer(const GroupWalk& walk, const Column& column)
      : walk_(walk),
        column_(column),
        cursor_(column),
        group_of_text_(column.type() == ColumnType::kText ? column.texts().size() : 0, kNone) {}

  // False when there are too many values.
  bool add(Ordinal ordinal) {
    std::uint64_t bits = 0;
    const auto group = cursor_.read(ordinal, bits) ? group_of(bits) : group_of_null();
    if (group == kNone) return false;
    ++counts_[group];
    if (!walk_.counts_only) ordinals_[group].push_back(ordinal);
    return true;
  }

  // In rising order of the key.
  Status visit(const std::function<Status(IndexedGroup&)>& visit) {
    std::vector<std::size_t> order(keys_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return compare(keys_[a], keys_[b]) < 0; });
    for (const auto at : order) {
      IndexedGroup group{std::move(keys_[at]), counts_[at], {ordinals_[at], nullptr}};
      AURORA_TRY(visit(group));
      ordinals_[at] = {};
    }
    return {};
  }

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  std::uint32_t group_of_null() {
    if (null_group_ == kNone) null_group_ = group_of_value({});
    return null_group_;
  }

  std::uint32_t group_of(std::uint64_t bits) {
    if (column_.type() == ColumnType::kText) {
      auto& group = group_of_text_[bits];
      if (group == kNone) group = open(Value(ValueView::of(std::string_view(column_.texts()[bits]))));
      return group;
    }
    if (column_.type() == ColumnType::kFloat && std::bit_cast<double>(bits) == 0) bits = 0;   // one zero
    if (last_group_ != kNone && bits == last_bits_) return last_group_;
    if (group_of_bits_.size() == kMostValues) return kNone;
    const auto [at, fresh] = group_of_bits_.try_emplace(bits, kNone);
    if (fresh) at->second = group_of_value(column_value(column_.type(), bits));
    last_bits_ = bits;
    return last_group_ = at->second;
  }

  // Several values may be of one interval.
  std::uint32_t group_of_value(ValueView value) {
    if (!walk_.interval || value.is_null()) return open(Value(value));
    Value key = interval_of(value, *walk_.interval);
    const auto [at, fresh] = group_of_start_.try_emplace(key.if_datetime()->micros, kNone);
    if (fresh) at->second = open(std::move(key));
    return at->second;
  }

  std::uint32_t open(Value key) {
    keys_.push_back(std::move(key));
    counts_.push_back(0);
    ordinals_.emplace_back();
    return static_cast<std::uint32_t>(keys_.size() - 1);
  }

  const GroupWalk& walk_;
  const Column& column_;
  ColumnCursor cursor_;
  std::vector<Value> keys_;
  std::vector<std::uint64_t> counts_;
  std::vector<std::vector<Ordinal>> ordinals_;
  std::vector<std::uint32_t> group_of_text_;
  std::unordered_map<std::uint64_t, std::uint32_t> group_of_bits_;
  std::unordered_map<std::int64_t, std::uint32_t> group_of_start_;   // of intervals
  std::uint32_t null_group_ = kNone;
  std::uint64_t last_bits_ = 0;
  std::uint32_t last_group_ = kNone;
};

}  // namespace

Result<bool> for_each_column_group(IndexedMatches& matches, const GroupWalk& walk,
                                   const std::function<Status(IndexedGroup&)>& visit) {
  const auto& settings = matches.columns.settings;
  if (matches.ordinals.size() * sizeof(Ordinal) > settings.sort_bytes) return false;
  const auto column = column_at(matches.columns, walk.path);
  if (!column) return false;
  Gatherer gatherer(walk, column);
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
  matches.columns_of.add(matches.collection, walk.path);
  AURORA_TRY(gatherer.visit(visit));
  return true;
}

}  // namespace aurora::exec
