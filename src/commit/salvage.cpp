// Body of the salvage. Reads meta, then the change log and the live sets, which tell what ought to be there, then the
// documents; what is missing is known at the end.
#include <aurora/commit/salvage.hpp>

#include <aurora/base/checksum.hpp>
#include <aurora/base/try.hpp>
#include <aurora/commit/keys.hpp>
#include <aurora/commit/log_codec.hpp>
#include <aurora/expr/computed_fields.hpp>
#include <aurora/schema/catalog.hpp>
#include <aurora/schema/system_collections.hpp>
#include <aurora/text/entries.hpp>

#include "definition_rows.hpp"
#include "engine_parts.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

namespace aurora::commit {

namespace {

using storage::Family;

constexpr std::size_t kBatchBytes = 1u << 20;

/// What the change log says of a document last.
struct LastChange {
  Sequence sequence = 0;
  bool removed = false;
};

std::uint64_t place_of(CollectionId collection, Ordinal ordinal) {
  return (std::uint64_t{collection} << 32) | ordinal;
}

std::optional<std::uint64_t> place_of(std::string_view key) {
  if (key.size() != 8) return std::nullopt;
  return load_be<std::uint64_t>(key.data());
}

class Salvager {
 public:
  Salvager(storage::Salvage& from, storage::Store& to) : from_(from), to_(to), batch_(to.make_batch()) {}

  Result<SalvageReport> run(DateTime now) {
    AURORA_TRY(read_definitions());
    AURORA_TRY(from_.read(Family::kLog, [&](auto key, auto value) { return take_log(key, value); }));
    AURORA_TRY(from_.read(Family::kPages, [&](auto key, auto value) { return take_live(key, value); }));
    AURORA_TRY(from_.read(Family::kDocs, [&](auto key, auto value) { return take_document(key, value); }));
    AURORA_TRY(from_.read(Family::kKv, [&](auto key, auto value) {
      if (key.starts_with(kDefinitionCopyPrefix)) return Status();
      batch_->put(Family::kKv, key, value);
      return write_when(kBatchBytes);
    }));
    AURORA_TRY(write_when(0));
    forget_removed();
    for (auto& [id, collection] : collections_) AURORA_TRY(remove_rivals(id, collection));
    AURORA_TRY(write_when(0));
    tell_losses();
    AURORA_TRY(write_meta(now));
    return std::move(report_);
  }

 private:
  struct Collection {
    CollectionDef definition;
    std::string bytes;   ///< empty: the system's
    OrdinalSet found;
    std::optional<LiveRow> live;
  };

  Status read_definitions() {
    AURORA_ASSIGN(const auto system, system_collections());
    for (const auto& definition : system) collections_[definition->id].definition = *definition;
    std::map<std::uint32_t, std::string> damaged;
    AURORA_TRY(from_.read(Family::kMeta, [&](std::string_view key, std::string_view value) -> Status {
      if (key == kFormatKey && value.size() == 4 && load_be<std::uint32_t>(value.data()) > kDatabaseFormat)
        return Error(ErrorCode::kCorruption, "the database has format " + std::to_string(load_be<std::uint32_t>(value.data())) +
                                                 ", this Aurora reads format " + std::to_string(kDatabaseFormat) +
                                                 "; salvage it with a newer Aurora");
      if (key == kIdsKey && value.size() == 8) {
        ids_.next_collection = std::max(ids_.next_collection, load_be<std::uint32_t>(value.data()));
        ids_.next_index = std::max(ids_.next_index, load_be<std::uint32_t>(value.data() + 4));
      }
      if (const auto id = collection_in(kDroppedPrefix, key)) dropped_.insert(*id);
      if (const auto id = collection_in(kCollectionPrefix, key)) take_definition(*id, value, damaged);
      return {};
    }));
    AURORA_TRY(from_.read(Family::kKv, [&](std::string_view key, std::string_view value) -> Status {
      const auto id = collection_in(kDefinitionCopyPrefix, key);
      if (id && !dropped_.contains(*id)) has_copies_ |= take_definition(*id, value, damaged);
      return {};
    }));
    // Parts that were merged may hold definitions from before a drop; ids are not given out again.
    std::erase_if(collections_, [&](const auto& entry) { return dropped_.contains(entry.first); });
    for (const auto id : dropped_) damaged.erase(id);
    // Copies are written with the definitions: where one can be read and nothing of them is missing, they are all.
    const auto misses = [&](Family family) {
      return std::any_of(from_.gaps().begin(), from_.gaps().end(), [&](const auto& gap) { return gap.family == family; });
    };
    complete_ = has_copies_ && !misses(Family::kKv);
    for (const auto& gap : from_.gaps())
      if (gap.family == Family::kMeta && !complete_) lose("the schema", std::nullopt, "definitions may be missing: " + gap.why);
    for (const auto& [id, why] : damaged)
      if (!collections_.contains(id)) lose("#" + std::to_string(id), std::nullopt, "its definition cannot be read: " + why);
    keep_one_of_each_name();
    const auto users = std::count_if(collections_.begin(), collections_.end(),
                                     [](const auto& entry) { return !entry.second.definition.system; });
    report_.collections = static_cast<std::uint64_t>(users);
    if (users == 0 && (report_.lost_count > 0 || !from_.gaps().empty()))
      return without_definitions();
    return {};
  }

