// The published states of the database: what readers pin and the pipeline replaces.
//
// Invariants:
//   S1  a snapshot that is pinned never changes; an unpinned current one may be changed in place, under the
//       mutex, because pins are only taken under it.
//   S2  sequences rise along the list; the last one is current; only pinned ones and the current one stay.
//   S3  an index node may be changed in place only if it was made after the newest pinned sequence
//       (EditScope), so no pinned snapshot can reach it.
// Proof of I3 for indexes: a reader pinned at S holds roots published at S. Every later edit either runs while
// no snapshot at or after a node's making is pinned, or copies the node. Nodes reachable from S were made at
// or before S <= newest pinned, hence are copied.
#pragma once

#include <aurora/exec/view.hpp>

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace aurora::commit {

struct Snapshot {
  Sequence sequence = 0;
  std::shared_ptr<const Catalog> catalog;
  /// Loaded collections, rising by id. Versions may be shared with neighbouring snapshots.
  std::vector<std::pair<CollectionId, std::shared_ptr<CollectionVersion>>> collections;

  Snapshot() = default;
  /// A copy that shares the versions and is not pinned.
  explicit Snapshot(const Snapshot& other, int);
  [[nodiscard]] std::shared_ptr<CollectionVersion>* find(CollectionId id);
  /// Whether publishing broke off while it changed the collection in place: nobody can say what its indexes hold.
  [[nodiscard]] bool is_torn(const CollectionVersion& version) const noexcept { return version.changed_at > sequence; }

 private:
  friend class SnapshotList;
  std::atomic<std::uint32_t> pins_{0};
};

class SnapshotList {
 public:
  SnapshotList();

  /// Holds one snapshot as it is. Movable; releasing is wait-free.
  class Pin {
   public:
    Pin() = default;
    Pin(Pin&& other) noexcept : snapshot_(std::exchange(other.snapshot_, nullptr)) {}
    Pin& operator=(Pin&& other) noexcept {
      release();
      snapshot_ = std::exchange(other.snapshot_, nullptr);
      return *this;
    }
    ~Pin() { release(); }
    void release() noexcept;
    [[nodiscard]] const Snapshot* operator->() const noexcept { return snapshot_; }
    [[nodiscard]] const Snapshot& operator*() const noexcept { return *snapshot_; }
    [[nodiscard]] explicit operator bool() const noexcept { return snapshot_ != nullptr; }

   private:
    friend class SnapshotList;
    explicit Pin(Snapshot* snapshot) noexcept : snapshot_(snapshot) {}
    Snapshot* snapshot_ = nullptr;
  };

  /// Pins the current snapshot. Cost: one short lock; waits at most for one small commit's index changes.
  [[nodiscard]] Pin pin();
  /// For the publisher itself, which is no reader: not counted by has_readers.
  [[nodiscard]] Pin pin_own();
  /// The collection in a pinned snapshot; null when it was not loaded then.
  [[nodiscard]] const CollectionVersion* find(const Pin& pin, CollectionId id);
  /// Every collection loaded in a pinned snapshot. While the result is held, publishing copies these versions.
  [[nodiscard]] std::vector<std::pair<CollectionId, std::shared_ptr<const CollectionVersion>>> loaded(const Pin& pin);
  /// Adds a collection loaded after open to every snapshot whose catalog has it: it has not changed since open.
  void install(CollectionId id, std::shared_ptr<CollectionVersion> version);

  /// Makes the next state. `apply` changes `next`, already holding everything of the current state, within
  /// `scope`; versions it changes must be made its own with `own` first.
  /// `large`: build beside readers (copying), instead of holding them off while changing in place.
  /// Threads: one publisher at a time.
  using Apply = std::function<void(Snapshot& next, const EditScope& scope)>;
  void publish(Sequence sequence, bool large, const Apply& apply);
  /// A version no other snapshot shares, in place of `*slot`.
  static CollectionVersion& own(std::shared_ptr<CollectionVersion>& slot);

  /// The definitions as they are now, without a pin. Waits for nobody but who asks for or changes just them.
  [[nodiscard]] std::shared_ptr<const Catalog> catalog();

  /// True when somebody reads, or did since the last publishing: whom a long one would hold off.
  [[nodiscard]] bool has_readers();

  /// The oldest pinned sequence, or the current one when none is pinned.
  [[nodiscard]] Sequence oldest_reader();
  [[nodiscard]] Sequence current_sequence();
  [[nodiscard]] std::size_t size();

  // For reads of one document that pin nothing: whoever pins later sees at least this.
  [[nodiscard]] Sequence published_sequence() const noexcept { return published_.load(std::memory_order_acquire); }
  /// Of the current snapshot's catalog. While it stays the same, so does the catalog.
  [[nodiscard]] std::uint64_t published_catalog() const noexcept { return catalog_.load(std::memory_order_acquire); }

 private:
  [[nodiscard]] Sequence newest_pinned() const;
  void sweep();

  std::mutex mutex_;
  std::deque<std::unique_ptr<Snapshot>> list_;   // guarded by mutex_
  std::uint64_t pins_ = 0;                       // taken by readers; guarded by mutex_
  std::uint64_t pins_published_ = 0;             // of those, before the last publishing; guarded by mutex_
  // Of the last of the list; written under mutex_.
  std::atomic<Sequence> published_{0};
  std::atomic<std::uint64_t> catalog_{0};
  std::mutex catalog_mutex_;
  std::shared_ptr<const Catalog> definitions_;   // of the current one; guarded by catalog_mutex_, changed by the publisher
};

}  // namespace aurora::commit
