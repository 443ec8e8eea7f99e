// Live queries: a query's result that follows the database. Public; made by Query::watch and Database::watch.
//
//   auto watcher = db.query("orders").where(aurora::field("status") == "pending").watch();
//   for (const auto& order : watcher.initial_results()) show(order.text());
//   while (const auto update = watcher.next(1s))
//     for (const auto& change : update->changes) apply(change);
//
// The first result and the updates are of one piece: the result is that of one commit, the first update that of the
// first later commit that changes it. A commit that leaves the result as it was is not heard of.
#pragma once

#include <aurora/bind.hpp>
#include <aurora/delivery.hpp>
#include <aurora/error.hpp>
#include <aurora/result.hpp>
#include <aurora/value.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aurora {

namespace facade {
class WatcherState;
}

/// A row of a watched result: what the query selects of a document, or its whole answer when that is one object
/// (aggregates, groups, connections). Cheap to copy.
class WatchedRow {
 public:
  WatchedRow() = default;
  explicit WatchedRow(std::shared_ptr<const std::string> text) : text_(std::move(text)) {}
  /// As JSON. Requires: not empty.
  [[nodiscard]] const std::string& text() const noexcept { return *text_; }
  /// As a value; dates, times and uuids are strings in it.
  [[nodiscard]] Value data() const;
  /// As a bound struct (bind.hpp).
  template <class T>
    requires bindable<T>
  [[nodiscard]] T as() const {
    const auto value = data();
    return from_object<T>(*value.if_object());
  }
  [[nodiscard]] explicit operator bool() const noexcept { return text_ != nullptr; }

 private:
  std::shared_ptr<const std::string> text_;
};

enum class WatchChangeType : std::uint8_t { kAdded, kRemoved, kModified };
/// Added, Removed, Modified.
[[nodiscard]] std::string_view to_string(WatchChangeType type) noexcept;

/// One row that came, went or changed.
struct WatchChange {
  WatchChangeType type = WatchChangeType::kAdded;
  std::size_t old_position = 0;   ///< in the list before the update; of removed and modified rows
  std::size_t position = 0;       ///< in the list after it; of added and modified rows
  WatchedRow old_row;             ///< of removed and modified rows
  WatchedRow row;                 ///< of added and modified rows; as `old_row` when it only moved

  /// {"type", "node"}, or {"type", "old", "new"} of a modified row.
  [[nodiscard]] std::string to_json() const;
};

/// What one commit changed in the result, or several when they are told together. Applied to a list by taking out all
/// rows with an old position, then putting in those with a new one in the order given.
struct WatchUpdate {
  std::uint64_t sequence = 0;     ///< the list is now the result at this commit
  std::vector<WatchChange> changes;

  void apply_to(std::vector<WatchedRow>& list) const;
};

struct WatchStats {
  std::uint64_t commits = 0;      ///< looked at
  std::uint64_t edits = 0;        ///< of those, how many changed the result in place
  std::uint64_t requeries = 0;    ///< how often the query was run again; see docs/live.md
  std::uint64_t updates = 0;      ///< given
};

struct WatchOptions {
  /// At most one update in this time, with all that changed meanwhile; it comes this long after the first change.
  /// Zero: one for each commit, at once.
  std::chrono::milliseconds debounce{0};
  /// The role that @auth, @require and @allow ask about; empty: none.
  std::string role;
};

/// Movable. Threads: one thread at a time; the database may be closed from any other meanwhile.
/// Errors: Closed once the database is; those of the query, when a commit makes it fail (a computed field that cannot
/// be made, a changed schema): the next call tries again, so that the watcher goes on once the cause is gone.
/// Cost: a watcher that is not asked costs a commit nothing. One that is asked late gets the commits one by one, and one
/// update with the sum of them when there are more than the memory for new commits holds (8 MiB, 64 MiB while a
/// transaction is open), or more than 256 and the query is one that is read again.
class Watcher {
 public:
  Watcher(Watcher&&) noexcept = default;
  Watcher& operator=(Watcher&&) noexcept = default;
  ~Watcher() = default;

  /// The result when the watcher was made.
  [[nodiscard]] const std::vector<WatchedRow>& initial_results() const noexcept;
  /// The next update; nothing when none came within `timeout`.
  [[nodiscard]] std::optional<WatchUpdate> next(std::chrono::milliseconds timeout) { return poll(timeout).value(); }
  /// The next update if it is there already.
  [[nodiscard]] std::optional<WatchUpdate> try_next() { return poll({}).value(); }
  /// As next, without exceptions.
  [[nodiscard]] Result<std::optional<WatchUpdate>> poll(std::chrono::milliseconds timeout);
  /// Everything that has come, however much, as one update: the way to catch up. `debounce` does not hold it back.
  [[nodiscard]] std::optional<WatchUpdate> try_sum() { return poll_sum().value(); }
  /// As try_sum, without exceptions.
  [[nodiscard]] Result<std::optional<WatchUpdate>> poll_sum();
  /// The next update for an Asio completion token, as void(std::exception_ptr, WatchUpdate): <aurora/async.hpp>.
  template <class CompletionToken>
  auto async_next(CompletionToken&& token);
  /// Calls `done` once on a thread of the database, with the next update, an error of the query, or Closed. Not once the
  /// handle is stopped. Until then nothing else may be asked of the watcher; it may be dropped. Errors: Closed.
  [[nodiscard]] Following when_next(std::function<void(Result<WatchUpdate>)> done);
  /// The whole result after the last update given.
  [[nodiscard]] std::vector<WatchedRow> current() const;
  /// Of the commit whose result `current` is.
  [[nodiscard]] std::uint64_t sequence() const noexcept;
  [[nodiscard]] WatchStats stats() const noexcept;

  /// Has every update from here on given to `callback`. Updates that a slow callback with an executor does not keep up
  /// with are added up, so that what waits is bounded and its last state is never left out. Errors: Closed.
  Following on_update(std::function<void(const WatchUpdate&)> callback, DeliveryOptions options = {}) &&;

 private:
  friend class Database;
  friend class Query;
  friend class WatcherGroup;
  explicit Watcher(std::shared_ptr<facade::WatcherState> state) : state_(std::move(state)) {}
  std::shared_ptr<facade::WatcherState> state_;
};

/// The result of a query as it is now, kept in the background, for whoever asks from whatever thread.
/// Movable. Threads: every call may come from any thread; the list of one call does not change any more.
class ReactiveState {
 public:
  using List = std::shared_ptr<const std::vector<WatchedRow>>;
  struct Snapshot {
    std::uint64_t sequence = 0;      ///< of the commit whose result the list is
    List list;
  };

  explicit ReactiveState(Watcher watcher, DeliveryOptions options = {});
  [[nodiscard]] Snapshot snapshot() const;
  [[nodiscard]] List list() const { return snapshot().list; }
  /// Is told of each new state; the one before is forgotten. It may ask this and drop it.
  void on_change(std::function<void(const Snapshot&)> callback);
  /// No state comes any more; the last one stays.
  void stop() noexcept { following_.stop(); }

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
  Following following_;
};

}  // namespace aurora
