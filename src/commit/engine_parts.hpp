// Private parts of the engine, shared by its bodies: requests, group commits, loaded indexes, replay.
#pragma once

#include <aurora/commit/engine.hpp>

#include "unread_pages.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <utility>

namespace aurora::commit {

/// Where a writer sleeps until it is told something; one for each thread, so that one is woken at a time.
class Sleeper {
 public:
  /// kLead: nobody leads, so look. kDone is the last word about a request.
  enum class Word : std::uint8_t { kNone, kLead, kDone };

  Word wait() {
    std::unique_lock lock(mutex_);
    told_.wait(lock, [&] { return word_ != Word::kNone; });
    return std::exchange(word_, Word::kNone);
  }
  /// Under the mutex to its end: whoever was told may be gone right after.
  void tell(Word word) {
    const std::lock_guard lock(mutex_);
    word_ = word;
    told_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable told_;
  Word word_ = Word::kNone;   // guarded by mutex_
};

/// A writer waiting for its mutation. Lives on the writer's stack.
struct Engine::Request {
  const Mutation* mutation = nullptr;
  CommitKind kind = CommitKind::kShared;
  Result<Sequence> result = Sequence{0};
  Sleeper* sleeper = nullptr;
  Request* next = nullptr;   // in its list
};

/// What a commit does to the indexes of one collection, by their place in its definition. Applied key by key in
/// order, so that neighbours share the way down the tree.
struct IndexEdits {
  struct Edit {
    std::uint64_t head;    // the key's first bytes, which settle most comparisons
    std::uint32_t begin;   // in `keys`
    std::uint32_t size;
    Ordinal ordinal;
    bool add;
  };
  struct Index {
    std::string keys;
    std::vector<Edit> edits;
    [[nodiscard]] std::string_view key(const Edit& edit) const noexcept {
      return std::string_view(keys).substr(edit.begin, edit.size);
    }
    std::vector<std::pair<Ordinal, std::uint32_t>> lengths;   // of full-text indexes
  };
  CollectionId collection = 0;
  std::vector<Index> indexes;
  std::size_t count = 0;
};

/// A mutation that succeeded, on its way into the group's batch.
struct Engine::GroupCommit {
  Sequence sequence = 0;
  DateTime time;
  std::vector<Change> changes;
  SchemaEdit schema;
  std::shared_ptr<const Catalog> catalog;   // after this commit
  /// What listeners are told, made beforehand and filled once it is published.
  std::shared_ptr<Commit> told;
  /// Writable indexes of the collections it touches, looked up before publishing holds readers off.
  std::vector<std::pair<CollectionId, Heads*>> heads;
  /// Of collections with full-text indexes, gathered before publishing.
  std::vector<IndexEdits> edits;
  std::size_t edit_count = 0;
};

/// The writable indexes of a loaded collection, by index id.
struct Engine::Heads {
  std::map<std::uint32_t, OrderedIndex> indexes;
  /// Indexes whose pages in the store are missing or damaged, and kLiveSets for the row of live documents: written
  /// whole by the next checkpoint.
  std::set<std::uint32_t> unsaved;
  UnreadPages unread;
};

/// Expired documents that could not be removed, because relations hold them.
struct Engine::HeldBack {
  struct Collection {
    OrdinalSet ordinals;
    Sequence tried_at = 0;         // nothing that came until then lets any of them go
    Sequence round_began_at = 0;   // of trying all of them once more, from `next` on
    Ordinal next = 0;              // 0: a round begins
    /// Those to be tried now.
    [[nodiscard]] std::vector<Ordinal> due(Sequence now);
  };
  std::mutex mutex;           // held during one removal
  std::unordered_map<CollectionId, Collection> collections;   // guarded by mutex
};

/// What the log says changed in a collection since the pages' sequence.
struct Engine::Replay {
  struct Document {
    RecordRef before;       // as the pages know it; null: they do not
    bool exists = false;    // now
  };
  std::map<Ordinal, Document> documents;
};

inline constexpr int kLogInfo = 0;
inline constexpr int kLogWarning = 1;
inline constexpr int kLogError = 2;

/// The row of a collection's live set in `pages`.
[[nodiscard]] std::string encode_live(const OrdinalSet& live, Ordinal next_ordinal);
struct LiveRow {
  OrdinalSet live;
  Ordinal next_ordinal = 0;
};
[[nodiscard]] Result<LiveRow> decode_live(std::string_view bytes);

/// A sequence with its checksum, as the freshness row holds it.
[[nodiscard]] std::string encode_freshness(Sequence sequence);
[[nodiscard]] Result<Sequence> decode_freshness(std::string_view bytes);

}  // namespace aurora::commit
