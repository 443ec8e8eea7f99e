// Commits as events, made once and shared by all who hear them. Private to the facade.
//
//   Commit ──(once a chunk of it)──► CommitEvents ──► what one listener hears of it: places among the shared events
#pragma once

#include <aurora/commit/change_tail.hpp>
#include <aurora/listener.hpp>

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace aurora::facade {

/// Some changes of one commit, those of collections that were dropped with it left out. Immutable.
struct CommitEvents {
  /// Changes of one commit that are made into events at once.
  static constexpr std::uint32_t kChunk = 256;

  struct Entry {
    ChangeEvent event;
    bool system = false;     ///< of a collection that only its name is heard by
  };
  CommitEvents(const commit::Commit& commit, std::uint32_t first);

  Sequence sequence = 0;
  std::uint32_t first = 0;   ///< the place of the first change
  std::uint32_t end = 0;     ///< behind the last
  std::size_t bytes = 0;     ///< of the documents
  std::vector<Entry> entries;
};

/// The newest commits that somebody heard, as events.
/// Threads: every call may come from any thread.
class EventShelf {
 public:
  /// The events of the commit's chunk that holds `place`.
  [[nodiscard]] std::shared_ptr<const CommitEvents> at(const commit::Commit& commit, std::uint32_t place);
  /// Lets go of all: nobody listens.
  void clear();

 private:
  static constexpr std::size_t kSlots = 128;
  static constexpr std::size_t kMostBytes = 16u << 20;
  struct Slot {
    std::mutex mutex;
    std::shared_ptr<const CommitEvents> events;   // guarded
  };
  std::array<Slot, kSlots> slots_;
  std::atomic<std::size_t> bytes_{0};             // of the documents in all slots
};

/// Puts batches together.
struct BatchBuilder {
  /// Those of `events` from `place` on that the collection (none: all but those of the system) and the filter leave.
  static void add(ChangeBatch& batch, const std::shared_ptr<const CommitEvents>& events, std::uint32_t place,
                  const std::optional<std::string>& collection, const EventFilter& filter);
};

/// What the announcer heard in one round, as events. Made when first asked for; the announcer's thread alone makes.
class Round {
 public:
  Round(Sequence after, std::vector<std::shared_ptr<const commit::Commit>> commits, EventShelf& shelf)
      : after_(after), commits_(std::move(commits)), shelf_(shelf) {}

  [[nodiscard]] Sequence after() const noexcept { return after_; }
  [[nodiscard]] Sequence upto() const noexcept { return commits_.empty() ? after_ : commits_.back()->sequence; }
  /// False: there are so many changes that they are better read one by one.
  [[nodiscard]] bool is_small() const noexcept;
  /// The events for those who want the same; null when there are none.
  [[nodiscard]] std::shared_ptr<const ChangeBatch> batch(const std::optional<std::string>& collection,
                                                         const EventFilter& filter);
  /// The same of the commits after `sequence` alone, for one who has heard the others.
  [[nodiscard]] std::shared_ptr<const ChangeBatch> batch_after(Sequence sequence,
                                                               const std::optional<std::string>& collection,
                                                               const EventFilter& filter) const;

 private:
  struct Made {
    std::optional<std::string> collection;
    EventFilter filter;
    std::shared_ptr<const ChangeBatch> batch;
  };
  const Sequence after_;
  const std::vector<std::shared_ptr<const commit::Commit>> commits_;
  EventShelf& shelf_;
  std::vector<Made> made_;
};

}  // namespace aurora::facade
