// Watchers that move together: their results are always those of one and the same commit. Public.
//
//   aurora::WatcherGroup group;
//   group.add(db.query("orders").watch());
//   group.add(db.watch("{ orders { aggregate { sum(field: \"total\") } } }"));
//   while (const auto update = group.next(1s))            // update->parts[0] is of the orders, [1] of their sum
//     for (std::size_t i = 0; i < update->parts.size(); ++i) update->parts[i].apply_to(lists[i]);
#pragma once

#include <aurora/result.hpp>
#include <aurora/watcher.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace aurora {

/// What changed in the results of a group since its last update.
struct GroupUpdate {
  std::uint64_t sequence = 0;         ///< every list is now the result at this commit
  std::vector<WatchUpdate> parts;     ///< by watcher, as they were added; without changes where nothing changed
};

/// Movable. Threads: one thread at a time; the database may be closed from any other meanwhile.
/// Errors: as a Watcher's. After one the group tries again with the next call.
class WatcherGroup {
 public:
  /// Takes the watcher in and returns its place. Its initial result is as of its own start: the first update of the
  /// group brings all to one commit. Debounce does not hold a group back. Errors: throws InvalidOperation for a watcher
  /// of another database.
  std::size_t add(Watcher watcher);
  /// Everything that has come, as one update of all; nothing when nothing did within `timeout`.
  [[nodiscard]] std::optional<GroupUpdate> next(std::chrono::milliseconds timeout) { return poll(timeout).value(); }
  [[nodiscard]] std::optional<GroupUpdate> try_next() { return poll({}).value(); }
  /// As next, without exceptions.
  [[nodiscard]] Result<std::optional<GroupUpdate>> poll(std::chrono::milliseconds timeout);
  [[nodiscard]] std::size_t size() const noexcept { return watchers_.size(); }
  /// The watcher at a place: for its initial result, its list and its figures. Not to be asked for updates.
  [[nodiscard]] const Watcher& at(std::size_t place) const { return watchers_.at(place); }
  /// Of the commit whose results the lists are.
  [[nodiscard]] std::uint64_t sequence() const noexcept { return sequence_; }

 private:
  [[nodiscard]] Result<std::optional<GroupUpdate>> advance();

  std::vector<Watcher> watchers_;
  std::uint64_t sequence_ = 0;
  bool behind_ = false;   // some are not at `sequence_`: they began earlier, or an error came between
};

}  // namespace aurora
