// Changes in batches, groups of watchers, sums, several root fields.
#include <aurora/aurora.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace aurora {

namespace {

using namespace std::chrono_literals;
using F = EventFilter;

constexpr auto kDefine = "schema { define collection c { k: Int! @primary  v: Int  s: String } define collection d { k: Int! @primary } }";

std::string keys_of(const ChangeBatch& batch) {
  std::string out;
  for (const auto& event : batch) out += event.collection + std::to_string(*event.id.if_int()) + " ";
  return out;
}

void insert(Database& db, int from, int to) {
  std::vector<Object> documents;
  for (int i = from; i < to; ++i) documents.push_back({{"k", Value(i)}, {"v", Value(i % 10)}});
  db.insert_many("c", documents);
}

std::string text_of(const std::vector<WatchedRow>& list) {
  std::string out;
  for (const auto& row : list) out += (out.empty() ? "" : ",") + row.text();
  return out;
}

}  // namespace

TEST_CASE("a batch holds whole commits in order, and what is left comes next", "[threads]") {
  auto db = Database::open_in_memory();
  db.execute(kDefine);
  auto all = db.listen_all();
  auto some = db.listen("c", {.filter = F::field_equals("v", Value(3))});
  auto single = db.listen("c");
  CHECK(all.next_batch(1ms).empty());
  insert(db, 0, 3);
  db.insert("d", {{"k", Value(1)}});
  insert(db, 3, 5);
  CHECK(keys_of(all.next_batch(1s, 2)) == "c0 c1 c2 ");
  CHECK(keys_of(all.next_batch(1s)) == "d1 c3 c4 ");
  CHECK(keys_of(some.next_batch(1s)) == "c3 ");
  CHECK(some.next_batch({}).empty());
  // One that began with single events goes on within the commit.
  CHECK(single.try_next()->id == Value(0));
  CHECK(keys_of(single.next_batch(1s)) == "c1 c2 c3 c4 ");
  // More than is made into events at once.
  insert(db, 1000, 3000);
  const auto batch = all.next_batch(1s);
  REQUIRE(batch.size() == 2000);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    REQUIRE(batch[i].place == i);
    REQUIRE(batch[i].transaction_size == 2000);
    REQUIRE(batch[i].id == Value(static_cast<std::int64_t>(1000 + i)));
  }
  CHECK(some.next_batch(1s).size() == 200);
}

TEST_CASE("batches to callbacks: shared by all, none lost, none twice", "[threads]") {
  auto db = Database::open_in_memory();
  db.execute(kDefine);
  constexpr int kListeners = 20;
  std::vector<std::atomic<std::uint64_t>> heard(kListeners);
  std::atomic<bool> in_order{true};
  std::vector<std::uint64_t> last(kListeners);
  std::vector<Following> following;
  for (std::size_t i = 0; i < kListeners; ++i) {
    auto listener = db.listen("c", i % 2 == 0 ? ListenOptions{} : ListenOptions{.filter = F::has_field("v")});
    const auto take = [&, i](const ChangeEvent& event) {
      const auto number = event.sequence << 20 | event.place;
      if (number <= last[i]) in_order = false;
      last[i] = number;
      ++heard[i];
    };
    following.push_back(i % 3 == 0 ? std::move(listener).on_batch([take](const ChangeBatch& batch) {
      for (const auto& event : batch) take(event);
    })
                                   : std::move(listener).on_event(take));
  }
  std::vector<std::thread> writers;
  for (int w = 0; w < 2; ++w)
    writers.emplace_back([&, w] {
      for (int i = 0; i < 300; ++i) insert(db, (w * 300 + i) * 10, (w * 300 + i) * 10 + 1 + i % 10);
    });
  for (auto& writer : writers) writer.join();
  const std::uint64_t wanted = 2 * 30 * 55;
  for (auto& count : heard) {
    for (int i = 0; i < 2000 && count != wanted; ++i) std::this_thread::sleep_for(5ms);
    CHECK(count == wanted);
  }
  CHECK(in_order);
}

