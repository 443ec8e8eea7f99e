// Routes: ranges of keys held against a plain list, and watchers by the thousand against queries run again.
#include "facade/interval_index.hpp"

#include <aurora/aurora.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

namespace aurora {

namespace {

using namespace std::chrono_literals;

struct Range {
  std::string low;
  std::string high;
  facade::Consumer* who;
};

bool eventually(const std::function<bool()>& done) {
  for (int i = 0; i < 4000; ++i) {
    if (done()) return true;
    std::this_thread::sleep_for(5ms);
  }
  return done();
}

}  // namespace

TEST_CASE("an interval index finds what a list of ranges finds") {
  std::mt19937_64 random(20261122);
  const auto key = [&] { return std::string(1, static_cast<char>('a' + random() % 20)) + std::string(random() % 2, 'm'); };
  facade::IntervalIndex index;
  std::vector<Range> ranges;
  for (int step = 0; step < 20'000; ++step) {
    if (ranges.empty() || random() % 5 < 3) {
      auto low = key();
      auto high = key();
      if (high < low) std::swap(low, high);
      // Only told apart, never looked into.
      auto* const who = reinterpret_cast<facade::Consumer*>((random() % 50 + 1) * 16);
      index.add(low, high, who);
      ranges.push_back({low, high, who});
    } else {
      const auto at = ranges.begin() + static_cast<std::ptrdiff_t>(random() % ranges.size());
      index.remove(at->low, at->high, at->who);
      ranges.erase(at);
    }
    if (ranges.size() > 200) ranges.clear(), index = {};
    const auto wanted = key();
    std::vector<facade::Consumer*> found;
    index.find(wanted, found);
    std::vector<facade::Consumer*> expected;
    for (const auto& range : ranges)
      if (range.low <= wanted && wanted <= range.high) expected.push_back(range.who);
    std::sort(found.begin(), found.end());
    std::sort(expected.begin(), expected.end());
    REQUIRE(found == expected);
    REQUIRE(index.empty() == ranges.empty());
  }
}

TEST_CASE("a commit is heard by the watchers whose equalities and ranges it meets, before or after", "[threads]") {
  auto db = Database::open_in_memory();
  db.execute("schema { define collection c { k: Int! @primary  v: Int  s: String } }");
  for (int i = 0; i < 200; ++i) db.insert("c", {{"k", Value(i)}, {"v", Value(i)}, {"s", Value("s" + std::to_string(i))}});
  constexpr int kWatchers = 600;
  std::vector<ReactiveState> states;
  std::vector<std::string> texts;
  for (int i = 0; i < kWatchers; ++i) {
    const auto n = std::to_string(i % 200);
    const auto next = std::to_string(i % 200 + 3);
    switch (i % 6) {
      case 0: texts.push_back("{ c(where: {v: " + n + "}) { k v } }"); break;
      case 1: texts.push_back("{ c(where: {v: {gte: " + n + ", lt: " + next + "}}) { k v } }"); break;
      case 2: texts.push_back("{ c(where: {v: {between: [" + n + ", " + next + "]}}) { k } }"); break;
      case 3: texts.push_back("{ c(where: {or: [{v: " + n + "}, {s: {startsWith: \"s" + n + "\"}}]}) { k s } }"); break;
      case 4: texts.push_back("{ c(where: {v: {in: [" + n + ", " + next + "]}, k: {gt: 3}}) { k } }"); break;
      default: texts.push_back("{ c(where: {v: {gt: " + n + "}}) { aggregate { count sum(field: \"v\") } } }"); break;
    }
    states.emplace_back(db.watch(texts.back()));
  }
  std::mt19937_64 random(7);
  const auto below = [&](std::uint64_t bound) { return static_cast<std::int64_t>(random() % bound); };
  for (int i = 0; i < 500; ++i) {
    const Value key(below(260));
    switch (below(4)) {
      case 0: db.remove("c", key); break;
      case 1:
        if (!db.get("c", key)) db.insert("c", {{"k", key}, {"v", Value(below(210))}, {"s", Value("s" + std::to_string(below(210)))}});
        break;
      case 2: db.update("c", key, {{"v", below(9) == 0 ? Value() : Value(below(210))}}); break;
      default: db.update("c", key, {{"s", Value("s" + std::to_string(below(210)))}}); break;
    }
  }
  for (int i = 0; i < kWatchers; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const auto fresh = std::string(db.execute(texts[at]).data_text());
    const auto shown = [&] {
      const auto rows = states[at].list();
      std::string out;
      for (const auto& row : *rows) out += (out.empty() ? "" : ",") + row.text();
      return i % 6 == 5 ? "{\"c\":" + out + "}" : "{\"c\":[" + out + "]}";
    };
    INFO(texts[at]);
    CHECK(eventually([&] { return shown() == fresh; }));
  }
}

TEST_CASE("what is committed before a watcher is followed is told commit by commit, too", "[threads]") {
  auto db = Database::open_in_memory();
  db.execute("schema { define collection c { k: Int! @primary  v: Int } }");
  auto watcher = db.watch("{ c(where: {v: 7}) { k } }");
  db.insert("c", {{"k", Value(1)}, {"v", Value(7)}});
  db.update("c", Value(1), {{"v", Value(8)}});
  std::mutex mutex;
  std::vector<WatchChangeType> told;
  const auto following = std::move(watcher).on_update([&](const WatchUpdate& update) {
    std::lock_guard lock(mutex);
    for (const auto& change : update.changes) told.push_back(change.type);
  });
  const auto count = [&] {
    std::lock_guard lock(mutex);
    return told.size();
  };
  CHECK(eventually([&] { return count() == 2; }));
  std::lock_guard lock(mutex);
  CHECK(told == std::vector{WatchChangeType::kAdded, WatchChangeType::kRemoved});
}

TEST_CASE("watchers come and go by the thousand", "[threads]") {
  auto db = Database::open_in_memory();
  db.execute("schema { define collection c { k: Int! @primary  v: Int } }");
  std::atomic<std::uint64_t> heard{0};
  for (int round = 0; round < 5; ++round) {
    std::vector<Following> following;
    for (int i = 0; i < 2000; ++i) {
      const auto n = std::to_string(i);
      const auto where = i % 2 == 0 ? "{v: " + n + "}" : "{v: {gte: " + n + ", lte: " + n + "}}";
      following.push_back(db.watch("{ c(where: " + where + ") { k } }").on_update([&](const WatchUpdate&) { ++heard; }));
    }
    const auto before = heard.load();
    // One that comes; then it leaves one and comes to another.
    db.insert("c", {{"k", Value(round)}, {"v", Value(7)}});
    db.update("c", Value(round), {{"v", Value(8)}});
    CHECK(eventually([&] { return heard == before + 3; }));
    // Half of them while commits go on.
    std::thread writer([&] {
      for (int i = 0; i < 200; ++i) db.update("c", Value(round), {{"v", Value(2000 + i)}});
    });
    following.resize(1000);
    writer.join();
  }
  db.insert("c", {{"k", Value(100)}, {"v", Value(8)}});
  CHECK(db.verify().problems.empty());
}

}  // namespace aurora
