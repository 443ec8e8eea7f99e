// Body of field columns: which chunks still stand (F1), and making those that do not. Called by views and the commit
// pipeline.
#include <aurora/index/field_columns.hpp>

#include "index/column_tree.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <new>
#include <unordered_map>

namespace aurora {

namespace {

using index::ColumnNode;
using index::ColumnRoot;
using index::ColumnSection;
using index::Ref;

// Below so many documents reading them is as cheap.
constexpr std::uint64_t kLeastDocuments = 64;
// A field is worth a column when it is asked for this often.
constexpr std::uint64_t kAsksForColumn = 2;
// Columns not asked for during so many asks of others make room for those that are.
constexpr std::uint64_t kAsksToGrowOld = 64;
// More different texts than this are no dictionary any more.
constexpr std::size_t kMostTexts = 4096;
constexpr std::size_t kMostTextBytes = 1u << 18;
// A field whose values did not fit is tried again after so many asks.
constexpr std::uint64_t kAsksOfUnfit = 1024;
constexpr std::size_t kMostEntries = 256;

constexpr Sequence kMade = 1;   // chunks of fields are never edited

bool is_same_path(const FieldPath& a, const FieldPath& b) { return a.field == b.field && a.rest == b.rest; }

// The texts of one column, each with its place.
class Dictionary {
 public:
  // Nothing when it is full.
  std::optional<std::uint64_t> place_of(std::string_view text) {
    if (last_ < texts_.size() && texts_[last_] == text) return last_;
    const auto found = places_.find(std::string(text));
    if (found != places_.end()) return last_ = found->second;
    if (texts_.size() == kMostTexts || bytes_ + text.size() > kMostTextBytes) return std::nullopt;
    bytes_ += text.size();
    texts_.emplace_back(text);
    places_.emplace(text, texts_.size() - 1);
    shared_.reset();
    return last_ = texts_.size() - 1;
  }
  std::shared_ptr<const std::vector<std::string>> share() {
    if (!shared_) shared_ = std::make_shared<const std::vector<std::string>>(texts_);
    return shared_;
  }

