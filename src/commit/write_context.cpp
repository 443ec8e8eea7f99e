// Body of the write context. Called by mutations (exec) inside the pipeline and by transactions.
#include <aurora/commit/write_context.hpp>

#include <aurora/base/try.hpp>
#include <aurora/commit/engine.hpp>
#include <aurora/exec/pending_scan.hpp>
#include <aurora/expr/computed_fields.hpp>
#include <aurora/index/extract.hpp>
#include <aurora/schema/ttl.hpp>
#include <aurora/text/entries.hpp>

#include <algorithm>

namespace aurora::commit {

namespace {

Error unique_violation(const CollectionDef& collection, const IndexDef& index, RecordView record) {
  std::string fields;
  std::string values;
  for (const auto& path : index.paths) {
    if (!fields.empty()) {
      fields += ", ";
      values += ", ";
    }
    fields += path.text();
    append_json(values, read_path(collection, path, record));
  }
  return Error(ErrorCode::kUniqueConstraintViolation,
               "collection '" + collection.name + "' already holds a document with " + fields + " = " + values);
}

}  // namespace

WriteContext::WriteContext(Engine& engine, SnapshotView& base, WriteSet& writes)
    : engine_(engine), base_(base), writes_(writes), commit_sequence_(base.sequence()), now_(base.now()) {}

void WriteContext::set_commit_sequence(Sequence sequence, DateTime now) {
  commit_sequence_ = sequence;
  now_ = now;
  schema_ = SchemaEdit();
  overridden_.clear();
}

DefinitionIds& WriteContext::schema_ids() { return engine_.schema_ids; }

Uuid WriteContext::new_id() { return engine_.ids().next(); }

std::uint32_t WriteContext::max_document_bytes() const { return engine_.options().max_document_bytes; }

const Catalog& WriteContext::catalog() const { return schema_.catalog ? *schema_.catalog : base_.catalog(); }

Result<const CollectionVersion*> WriteContext::collection(CollectionId id) {
  if (!overridden_.empty())
    if (const auto found = overridden_.find(id); found != overridden_.end()) return found->second.get();
  return base_.collection(id);
}

Result<RecordRef> WriteContext::record(CollectionId id, Ordinal ordinal) {
  RecordRef own;
  if (writes_.find(id, ordinal, own)) return own;
  if (!base_.catalog().find(id)) return RecordRef();
  return base_.record(id, ordinal);
}

Status WriteContext::scan(CollectionId id, const OrdinalSet& ordinals,
                          const std::function<bool(Ordinal, const RecordRef&)>& visit) {
  return scan_with_pending(writes_.pending(id), ordinals, visit,
                           [&](const OrdinalSet& untouched, const auto& each) { return base_.scan(id, untouched, each); });
}

void WriteContext::on_read(CollectionId id, std::shared_ptr<const plan::Filter> filter) {
  if (read_hook) read_hook(id, std::move(filter));
}

Result<Ordinal> WriteContext::insert(const CollectionDef& collection, RecordRef record) {
  return insert_with_sid(collection, std::move(record), engine_.next_sid());
}

Result<Ordinal> WriteContext::insert_with_sid(const CollectionDef& collection, RecordRef record, const Uuid& sid) {
  AURORA_ASSIGN(const auto* version, this->collection(collection.id));
  const auto ordinal = writes_.allocate(collection.id, version->next_ordinal);
  if (ordinal >= 0xFFFF'FFF0u)
    return Error(ErrorCode::kLimitExceeded, "collection '" + collection.name + "' is full: 2^32 documents were " +
                                                "inserted over its life; move its documents to a new collection");
  record.seal(commit_sequence_, sid);
  writes_.put(collection.id, ordinal, RecordRef(), std::move(record));
  return ordinal;
}

std::size_t WriteContext::others_inserted(CollectionId id, Savepoint mark) const {
  return writes_.inserted_before(id, mark);
}

Status WriteContext::replace(const CollectionDef& collection, Ordinal ordinal, RecordRef record) {
  AURORA_ASSIGN(auto before, this->record(collection.id, ordinal));
  record.seal(commit_sequence_, before.view().sid());
  writes_.put(collection.id, ordinal, before, std::move(record));
  return {};
}

Status WriteContext::erase(const CollectionDef& collection, Ordinal ordinal) {
  AURORA_ASSIGN(auto before, this->record(collection.id, ordinal));
  writes_.put(collection.id, ordinal, before, RecordRef());
  return {};
}

Result<std::optional<Ordinal>> WriteContext::holder(const CollectionDef& collection, const IndexDef& index,
                                                    const std::string& key, Ordinal self) {
  AURORA_ASSIGN(const auto found, stored_holder(collection, index, key, self));
  if (!found || !collection.ttl) return found;
  AURORA_ASSIGN(const auto record, this->record(collection.id, *found));
  return is_expired(collection, record.view(), now_) ? std::optional<Ordinal>() : found;
}

// Expired documents hold their values until they are removed, too.
Result<std::optional<Ordinal>> WriteContext::stored_holder(const CollectionDef& collection, const IndexDef& index,
                                                           const std::string& key, Ordinal self) {
  const auto still_holds = [&](const RecordRef& record) {
    if (!record) return false;
    std::vector<std::string> keys;
    text::extract_index_keys(collection, index, record.view(), keys);
    return std::binary_search(keys.begin(), keys.end(), key);
  };
  RecordRef own;
  std::optional<Ordinal> claimed;
  writes_.find_claim(index.id, key, [&](Ordinal ordinal) {
    if (ordinal != self && writes_.find(collection.id, ordinal, own) && still_holds(own)) claimed = ordinal;
    return claimed.has_value();
  });
  if (claimed) return claimed;
  AURORA_ASSIGN(const auto* version, this->collection(collection.id));
  const auto* committed = version->index(index.id);
  if (committed == nullptr) return std::optional<Ordinal>();
  const auto found = committed->find_one(key);
  if (!found || *found == self) return std::optional<Ordinal>();
  if (writes_.find(collection.id, *found, own) && !still_holds(own)) return std::optional<Ordinal>();
  return found;
}

Status WriteContext::check_unique(Savepoint since) {
  Catalog::Entry collection;
  for (const auto& change : writes_.collect(since)) {
    if (!change.after) continue;
    if (!collection || collection->id != change.collection) collection = catalog().find(change.collection);
    if (!collection) continue;
    for (const auto& index : collection->indexes) {
      if (!is_unique(index.kind)) continue;
      // Who keeps a value holds it already; whoever else wants it is checked against the committed index or the claim.
      if (change.before && is_same_in(*collection, index, change.before.view(), change.after.view())) continue;
      keys_.resize(1);
      if (const auto one = extract_key(*collection, index, change.after.view(), keys_.front()))
        keys_.resize(*one);
      else
        text::extract_index_keys(*collection, index, change.after.view(), keys_);
      for (const auto& key : keys_) {
        AURORA_ASSIGN(auto other, stored_holder(*collection, index, key, change.ordinal));
        if (other && collection->ttl) {
          // An expired document gives its value free by going now.
          AURORA_ASSIGN(const auto record, this->record(collection->id, *other));
          if (is_expired(*collection, record.view(), now_)) {
            AURORA_TRY(erase(*collection, *other));
            other.reset();
          }
        }
        if (other) return unique_violation(*collection, index, change.after.view());
        writes_.set_claim(index.id, key, change.ordinal);
      }
    }
  }
  return {};
}

Status WriteContext::put_collection(CollectionDef definition) {
  const auto id = definition.id;
  AURORA_TRY(attach_computed_fields(definition));
  std::unique_ptr<CollectionVersion> next;
  if (catalog().find(id)) {
    AURORA_ASSIGN(const auto* current, collection(id));
    next = std::make_unique<CollectionVersion>(*current);
  } else {
    next = std::make_unique<CollectionVersion>();
  }
  const auto before = next->definition;
  const auto indexes = std::exchange(next->indexes, {});
  const auto lengths = std::exchange(next->lengths, {});
  next->indexes.resize(definition.indexes.size());
  next->lengths.resize(definition.indexes.size());
  for (std::size_t i = 0; before && i < before->indexes.size(); ++i)
    for (std::size_t j = 0; j < definition.indexes.size(); ++j) {
      if (before->indexes[i].id != definition.indexes[j].id) continue;
      next->indexes[j] = indexes[i];
      next->lengths[j] = lengths[i];
    }
  schema_.catalog = (schema_.catalog ? schema_.catalog : base_.catalog_ref())->with(std::move(definition));
  next->definition = schema_.catalog->find(id);
  schema_.changed.insert(id);
  schema_.dropped.erase(id);
  overridden_[id] = std::move(next);
  return {};
}

Status WriteContext::drop_collection(const CollectionDef& definition) {
  const auto id = definition.id;
  const auto name = definition.name;
  schema_.catalog = (schema_.catalog ? schema_.catalog : base_.catalog_ref())->without(name);
  schema_.changed.erase(id);
  schema_.dropped.insert(id);
  overridden_.erase(id);
  return {};
}

Status WriteContext::visit_all(const CollectionDef& collection,
                               const std::function<bool(Ordinal, const RecordRef&)>& visit) {
  AURORA_ASSIGN(const auto* version, this->collection(collection.id));
  return scan(collection.id, all_documents(*version, writes_.pending(collection.id)), visit);
}

Status WriteContext::build_index(const CollectionDef& collection, const IndexDef& index) {
  std::vector<std::pair<std::string, Ordinal>> entries;
  std::vector<std::string> keys;
  AURORA_TRY(visit_all(collection, [&](Ordinal ordinal, const RecordRef& record) {
    text::extract_index_keys(collection, index, record.view(), keys);
    for (auto& key : keys) entries.emplace_back(std::move(key), ordinal);
    return true;
  }));
  std::sort(entries.begin(), entries.end());
  if (is_unique(index.kind)) {
    for (std::size_t i = 1; i < entries.size(); ++i) {
      if (entries[i].first != entries[i - 1].first) continue;
      AURORA_ASSIGN(const auto record, this->record(collection.id, entries[i].second));
      return unique_violation(collection, index, record.view());
    }
  }
  auto built = OrderedIndex::build(std::move(entries), commit_sequence_);
  if (const auto found = overridden_.find(collection.id); found != overridden_.end())
    for (std::size_t i = 0; i < collection.indexes.size(); ++i)
      if (collection.indexes[i].id == index.id) {
        found->second->indexes[i] = built.version();
        if (index.kind == IndexKind::kSearch) found->second->lengths[i] = text::Lengths::of(built.version());
      }
  schema_.built.insert_or_assign(index.id, BuiltIndex{collection.id, std::move(built), savepoint()});
  return {};
}

Status WriteContext::renew_built_indexes() {
  std::vector<std::pair<Catalog::Entry, std::uint32_t>> stale;
  for (const auto& [id, built] : schema_.built) {
    const auto collection = catalog().find(built.collection);
    if (!collection) continue;
    const auto changes = writes_.collect(built.at);
    if (std::any_of(changes.begin(), changes.end(),
                    [&, of = built.collection](const Change& change) { return change.collection == of; }))
      stale.emplace_back(collection, id);
  }
  for (const auto& [collection, id] : stale)
    for (const auto& index : collection->indexes)
      if (index.id == id) AURORA_TRY(build_index(*collection, index));
  return {};
}

}  // namespace aurora::commit
