// verify(): proves that documents, live sets, indexes and log agree (I6). Called by the facade and `aurora check`.
#include <aurora/base/try.hpp>
#include <aurora/commit/keys.hpp>
#include <aurora/commit/log_codec.hpp>
#include <aurora/expr/computed_fields.hpp>
#include <aurora/text/entries.hpp>

#include "engine_parts.hpp"

#include <algorithm>

namespace aurora::commit {

namespace {
constexpr std::size_t kMaxProblems = 100;

void note(std::vector<std::string>& problems, std::string text) {
  if (problems.size() < kMaxProblems) problems.push_back(std::move(text));
}

// Entries an index should hold against those it does hold, both in (key, ordinal) order.
void compare_entries(const CollectionDef& collection, const IndexDef& index, const IndexVersion& version,
                     std::vector<std::pair<std::string, Ordinal>> expected, Engine::VerifyReport& report) {
  std::sort(expected.begin(), expected.end());
  const auto name = "index '" + index.name + "' of '" + collection.name + "'";
  std::size_t at = 0;
  bool differs = false;
  std::vector<Ordinal> ordinals;
  version.scan({}, IndexVersion::Direction::kForward, [&](const IndexVersion::Entry& entry) {
    ordinals.assign(entry.inline_ordinals.begin(), entry.inline_ordinals.end());
    if (entry.set != nullptr) entry.set->append_to(ordinals);
    if (is_unique(index.kind) && ordinals.size() > 1)
      note(report.problems, name + " is unique but holds a value twice");
    for (const auto ordinal : ordinals) {
      ++report.index_entries;
      if (at < expected.size() && expected[at].first == entry.key && expected[at].second == ordinal) {
        ++at;
        continue;
      }
      note(report.problems, name + " differs from the documents at document " + std::to_string(ordinal));
      differs = true;
      return false;
    }
    return report.problems.size() < kMaxProblems;
  });
  if (at < expected.size() && !differs && report.problems.size() < kMaxProblems)
    note(report.problems, name + " lacks document " + std::to_string(expected[at].second));
}
}  // namespace

Result<Engine::VerifyReport> Engine::verify() {
  VerifyReport report;
  auto pinned = view();
  for (const auto& collection : pinned.catalog().collections()) {
    if (collection->id == kChangesCollection) continue;   // it holds no documents: verify_log looks at the log
    if (!collection->system) ++report.collections;
    AURORA_ASSIGN(const auto* version, pinned.collection(collection->id));
    if (!version->live.empty() && version->live.max() >= version->next_ordinal)
      note(report.problems, "collection '" + collection->name + "' would give out an ordinal twice");
    // From here on no page is missing: one that can be neither read nor recovered is found now.
    std::vector<std::shared_ptr<StoredPages>> unread;
    {
      std::lock_guard lock(heads_mutex_);
      unread = unread_of(heads_, [&](CollectionId id) { return id == collection->id; });
    }
    bool readable = true;
    for (const auto& pages : unread)
      if (auto read = read_rest(*pages); !read) {
        note(report.problems, "an index of '" + collection->name + "': " + read.error().message());
        readable = false;
      }
    std::vector<std::vector<std::pair<std::string, Ordinal>>> expected(collection->indexes.size());
    std::uint64_t found = 0;
    std::optional<Uuid> last_sid;
    std::vector<std::string> keys;
    auto status = pinned.scan(collection->id, version->live, [&](Ordinal ordinal, const RecordRef& record) {
      ++found;
      if (last_sid && record.view().sid() <= *last_sid)
        note(report.problems, "_sid does not rise at document " + std::to_string(ordinal) + " of '" +
                                  collection->name + "'");
      last_sid = record.view().sid();
      if (const auto* stale = find_stale_computed(*collection, record.view()))
        note(report.problems, "the computed field '" + stale->name + "' of document " + std::to_string(ordinal) +
                                  " of '" + collection->name + "' is not what its expression gives");
      for (std::size_t i = 0; i < expected.size(); ++i) {
        text::extract_index_keys(*collection, collection->indexes[i], record.view(), keys);
        for (auto& key : keys) expected[i].emplace_back(std::move(key), ordinal);
      }
      return true;
    });
    // The state that is looked at is too old for what others wrote since: that is no damage.
    if (!status && status.error().code() == ErrorCode::kConflict) return status.error();
    if (!status) {
      note(report.problems, status.error().message());
      continue;
    }
    report.documents += found;
    if (found != version->live.size())
      note(report.problems, "collection '" + collection->name + "' counts " + std::to_string(version->live.size()) +
                                " documents but " + std::to_string(found) + " are stored");
    for (std::size_t i = 0; readable && i < expected.size(); ++i) {
      if (auto sound = OrderedIndex::check(version->indexes[i]); !sound)
        note(report.problems, "index '" + collection->indexes[i].name + "': " + sound.error().message());
      compare_entries(*collection, collection->indexes[i], version->indexes[i], std::move(expected[i]), report);
    }
  }
  AURORA_TRY(verify_log(report, pinned.sequence()));
  if (auto status = store_->verify_checksums(); !status) note(report.problems, status.error().message());
  return report;
}

Status Engine::verify_log(VerifyReport& report, Sequence upto) {
  const auto cursor = store_->cursor(storage::Family::kLog, {});
  Sequence last = 0;
  bool goes_on = false;
  for (cursor->seek({}); cursor->valid(); cursor->next()) {
    const auto sequence = LogKey::sequence_of(cursor->key());
    goes_on = sequence && *sequence > upto;
    if (!sequence || goes_on) break;
    ++report.log_rows;
    if (last != 0 && *sequence != last && *sequence != last + 1)
      note(report.problems, "the change log lacks commit " + std::to_string(last + 1));
    last = *sequence;
    auto row = decode_log(cursor->value(), [](const LogEntry& entry) {
      return entry.before.empty() ? Status() : RecordView::check(entry.before);
    });
    if (!row) note(report.problems, "commit " + std::to_string(last) + ": " + row.error().message());
  }
  // Beside writers the log may have been trimmed to commits that came after the snapshot.
  const bool is_trimmed = last == 0 && goes_on;
  if (last != upto && upto != 0 && !is_trimmed) note(report.problems, "the change log ends before the newest commit");
  return cursor->status();
}

}  // namespace aurora::commit
