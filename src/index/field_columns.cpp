// Body of field columns: which chunks still stand (F1), and making those that do not. Called by views and the commit
// pipeline.
#include <aurora/index/field_columns.hpp>

#include "index/column_tree.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <limits>
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
constexpr Sequence kNewest = std::numeric_limits<Sequence>::max();

constexpr Sequence kMade = 1;   // sections of fields are never edited

OrdinalSet chunk_ordinals(std::uint32_t number) {
  return OrdinalSet::range(number * ColumnChunk::kSize, (std::uint64_t{number} + 1) * ColumnChunk::kSize);
}

// Undeclared fields share an id.
bool is_same_path(const FieldPath& a, const FieldPath& b) {
  return a.field == b.field && (a.field != kOpenFields || a.name == b.name) && a.rest == b.rest;
}

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
    case ColumnType::kPacked: break;   // its bytes belong to a chunk
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
  Entry(const FieldPath& its_path, ColumnType its_type, const CollectionDef& its)
      : collection(its.id), version(its.version), path(its_path), type(its_type) {}

  Root shared_root() {
    const std::lock_guard lock(mutex);
    return root;
  }

  // `from` (null: none) with these chunks in their places. Requires: `making` is held.
  Root with(const Root& from, std::span<const std::uint32_t> numbers, std::span<const Ref<ColumnNode>> made,
            ColumnPool& pool, Sequence newest) {
    auto changed = from ? std::make_shared<ColumnRoot>(*from) : std::make_shared<ColumnRoot>(ColumnRoot{type, &pool, kMade, {}});
    if (type == ColumnType::kText) changed->texts = texts.share();
    std::uint32_t copied = UINT32_MAX;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      if (!made[i] || made[i]->made_at > newest) continue;
      const auto place = numbers[i] / ColumnSection::kChunks;
      if (place >= changed->sections.size()) changed->sections.resize(place + 1);
      auto& section = changed->sections[place];
      if (!section)
        section = Ref<ColumnSection>(new ColumnSection(kMade));
      else if (place != copied)
        section = Ref<ColumnSection>(new ColumnSection(*section, kMade));
      copied = place;
      section->chunks[numbers[i] % ColumnSection::kChunks] = made[i];
    }
    return changed;
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
  Root root;                                 // of the chunks made so far; null: of none

  std::mutex making;                         // taken before mutex; who holds it may replace the root
  // Guarded by making:
  Dictionary texts;
  std::uint64_t paid = 0;                    // documents that projections read and that made no chunk yet
  std::uint32_t next = 0;                    // the chunk that they make next, if it is missing
};

// Chunks of one or more fields on their way.
struct FieldColumns::Making {
  struct Part {
    Entry* entry;
    std::vector<Ref<ColumnNode>> made = {};  // as numbers; null: it stands already
    bool fits = true;
  };
  std::vector<Part> parts;
  std::vector<std::uint32_t> numbers;        // rising
};

FieldColumns::FieldColumns(ColumnPool& pool) : pool_(pool), stamps_(std::make_unique<Stamps>()) {}
FieldColumns::~FieldColumns() = default;

void FieldColumns::begin_write(CollectionId collection, Ordinal ordinal, Sequence sequence) noexcept {
  stamps_->of(collection, ordinal / ColumnChunk::kSize).store(sequence);
}

