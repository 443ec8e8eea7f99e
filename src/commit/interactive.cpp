// Body of interactive transactions. Called by the facade.
#include <aurora/commit/interactive.hpp>

#include <aurora/base/try.hpp>

#include <algorithm>

namespace aurora::commit {

namespace {
Error conflict(std::string_view what) {
  return Error(ErrorCode::kConflict, "another commit changed " + std::string(what) + "; run the transaction again");
}

// What a transaction may remember of its reads, however little it may write.
constexpr std::uint64_t kLeastReadBytes = 1u << 20;

// What a filter that is kept takes, about.
std::size_t bytes_of(const plan::FilterNode& node) {
  std::size_t bytes = sizeof(node) + node.name.size();
  for (const auto& operand : node.operands) bytes += sizeof(operand) + (operand.type() == Type::kString ? operand.view().string_value().size() : 0);
  for (const auto& child : node.children) bytes += bytes_of(child);
  return bytes;
}
}  // namespace

InteractiveTransaction::InteractiveTransaction(Engine& engine)
    : engine_(engine), base_(engine.view()), context_(engine, base_, writes_) {
  context_.read_hook = [this](CollectionId collection, std::shared_ptr<const plan::Filter> filter) {
    read_bytes_ += sizeof(Read) + sizeof(plan::Filter) + bytes_of(filter->root());
    reads_.push_back({collection, std::move(filter)});
  };
}

Status InteractiveTransaction::check_size() const {
  const auto most = engine_.options().max_transaction_bytes;
  if (writes_.byte_size() > most) return transaction_too_large(most);
  const auto most_read = std::max<std::uint64_t>(most, kLeastReadBytes);
  if (read_bytes_ <= most_read) return {};
  return Error(ErrorCode::kLimitExceeded,
               "the transaction has read " + std::to_string(reads_.size()) + " times: what it has to remember of that until "
               "it ends takes more than " + std::to_string(most_read) + " bytes (max_transaction_bytes); read more at a time, "
               "or end it earlier");
}

bool InteractiveTransaction::conflicts(const Change& change) const {
  for (const auto& read : reads_) {
    if (read.collection != change.collection) continue;
    if (change.before && read.filter->matches(change.before.view())) return true;
    if (change.after && read.filter->matches(change.after.view())) return true;
  }
  return false;
}

Status InteractiveTransaction::validate(WriteContext& current) const {
  bool stale = false;
  bool schema_changed = false;
  // Every commit that changes a document adds to `_changes`.
  const bool read_changes = std::any_of(reads_.begin(), reads_.end(),
                                        [](const Read& read) { return read.collection == kChangesCollection; });
  const bool covered = engine_.tail().visit_after(base_.sequence(), [&](const Commit& commit) {
    schema_changed = schema_changed || commit.catalog_changed;
    for (const auto& change : commit.changes) stale = stale || read_changes || conflicts(change);
    return !stale && !schema_changed;
  });
  if (!covered) return conflict("more than is kept for validation (the transaction stayed open for too long)");
  if (schema_changed) return conflict("the schema");
  // Commits of the same group are not in the tail yet.
  for (const auto& change : current.writes().collect(Savepoint()))
    if (read_changes || conflicts(change)) stale = true;
  if (stale) return conflict("what this transaction read");
  return {};
}

// A transaction refers to its own documents by the `_sid` it was given. Requires: another one will be given out.
bool InteractiveTransaction::is_known_by_sid(const Catalog& catalog, const CollectionDef& collection) {
  const auto references = catalog.references_to(collection.name);
  return std::any_of(references.begin(), references.end(), [&](const Reference& reference) {
    return catalog.find(reference.from)->find(reference.field)->relation->key == "_sid";
  });
}

Status InteractiveTransaction::replay(WriteContext& current, const std::vector<Change>& changes) {
  const auto mark = current.savepoint();
  for (const auto& change : changes) {
    const auto collection = current.catalog().find(change.collection);
    if (!collection) return conflict("the schema");
    if (!change.before) {
      // Nobody else inserted since: the `_sid` given out before still rises.
      AURORA_ASSIGN(const auto* then, base_.collection(change.collection));
      AURORA_ASSIGN(const auto* now, current.collection(change.collection));
      auto record = RecordRef::copy_of(change.after.bytes());
      const bool alone = then->next_ordinal == now->next_ordinal && current.others_inserted(change.collection, mark) == 0;
      if (!alone && is_known_by_sid(current.catalog(), *collection)) return conflict("the order of documents");
      AURORA_TRY(alone ? current.insert_with_sid(*collection, std::move(record), change.after.view().sid())
                       : current.insert(*collection, std::move(record)));
      continue;
    }
    AURORA_ASSIGN(const auto found, current.record(change.collection, change.ordinal));
    if (!found || found.view().sequence() != change.before.view().sequence())
      return conflict("a document that this transaction changed");
    if (change.after)
      AURORA_TRY(current.replace(*collection, change.ordinal, RecordRef::copy_of(change.after.bytes())));
    else
      AURORA_TRY(current.erase(*collection, change.ordinal));
  }
  return current.check_unique(mark);
}

Result<Sequence> InteractiveTransaction::commit(const Mutation& also) {
  const auto changes = writes_.collect(Savepoint());
  return engine_.commit([&](WriteContext& current) -> Status {
    AURORA_TRY(validate(current));
    AURORA_TRY(replay(current, changes));
    return also ? also(current) : Status();
  });
}

}  // namespace aurora::commit
