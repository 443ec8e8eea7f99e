// Topics of the application: order, waiting, callbacks, gaps, closing. Run under ThreadSanitizer too.
#include <aurora/aurora.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace aurora {

namespace {

using namespace std::chrono_literals;

bool eventually(const std::function<bool()>& done) {
  for (int i = 0; i < 2000; ++i) {
    if (done()) return true;
    std::this_thread::sleep_for(5ms);
  }
  return done();
}

}  // namespace

TEST_CASE("a topic tells what is published to those who listen then", "[threads]") {
  auto db = Database::open_in_memory();
  CHECK(db.publish("news", Value("nobody hears this")) == 0);
  auto one = db.listen_topic("news");
  auto other = db.listen_topic("news");
  auto elsewhere = db.listen_topic("weather");
  CHECK(db.publish("news", Value(Object{{"n", Value(1)}})) == 2);
  auto late = db.listen_topic("news");
  CHECK(*db.try_publish_json("news", "[1, {\"a\": null}]") == 3);
  const auto first = one.next(1s);
  REQUIRE(first);
  CHECK(first->to_json() == "{\"topic\":\"news\",\"payload\":{\"n\":1},\"number\":1}");
  CHECK(*first->data().if_object()->find("n")->if_int() == 1);
  CHECK(*one.try_next()->text == "[1, {\"a\": null}]");
  CHECK(!one.try_next());
  CHECK(other.try_next()->number == 1);
  CHECK(late.try_next()->number == 2);
  CHECK(!late.next(1ms));
  CHECK(!elsewhere.try_next());
  CHECK(db.try_publish_json("news", "[1,").error().code() == ErrorCode::kInvalidInput);
  CHECK(db.try_publish("", Value(1)).error().code() == ErrorCode::kInvalidInput);
  CHECK(db.try_listen_topic("").error().code() == ErrorCode::kInvalidInput);
}

TEST_CASE("who falls behind a topic is told how many messages were missed", "[threads]") {
  auto db = Database::open_in_memory();
  auto listener = db.listen_topic("t");
  const std::string large(1u << 20, 'x');
  for (int i = 0; i < 20; ++i) db.publish("t", Value(large));
  const auto gap = listener.poll({});
  REQUIRE(!gap);
  CHECK(gap.error().code() == ErrorCode::kLimitExceeded);
  CHECK(listener.lag().commits + 7 == 20);
  CHECK(listener.lag().resume == listener.lag().commits);
  std::uint64_t number = listener.lag().resume;
  while (const auto message = listener.try_next()) CHECK(message->number == ++number);
  CHECK(number == 20);
}

TEST_CASE("callbacks and waits of topics beside publishers", "[threads]") {
  auto db = Database::open_in_memory();
  constexpr std::uint64_t kEach = 2000;
  std::atomic<std::uint64_t> called{0};
  std::atomic<bool> in_order{true};
  std::uint64_t last = 0;
  auto following = db.listen_topic("t").on_message([&](const TopicMessage& message) {
    if (message.number != ++last) in_order = false;
    ++called;
  });
  auto waiting = db.listen_topic("t");
  std::thread reader([&] {
    std::uint64_t number = 0;
    while (number < 2 * kEach) {
      const auto message = waiting.next(10s);
      if (!message || message->number != ++number) {
        in_order = false;
        return;
      }
    }
  });
  std::vector<std::thread> publishers;
  for (int i = 0; i < 2; ++i)
    publishers.emplace_back([&] {
      for (std::uint64_t k = 0; k < kEach; ++k) db.publish("t", Value(static_cast<std::int64_t>(k)));
    });
  for (auto& publisher : publishers) publisher.join();
  reader.join();
  CHECK(eventually([&] { return called == 2 * kEach; }));
  CHECK(in_order);
  following.stop();
  db.publish("t", Value(1));
  std::this_thread::sleep_for(20ms);
  CHECK(called == 2 * kEach);
}

TEST_CASE("closing ends listeners to topics", "[threads]") {
  auto db = Database::open_in_memory();
  auto listener = db.listen_topic("t");
  std::atomic<int> code{0};
  std::thread waiter([&] {
    const auto found = listener.poll(10s);
    code = found ? -1 : static_cast<int>(found.error().code());
  });
  std::this_thread::sleep_for(10ms);
  db.close();
  waiter.join();
  CHECK(code == static_cast<int>(ErrorCode::kClosed));
  CHECK(db.try_publish("t", Value(1)).error().code() == ErrorCode::kClosed);
  CHECK(db.try_listen_topic("t").error().code() == ErrorCode::kClosed);
}

}  // namespace aurora
