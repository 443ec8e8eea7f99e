// Hearing of changes: a Listener gets each committed change of a collection, a Stream the events of a subscription.
// Public; made by Database::listen, listen_all and stream.
//
// Both are a place in the one shared sequence of commits: what was committed before they were made (or before
// `after`) is not heard, what comes later is heard in order, whole and once. Nothing is stored for a reader that
// does not ask: one that is slower than the newest commits in memory (8 MiB at least) goes on from the change log on disk;
// when that was trimmed meanwhile (Config::change_log_max_age, change_log_max_bytes), the next call throws
// LimitExceeded, lag() says how much was missed, and the call after it goes on behind the gap.
#pragma once

#include <aurora/delivery.hpp>
#include <aurora/document.hpp>
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
#include <utility>
#include <vector>

namespace aurora {

namespace facade {
class ListenerState;
class StreamState;
struct BatchBuilder;
struct CommitEvents;
struct ListenCalls;
}  // namespace facade

enum class ChangeType : std::uint8_t { kInsert, kUpdate, kDelete };
/// INSERT, UPDATE, DELETE.
[[nodiscard]] std::string_view to_string(ChangeType type) noexcept;

/// One document as one commit changed it.
struct ChangeEvent {
  ChangeType type = ChangeType::kInsert;
  std::string collection;
  Value id;                            ///< primary key, or `_sid`; the new one where it was changed
  Document before;                     ///< as stored, without virtual computed fields; empty for an insert
  Document after;                      ///< empty for a delete
  std::uint64_t sequence = 0;          ///< of the commit; all its changes carry it
  std::uint32_t place = 0;             ///< of this change in its commit, from 0
  std::uint32_t transaction_size = 0;  ///< changes of that commit

  /// The dotted paths at which the two states differ, in declared order: members of objects each by themselves, lists as
  /// a whole. Of an insert or a delete: all fields that are not null.
  [[nodiscard]] std::vector<std::string> changed_fields() const;

  /// {"mutation", "collection", "id", "old", "new", "sequence"}
  [[nodiscard]] std::string to_json() const;
};

/// Commits that were not heard because the change log was trimmed.
struct Lag {
  std::uint64_t commits = 0;           ///< all that were missed since the start
  std::uint64_t resume = 0;            ///< hearing went on after this sequence, the last time
};

/// Which changes a listener hears. The state of a change is the new one, of a delete the last one.
/// Cheap to copy; paths may be dotted. Threads: const use from any thread.
class EventFilter {
 public:
  /// Everything.
  EventFilter() = default;
  [[nodiscard]] static EventFilter change_type(ChangeType type);
  /// The field of the state has this value: numbers compare as numbers, dates, times and uuids also with their texts.
  [[nodiscard]] static EventFilter field_equals(std::string path, Value value);
  /// The values before and after differ; of an insert or a delete: there is one.
  [[nodiscard]] static EventFilter field_changed(std::string path);
  /// The field of the state is not null.
  [[nodiscard]] static EventFilter has_field(std::string path);
  /// True of no filters.
  [[nodiscard]] static EventFilter all_of(std::vector<EventFilter> filters);
  /// False of no filters.
  [[nodiscard]] static EventFilter any_of(std::vector<EventFilter> filters);

  [[nodiscard]] bool matches(const ChangeEvent& event) const { return !test_ || (*test_)(event); }
  /// One is a copy of the other, or both are everything.
  [[nodiscard]] bool is_same(const EventFilter& other) const noexcept { return test_ == other.test_; }

 private:
  using Test = std::function<bool(const ChangeEvent&)>;
  explicit EventFilter(Test test) : test_(std::make_shared<const Test>(std::move(test))) {}
  std::shared_ptr<const Test> test_;   // null: everything
};

/// Changes that came together: views on what all listeners share, so that a change costs each of them next to nothing.
/// Movable; what it gives lives as long as it does. Threads: const use from any thread.
class ChangeBatch {
 public:
  class Iterator {
   public:
    using value_type = ChangeEvent;
    using difference_type = std::ptrdiff_t;
    Iterator() = default;
    explicit Iterator(const ChangeEvent* const* at) noexcept : at_(at) {}
    const ChangeEvent& operator*() const noexcept { return **at_; }
    const ChangeEvent* operator->() const noexcept { return *at_; }
    Iterator& operator++() noexcept { return ++at_, *this; }
    Iterator operator++(int) noexcept { return Iterator(at_++); }
    friend bool operator==(const Iterator&, const Iterator&) = default;

   private:
    const ChangeEvent* const* at_ = nullptr;
  };