  // The newest of each collection is kept. True when this one can be read.
  bool take_definition(CollectionId id, std::string_view bytes, std::map<std::uint32_t, std::string>& damaged) {
    auto definition = decode_definition(bytes);
    const auto usable = definition ? attach_computed_fields(*definition) : Status(definition.error());
    if (!usable) {
      damaged[id] = usable.error().message();
      return false;
    }
    const auto known = collections_.find(id);
    if (known != collections_.end() && known->second.definition.version >= definition->version) return true;
    auto& collection = collections_[id];
    collection.definition = *std::move(definition);
    collection.bytes = bytes;
    return true;
  }

  Error without_definitions() {
    std::set<std::uint64_t> places;   // the same row may come more than once
    static_cast<void>(from_.read(Family::kDocs, [&](std::string_view key, std::string_view value) -> Status {
      const auto place = place_of(key);
      if (place && !collections_.contains(static_cast<CollectionId>(*place >> 32)) && RecordView::check(value)) places.insert(*place);
      return {};
    }).has_value());
    std::set<std::uint64_t> collections;
    for (const auto place : places) collections.insert(place >> 32);
    return Error(ErrorCode::kCorruption, "not one definition can be read, and documents without names of fields are of no use: " +
                                             std::to_string(places.size()) + " of " + std::to_string(collections.size()) +
                                             " collections were found");
  }

  // Of a collection that was dropped and defined again the newer one.
  void keep_one_of_each_name() {
    std::map<std::string, CollectionId> ids;
    for (const auto& [id, collection] : collections_) {
      auto& newest = ids[collection.definition.name];
      newest = std::max(newest, id);
    }
    std::erase_if(collections_, [&](const auto& entry) { return ids[entry.second.definition.name] != entry.first; });
  }

  Status take_log(std::string_view key, std::string_view value) {
    const auto sequence = LogKey::sequence_of(key);
    if (!sequence) return {};
    last_ = std::max(last_, *sequence);
    if (commits_.empty() || commits_.back() != *sequence) commits_.push_back(*sequence);
    const auto row = decode_log(value, [&](const LogEntry& entry) -> Status {
      auto& last = changes_[place_of(entry.collection, entry.ordinal)];
      if (*sequence >= last.sequence) last = {*sequence, entry.kind == ChangeKind::kDelete};
      return {};
    });
    if (!row) lose("the change log", std::nullopt, "commit " + std::to_string(*sequence) + ": " + row.error().message());
    return {};
  }

  Status take_live(std::string_view key, std::string_view value) {
    if (key == kFreshnessKey) {
      if (const auto fresh = decode_freshness(value); fresh && *fresh > fresh_) {
        fresh_ = *fresh;
        last_ = std::max(last_, fresh_);
      }
      return {};
    }
    if (key.size() != 8 || load_be<std::uint32_t>(key.data()) != PageKey::kLiveSets) return {};
    const auto at = collections_.find(load_be<std::uint32_t>(key.data() + 4));
    if (at == collections_.end() || at->second.live) return {};   // the first is the store's own
    if (auto live = decode_live(value)) at->second.live = *std::move(live);
    return {};
  }

