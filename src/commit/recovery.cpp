// Opening: from what the store holds to the first snapshot. Reads catalog, freshness and the log's tail; no
// pages and no documents (they are loaded on first use).
//
//   meta: format, ids, definitions ──► catalog
//   pages: freshness F             ──► log rows after F ──► replays (what pages do not know), next sequence
#include <aurora/base/try.hpp>
#include <aurora/commit/keys.hpp>
#include <aurora/commit/log_codec.hpp>
#include <aurora/expr/computed_fields.hpp>

#include "definition_rows.hpp"
#include "engine_parts.hpp"

#include <limits>

namespace aurora::commit {

namespace {
constexpr std::size_t kRemoveBatch = 4096;

std::string prefix_end_of(std::string_view prefix) {
  std::string end(prefix);
  end.back() = static_cast<char>(end.back() + 1);
  return end;
}
}  // namespace

Status Engine::recover() {
  std::string format;
  AURORA_ASSIGN(const bool known, store_->get(storage::Family::kMeta, kFormatKey, format));
  if (!known && options_.read_only)
    return Error(ErrorCode::kNotFound, "there is no database yet: its writer has not made it whole");
  if (!known) {
    AURORA_TRY(check_empty());
    const auto batch = store_->make_batch();
    std::string bytes;
    append_be<std::uint32_t>(bytes, kDatabaseFormat);
    batch->put(storage::Family::kMeta, kFormatKey, bytes);
    AURORA_TRY(store_->write(*batch, storage::Sync::kSynced));
  } else if (format.size() != 4 || load_be<std::uint32_t>(format.data()) != kDatabaseFormat) {
    return Error(ErrorCode::kCorruption,
                 "the database has format " +
                     (format.size() == 4 ? std::to_string(load_be<std::uint32_t>(format.data())) : "?") +
                     ", this Aurora reads format " + std::to_string(kDatabaseFormat) +
                     "; open it with a newer Aurora");
  }
  std::shared_ptr<const Catalog> catalog;
  AURORA_TRY(recover_catalog(catalog));
  if (!options_.read_only) AURORA_TRY(renew_definition_copies(*store_, *catalog));
  Sequence last = 0;
  AURORA_TRY(recover_log(last));
  AURORA_TRY(advance_ids(*catalog));
  last_sequence_ = opened_at_ = last;
  snapshots_.publish(last, false, [&](Snapshot& next, const EditScope&) { next.catalog = catalog; });
  tail_ = std::make_unique<ChangeTail>(options_.tail_bytes, last);
  return {};
}

Status Engine::check_empty() {
  for (const auto family : {storage::Family::kMeta, storage::Family::kDocs, storage::Family::kLog}) {
    const auto cursor = store_->cursor(family, {});
    cursor->seek({});
    AURORA_TRY(cursor->status());
    if (cursor->valid())
      return Error(ErrorCode::kCorruption, "the database holds rows but its format row is missing");
  }
  return {};
}

Status Engine::recover_catalog(std::shared_ptr<const Catalog>& catalog) {
  AURORA_ASSIGN(auto definitions, system_collections());
  storage::CursorOptions range;
  range.lower = kCollectionPrefix;
  range.upper = prefix_end_of(kCollectionPrefix);
  const auto cursor = store_->cursor(storage::Family::kMeta, range);
  for (cursor->seek(range.lower); cursor->valid(); cursor->next()) {
    auto definition = decode_definition(cursor->value());
    if (!definition) return definition.error().with_prefix("collection definition: ");
    if (const auto attached = attach_computed_fields(*definition); !attached)
      return attached.error().with_prefix("collection definition: ");
    definitions.push_back(std::make_shared<const CollectionDef>(*std::move(definition)));
  }
  AURORA_TRY(cursor->status());
  // Definitions that a cursor left out would be collections that are gone.
  AURORA_TRY(store_->verify_checksums(storage::Family::kMeta));
  catalog = std::make_shared<const Catalog>(1, std::move(definitions));

  std::string ids;
  AURORA_ASSIGN(const bool known, store_->get(storage::Family::kMeta, kIdsKey, ids));
  if (!known) return {};
  if (ids.size() != 8) return Error(ErrorCode::kCorruption, "the row of next ids has a wrong size");
  schema_ids.next_collection = load_be<std::uint32_t>(ids.data());
  schema_ids.next_index = load_be<std::uint32_t>(ids.data() + 4);
  return {};
}

Status Engine::recover_log(Sequence& last) {
  Sequence fresh = 0;
  std::string bytes;
  AURORA_ASSIGN(const bool known, store_->get(storage::Family::kPages, kFreshnessKey, bytes));
  has_pages_ = known;
  if (known) {
    auto decoded = decode_freshness(bytes);
    if (decoded)
      fresh = *decoded;
    else
      rebuild_all_ = true;
  } else {
    const auto pages = store_->cursor(storage::Family::kPages, {});
    pages->seek({});
    AURORA_TRY(pages->status());
    rebuild_all_ = pages->valid();
  }
  const auto cursor = store_->cursor(storage::Family::kLog, {});
  cursor->seek(LogKey(fresh + 1, 0).view());
  last = fresh;
  for (; cursor->valid(); cursor->next()) {
    const auto sequence = LogKey::sequence_of(cursor->key());
    if (!sequence) return Error(ErrorCode::kCorruption, "a key of the change log has a wrong size");
    if (*sequence > last + 1) rebuild_all_ = true;   // rows the pages never saw are gone
    last = *sequence;
    auto row = decode_log(cursor->value(), [&](const LogEntry& entry) -> Status {
      auto& replay = replays_[entry.collection];
      if (!replay) replay = std::make_unique<Replay>();
      const auto [at, first] = replay->documents.try_emplace(entry.ordinal);
      at->second.exists = entry.kind != ChangeKind::kDelete;
      if (first && entry.kind != ChangeKind::kInsert) {
        AURORA_ASSIGN(at->second.before, checked_record(entry.collection, entry.ordinal, entry.before));
      }
      return {};
    });
    if (!row) return row.error().with_prefix("commit " + std::to_string(*sequence) + ": ");
  }
  AURORA_TRY(cursor->status());
  // A cursor that left out the rows behind a damaged block would have their sequences given out again.
  cursor->seek_for_prev(LogKey(std::numeric_limits<Sequence>::max(), UINT32_MAX).view());
  AURORA_TRY(cursor->status());
  if (cursor->valid() && LogKey::sequence_of(cursor->key()).value_or(0) > last)
    return Error(ErrorCode::kCorruption, "the change log cannot be read from commit " + std::to_string(last + 1) + " on");
  if (last == fresh && fresh > 0) {
    // The pages claim a sequence: the log must still hold that commit, else its tail was lost.
    cursor->seek(LogKey(fresh, 0).view());
    if (!cursor->valid()) {
      AURORA_TRY(cursor->status());
      rebuild_all_ = true;
      cursor->seek_for_prev(LogKey(fresh, UINT32_MAX).view());
      if (cursor->valid()) last = LogKey::sequence_of(cursor->key()).value_or(fresh);
    }
  }
  checkpointed_ = rebuild_all_ ? 0 : fresh;
  return rebuild_all_ && !options_.read_only ? disown_pages() : Status();
}

// The sequences the pages claim may be given out again: the pages go before the first of them is, or the next
// checkpoint would vouch for those of collections that nobody loaded. The claim goes first: pages without one are
// disowned again when this is interrupted.
Status Engine::disown_pages() {
  log(kLogWarning, "the change log does not reach back to the index pages: indexes are rebuilt from documents");
  const auto batch = store_->make_batch();
  batch->remove(storage::Family::kPages, kFreshnessKey);
  const auto cursor = store_->cursor(storage::Family::kPages, {});
  std::size_t rows = 1;
  for (cursor->seek({}); cursor->valid(); cursor->next()) {
    batch->remove(storage::Family::kPages, cursor->key());
    if (++rows % kRemoveBatch != 0) continue;
    AURORA_TRY(store_->write(*batch, storage::Sync::kNoLog));
    batch->clear();
  }
  AURORA_TRY(cursor->status());
  // A page that the cursor left out would be vouched for by the next checkpoint.
  if (auto sound = store_->verify_checksums(storage::Family::kPages); !sound)
    return sound.error().with_prefix("the index pages are to be made anew, and cannot be removed one by one (aurora check "
                                     "--repair removes them all): ");
  AURORA_TRY(store_->write(*batch, storage::Sync::kNoLog));
  return store_->flush(storage::Family::kPages);
}

Status Engine::advance_ids(const Catalog& catalog) {
  const auto cursor = store_->cursor(storage::Family::kDocs, {});
  for (const auto& collection : catalog.collections()) {
    cursor->seek_for_prev(DocumentKey(collection->id, UINT32_MAX).view());
    AURORA_TRY(cursor->status());
    if (!cursor->valid() || cursor->key().size() != 8 ||
        load_be<std::uint32_t>(cursor->key().data()) != collection->id)
      continue;
    const auto ordinal = load_be<std::uint32_t>(cursor->key().data() + 4);
    AURORA_ASSIGN(const auto record, checked_record(collection->id, ordinal, cursor->value()));
    sids_.advance_past(record.view().sid());
  }
  return {};
}

}  // namespace aurora::commit
