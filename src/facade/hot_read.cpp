// Body of the hot read. Called by Database and by prepared point reads; calls the key hints and the hot cache.
//
// Why the answer is right: the record was the newest of its document at some moment of the call (K2; the store has each
// commit before it is published), it is published, and its catalog is the one the names were looked up in, which is looked
// at last. A published record under a key is the only one of that key.
#include "hot_read.hpp"

#include <aurora/expr/computed_fields.hpp>

#include <array>
#include <memory>

namespace aurora::facade {

namespace {

// A document that this thread read. Once it reads it again and again, it keeps it: copying it then counts references in
// memory that only this thread writes, so that a very hot document is no meeting point of all processors.
struct Own {
  std::uint64_t hash = 0;                            // of the key that was here last
  std::uint64_t database = 0;                        // its number: the others are valid with it alone; 0: not kept
  std::uint64_t catalog = 0;
  CollectionId collection = 0;
  const std::atomic<Sequence>* stamp = nullptr;      // of the cache of its database
  Sequence stamped = 0;
  ValueView key;                                     // in the record
  RecordRef record;
  Document document;                                 // made when it is asked for
};

class ThreadReads {
 public:
  struct Named {
    std::uint64_t database = 0;                      // its number; 0: free
    HotPlace place;
  };
  /// Where the thread looked the collection up before, or a free place.
  Named& named(const State& state, std::string_view name) {
    for (std::size_t i = 0; i < named_.size(); ++i) {
      auto& each = named_[(last_ + i) % named_.size()];
      if (each.database != state.number() || each.place.collection->name != name) continue;
      last_ = (last_ + i) % named_.size();
      return each;
    }
    last_ = next_++ % named_.size();
    named_[last_] = Named();
    return named_[last_];
  }
  Own& own(std::uint64_t hash) noexcept { return own_[(hash >> 20) % own_.size()]; }
  /// For one that is not kept.
  Own passing;

 private:
  std::array<Named, 8> named_;
  std::size_t last_ = 0;
  std::size_t next_ = 0;
  std::array<Own, 256> own_;
};

// Larger documents are not kept for a thread: all that it keeps stays within a quarter of a MiB.
constexpr std::size_t kLargestOwn = 1024;

ThreadReads& thread_reads() {
  thread_local const auto reads = std::make_unique<ThreadReads>();
  return *reads;
}

// Asks for the first lines of a record; what is no record any more is asked for in vain.
void fetch_ahead(const void* record) noexcept {
  constexpr std::size_t kLine = 64;
  if (record == nullptr) return;
  for (std::size_t line = 0; line < 4; ++line) __builtin_prefetch(static_cast<const char*>(record) + line * kLine);
}

bool is_same(ValueView a, ValueView b) noexcept {
  if (a.type() != b.type()) return false;
  if (a.type() == Type::kInt) return a.int_value() == b.int_value();
  return a.encoded() == b.encoded();   // Strings and Uuids
}

// Null when nothing is known.
Own* find(State& state, const HotPlace& place, const Value& id) {
  auto& engine = state.engine();
  auto& snapshots = engine.snapshots();
  if (place.type != id.type() || place.catalog != snapshots.published_catalog() || engine.is_closing()) return nullptr;
  auto& reads = thread_reads();
  const auto key = id.scalar_view();
  const auto hash = KeyHints::hash(place.collection->id, key);
  auto& own = reads.own(hash);
  if (own.hash == hash && own.database == state.number() && own.catalog == place.catalog &&
      own.collection == place.collection->id && own.stamp->load(std::memory_order_acquire) == own.stamped &&
      is_same(own.key, key)) {
    engine.records().cache().count_hit();
    return &own;
  }

  auto& records = engine.records();
  const auto hint = records.hints().find(hash);
  if (!hint) return nullptr;
  fetch_ahead(hint->record);   // beside its page
  const auto published = snapshots.published_sequence();   // before the look-up (K2)
  auto found = records.newest(place.collection->id, hint->ordinal);
  if (found.record) {
    if (const auto* const bytes = found.record.bytes().data(); bytes != hint->record)
      records.hints().put(hash, {hint->ordinal, bytes});
  } else {
    const auto entry = engine.enter();   // the store closes
    if (!entry) return nullptr;
    auto stored = records.from_store(place.collection->id, hint->ordinal, published);
    if (!stored || !*stored) return nullptr;   // the ordinary way says why
    found.record = *std::move(stored);
  }
  const auto record = found.record.view();
  const auto has = record.field(place.primary);
  if (record.sequence() > published || !is_same(has, key) || snapshots.published_catalog() != place.catalog)
    return nullptr;
  // Kept at the second time in a row. A stamp that was not published yet belongs to a write under way.
  const bool again = own.hash == hash && found.stamped <= published && found.record.memory_bytes() <= kLargestOwn;
  if (!again && own.hash != hash) {
    own = Own();
    own.hash = hash;
  }
  auto& kept = again ? own : reads.passing;
  kept = Own{hash, state.number(), place.catalog, place.collection->id, found.stamp, found.stamped,
             has,  std::move(found.record), Document()};
  return &kept;
}

// Nothing when the database is closed or has no such collection.
std::optional<HotPlace> look_up(State& state, std::string_view name) {
  auto& engine = state.engine();
  const auto entry = engine.enter();
  if (!entry) return std::nullopt;
  const auto pin = engine.snapshots().pin();
  auto found = pin->catalog->find(name);
  if (!found) return std::nullopt;
  return hot_place(pin->catalog->version(), std::move(found));
}

}  // namespace

Type type_of_keys(FieldType type) noexcept {
  switch (type) {
    case FieldType::kUuid: return Type::kUuid;
    case FieldType::kInt: return Type::kInt;
    case FieldType::kString:
    case FieldType::kId:
    case FieldType::kEmail:
    case FieldType::kUrl:
    case FieldType::kPhoneNumber: return Type::kString;
    default: return Type::kNull;
  }
}

HotPlace hot_place(std::uint64_t catalog, Catalog::Entry collection) {
  HotPlace place{catalog, std::move(collection)};
  const auto& definition = *place.collection;
  const auto* const primary = definition.primary();
  const bool computes = definition.computed_fields && !definition.computed_fields->virtuals().empty();
  if (primary == nullptr || definition.system || definition.ttl || computes) return place;
  place.primary = primary->id;
  place.type = type_of_keys(primary->type.type);
  return place;
}

Document read_hot(State& state, const HotPlace& place, const Value& id) {
  auto* const found = find(state, place, id);
  if (found == nullptr) return {};
  if (found == &thread_reads().passing) return Document(place.collection, std::exchange(found->record, RecordRef()));
  if (!found->document) found->document = Document(place.collection, found->record);
  return found->document;
}

const RecordRef* read_hot_record(State& state, const HotPlace& place, const Value& id) {
  const auto* const found = find(state, place, id);
  return found != nullptr ? &found->record : nullptr;
}

Document read_hot(State& state, std::string_view name, const Value& id) {
  if (!KeyHints::is_hinted(id.type())) return {};
  auto& named = thread_reads().named(state, name);
  if (named.database == 0 || named.place.catalog != state.engine().snapshots().published_catalog()) {
    auto place = look_up(state, name);
    if (!place) return {};
    named = {state.number(), *std::move(place)};
  }
  return read_hot(state, named.place, id);
}

}  // namespace aurora::facade
