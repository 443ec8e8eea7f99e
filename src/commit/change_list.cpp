// Body of the change list. Called by snapshot views.
//
// The log holds the state before a change; the state after it is the one before the document's next change, or,
// when there is none, the document itself.
#include <aurora/commit/change_list.hpp>

#include <aurora/base/bytes.hpp>
#include <aurora/base/try.hpp>
#include <aurora/commit/keys.hpp>
#include <aurora/commit/records.hpp>
#include <aurora/schema/system_collections.hpp>

#include <map>

namespace aurora::commit {

namespace {

std::string_view mutation_name(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::kInsert: return "INSERT";
    case ChangeKind::kUpdate: return "UPDATE";
    case ChangeKind::kDelete: return "DELETE";
  }
  return "UPDATE";
}

// The fields that are there, undeclared ones last.
Value state_of(const CollectionDef& collection, const RecordRef& record) {
  if (!record) return {};
  Object fields;
  for (const auto& field : collection.fields)
    if (const auto value = read_field(collection, field, record.view()); !value.is_null())
      fields.append(field.name, Value(value));
  if (const auto open = record.view().field(kOpenFields); open.type() == Type::kObject)
    for (std::uint32_t i = 0; i < open.object().size(); ++i)
      fields.append(std::string(open.object().name(i)), Value(open.object().value(i)));
  return Value(std::move(fields));
}

Value id_of(const CollectionDef& collection, const RecordRef& record) {
  if (!record) return {};
  const auto* primary = collection.primary();
  return primary != nullptr ? Value(read_field(collection, *primary, record.view())) : Value(record.view().sid());
}

// Rises with the log and stays the same for a change: its commit and its place there, in the form of a UUIDv7.
Uuid sid_of(Sequence sequence, std::uint32_t place) {
  char bytes[16] = {};
  char number[8];
  store_be<std::uint64_t>(number, sequence);
  std::copy(number + 2, number + 8, bytes);
  bytes[6] = 0x70;
  bytes[8] = static_cast<char>(0x80);
  store_be<std::uint32_t>(bytes + 12, place);
  Uuid sid;
  std::copy(bytes, bytes + 16, reinterpret_cast<char*>(sid.bytes.data()));
  return sid;
}

}  // namespace

Result<std::unique_ptr<ChangeList>> ChangeList::read(storage::Store& store, const Catalog& catalog, Sequence upto) {
  auto list = std::make_unique<ChangeList>();
  auto& entries = list->entries_;
  std::map<std::pair<CollectionId, Ordinal>, std::uint32_t> latest;
  const auto cursor = store.cursor(storage::Family::kLog, {});
  Sequence at = 0;
  std::uint32_t place = 0;
  for (cursor->seek({}); cursor->valid(); cursor->next()) {
    const auto sequence = LogKey::sequence_of(cursor->key());
    if (!sequence) return Error(ErrorCode::kCorruption, "a key of the change log has a wrong size");
    if (*sequence > upto) break;
    if (*sequence != at) place = 0;
    at = *sequence;
    auto row = decode_log(cursor->value(), [&](const LogEntry& entry) -> Status {
      const auto collection = catalog.find(entry.collection);
      if (!collection || collection->system) return {};
      RecordRef before;
      if (entry.kind != ChangeKind::kInsert) {
        AURORA_ASSIGN(before, checked_record(entry.collection, entry.ordinal, entry.before));
      }
      const auto index = static_cast<std::uint32_t>(entries.size());
      const auto [known, first] = latest.try_emplace({entry.collection, entry.ordinal}, index);
      if (!first) entries[std::exchange(known->second, index)].next = index;
      entries.push_back({at, place++, entry.kind, entry.collection, entry.ordinal, std::move(before), kNone});
      return {};
    });
    if (!row) return row.error().with_prefix("commit " + std::to_string(at) + ": ");
  }
  AURORA_TRY(cursor->status());
  list->version_.definition = catalog.find(kChangesCollection);
  list->version_.live = OrdinalSet::range(0, entries.size());
  list->version_.next_ordinal = static_cast<Ordinal>(entries.size());
  list->version_.changed_at = upto;
  return list;
}

Result<RecordRef> ChangeList::record(Ordinal ordinal, const Catalog& catalog, const Current& current) const {
  const auto& entry = entries_.at(ordinal);
  const auto collection = catalog.find(entry.collection);
  RecordRef after;
  if (entry.kind != ChangeKind::kDelete) {
    if (entry.next != kNone) {
      after = entries_[entry.next].before;
    } else {
      AURORA_ASSIGN(after, current(entry.collection, entry.ordinal));
    }
  }
  const auto& definition = *version_.definition;
  RecordBuilder builder;
  builder.add(definition.find("sequence")->id, Value(static_cast<std::int64_t>(entry.sequence)));
  builder.add(definition.find("collection")->id, Value(collection->name));
  builder.add(definition.find("mutation")->id, Value(mutation_name(entry.kind)));
  builder.add(definition.find("id")->id, id_of(*collection, after ? after : entry.before));
  builder.add(definition.find("old")->id, state_of(*collection, entry.before));
  builder.add(definition.find("new")->id, state_of(*collection, after));
  // Two documents in one: the limit of one does not hold.
  AURORA_ASSIGN(auto record, builder.finish(definition.version, UINT32_MAX));
  record.seal(entry.sequence, sid_of(entry.sequence, entry.place));
  return record;
}

}  // namespace aurora::commit