TEST_CASE("a sum is everything that has come, at once", "[threads]") {
  auto db = Database::open_in_memory();
  db.execute(kDefine);
  insert(db, 0, 3);
  auto watcher = db.watch("{ c(where: {v: {lt: 5}}, orderBy: {k: ASC}) { k } }");
  auto list = watcher.initial_results();
  CHECK(!watcher.try_sum());
  db.remove("c", Value(1));
  insert(db, 3, 12);
  db.remove("c", Value(3));
  const auto sum = watcher.try_sum();
  REQUIRE(sum);
  sum->apply_to(list);
  CHECK(text_of(list) == R"({"k":0},{"k":2},{"k":4},{"k":10},{"k":11})");
  CHECK(sum->changes.size() == 4);
  CHECK(!watcher.try_next());
}

TEST_CASE("a group of watchers stands at one commit", "[threads]") {
  auto db = Database::open_in_memory();
  db.execute(kDefine);
  insert(db, 0, 100);
  std::atomic<bool> stop{false};
  // The sum over all is the same after every commit.
  std::thread writer([&] {
    for (int i = 0; !stop; ++i) {
      db.transaction([&](Transaction& transaction) {
        transaction.update("c", Value(i % 100), {{"v", Value(Object{{"increment", Value(1)}})}});
        transaction.update("c", Value((i + 37) % 100), {{"v", Value(Object{{"decrement", Value(1)}})}});
      });
    }
  });
  WatcherGroup group;
  CHECK(group.poll({}).error().code() == ErrorCode::kInvalidOperation);
  group.add(db.watch("{ c(where: {k: {lt: 50}}) { aggregate { sum(field: \"v\") } } }"));
  group.add(db.watch("{ c(where: {k: {gte: 50}}) { aggregate { sum(field: \"v\") } } }"));
  group.add(db.watch("{ c(where: {k: {gte: 50}}, distinct: \"v\", orderBy: {v: ASC}, limit: 3) { v } }"));
  std::vector<std::vector<WatchedRow>> lists;
  for (std::size_t i = 0; i < group.size(); ++i) lists.push_back(group.at(i).initial_results());
  const auto sum_of = [](const std::vector<WatchedRow>& list) {
    return *list.front().data().if_object()->find("aggregate")->if_object()->find("sum")->if_int();
  };
  int updates = 0;
  for (int i = 0; i < 200; ++i) {
    const auto update = group.next(5s);
    if (!update) continue;
    ++updates;
    for (std::size_t part = 0; part < lists.size(); ++part) {
      update->parts[part].apply_to(lists[part]);
      CHECK(text_of(lists[part]) == text_of(group.at(part).current()));
    }
    REQUIRE(sum_of(lists[0]) + sum_of(lists[1]) == 450);
  }
  stop = true;
  writer.join();
  CHECK(updates > 10);
  auto elsewhere = Database::open_in_memory();
  elsewhere.execute(kDefine);
  CHECK_THROWS_AS(group.add(elsewhere.watch("{ c }")), Error);
}

TEST_CASE("several root fields are one row, kept in place", "[threads]") {
  auto db = Database::open_in_memory();
  db.execute(kDefine);
  insert(db, 0, 3);
  auto watcher = db.watch("{ list: c(orderBy: {k: DESC}, limit: 1) { k } c { totalCount } d { k } }");
  CHECK(text_of(watcher.initial_results()) == R"({"list":[{"k":2}],"c":{"totalCount":3},"d":[]})");
  db.transaction([](Transaction& transaction) {
    transaction.remove("c", Value(0));
    transaction.insert("d", {{"k", Value(9)}});
  });
  const auto update = watcher.try_next();
  REQUIRE(update);
  CHECK(update->changes.size() == 1);
  CHECK(text_of(watcher.current()) == R"({"list":[{"k":2}],"c":{"totalCount":2},"d":[{"k":9}]})");
  db.update("c", Value(1), {{"v", Value(77)}});
  CHECK(!watcher.try_next());
  CHECK(watcher.stats().requeries == 0);
  const auto twice = db.try_watch("{ c { k } c { v } }", {}, {});
  REQUIRE(!twice);
  CHECK(twice.error().code() == ErrorCode::kInvalidQuery);
}

}  // namespace aurora
