// Body of groups from an index. Called by groups; calls the index and the key encoding.
#include "group_index.hpp"
#include "select_plan.hpp"

#include <aurora/base/try.hpp>
#include <aurora/exec/interval.hpp>
#include <aurora/index/extract.hpp>
#include <aurora/index/key.hpp>

#include <algorithm>

namespace aurora::exec {

namespace {

// True when every document has one value of a kind that its key tells whole.
bool is_told_by_keys(const CollectionDef& collection, const FieldPath& path) {
  const auto* type = type_at(collection, path);
  if (type == nullptr || is_multi_valued(collection, path)) return false;
  switch (type->type) {
    case FieldType::kJson:
    case FieldType::kObject:
    case FieldType::kAny:
    case FieldType::kList:
    case FieldType::kNested: return false;
    default: return true;
  }
}

class Walker {
 public:
  Walker(IndexedMatches& matches, const GroupWalk& walk, const std::function<Status(IndexedGroup&)>& visit)
      : matches_(matches),
        walk_(walk),
        visit_(visit),
        as_int_(type_at(matches.collection, *walk.paths.front())->type == FieldType::kInt) {}

  // False when a key does not tell its value.
  Result<bool> run(const IndexVersion& index) {
    bool told = true;
    index.scan({}, IndexVersion::Direction::kForward, [&](const IndexVersion::Entry& entry) {
      auto key = read_key(entry.key, as_int_);
      told = key.has_value();
      if (!told) return false;
      constexpr std::uint64_t kKeysALook = 256;   // at the clock
      if (++keys_ % kKeysALook == 0) status_ = check_deadline(matches_.columns.settings);
      if (!status_) return false;
      OrdinalSpan ordinals;
      const auto count = match(entry, ordinals);
      if (count > 0) status_ = walk_.interval ? gather(*key, count, ordinals) : tell(*std::move(key), count, ordinals);
      return status_.has_value();
    });
    if (status_ && told && gathered_ > 0) status_ = flush();
    AURORA_TRY(status_);
    return told;
  }

 private:
  // The matches among the ordinals of a key, and how many they are.
  std::uint64_t match(const IndexVersion::Entry& entry, OrdinalSpan& ordinals) {
    ordinals = {entry.inline_ordinals, entry.set};
    if (matches_.all) return entry.set != nullptr ? entry.set->size() : entry.inline_ordinals.size();
    if (entry.set != nullptr && walk_.counts_only) return entry.set->intersection_size(matches_.ordinals);
    if (entry.set != nullptr) {
      common_ = *entry.set & matches_.ordinals;
      ordinals.set = &common_;
      return common_.size();
    }
    listed_.clear();
    for (const auto ordinal : entry.inline_ordinals)
      if (matches_.ordinals.contains(ordinal)) listed_.push_back(ordinal);
    ordinals.listed = listed_;
    return listed_.size();
  }

  Status tell(Value key, std::uint64_t count, const OrdinalSpan& ordinals) {
    IndexedGroup group{{}, count, ordinals};
    group.keys.push_back(std::move(key));
    return visit_(group);
  }

  // Keys of one interval stand side by side; their documents are told in natural order.
  Status gather(const Value& key, std::uint64_t count, const OrdinalSpan& ordinals) {
    auto start = interval_of(key.scalar_view(), *walk_.interval);
    if (gathered_ > 0 && compare(start, interval_) != 0) AURORA_TRY(flush());
    interval_ = std::move(start);
    gathered_ += count;
    if (walk_.counts_only) return {};
    ordinals.for_each_batch([&](std::span<const Ordinal> batch) { all_.insert(all_.end(), batch.begin(), batch.end()); });
    return {};
  }

  Status flush() {
    std::sort(all_.begin(), all_.end());
    AURORA_TRY(tell(std::move(interval_), gathered_, {all_, nullptr}));
    all_.clear();
    gathered_ = 0;
    return {};
  }

  IndexedMatches& matches_;
  const GroupWalk& walk_;
  const std::function<Status(IndexedGroup&)>& visit_;
  const bool as_int_;
  Status status_;
  std::uint64_t keys_ = 0;                 // walked
  OrdinalSet common_;
  std::vector<Ordinal> listed_;
  // Of the interval under way:
  Value interval_;
  std::uint64_t gathered_ = 0;
  std::vector<Ordinal> all_;
};

}  // namespace

namespace {
// Null when no index tells the groups at less cost.
const IndexVersion* telling_index(const IndexedMatches& matches, const FieldPath& path) {
  if (!is_told_by_keys(matches.collection, path)) return nullptr;
  const auto* definition = matches.collection.index_on(path);
  const auto* index = definition != nullptr ? matches.version.index(definition->id) : nullptr;
  if (index == nullptr) return nullptr;
  // A unique index lacks the documents whose field is null.
  if (is_unique(definition->kind) && index->entry_count() != matches.version.live.size()) return nullptr;
  return matches.all || index->key_count() <= matches.ordinals.size() ? index : nullptr;
}
}  // namespace

Result<bool> for_each_group(IndexedMatches& matches, const GroupWalk& walk,
                            const std::function<Status(IndexedGroup&)>& visit) {
  const auto* index = walk.paths.size() == 1 ? telling_index(matches, *walk.paths.front()) : nullptr;
  if (index == nullptr) return for_each_column_group(matches, walk, visit);
  matches.keys_of = matches.collection.index_on(*walk.paths.front())->name;
  return Walker(matches, walk, visit).run(*index);
}

}  // namespace aurora::exec