  Status take_document(std::string_view key, std::string_view value) {
    const auto place = place_of(key);
    if (!place) return {};
    const auto id = static_cast<CollectionId>(*place >> 32);
    const auto ordinal = static_cast<Ordinal>(*place);
    const auto at = collections_.find(id);
    if (at == collections_.end()) {
      if (!dropped_.contains(id)) ++nameless_[id];
      return {};
    }
    if (const auto sound = RecordView::check(value); !sound) {
      damaged_[*place] = sound.error().message();
      return {};
    }
    const auto sequence = RecordView(value).sequence();
    if (is_removed(at->second, *place, sequence)) return {};
    auto& found = at->second.found;
    if (found.contains(ordinal)) {
      AURORA_TRY(write_when(0));
      std::string known;
      AURORA_ASSIGN(const bool there, to_.get(Family::kDocs, key, known));
      if (there && RecordView(known).sequence() >= sequence) return {};
    }
    found.add(ordinal);
    last_ = std::max(last_, sequence);
    batch_->put(Family::kDocs, key, value);
    return write_when(kBatchBytes);
  }

  [[nodiscard]] bool is_removed(const Collection& collection, std::uint64_t place, Sequence sequence) const {
    const auto change = changes_.find(place);
    if (change != changes_.end()) return change->second.removed && change->second.sequence >= sequence;
    const bool is_known = fresh_ > 0 && sequence <= fresh_ && collection.live.has_value();
    return is_known && !collection.live->live.contains(static_cast<Ordinal>(place));
  }

  // Where a commit is missing, a value may stand in the document that lost it and in the one that got it: the newer keeps
  // it, the other goes.
  Status remove_rivals(CollectionId id, Collection& collection) {
    std::vector<std::pair<std::uint64_t, Ordinal>> holders;   // by hash of the value
    std::vector<std::string> keys;
    std::string bytes;
    for (const auto& index : collection.definition.indexes) {
      if (!is_unique(index.kind)) continue;
      holders.clear();
      Status status;
      collection.found.for_each([&](Ordinal ordinal) {
        status = keys_of(collection, index, ordinal, keys, bytes);
        for (const auto& key : keys) holders.emplace_back(hash64(key), ordinal);
        return status.has_value();
      });
      AURORA_TRY(status);
      std::sort(holders.begin(), holders.end());
      // Each with each of the same hash: those in between may go.
      for (std::size_t i = 1; i < holders.size(); ++i)
        for (auto other = i; other-- > 0 && holders[other].first == holders[i].first;)
          AURORA_TRY(settle(id, collection, index, holders[other].second, holders[i].second));
    }
    return {};
  }

  Status keys_of(const Collection& collection, const IndexDef& index, Ordinal ordinal, std::vector<std::string>& keys,
                 std::string& bytes) {
    keys.clear();
    AURORA_ASSIGN(const bool there,
                  to_.get(Family::kDocs, DocumentKey(collection.definition.id, ordinal).view(), bytes));
    if (there) text::extract_index_keys(collection.definition, index, RecordView(bytes), keys);
    return {};
  }

  Status settle(CollectionId id, Collection& collection, const IndexDef& index, Ordinal a, Ordinal b) {
    if (!collection.found.contains(a) || !collection.found.contains(b)) return {};
    std::vector<std::string> keys_a, keys_b;
    std::string bytes;
    AURORA_TRY(keys_of(collection, index, a, keys_a, bytes));
    const auto sequence_a = RecordView(bytes).sequence();
    AURORA_TRY(keys_of(collection, index, b, keys_b, bytes));
    const auto sequence_b = RecordView(bytes).sequence();
    const bool rivals = std::find_first_of(keys_a.begin(), keys_a.end(), keys_b.begin(), keys_b.end()) != keys_a.end();
    if (!rivals) return {};
    const auto [older, newer] = sequence_a < sequence_b ? std::pair(a, b) : std::pair(b, a);
    collection.found.remove(older);
    batch_->remove(Family::kDocs, DocumentKey(id, older).view());
    rivals_[place_of(id, older)] = "a newer document, " + std::to_string(newer) + ", has its value of the unique index '" +
                                   index.name + "'";
    return {};
  }