// Null when it is not to be made yet.
std::shared_ptr<FieldColumns::Entry> FieldColumns::entry_of(const FieldPath& path, ColumnType type,
                                                            const CollectionDef& collection) {
  const std::lock_guard lock(mutex_);
  ++asked_;
  auto at = std::find_if(entries_.begin(), entries_.end(), [&](const auto& entry) {
    return entry->collection == collection.id && entry->type == type && is_same_path(entry->path, path);
  });
  if (at != entries_.end() && (*at)->version != collection.version) {
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
    entries_.push_back(std::make_shared<Entry>(path, type, collection));
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

bool FieldColumns::is_usable(const Entry& entry, const Root& root, std::uint32_t number, Sequence sequence) const {
  const auto section = number / ColumnSection::kChunks;
  if (!root || section >= root->sections.size() || !root->sections[section]) return false;
  const auto& node = root->sections[section]->chunks[number % ColumnSection::kChunks];
  return node && node->made_at <= sequence && stamps_->of(entry.collection, number).load() == node->made_at;
}

Column FieldColumns::column(const ColumnAsk& ask, const Source& source) {
  if (source.live.size() < kLeastDocuments) return {};
  const auto entry = entry_of(ask.path, ask.type, source.collection);
  if (!entry) return {};
  try {
    return renew(*entry, ask, source);
  } catch (const std::bad_alloc&) {
    return {};   // as when the pool has no room
  }
}

Column FieldColumns::renew(Entry& entry, const ColumnAsk& ask, const Source& source) {
  const auto count = source.live.max() / ColumnChunk::kSize + 1;
  Making making{{{&entry}}, {}};
  auto& stale = making.numbers;
  const auto look = [&] {
    auto root = entry.shared_root();
    stale.clear();
    for (std::uint32_t i = 0; i < count; ++i)
      if (!is_usable(entry, root, i, source.sequence)) stale.push_back(i);
    return root;
  };
  if (auto root = look(); stale.empty()) return Column(std::move(root));
  // A guess that documents lie evenly spares most of those who will not make a column the exact count.
  if (source.live.size() / count * stale.size() > 2 * ask.worth) return {};
  const std::unique_lock lock(entry.making, std::try_to_lock);
  if (!lock) return {};
  const auto before = look();
  if (stale.empty()) return Column(before);
  std::uint64_t documents = 0;
  for (const auto number : stale) documents += source.live.intersection_size(chunk_ordinals(number));
  if (documents > ask.worth || !make_room(stale.size() * sizeof(ColumnNode), &entry)) return {};
  if (!make(making, source, ask.deadline)) return {};
  // Chunks made at a sequence before their stamp show an older state (F2).
  const auto& made = making.parts.front().made;
  return Column(entry.with(before, stale, made, pool_, kNewest));
}

// Reads the documents of the chunks, and gives the chunks made to those who come. False when it was not completed, or the
// values of a field do not fit. Requires: `making` of all entries is held.
bool FieldColumns::make(Making& making, const Source& source,
                        const std::optional<std::chrono::steady_clock::time_point>& deadline) {
  const auto& numbers = making.numbers;
  OrdinalSet wanted;
  for (std::size_t i = 0; i < numbers.size();) {
    auto end = i + 1;
    while (end < numbers.size() && numbers[end] == numbers[end - 1] + 1) ++end;
    wanted |= OrdinalSet::range(numbers[i] * ColumnChunk::kSize, (std::uint64_t{numbers[end - 1]} + 1) * ColumnChunk::kSize);
    i = end;
  }
  wanted &= source.live;
  for (auto& part : making.parts) {
    const auto root = part.entry->shared_root();
    for (const auto number : numbers) {
      auto& node = part.made.emplace_back();
      if (is_usable(*part.entry, root, number, source.sequence)) continue;
      // F1: its stamp is read before any of its documents.
      node = Ref<ColumnNode>(new ColumnNode(pool_, stamps_->of(part.entry->collection, number).load()));
    }
  }
  bool fit = true;
  bool late = false;
  std::size_t at = 0;
  std::uint32_t seen = 0;
  const auto read = source.read(wanted, [&](Ordinal ordinal, const RecordRef& record) {
    late = deadline && ++seen % 1024 == 0 && std::chrono::steady_clock::now() >= *deadline;
    while (numbers[at] != ordinal / ColumnChunk::kSize) ++at;
    for (auto& part : making.parts) {
      if (!part.made[at] || !part.fits) continue;
      const auto value = read_path(source.collection, part.entry->path, record.view());
      if (value.is_null()) continue;
      auto& chunk = *part.made[at];
      const auto bits = part.entry->type == ColumnType::kPacked ? std::optional(pack_value(value, chunk.packed))
                                                                : bits_of(value, part.entry->type, part.entry->texts);
      fit = fit && bits;
      part.fits = bits.has_value();
      if (!bits) continue;
      const auto place = ordinal % ColumnChunk::kSize;
      chunk.present[place / 64] |= std::uint64_t{1} << (place % 64);
      chunk.bits[place] = *bits;
    }
    return !late && fit;
  });
  for (auto& part : making.parts) {
    if (part.fits) continue;
    {
      const std::lock_guard lock(part.entry->mutex);
      part.entry->root.reset();
    }
    part.entry->texts = Dictionary();
    const std::lock_guard lock(mutex_);
    part.entry->unfit_until = part.entry->asks + kAsksOfUnfit;
  }
  if (!read || late || !fit) return false;
  for (auto& part : making.parts) {
    for (auto& node : part.made)
      if (node) node->count_packed();
    auto next = part.entry->with(part.entry->shared_root(), numbers, part.made, pool_, source.sequence);
    const std::lock_guard lock(part.entry->mutex);
    part.entry->root = std::move(next);
  }
  return true;
}

// ---------------------------------------------------------------- chunks of several fields

// The entry that keeps a field for projections; null when it is not to be asked yet. Texts that proved to be many are
// kept packed from then on.
std::shared_ptr<FieldColumns::Entry> FieldColumns::chunk_entry(const ChunkField& field, const CollectionDef& collection) {
  bool packed = field.type == ColumnType::kPacked;
  if (!packed) {
    const std::lock_guard lock(mutex_);
    for (const auto& entry : entries_) {
      if (entry->collection != collection.id || entry->version != collection.version ||
          !is_same_path(entry->path, *field.path))
        continue;
      packed = packed || entry->type == ColumnType::kPacked || entry->asks < entry->unfit_until;
    }
  }
  return entry_of(*field.path, packed ? ColumnType::kPacked : field.type, collection);
}

// Fills the table for these chunks, and notes those that a field lacks. False when there is none at all.
bool FieldColumns::fill(FieldChunks& found, std::span<const std::shared_ptr<Entry>> entries,
                        const std::vector<std::uint32_t>& numbers, const Source& source,
                        std::vector<std::uint32_t>& missing) const {
  found.columns_.clear();
  std::vector<Root> roots;
  for (const auto& entry : entries) {
    roots.push_back(entry->shared_root());
    const auto& root = roots.back();
    found.columns_.push_back({Column(root), entry->type, root && root->texts ? root->texts.get() : nullptr});
  }
  found.first_ = numbers.front();
  found.table_.assign(std::size_t{numbers.back() - numbers.front() + 1} * entries.size(), nullptr);
  missing.clear();
  for (const auto number : numbers) {
    const auto stands = [&](std::size_t i) { return is_usable(*entries[i], roots[i], number, source.sequence); };
    bool all = true;
    for (std::size_t i = 0; i < entries.size() && all; ++i) all = stands(i);
    if (!all) {
      missing.push_back(number);
      continue;
    }
    for (std::size_t i = 0; i < entries.size(); ++i)
      found.table_[std::size_t{number - found.first_} * entries.size() + i] = found.columns_[i].column.chunk(number);
  }
  return missing.size() < numbers.size();
}

// Makes some of the missing chunks: as many as the documents pay for that are read for want of them.
void FieldColumns::make_some(std::span<const std::shared_ptr<Entry>> entries, const std::vector<std::uint32_t>& missing,
                             const ChunksAsk& ask, const Source& source) {
  Making making;
  std::vector<std::unique_lock<std::mutex>> locks;
  std::uint64_t bytes = 0;
  constexpr std::uint64_t kPackedGuess = kMostChunkBytes / 4;
  for (const auto& entry : entries) {
    const auto known = [&](const auto& part) { return part.entry == entry.get(); };
    if (std::any_of(making.parts.begin(), making.parts.end(), known)) continue;   // a field named twice
    if (!locks.emplace_back(entry->making, std::try_to_lock)) return;
    making.parts.push_back({entry.get()});
    bytes += sizeof(ColumnNode) + (entry->type == ColumnType::kPacked ? kPackedGuess : 0);
  }
  auto& first = *entries.front();
  constexpr std::uint64_t kMostPaid = 1u << 20;
  constexpr std::uint64_t kPayADocument = 2;   // neighbours are read at half the cost of scattered documents
  first.paid = std::min(first.paid + kPayADocument * ask.ordinals.size(), kMostPaid);
  const auto count = std::min<std::uint64_t>(first.paid / ColumnChunk::kSize, missing.size());
  if (count == 0 || !make_room(count * bytes, &first)) return;
  // From where the last query ended: chunks written over and over must not keep the others from being made.
  auto at = static_cast<std::size_t>(std::lower_bound(missing.begin(), missing.end(), first.next) - missing.begin());
  for (std::uint64_t i = 0; i < count; ++i) making.numbers.push_back(missing[at++ % missing.size()]);
  first.next = making.numbers.back() + 1;
  first.paid -= count * ColumnChunk::kSize;
  std::sort(making.numbers.begin(), making.numbers.end());
  static_cast<void>(make(making, source, ask.deadline));
}

FieldChunks FieldColumns::chunks(const ChunksAsk& ask, const Source& source) {
  if (source.live.size() < kLeastDocuments || ask.fields.empty() || ask.ordinals.empty()) return {};
  std::vector<std::shared_ptr<Entry>> entries;
  for (const auto& field : ask.fields) entries.push_back(chunk_entry(field, source.collection));
  if (std::find(entries.begin(), entries.end(), nullptr) != entries.end()) return {};
  try {
    std::vector<std::uint32_t> numbers;
    for (OrdinalSet::Iterator at(ask.ordinals); at.valid(); at.seek((numbers.back() + 1) * ColumnChunk::kSize)) {
      numbers.push_back(at.value() / ColumnChunk::kSize);
      if (numbers.back() == UINT32_MAX / ColumnChunk::kSize) break;
    }
    FieldChunks found;
    std::vector<std::uint32_t> missing;
    bool some = fill(found, entries, numbers, source, missing);
    if (!missing.empty()) {
      make_some(entries, missing, ask, source);
      some = fill(found, entries, numbers, source, missing);
    }
    return some ? std::move(found) : FieldChunks();
  } catch (const std::bad_alloc&) {
    return {};   // as when the pool has no room
  }
}

}  // namespace aurora
