// The order in which waiting jobs are taken.
#include <aurora/jobs/attempt.hpp>
#include <aurora/jobs/ready_queue.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace {

using aurora::Ordinal;
using aurora::jobs::HandlerSlot;
using aurora::jobs::ReadyQueue;

struct Fixture {
  HandlerSlot slot;
  std::vector<std::string> handled{"a", "b"};
  ReadyQueue queue{[this](std::string_view type) {
    return std::find(handled.begin(), handled.end(), type) == handled.end() ? nullptr : &slot;
  }};

  std::vector<Ordinal> take(std::size_t most = 1000) {
    std::vector<Ordinal> taken;
    queue.take([&](const ReadyQueue::Lane&) { return taken.size() < most; },
               [&](ReadyQueue::Lane&, const ReadyQueue::Entry& entry) { taken.push_back(entry.ordinal); });
    return taken;
  }
};

using Ordinals = std::vector<Ordinal>;

}  // namespace

TEST_CASE("priority goes before time, time before age, across lanes", "[jobs]") {
  Fixture f;
  f.queue.add("a", "q", {50, 1, 1}, 100);
  f.queue.add("b", "q", {40, 2, 1}, 100);
  f.queue.add("a", "r", {40, 0, 1}, 100);
  f.queue.add("b", "r", {99, 3, 3}, 100);
  f.queue.add("a", "q", {10, 4, 0}, 100);
  CHECK(f.take() == Ordinals{3, 0, 2, 1, 4});
  CHECK(f.queue.size() == 0);
}

TEST_CASE("jobs of a type that nobody handles wait, in nobody's way", "[jobs]") {
  Fixture f;
  f.queue.add("z", "q", {1, 1, 3}, 100);
  f.queue.add("a", "q", {2, 2, 0}, 100);
  CHECK(f.take() == Ordinals{2});
  f.handled.push_back("z");
  CHECK(f.take() == Ordinals{});
  f.queue.forget_handlers();
  CHECK(f.take() == Ordinals{1});
}

TEST_CASE("a job whose time is ahead comes when it is due", "[jobs]") {
  Fixture f;
  f.queue.add("a", "q", {200, 1, 3}, 100);
  f.queue.add("a", "q", {300, 2, 3}, 100);
  CHECK(f.take() == Ordinals{});
  CHECK(f.queue.next_due() == 200);
  std::vector<Ordinal> due;
  f.queue.advance(199, due);
  CHECK(due.empty());
  f.queue.advance(200, due);
  CHECK(due == Ordinals{1});
  CHECK(f.take() == Ordinals{1});
  CHECK(f.queue.next_due() == 300);
}

TEST_CASE("a queue gives no more than its limit, and none while it is paused", "[jobs]") {
  Fixture f;
  f.queue.queue("small").limit = 2;
  for (Ordinal i = 0; i < 4; ++i) f.queue.add(i % 2 == 0 ? "a" : "b", "small", {1, i, 1}, 100);
  f.queue.add("a", "other", {9, 9, 1}, 100);
  CHECK(f.take() == Ordinals{0, 1, 9});
  CHECK(f.take() == Ordinals{});
  --f.queue.queue("small").running;
  CHECK(f.take() == Ordinals{2});
  f.queue.queue("small").running = 0;
  f.queue.queue("small").paused = true;
  CHECK(f.take() == Ordinals{});
  f.queue.queue("small").paused = false;
  CHECK(f.take() == Ordinals{3});
}

TEST_CASE("any jobs in any lanes come in order", "[jobs]") {
  Fixture f;
  std::mt19937 random(7);
  struct Job {
    std::int64_t run_at;
    Ordinal ordinal;
    std::uint8_t priority;
  };
  std::vector<Job> jobs;
  for (Ordinal i = 0; i < 2'000; ++i) {
    jobs.push_back({static_cast<std::int64_t>(random() % 50), i, static_cast<std::uint8_t>(random() % 4)});
    f.queue.add(random() % 2 == 0 ? "a" : "b", std::to_string(random() % 5), {jobs[i].run_at, i, jobs[i].priority}, 20);
  }
  std::vector<Ordinal> due;
  f.queue.advance(100, due);
  std::stable_sort(jobs.begin(), jobs.end(), [](const Job& a, const Job& b) {
    return a.priority != b.priority ? a.priority > b.priority : a.run_at < b.run_at;
  });
  std::vector<Ordinal> taken;
  while (taken.size() < jobs.size()) {
    const auto some = f.take(37);
    REQUIRE_FALSE(some.empty());
    taken.insert(taken.end(), some.begin(), some.end());
  }
  for (std::size_t i = 0; i < jobs.size(); ++i) REQUIRE(taken[i] == jobs[i].ordinal);
}