  // A damaged row of a removed document is no loss.
  void forget_removed() {
    std::erase_if(damaged_, [&](const auto& entry) {
      const auto change = changes_.find(entry.first);
      return change != changes_.end() && change->second.removed;
    });
  }

  // Sequences are dense (I2), and only rows that the pages know of are trimmed. What lacks in the log was lost with all
  // that it says, in the docs too, when the place of both was the write-ahead log.
  void tell_lost_commits() {
    std::sort(commits_.begin(), commits_.end());
    Sequence next = fresh_ > 0 ? fresh_ + 1 : 0;   // 0: where the log began is not known
    const auto lose_until = [&](Sequence end) {
      if (next != 0 && next < end) {
        const auto which = next + 1 == end ? "commit " + std::to_string(next) + " is lost"
                                           : "commits " + std::to_string(next) + ".." + std::to_string(end - 1) + " are lost";
        lose("the change log", std::nullopt,
             which + ": documents may be older than they were, removed ones may be back");
      }
      next = std::max(next, end);
    };
    if (!commits_.empty()) next = next == 0 ? commits_.front() : std::min(next, commits_.front());
    for (const auto sequence : commits_) {
      lose_until(sequence);
      next = std::max(next, sequence + 1);
    }
    lose_until(last_ + 1);
  }

  void tell_losses() {
    tell_lost_commits();
    for (const auto& [id, count] : nameless_)
      if (!complete_) lose("#" + std::to_string(id), std::nullopt, std::to_string(count) + " documents whose definition is lost");
    for (auto& [id, collection] : collections_) {
      report_.documents += collection.found.size();
      tell_losses_of(id, collection);
    }
    for (const auto& gap : from_.gaps()) tell_gap(gap);
  }

  void tell_losses_of(CollectionId id, const Collection& collection) {
    std::set<Ordinal> wanted;
    const auto want = [&](Ordinal ordinal) {
      if (!collection.found.contains(ordinal)) wanted.insert(ordinal);
      return true;
    };
    if (collection.live && fresh_ > 0) collection.live->live.for_each(want);
    for (const auto& [place, change] : changes_) {
      if (place >> 32 != id) continue;
      if (change.removed && change.sequence > fresh_)
        wanted.erase(static_cast<Ordinal>(place));
      else if (!change.removed)
        want(static_cast<Ordinal>(place));
    }
    for (const auto* told : {&damaged_, &rivals_})
      for (const auto& [place, why] : *told)
        if (place >> 32 == id) want(static_cast<Ordinal>(place));
    for (const auto ordinal : wanted) lose(collection.definition.name, ordinal, reason_of(place_of(id, ordinal)));
    tell_stale(id, collection);
  }

  [[nodiscard]] std::string reason_of(std::uint64_t place) const {
    if (const auto rival = rivals_.find(place); rival != rivals_.end()) return rival->second;
    if (const auto damaged = damaged_.find(place); damaged != damaged_.end()) return damaged->second;
    const auto* gap = gap_around(place);
    return gap == nullptr ? std::string("it is nowhere") : gap->why;
  }

  [[nodiscard]] const storage::Salvage::Gap* gap_around(std::uint64_t place) const {
    for (const auto& gap : from_.gaps()) {
      if (gap.family != Family::kDocs) continue;
      const bool behind = gap.after.empty() || place > place_of(gap.after).value_or(0);
      if (behind && place < place_of(gap.before).value_or(UINT64_MAX)) return &gap;
    }
    return nullptr;
  }

  // Documents of which the log says, or a gap leaves open, that they were changed after the state that was found.
  void tell_stale(CollectionId id, const Collection& collection) {
    std::string bytes;
    collection.found.for_each([&](Ordinal ordinal) {
      const auto place = place_of(id, ordinal);
      const auto change = changes_.find(place);
      const bool is_logged = change != changes_.end() && !change->second.removed;
      const auto* gap = is_logged ? nullptr : gap_around(place);
      if (!is_logged && gap == nullptr) return true;
      const auto known = to_.get(Family::kDocs, DocumentKey(id, ordinal).view(), bytes);
      if (!known || !*known) return true;
      const auto kept = "that of commit " + std::to_string(RecordView(bytes).sequence()) + " was kept";
      if (gap != nullptr)
        lose(collection.definition.name, ordinal, "there may be a newer state; " + kept + ": " + gap->why);
      else if (RecordView(bytes).sequence() < change->second.sequence)
        lose(collection.definition.name, ordinal,
             "its state of commit " + std::to_string(change->second.sequence) + "; " + kept);
      return true;
    });
  }

