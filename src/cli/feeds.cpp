// Body of feeds.hpp. Called by line_protocol.cpp; calls listeners, streams and watchers.
#include "cli/feeds.hpp"

#include "cli/responses.hpp"

#include <algorithm>
#include <optional>

namespace aurora::cli {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// After the first event, others are waited for this long.
constexpr milliseconds kMore{20};

// What one answer holds, or a little more; the rest comes with the next.
constexpr std::size_t kMostBytes = 16u << 20;
// Of a watch, whose events hold whole lists; from here on they are added up.
constexpr std::size_t kMostListBytes = 1u << 20;

Result<std::optional<std::string>> next_of(Listener& listener, milliseconds timeout) {
  auto event = listener.poll(timeout);
  if (!event) return event.error();
  return *event ? std::optional((*event)->to_json()) : std::nullopt;
}

Result<std::optional<std::string>> next_of(Stream& stream, milliseconds timeout) {
  auto event = stream.poll(timeout);
  if (!event) return event.error();
  return *event ? std::optional(std::move((*event)->text)) : std::nullopt;
}

Result<std::optional<std::string>> next_of(TopicListener& listener, milliseconds timeout) {
  auto message = listener.poll(timeout);
  if (!message) return message.error();
  return *message ? std::optional((*message)->to_json()) : std::nullopt;
}

std::string json_list(const std::vector<WatchedRow>& rows) {
  std::string out = "[";
  for (const auto& row : rows) out += (out.size() > 1 ? "," : "") + row.text();
  return out + "]";
}

// {"type", "node" | "old" + "new", "list"?, "sequence"}: the list is the one after the whole update.
std::string event_of(const WatchChange& change, const std::string* list, std::uint64_t sequence) {
  auto out = change.to_json();
  out.pop_back();
  if (list != nullptr) out += R"(,"list":)" + *list;
  return out + R"(,"sequence":)" + std::to_string(sequence) + "}";
}

Result<std::optional<std::string>> next_of(WatchFeed& feed, milliseconds timeout) {
  if (feed.ready.empty()) {
    const bool adds_up = feed.given_bytes > kMostListBytes;
    auto update = adds_up ? feed.watcher.poll_sum() : feed.watcher.poll(timeout);
    if (!update) return update.error();
    if (!*update) return std::optional<std::string>();
    const auto list = json_list(feed.watcher.current());
    const auto& changes = (*update)->changes;
    const bool fits = !adds_up && list.size() <= kMostListBytes / changes.size();
    for (const auto& change : changes) {
      const bool with_list = fits || &change == &changes.back();
      feed.ready.push_back(event_of(change, with_list ? &list : nullptr, (*update)->sequence));
    }
  }
  auto event = std::move(feed.ready.front());
  feed.ready.pop_front();
  feed.given_bytes += event.size();
  return std::optional(std::move(event));
}

}  // namespace

std::string Feeds::add(const std::string& name, Watcher watcher) {
  auto data = "{\"initial\":" + json_list(watcher.initial_results()) + "}";
  feeds_.insert_or_assign(name, WatchFeed{std::move(watcher)});
  return data;
}

std::string Feeds::drain(const std::string& name, milliseconds wait) {
  const auto found = feeds_.find(name);
  if (found == feeds_.end())
    return failure(Error(ErrorCode::kNotFound, "nothing was subscribed, listened to or watched under the name '" + name + "'"));
  const auto next = [&](milliseconds timeout) {
    return std::visit([&](auto& feed) { return next_of(feed, timeout); }, found->second);
  };
  if (auto* watch = std::get_if<WatchFeed>(&found->second)) watch->given_bytes = 0;
  std::string events;
  auto event = next(wait);
  if (!event) return failure(event.error());
  // Rounded up, so that the last part of a millisecond is waited for too.
  const auto until = Clock::now() + kMore;
  while (event && *event) {
    events += (events.empty() ? "" : ",") + **event;
    if (events.size() >= kMostBytes) break;
    event = next(std::max(milliseconds(0), std::chrono::ceil<milliseconds>(until - Clock::now())));
  }
  // What came before an error is not lost: it stands in the data of the failure.
  if (!event) return failure(event.error(), "{\"events\":[" + events + "]}");
  return "{\"ok\":true,\"events\":[" + events + "]}";
}

}  // namespace aurora::cli