 private:
  std::vector<std::string> texts_;
  std::unordered_map<std::string, std::size_t> places_;
  std::size_t last_ = 0;
  std::size_t bytes_ = 0;
  std::shared_ptr<const std::vector<std::string>> shared_;
};

// The bits of a value in a column of that type; nothing when it is of another type or does not fit.
std::optional<std::uint64_t> bits_of(ValueView value, ColumnType type, Dictionary& texts) {
  const auto of_type = [&](Type wanted, auto bits) {
    return value.type() == wanted ? std::optional(static_cast<std::uint64_t>(bits())) : std::nullopt;
  };
  switch (type) {
    case ColumnType::kInt: return of_type(Type::kInt, [&] { return value.int_value(); });
    case ColumnType::kFloat: return of_type(Type::kFloat, [&] { return std::bit_cast<std::uint64_t>(value.float_value()); });
    case ColumnType::kBool: return of_type(Type::kBool, [&] { return value.bool_value(); });
    case ColumnType::kDate: return of_type(Type::kDate, [&] { return std::int64_t{value.date_value().days}; });
    case ColumnType::kTime: return of_type(Type::kTime, [&] { return value.time_value().micros; });
    case ColumnType::kDateTime: return of_type(Type::kDateTime, [&] { return value.datetime_value().micros; });
    case ColumnType::kText:
      return value.type() == Type::kString ? texts.place_of(value.string_value()) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

// Several chunks may share a slot; that only makes some stale without need.
struct FieldColumns::Stamps {
  static constexpr std::size_t kSlots = 1u << 14;

  std::atomic<Sequence>& of(CollectionId collection, std::uint32_t chunk) noexcept {
    const auto key = (std::uint64_t{collection} << 32 | chunk) * 0x9E3779B97F4A7C15ull;
    return slots[(key >> 40) % kSlots];
  }
  std::array<std::atomic<Sequence>, kSlots> slots{};
};

struct FieldColumns::Entry {
  struct Chunk {
    Ref<ColumnNode> node;   // null: not made yet
    Sequence stamp = 0;
  };

  Entry(const ColumnAsk& ask, const CollectionDef& its)
      : collection(its.id), version(its.version), path(ask.path), type(ask.type) {}

  // How far the first `count` chunks can be used at `sequence`; the others go to `stale`.
  void sort_out(Stamps& stamps, std::uint32_t count, Sequence sequence, std::vector<std::uint32_t>& stale) const {
    for (std::uint32_t i = 0; i < count; ++i) {
      const bool usable = i < chunks.size() && chunks[i].node && chunks[i].stamp <= sequence &&
                          stamps.of(collection, i).load() == chunks[i].stamp;
      if (!usable) stale.push_back(i);
    }
  }

  const CollectionId collection;
  const std::uint32_t version;
  const FieldPath path;
  const ColumnType type;
  // Guarded by the mutex of FieldColumns:
  std::uint64_t asks = 0;
  std::uint64_t last_asked = 0;
  std::uint64_t unfit_until = 0;             // asks

  std::mutex mutex;
  // Guarded by mutex:
  std::vector<Chunk> chunks;
  std::shared_ptr<const ColumnRoot> root;    // of all chunks; null when one changed since

  std::mutex making;                         // taken before mutex
  Dictionary texts;                          // guarded by making
};

FieldColumns::FieldColumns(ColumnPool& pool) : pool_(pool), stamps_(std::make_unique<Stamps>()) {}
FieldColumns::~FieldColumns() = default;

void FieldColumns::begin_write(CollectionId collection, Ordinal ordinal, Sequence sequence) noexcept {
  stamps_->of(collection, ordinal / ColumnChunk::kSize).store(sequence);
}

// Null when it is not to be made yet.
std::shared_ptr<FieldColumns::Entry> FieldColumns::entry_of(const ColumnAsk& ask, const CollectionDef& collection) {
  const std::lock_guard lock(mutex_);
  ++asked_;
  auto at = std::find_if(entries_.begin(), entries_.end(), [&](const auto& entry) {
    return entry->collection == collection.id && is_same_path(entry->path, ask.path);
  });
  if (at != entries_.end() && ((*at)->version != collection.version || (*at)->type != ask.type)) {
    // A reader of an older definition does without.
    if ((*at)->version > collection.version) return nullptr;
    entries_.erase(at);
    at = entries_.end();
  }
  if (at == entries_.end()) {
    if (entries_.size() >= kMostEntries)
      entries_.erase(std::min_element(entries_.begin(), entries_.end(), [](const auto& a, const auto& b) {
        return a->last_asked < b->last_asked;
      }));
    entries_.push_back(std::make_shared<Entry>(ask, collection));
    at = std::prev(entries_.end());
  }
  auto& entry = **at;
  entry.last_asked = asked_;
  if (++entry.asks < kAsksForColumn || entry.asks < entry.unfit_until) return nullptr;
  return *at;
}

// Drops columns that have grown old, the oldest first, until there is room.
bool FieldColumns::make_room(std::uint64_t bytes, const Entry* wanted) {
  const std::lock_guard lock(mutex_);
  while (!pool_.has_room(bytes)) {
    const auto oldest = std::min_element(entries_.begin(), entries_.end(), [&](const auto& a, const auto& b) {
      return (a.get() == wanted) != (b.get() == wanted) ? b.get() == wanted : a->last_asked < b->last_asked;
    });
    if (oldest == entries_.end() || oldest->get() == wanted || (*oldest)->last_asked + kAsksToGrowOld > asked_)
      return false;
    entries_.erase(oldest);
  }
  return true;
}

Column FieldColumns::column(const ColumnAsk& ask, const Source& source) {
  if (source.live.size() < kLeastDocuments) return {};
  const auto entry = entry_of(ask, source.collection);
  if (!entry) return {};
  try {
    return renew(*entry, ask, source);
  } catch (const std::bad_alloc&) {
    return {};   // as when the pool has no room
  }
}

Column FieldColumns::renew(Entry& entry, const ColumnAsk& ask, const Source& source) {
  const auto count = source.live.max() / ColumnChunk::kSize + 1;
  std::vector<std::uint32_t> stale;
  const auto look = [&]() -> std::shared_ptr<const ColumnRoot> {
    const std::lock_guard lock(entry.mutex);
    stale.clear();
    stale.reserve(entry.chunks.empty() ? count : 0);
    entry.sort_out(*stamps_, count, source.sequence, stale);
    return stale.empty() ? entry.root : nullptr;
  };
  if (auto root = look()) return Column(std::move(root));
  // A guess that documents lie evenly spares most of those who will not make a column the exact count.
  if (source.live.size() / count * stale.size() > 2 * ask.worth) return {};
  const std::unique_lock making(entry.making, std::try_to_lock);
  if (!making) return {};
  if (auto root = look()) return Column(std::move(root));

  OrdinalSet wanted;
  for (std::size_t i = 0; i < stale.size();) {
    auto end = i + 1;
    while (end < stale.size() && stale[end] == stale[end - 1] + 1) ++end;
    wanted |= OrdinalSet::range(stale[i] * ColumnChunk::kSize, (std::uint64_t{stale[end - 1]} + 1) * ColumnChunk::kSize);
    i = end;
  }
  wanted &= source.live;
  if (wanted.size() > ask.worth || !make_room(stale.size() * sizeof(ColumnNode), &entry)) return {};

  std::vector<Entry::Chunk> made(stale.size());
  for (std::size_t i = 0; i < stale.size(); ++i)   // F1: before anything is read
    made[i].stamp = stamps_->of(entry.collection, stale[i]).load();
  bool fits = true;
  bool late = false;
  std::size_t at = 0;
  std::uint32_t seen = 0;
  for (auto& chunk : made) chunk.node = Ref<ColumnNode>(new ColumnNode(pool_, kMade));
  const auto read = source.read(wanted, [&](Ordinal ordinal, const RecordRef& record) {
    late = ask.deadline && ++seen % 1024 == 0 && std::chrono::steady_clock::now() >= *ask.deadline;
    while (stale[at] != ordinal / ColumnChunk::kSize) ++at;
    const auto value = read_path(source.collection, entry.path, record.view());
    if (value.is_null()) return !late;
    const auto bits = bits_of(value, entry.type, entry.texts);
    fits = bits.has_value();
    if (!fits) return false;
    auto& chunk = *made[at].node;
    const auto place = ordinal % ColumnChunk::kSize;
    chunk.present[place / 64] |= std::uint64_t{1} << (place % 64);
    chunk.bits[place] = *bits;
    return !late;
  });
  if (!fits) {
    {
      const std::lock_guard lock(entry.mutex);
      entry.chunks.clear();
      entry.root.reset();
    }
    entry.texts = Dictionary();
    const std::lock_guard lock(mutex_);
    entry.unfit_until = entry.asks + kAsksOfUnfit;
  }
  if (!read || late || !fits) return {};

  auto root = std::make_shared<ColumnRoot>(ColumnRoot{entry.type, &pool_, kMade, {}});
  if (entry.type == ColumnType::kText) root->texts = entry.texts.share();
  root->sections.resize((count + ColumnSection::kChunks - 1) / ColumnSection::kChunks);
  for (auto& section : root->sections) section = Ref<ColumnSection>(new ColumnSection(kMade));
  const auto put = [&](std::uint32_t number, const Ref<ColumnNode>& node) {
    root->sections[number / ColumnSection::kChunks]->chunks[number % ColumnSection::kChunks] = node;
  };
  // F2: a chunk made at a sequence before its stamp shows an older state.
  bool all_shared = true;
  const std::lock_guard lock(entry.mutex);
  if (entry.chunks.size() < count) entry.chunks.resize(count);
  // Nobody else makes chunks of this entry now: those that stood still are there.
  for (std::uint32_t i = 0; i < count; ++i)
    if (entry.chunks[i].node) put(i, entry.chunks[i].node);
  for (std::size_t i = 0; i < stale.size(); ++i) {
    put(stale[i], made[i].node);
    if (made[i].stamp > source.sequence) {
      all_shared = false;
      continue;
    }
    entry.chunks[stale[i]] = made[i];
  }
  entry.root = all_shared && entry.chunks.size() == count ? root : nullptr;
  return Column(std::move(root));
}

}  // namespace aurora