  [[nodiscard]] std::size_t size() const noexcept { return events_.size(); }
  [[nodiscard]] bool empty() const noexcept { return events_.empty(); }
  /// Requires: place < size().
  [[nodiscard]] const ChangeEvent& operator[](std::size_t place) const noexcept { return *events_[place]; }
  [[nodiscard]] Iterator begin() const noexcept { return Iterator(events_.data()); }
  [[nodiscard]] Iterator end() const noexcept { return Iterator(events_.data() + events_.size()); }

 private:
  friend struct facade::BatchBuilder;
  std::vector<const ChangeEvent*> events_;
  std::vector<std::shared_ptr<const facade::CommitEvents>> owners_;
};

struct ListenOptions {
  /// Begin after this commit instead of the newest one: what came since is replayed from the change log.
  std::optional<std::uint64_t> after = std::nullopt;
  EventFilter filter = {};
};

/// Movable. Threads: one thread at a time; the database may be closed from any other meanwhile.
/// Errors: Closed once the database is; LimitExceeded after a gap; Corruption of the log.
class Listener {
 public:
  /// The next change; nothing when none came within `timeout`.
  [[nodiscard]] std::optional<ChangeEvent> next(std::chrono::milliseconds timeout) { return poll(timeout).value(); }
  /// The next change if it is there already.
  [[nodiscard]] std::optional<ChangeEvent> try_next() { return poll({}).value(); }
  /// As next, without exceptions.
  [[nodiscard]] Result<std::optional<ChangeEvent>> poll(std::chrono::milliseconds timeout);
  /// The next changes, as many as are at hand, whole commits, until they are `most` or more; nothing when none came
  /// within `timeout`.
  [[nodiscard]] ChangeBatch next_batch(std::chrono::milliseconds timeout, std::size_t most = 4096) {
    return poll_batch(timeout, most).value();
  }
  /// As next_batch, without exceptions. What came before an error is given first.
  [[nodiscard]] Result<ChangeBatch> poll_batch(std::chrono::milliseconds timeout, std::size_t most = 4096);
  /// The next change for an Asio completion token, as void(std::exception_ptr, ChangeEvent): <aurora/async.hpp>.
  template <class CompletionToken>
  auto async_next(CompletionToken&& token);
  /// Calls `done` once on a thread of the database, with the next change, or Closed. Not once the handle is stopped.
  /// Until then nothing else may be asked of the listener; it may be dropped. Errors: Closed.
  [[nodiscard]] Following when_next(std::function<void(Result<ChangeEvent>)> done);
  /// A listener made with `after` this misses nothing; it repeats what was given of a commit under way.
  [[nodiscard]] std::uint64_t resume_after() const;
  [[nodiscard]] Lag lag() const;
  /// Has every change from here on given to `callback`. A callback that falls behind loses nothing as long as the change
  /// log reaches back to it; then on_error is told, and it goes on behind the gap. Errors: Closed.
  Following on_event(std::function<void(const ChangeEvent&)> callback, DeliveryOptions options = {}) &&;
  /// As on_event, all that is at hand in one call.
  Following on_batch(std::function<void(const ChangeBatch&)> callback, DeliveryOptions options = {}) &&;

 private:
  friend class Database;
  explicit Listener(std::shared_ptr<facade::ListenerState> state) : state_(std::move(state)) {}
  Following follow(facade::ListenCalls calls, DeliveryOptions options) &&;
  std::shared_ptr<facade::ListenerState> state_;
};

/// An event of a subscription.
struct StreamEvent {
  std::string text;                    ///< as JSON
  std::uint64_t sequence = 0;

  /// The event as a value; dates, times and uuids are strings in it.
  [[nodiscard]] Value data() const;
};

/// As a Listener. Errors: also those of computed fields; when the schema changes so that the subscription no longer
/// fits, what is wrong with it, from then on.
class Stream {
 public:
  [[nodiscard]] std::optional<StreamEvent> next(std::chrono::milliseconds timeout) { return poll(timeout).value(); }
  [[nodiscard]] std::optional<StreamEvent> try_next() { return poll({}).value(); }
  [[nodiscard]] Result<std::optional<StreamEvent>> poll(std::chrono::milliseconds timeout);
  [[nodiscard]] std::uint64_t resume_after() const;
  [[nodiscard]] Lag lag() const;

 private:
  friend class Database;
  explicit Stream(std::shared_ptr<facade::StreamState> state) : state_(std::move(state)) {}
  std::shared_ptr<facade::StreamState> state_;
};

}  // namespace aurora
