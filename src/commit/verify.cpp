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

// Ordinals from begin on, before end.
struct Part {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  [[nodiscard]] bool has(Ordinal ordinal) const noexcept { return ordinal >= begin && ordinal < end; }
};

// Entries an index should hold for a part of the documents against those it does hold, both in (key, ordinal) order.
void compare_entries(const CollectionDef& collection, const IndexDef& index, const IndexVersion& version, const Part& part,
                     std::vector<std::pair<std::string, Ordinal>> expected, Engine::VerifyReport& report) {
  std::sort(expected.begin(), expected.end());
  const auto name = "index '" + index.name + "' of '" + collection.name + "'";
  std::size_t at = 0;
  bool differs = false;
  std::vector<Ordinal> ordinals;
  version.scan({}, IndexVersion::Direction::kForward, [&](const IndexVersion::Entry& entry) {
    ordinals.assign(entry.inline_ordinals.begin(), entry.inline_ordinals.end());
    if (entry.set != nullptr) entry.set->append_to(ordinals);
    if (is_unique(index.kind) && ordinals.size() > 1 && part.has(ordinals.front()))
      note(report.problems, name + " is unique but holds a value twice");
    for (const auto ordinal : ordinals) {
      if (!part.has(ordinal)) continue;
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

// Looks at one collection after the other, each in one state as long as writers let it. Documents that were superseded
// too often meanwhile make a state too old to be read on (VersionHistory): what is left is then looked at in a fresh one,
// and less of it, until a part is small enough to be read in time. Documents do not move from one part to another, so
// that each part agrees with its entries in the indexes of the same state.
class Engine::Verification {
 public:
  explicit Verification(Engine& engine) : engine_(engine), pinned_(std::in_place, engine.view()) {}

  Result<VerifyReport> run() {
    std::vector<CollectionId> ids;
    for (const auto& collection : pinned_->catalog().collections())
      if (collection->id != kChangesCollection) ids.push_back(collection->id);   // verify_log looks at the log
    for (const auto id : ids) {
      if (const auto collection = pinned_->catalog().find(id); collection && !collection->system) ++report_.collections;
      AURORA_TRY(collection_in_parts(id));
    }
    AURORA_TRY(log(pinned_->sequence()));
    if (auto status = engine_.store_->verify_checksums(); !status) note(report_.problems, status.error().message());
    return std::move(report_);
  }

 private:
  static constexpr std::uint64_t kSmallestPart = 256;
  static constexpr int kMostStates = 100;   // for a part of the smallest size

  Status collection_in_parts(CollectionId id) {
    std::optional<Uuid> last_sid;
    std::uint64_t size = 0;   // of the next part; 0: all there is
    int outdated = 0;
    bool is_fresh = true;
    for (Part part;;) {
      const auto collection = pinned_->catalog().find(id);
      if (!collection) return {};   // dropped since
      AURORA_ASSIGN(const auto* version, pinned_->collection(id));
      const std::uint64_t end = version->next_ordinal;
      if (is_fresh && !version->live.empty() && version->live.max() >= end)
        note(report_.problems, "collection '" + collection->name + "' would give out an ordinal twice");
      part.end = size == 0 ? kPastLast : part.begin + size;
      const auto looked = look_at(*collection, *version, part, is_fresh, last_sid);
      is_fresh = false;
      if (looked) {
        if (part.end >= end) return {};
        part.begin = part.end;
        outdated = 0;
        continue;
      }
      // The state that is looked at is too old for what others wrote since: that is no damage.
      if (looked.error().code() != ErrorCode::kConflict) {
        note(report_.problems, looked.error().message());
        return {};
      }
      if (size == kSmallestPart && ++outdated == kMostStates) return looked.error();
      size = std::max(kSmallestPart, (size == 0 ? end - std::min(part.begin, end) : size) / 4);
      pinned_.emplace(engine_.view());
      is_fresh = true;
    }
  }

  // Adds to the report only when all of the part was seen.
  Status look_at(const CollectionDef& collection, const CollectionVersion& version, const Part& part, bool is_fresh,
                 std::optional<Uuid>& last_sid) {
    const bool readable = read_pages(collection);
    const auto documents = part.end == kPastLast && part.begin == 0
                               ? version.live
                               : version.live & OrdinalSet::range(static_cast<Ordinal>(part.begin), part.end);
    std::vector<std::vector<std::pair<std::string, Ordinal>>> expected(collection.indexes.size());
    VerifyReport seen;
    auto last = last_sid;
    std::vector<std::string> keys;
    AURORA_TRY(pinned_->scan(collection.id, documents, [&](Ordinal ordinal, const RecordRef& record) {
      ++seen.documents;
      if (last && record.view().sid() <= *last)
        note(seen.problems, "_sid does not rise at document " + std::to_string(ordinal) + " of '" + collection.name + "'");
      last = record.view().sid();
      if (const auto* stale = find_stale_computed(collection, record.view()))
        note(seen.problems, "the computed field '" + stale->name + "' of document " + std::to_string(ordinal) + " of '" +
                                collection.name + "' is not what its expression gives");
      for (std::size_t i = 0; i < expected.size(); ++i) {
        text::extract_index_keys(collection, collection.indexes[i], record.view(), keys);
        for (auto& key : keys) expected[i].emplace_back(std::move(key), ordinal);
      }
      return true;
    }));
    last_sid = last;
    report_.documents += seen.documents;
    for (auto& problem : seen.problems) note(report_.problems, std::move(problem));
    if (seen.documents != documents.size())
      note(report_.problems, "collection '" + collection.name + "' counts " + std::to_string(documents.size()) +
                                 " documents but " + std::to_string(seen.documents) + " are stored");
    for (std::size_t i = 0; readable && i < expected.size(); ++i) {
      if (is_fresh)
        if (auto sound = OrderedIndex::check(version.indexes[i]); !sound)
          note(report_.problems, "index '" + collection.indexes[i].name + "': " + sound.error().message());
      compare_entries(collection, collection.indexes[i], version.indexes[i], part, std::move(expected[i]), report_);
    }
    return {};
  }

  // From here on no page is missing: one that can be neither read nor recovered is found now.
  bool read_pages(const CollectionDef& collection) {
    std::vector<std::shared_ptr<StoredPages>> unread;
    {
      std::lock_guard lock(engine_.heads_mutex_);
      unread = unread_of(engine_.heads_, [&](CollectionId id) { return id == collection.id; });
    }
    bool readable = true;
    for (const auto& pages : unread)
      if (auto read = read_rest(*pages); !read) {
        note(report_.problems, "an index of '" + collection.name + "': " + read.error().message());
        readable = false;
      }
    return readable;
  }

  Status log(Sequence upto);

  static constexpr std::uint64_t kPastLast = std::uint64_t{1} << 32;

  Engine& engine_;
  std::optional<SnapshotView> pinned_;
  VerifyReport report_;
};

Result<Engine::VerifyReport> Engine::verify() { return Verification(*this).run(); }

Status Engine::Verification::log(Sequence upto) {
  const auto cursor = engine_.store_->cursor(storage::Family::kLog, {});
  Sequence last = 0;
  bool goes_on = false;
  for (cursor->seek({}); cursor->valid(); cursor->next()) {
    const auto sequence = LogKey::sequence_of(cursor->key());
    goes_on = sequence && *sequence > upto;
    if (!sequence || goes_on) break;
    ++report_.log_rows;
    if (last != 0 && *sequence != last && *sequence != last + 1)
      note(report_.problems, "the change log lacks commit " + std::to_string(last + 1));
    last = *sequence;
    auto row = decode_log(cursor->value(), [](const LogEntry& entry) {
      return entry.before.empty() ? Status() : RecordView::check(entry.before);
    });
    if (!row) note(report_.problems, "commit " + std::to_string(last) + ": " + row.error().message());
  }
  // Beside writers the log may have been trimmed to commits that came after the snapshot.
  const bool is_trimmed = last == 0 && goes_on;
  if (last != upto && upto != 0 && !is_trimmed) note(report_.problems, "the change log ends before the newest commit");
  return cursor->status();
}

}  // namespace aurora::commit