  // Where it is not known what was there, the place is all that can be told.
  void tell_gap(const storage::Salvage::Gap& gap) {
    if (gap.family == Family::kLog)
      lose("the change log", std::nullopt,
           "commits may be lost, documents older than they were, removed ones back: " + gap.why);
    if (gap.family != Family::kDocs) return;
    const auto after = place_of(gap.after).value_or(0);
    const auto before = place_of(gap.before).value_or(UINT64_MAX);
    for (const auto& [id, collection] : collections_) {
      if (id < after >> 32 || id > before >> 32 || (collection.live && fresh_ > 0)) continue;
      const auto first = id == after >> 32 ? static_cast<Ordinal>(after) + 1 : 0;
      const auto last = id == before >> 32 ? std::to_string(static_cast<Ordinal>(before)) : std::string("the last");
      lose(collection.definition.name, std::nullopt, "documents from " + std::to_string(first) + " to " + last +
                                                         " may be missing: " + gap.why);
    }
  }

  void lose(std::string collection, std::optional<Ordinal> ordinal, std::string why) {
    ++report_.lost_count;
    if (report_.lost.size() < SalvageReport::kMostLost)
      report_.lost.push_back({std::move(collection), ordinal, std::move(why)});
  }

  Status write_meta(DateTime now) {
    std::string bytes;
    append_be<std::uint32_t>(bytes, kDatabaseFormat);
    batch_->put(Family::kMeta, kFormatKey, bytes);
    for (const auto& [id, collection] : collections_) {
      ids_.next_collection = std::max(ids_.next_collection, id + 1);
      for (const auto& index : collection.definition.indexes)
        ids_.next_index = std::max(ids_.next_index, index.id + 1);
      if (!collection.bytes.empty()) put_definition(*batch_, id, collection.bytes);
    }
    bytes.clear();
    append_be<std::uint32_t>(bytes, ids_.next_collection);
    append_be<std::uint32_t>(bytes, ids_.next_index);
    batch_->put(Family::kMeta, kIdsKey, bytes);
    encode_log({}, now, true, [&](std::uint32_t part, std::string_view row) {
      batch_->put(Family::kLog, LogKey(last_ + 1, part).view(), row);
    });
    return to_.write(*batch_, storage::Sync::kSynced);
  }

  Status write_when(std::size_t bytes) {
    if (batch_->byte_size() < bytes) return {};
    AURORA_TRY(to_.write(*batch_, storage::Sync::kLogged));
    batch_->clear();
    return {};
  }

  storage::Salvage& from_;
  storage::Store& to_;
  const std::unique_ptr<storage::WriteBatch> batch_;
  std::map<CollectionId, Collection> collections_;
  std::set<CollectionId> dropped_;
  bool has_copies_ = false;   // of definitions
  bool complete_ = false;     // no definition is missing: documents without one were dropped
  std::map<CollectionId, std::uint64_t> nameless_;           ///< documents of collections without a definition
  std::unordered_map<std::uint64_t, LastChange> changes_;    ///< by place
  std::map<std::uint64_t, std::string> damaged_;             ///< rows that were read and are wrong
  std::map<std::uint64_t, std::string> rivals_;              ///< rows that were right, but whose unique value another has
  std::vector<Sequence> commits_;                            ///< that the change log has, in the order read
  DefinitionIds ids_{kFirstUserId, kFirstUserId};
  Sequence fresh_ = 0;
  Sequence last_ = 0;
  SalvageReport report_;
};

}  // namespace

Result<SalvageReport> salvage(storage::Salvage& from, storage::Store& to, DateTime now) {
  return Salvager(from, to).run(now);
}

}  // namespace aurora::commit
