// async_next of listeners, watchers and topics: callbacks, coroutines, cancelling, closing. Run under ThreadSanitizer too.
#include <aurora/async.hpp>
#include <aurora/aurora.hpp>

#include <asio/awaitable.hpp>
#include <asio/bind_cancellation_slot.hpp>
#include <asio/bind_executor.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/use_future.hpp>
#include <catch2/catch_test_macros.hpp>

#include <future>
#include <thread>

namespace aurora {

namespace {

using namespace std::chrono_literals;

constexpr auto kDefine = "schema { define collection c { k: Int! @primary  v: Int } }";

asio::awaitable<int> sum_of_three(Listener& listener) {
  int sum = 0;
  for (int i = 0; i < 3; ++i) {
    const auto event = co_await listener.async_next(asio::use_awaitable);
    sum += static_cast<int>(event.after["v"].as<std::int64_t>());
  }
  co_return sum;
}

}  // namespace

TEST_CASE("async_next with callbacks, coroutines and futures", "[threads]") {
  auto db = Database::open_in_memory();
  db.execute(kDefine);
  asio::io_context context;

  auto listener = db.listen("c");
  auto sum = asio::co_spawn(context, sum_of_three(listener), asio::use_future);
  auto watcher = db.watch("{ c { v } }");
  std::string told;
  watcher.async_next(asio::bind_executor(context, [&](std::exception_ptr error, WatchUpdate update) {
    told = error ? "error" : update.changes.front().to_json();
  }));
  auto topic = db.listen_topic("t");
  auto message = topic.async_next(asio::use_future);

  std::thread writer([&] {
    for (int i = 1; i <= 3; ++i) db.insert("c", {{"k", Value(i)}, {"v", Value(10 * i)}});
    db.publish("t", Value("hello"));
  });
  context.run();
  writer.join();
  CHECK(sum.get() == 60);
  CHECK(told == "{\"type\":\"Added\",\"node\":{\"v\":10}}");
  REQUIRE(message.wait_for(10s) == std::future_status::ready);
  CHECK(*message.get().text == "\"hello\"");
  // What one wait did not take, the next call gives.
  REQUIRE(watcher.next(1s));
  CHECK(watcher.current().size() >= 2);
}

TEST_CASE("async_next with debounce comes when it is due", "[threads]") {
  auto db = Database::open_in_memory();
  db.execute(kDefine);
  WatchOptions options;
  options.debounce = 30ms;
  auto watcher = db.watch("{ c { v } }", {}, options);
  auto update = watcher.async_next(asio::use_future);
  for (int i = 0; i < 5; ++i) db.insert("c", {{"k", Value(i)}, {"v", Value(i)}});
  REQUIRE(update.wait_for(10s) == std::future_status::ready);
  CHECK(update.get().changes.size() == 5);
}

TEST_CASE("a wait is cancelled by its slot, and ended by closing", "[threads]") {
  auto db = Database::open_in_memory();
  db.execute(kDefine);
  asio::io_context context;
  asio::cancellation_signal signal;
  auto listener = db.listen("c");
  int cancelled = 0;
  listener.async_next(asio::bind_cancellation_slot(
      signal.slot(), asio::bind_executor(context, [&](std::exception_ptr error, ChangeEvent) {
        try {
          if (error) std::rethrow_exception(error);
        } catch (const std::system_error& found) {
          cancelled = found.code() == asio::error::operation_aborted ? 1 : -1;
        }
      })));
  signal.emit(asio::cancellation_type::terminal);
  context.run();
  CHECK(cancelled == 1);
  // Nothing was taken by the wait that was cancelled.
  db.insert("c", {{"k", Value(1)}});
  CHECK(listener.next(1s)->id == Value(1));

  // Whichever comes first, the event or the signal: no event is lost, and none is told twice.
  constexpr int kWaits = 300;
  std::thread writer([&] {
    for (int i = 2; i < 2 + kWaits; ++i) db.insert("c", {{"k", Value(i)}});
  });
  int next = 2;
  for (int i = 0; next < 2 + kWaits; ++i) {
    asio::cancellation_signal stop;
    int got = 0;
    listener.async_next(asio::bind_cancellation_slot(
        stop.slot(), asio::bind_executor(context, [&](std::exception_ptr error, const ChangeEvent& event) {
          got = error ? -1 : static_cast<int>(*event.id.if_int());
        })));
    if (i % 3 == 0) std::this_thread::sleep_for(std::chrono::microseconds(i % 50));
    stop.emit(asio::cancellation_type::terminal);
    context.restart();
    context.run();
    if (got == -1) continue;
    REQUIRE(got == next);
    ++next;
    if (i % 7 != 0) continue;
    while (const auto event = listener.try_next()) REQUIRE(event->id == Value(next++));
  }
  writer.join();

  auto dropped = db.listen("c").async_next(asio::use_future);
  auto watching = db.watch("{ c { v } }").async_next(asio::use_future);
  auto topic = db.listen_topic("t").async_next(asio::use_future);
  db.close();
  const auto is_closed = [](auto& future) {
    try {
      if (future.wait_for(10s) == std::future_status::ready) static_cast<void>(future.get());
      return false;
    } catch (const Error& error) {
      return error.code() == ErrorCode::kClosed;
    }
  };
  CHECK(is_closed(dropped));
  CHECK(is_closed(watching));
  CHECK(is_closed(topic));
  auto late = listener.async_next(asio::use_future);
  CHECK(is_closed(late));
}

}  // namespace aurora
