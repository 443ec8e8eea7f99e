// Whether documents, definitions and change log are whole and agree, so that indexes can be made of them; and whether rows
// found beside the store are in it, or something newer. Called by the facade's check and repair.
#include <aurora/commit/check_rows.hpp>

#include <aurora/base/try.hpp>
#include <aurora/commit/keys.hpp>
#include <aurora/commit/log_codec.hpp>
#include <aurora/schema/definition.hpp>

#include "definition_rows.hpp"
#include "engine_parts.hpp"

namespace aurora::commit {

namespace {

using storage::Family;

// Every row of a family through `look`.
Status look_at_all(storage::Store& store, Family family,
                   const std::function<Status(std::string_view key, std::string_view value)>& look) {
  storage::CursorOptions options;
  options.fill_cache = false;
  const auto cursor = store.cursor(family, options);
  for (cursor->seek({}); cursor->valid(); cursor->next()) AURORA_TRY(look(cursor->key(), cursor->value()));
  return cursor->status();
}

std::uint64_t place_of(CollectionId collection, Ordinal ordinal) {
  return (std::uint64_t{collection} << 32) | ordinal;
}

Error disagrees(std::uint64_t place, const std::string& what) {
  return Error(ErrorCode::kCorruption, "document " + std::to_string(static_cast<Ordinal>(place)) + " of collection " +
                                           std::to_string(place >> 32) + " " + what);
}

}  // namespace

Status RowCheck::run() {
  AURORA_TRY(look_at_all(store_, Family::kMeta, [&](std::string_view key, std::string_view value) -> Status {
    if (key == kIdsKey && value.size() == 8) next_collection_ = load_be<std::uint32_t>(value.data());
    const auto id = collection_in(kCollectionPrefix, key);
    if (!id) return {};
    const auto definition = decode_definition(value);
    if (!definition) return definition.error();
    versions_[*id] = definition->version;
    return {};
  }));
  AURORA_TRY(look_at_all(store_, Family::kLog, [&](std::string_view key, std::string_view value) {
    return take_log(key, value);
  }));
  AURORA_TRY(judge_beginning());
  AURORA_TRY(look_at_all(store_, Family::kDocs, [&](std::string_view key, std::string_view value) {
    return take_document(key, value);
  }));
  for (const auto& [place, change] : changes_)
    if (!change.removed && !change.found && versions_.contains(static_cast<CollectionId>(place >> 32)))
      return disagrees(place, "is not stored, though commit " + std::to_string(change.sequence) + " wrote it");
  return {};
}

Status RowCheck::take_log(std::string_view key, std::string_view value) {
  const auto sequence = LogKey::sequence_of(key);
  if (!sequence) return Error(ErrorCode::kCorruption, "a key of the change log has a wrong size");
  if (last_ != 0 && *sequence > last_ + 1)
    return Error(ErrorCode::kCorruption, "the change log lacks commit " + std::to_string(last_ + 1));
  if (first_ == 0) first_ = *sequence;
  last_ = *sequence;
  const auto row = decode_log(value, [&](const LogEntry& entry) -> Status {
    changes_[place_of(entry.collection, entry.ordinal)] = {*sequence, entry.kind == ChangeKind::kDelete, false};
    return entry.before.empty() ? Status() : RecordView::check(entry.before);
  });
  return row ? Status() : Status(row.error());
}

// Rows are trimmed that the pages know of, no others. Pages may be damaged: what they say is then unknown.
Status RowCheck::judge_beginning() {
  std::string bytes;
  const auto there = store_.get(Family::kPages, kFreshnessKey, bytes);
  if (!there || !*there || first_ == 0) return {};
  const auto fresh = decode_freshness(bytes);
  if (!fresh) return {};
  is_trimmed_ = first_ <= *fresh + 1;
  if (is_trimmed_) return {};
  return Error(ErrorCode::kCorruption, "the change log lacks the commits " + std::to_string(*fresh + 1) + " to " +
                                           std::to_string(first_ - 1));
}

Status RowCheck::take_document(std::string_view key, std::string_view value) {
  AURORA_TRY(RecordView::check(value));
  if (key.size() != 8) return {};
  const auto place = load_be<std::uint64_t>(key.data());
  const auto at = changes_.find(place);
  if (at == changes_.end() || !versions_.contains(static_cast<CollectionId>(place >> 32))) return {};
  at->second.found = true;
  const auto sequence = RecordView(value).sequence();
  if (at->second.removed && sequence <= at->second.sequence)
    return disagrees(place, "is stored, though commit " + std::to_string(at->second.sequence) + " removed it");
  if (sequence < at->second.sequence)
    return disagrees(place, "has its state of commit " + std::to_string(sequence) + ", not that of commit " +
                                std::to_string(at->second.sequence));
  return {};
}

Result<bool> RowCheck::knows(Family family, std::string_view key, std::string_view value) const {
  if (family == Family::kPages) return true;
  std::string now;
  AURORA_ASSIGN(const bool there, store_.get(family, key, now));
  if (there && now == value) return true;
  switch (family) {
    case Family::kLog: return is_trimmed_ && LogKey::sequence_of(key).value_or(0) < first_;
    case Family::kDocs: return knows_document(key, value, there ? std::string_view(now) : std::string_view());
    case Family::kMeta: return knows_definition(key, value);
    case Family::kKv: return collection_in(kDefinitionCopyPrefix, key).has_value();   // the definition itself tells
    default: return false;
  }
}

bool RowCheck::knows_document(std::string_view key, std::string_view value, std::string_view now) const {
  if (key.size() != 8 || !RecordView::check(value)) return true;   // nothing that could be saved
  const auto sequence = RecordView(value).sequence();
  if (!now.empty()) return RecordView(now).sequence() >= sequence;
  const auto place = load_be<std::uint64_t>(key.data());
  const auto id = static_cast<CollectionId>(place >> 32);
  if (!versions_.contains(id) && id >= kFirstUserId) return id < next_collection_;   // dropped since
  const auto change = changes_.find(place);
  if (change == changes_.end()) return is_trimmed_ && sequence < first_;
  return change->second.removed && change->second.sequence >= sequence;
}

bool RowCheck::knows_definition(std::string_view key, std::string_view value) const {
  if (key == kIdsKey) return value.size() != 8 || load_be<std::uint32_t>(value.data()) <= next_collection_;
  if (const auto dropped = collection_in(kDroppedPrefix, key)) return *dropped < next_collection_;
  const auto id = collection_in(kCollectionPrefix, key);
  if (!id) return false;
  const auto definition = decode_definition(value);
  const auto known = versions_.find(*id);
  if (known == versions_.end()) return *id < next_collection_;
  return definition && definition->version <= known->second;
}

}  // namespace aurora::commit
