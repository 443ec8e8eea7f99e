// Body of change cursors. Called by subscriptions and listeners; calls the tail and the change log.
//
// The log holds the state before a change; the state after it is the one before the document's next change, or,
// when there is none, the document as a snapshot taken first shows it.
#include <aurora/commit/change_cursor.hpp>

#include <aurora/base/try.hpp>
#include <aurora/commit/engine.hpp>
#include <aurora/commit/keys.hpp>
#include <aurora/commit/log_codec.hpp>

#include <map>
#include <utility>

namespace aurora::commit {

namespace {

// Taken at once, so that a fast reader does not meet the publisher's lock at each commit.
constexpr std::size_t kBatch = 64;

// The commits of the log, put together from its rows.
class Replay {
 public:
  explicit Replay(Engine& engine) : engine_(engine), view_(engine.view()) {}

  [[nodiscard]] Sequence upto() const { return view_.sequence(); }

  Status read(Sequence after, std::optional<Gap>& gap) {
    const auto cursor = engine_.store().cursor(storage::Family::kLog, {});
    for (cursor->seek(LogKey(after + 1, 0).view()); cursor->valid(); cursor->next()) {
      const auto sequence = LogKey::sequence_of(cursor->key());
      if (!sequence) return Error(ErrorCode::kCorruption, "a key of the change log has a wrong size");
      if (*sequence > upto()) break;
      if (commits_.empty()) {
        // The log is trimmed row by row: of the oldest commit, the first parts may be gone.
        const bool whole = cursor->key() == LogKey(*sequence, 0).view();
        const auto resume = whole ? *sequence - 1 : *sequence;
        if (resume > after) {
          gap = Gap{resume - after, resume};
          return {};
        }
      }
      AURORA_TRY(add_row(*sequence, cursor->value()));
    }
    return cursor->status();
  }

  // The states that no later change of the log knows.
  Status finish(std::deque<std::shared_ptr<const Commit>>& out) {
    for (const auto& [document, place] : latest_) {
      auto& change = change_at(place);
      if (!place.open) continue;
      AURORA_ASSIGN(change.after, view_.record(document.first, document.second));
    }
    for (auto& commit : commits_) out.push_back(std::move(commit));
    return {};
  }

 private:
  struct Place {
    std::size_t commit;
    std::size_t change;
    bool open;               // its state afterwards is not known yet
  };

  Change& change_at(const Place& place) { return commits_[place.commit]->changes[place.change]; }

  Status add_row(Sequence sequence, std::string_view bytes) {
    if (commits_.empty() || commits_.back()->sequence != sequence) {
      commits_.push_back(std::make_shared<Commit>());
      commits_.back()->sequence = sequence;
      commits_.back()->catalog = view_.catalog_ref();
    }
    auto& commit = *commits_.back();
    auto row = decode_log(bytes, [&](const LogEntry& entry) -> Status {
      if (!view_.catalog().find(entry.collection)) return {};
      RecordRef before;
      if (entry.kind != ChangeKind::kInsert) {
        AURORA_ASSIGN(before, checked_record(entry.collection, entry.ordinal, entry.before));
      }
      const Place place{commits_.size() - 1, commit.changes.size(), entry.kind != ChangeKind::kDelete};
      commit.changes.push_back({entry.collection, entry.ordinal, before, {}});
      const auto [known, first] = latest_.try_emplace({entry.collection, entry.ordinal}, place);
      if (first) return {};
      change_at(known->second).after = std::move(before);
      known->second = place;
      return {};
    });
    if (!row) return row.error().with_prefix("commit " + std::to_string(sequence) + ": ");
    commit.time = row->time;
    commit.catalog_changed = row->catalog_changed;
    return {};
  }

  Engine& engine_;
  SnapshotView view_;
  std::vector<std::shared_ptr<Commit>> commits_;
  std::map<std::pair<CollectionId, Ordinal>, Place> latest_;   // the newest change of each document
};

}  // namespace

Status read_log_after(Engine& engine, Sequence after, std::deque<std::shared_ptr<const Commit>>& out,
                      std::optional<Gap>& gap) {
  Replay replay(engine);
  AURORA_TRY(replay.read(after, gap));
  if (gap) return {};
  return replay.finish(out);
}

Status ChangeCursor::fetch(std::optional<Gap>& gap) {
  if (!ready_.empty() || engine_.tail().read_after(after_, kBatch, ready_)) return {};
  AURORA_TRY(read_log_after(engine_, after_, ready_, gap));
  if (gap) after_ = gap->resume;
  return {};
}

Result<std::shared_ptr<const Commit>> ChangeCursor::next(std::optional<Gap>& gap) {
  AURORA_TRY(fetch(gap));
  if (ready_.empty()) return std::shared_ptr<const Commit>();
  auto commit = std::move(ready_.front());
  ready_.pop_front();
  after_ = commit->sequence;
  return commit;
}

}  // namespace aurora::commit
