// Body of feeds.hpp. Called by line_protocol.cpp; calls listeners and streams.
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

}  // namespace

std::string Feeds::drain(const std::string& name, milliseconds wait) {
  const auto found = feeds_.find(name);
  if (found == feeds_.end())
    return failure(Error(ErrorCode::kNotFound, "nothing was subscribed or listened to under the name '" + name + "'"));
  const auto next = [&](milliseconds timeout) {
    return std::visit([&](auto& feed) { return next_of(feed, timeout); }, found->second);
  };
  std::string events;
  auto event = next(wait);
  if (!event) return failure(event.error());
  // Rounded up, so that the last part of a millisecond is waited for too.
  const auto until = Clock::now() + kMore;
  while (event && *event) {
    events += (events.empty() ? "" : ",") + **event;
    event = next(std::max(milliseconds(0), std::chrono::ceil<milliseconds>(until - Clock::now())));
  }
  // What came before an error is not lost: it stands in the data of the failure.
  if (!event) return failure(event.error(), "{\"events\":[" + events + "]}");
  return "{\"ok\":true,\"events\":[" + events + "]}";
}

}  // namespace aurora::cli
