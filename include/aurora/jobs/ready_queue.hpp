// Which job is next: the jobs that wait, in memory, in the order in which they are to be run.
// Owned by the dispatcher, which feeds it with every change of `_jobs`.
//
// What stands here is a hint: a job may stand here twice, or when it was cancelled long since. Whoever takes one asks the
// job itself, in the commit that claims it. What must not happen is that a waiting job is missing.
//
// A lane holds the jobs of one type and queue that are due: those of types nobody handles, or of queues that are full or
// paused, are in nobody's way.
#pragma once

#include <aurora/document/record.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace aurora::jobs {

struct HandlerSlot;   // attempt.hpp

/// The jobs of one name of queue.
struct Queue {
  std::string name;
  bool paused = false;
  std::uint32_t limit = UINT32_MAX;        ///< of jobs under way at a time
  std::uint32_t running = 0;
  // A rate, when `per` is not zero: the times at which the last jobs were taken, a ring as long as the rate allows.
  std::chrono::nanoseconds per{0};
  std::vector<std::chrono::nanoseconds> taken;
  std::size_t oldest = 0;
  std::uint32_t permits = UINT32_MAX;      ///< left now
};

struct ConcurrencyKey;

/// Cost: adding and taking are logarithmic in the jobs of a lane; each round of taking looks at every lane once.
/// Threads: one thread at a time.
class ReadyQueue {
 public:
  struct Entry {
    std::int64_t run_at = 0;               ///< microseconds since the epoch
    Ordinal ordinal = 0;
    std::uint8_t priority = 0;
    ConcurrencyKey* key = nullptr;         ///< of `key`, which counts it; null: none
  };
  struct Lane {
    std::string type;
    Queue* queue = nullptr;
    HandlerSlot* handler = nullptr;        ///< null: nobody handles the type
    std::vector<Entry> heap;
  };

  /// Whoever handles `type` now; asked once a lane, and again after `forget_handlers`.
  using FindHandler = std::function<HandlerSlot*(std::string_view type)>;
  explicit ReadyQueue(FindHandler find_handler) : find_handler_(std::move(find_handler)) {}

  void add(std::string_view type, std::string_view queue, const Entry& entry, std::int64_t now);
  /// Moves what has become due into its lane. `due` gets those that nobody may take at once.
  void advance(std::int64_t now, std::vector<Ordinal>& due);
  /// Takes the first of all lanes, again and again, while `wants(lane)`; counts it as running in its queue.
  void take(const std::function<bool(const Lane& lane)>& wants,
            const std::function<void(Lane& lane, const Entry& entry)>& each);
  /// The key of that name, for one entry that is added with it.
  [[nodiscard]] ConcurrencyKey* key(std::string_view name);
  /// Undoes `take` for an entry that still waits, or is gone.
  void put_back(Lane& lane, const Entry& entry, std::int64_t now);
  void drop(Lane& lane, const Entry& entry);
  /// Gives back the key of an entry that was taken: its next one stands in its lane. True when there is one.
  bool release(ConcurrencyKey* key);
  /// Queues with a rate give as many permits as are free at that time, of any clock that goes on.
  void set_time(std::chrono::nanoseconds now);
  /// When a queue whose permits hold up a job gives the next one; nothing when none does.
  [[nodiscard]] std::optional<std::chrono::nanoseconds> next_permit() const;
  /// Types with jobs that are due, and with no handler.
  [[nodiscard]] std::vector<std::string> unhandled() const;
  /// When the next job becomes due; nothing when none waits for its time.
  [[nodiscard]] std::optional<std::int64_t> next_due() const;
  [[nodiscard]] Queue& queue(std::string_view name);
  /// Those that wait, each as often as it stands here.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  void forget_handlers();
  void clear();

 private:
  struct Delayed {
    Entry entry;
    Lane* lane;
  };
  [[nodiscard]] Lane& lane(std::string_view type, std::string_view queue);
  [[nodiscard]] static bool is_open(const Lane& lane) noexcept;

  const FindHandler find_handler_;
  std::unordered_map<std::string, std::unique_ptr<Lane>> lanes_;    // by type, zero, queue
  std::unordered_map<std::string, std::unique_ptr<Queue>> queues_;
  std::unordered_map<std::string, std::unique_ptr<ConcurrencyKey>> keys_;
  std::chrono::nanoseconds now_{0};
  std::vector<Delayed> delayed_;                                    // a heap, the earliest first
  std::size_t size_ = 0;
  std::string key_;                                                 // scratch
};

/// Of the jobs with it, one is run at a time. The others stand in their lanes, or wait here once they have been at the head.
struct ConcurrencyKey {
  struct Parked {
    ReadyQueue::Entry entry;
    ReadyQueue::Lane* lane;
  };
  std::string name;
  bool busy = false;
  std::size_t entries = 0;                 // in lanes, ahead of their time and parked
  std::vector<Parked> parked;              // a heap, the next one first
};

}  // namespace aurora::jobs
