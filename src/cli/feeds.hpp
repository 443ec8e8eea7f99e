// The named listeners, subscriptions and watched queries of the line protocol, and what each has heard.
// Owned by the line protocol; calls the database.
//
//   {"cmd": "subscribe", "name", "aql", "vars"?, "role"?}   {"ok": true}
//   {"cmd": "listen", "name", "collection": "c"|null}       {"ok": true}; null: all collections
//   {"cmd": "listen", "name", "topic": "t"}                 {"ok": true}; what is published on a topic of the application
//   {"cmd": "publish", "topic": "t", "payload": …}          {"ok": true, "data": {"listeners": n}}
//   {"cmd": "watch", "name", "aql", "vars"?, "role"?}       {"ok": true, "data": {"initial": […]}}
//   {"cmd": "drain", "name", "wait_ms"?}                    {"ok": true, "events": […]}
// `drain` answers as soon as something has come since the last one, waiting 20 ms more for others, or after
// `wait_ms` with none. A name used again stands for the new one from then on. An answer is bounded: what does not fit comes
// with the next `drain`. Of a watch, what is too much for one answer is added up to the sum of the changes; then only the
// last event of an update has the list.
#pragma once

#include <aurora/database.hpp>
#include <aurora/topic.hpp>
#include <aurora/watcher.hpp>

#include <chrono>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <variant>

namespace aurora::cli {

/// A watcher, and the events of its last update that were not drained yet.
struct WatchFeed {
  Watcher watcher;
  std::deque<std::string> ready = {};
  std::size_t given_bytes = 0;          ///< of this answer
};

/// Threads: one thread at a time. Cleared when the database closes: a name is not carried over.
class Feeds {
 public:
  void add(const std::string& name, Stream stream) { feeds_.insert_or_assign(name, std::move(stream)); }
  void add(const std::string& name, Listener listener) { feeds_.insert_or_assign(name, std::move(listener)); }
  void add(const std::string& name, TopicListener listener) { feeds_.insert_or_assign(name, std::move(listener)); }
  /// The data of the answer: the rows there are.
  [[nodiscard]] std::string add(const std::string& name, Watcher watcher);
  void clear() { feeds_.clear(); }

  /// The response to `drain`. Failures: NotFound for an unknown name; those of the stream, with the events that came
  /// before as data.
  [[nodiscard]] std::string drain(const std::string& name, std::chrono::milliseconds wait);

  static constexpr std::chrono::milliseconds kLongestWait = std::chrono::hours(1);

 private:
  std::map<std::string, std::variant<Listener, Stream, TopicListener, WatchFeed>, std::less<>> feeds_;
};

}  // namespace aurora::cli
