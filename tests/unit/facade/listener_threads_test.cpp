// Listeners and streams at the door: beside writers in other threads, across closing and reopening.
// Run under ThreadSanitizer too.
#include <aurora/aurora.hpp>

#include "unit/facade/fixture.hpp"
#include "unit/storage/store_fixture.hpp"

#include <atomic>
#include <map>
#include <thread>
#include <vector>

namespace aurora {

namespace {

using std::chrono::milliseconds;

constexpr auto kDefine = "schema { define collection c { k: Int! @primary  v: Int } define collection d { v: Int } }";

void write(Database& database, std::int64_t writer, int rounds) {
  for (int i = 0; i < rounds; ++i) {
    const auto key = writer * 1000 + i % 20;
    if (i % 5 == 4) {
      database.remove("c", Value(key));
      continue;
    }
    database.execute("mutation($k: Int!, $v: Int!) { upsert(collection: \"c\", where: {k: $k}, data: {v: $v}) "
                     "insertInto(collection: \"d\", data: {v: $v}) }",
                     {{"k", key}, {"v", i}});
    database.transaction([&](Transaction& transaction) {
      transaction.insert("d", {{"v", -1}});
      transaction.insert("d", {{"v", -2}});
    });
  }
}

/// What a follower of one collection holds after all events; says what was out of order.
struct Follower {
  std::map<std::int64_t, std::int64_t> documents;
  std::uint64_t sequence = 0;
  std::string complaint;

  void hear(const ChangeEvent& event) {
    if (event.sequence < sequence) complaint = "an older commit came later";
    sequence = event.sequence;
    const auto key = *event.id.if_int();
    const auto known = documents.find(key);
    if (event.type == ChangeType::kInsert) {
      if (known != documents.end()) complaint = "inserted twice";
    } else if (known == documents.end() || event.before["v"].int_value() != known->second) {
      complaint = "another old state than the one heard last";
    }
    if (event.type == ChangeType::kDelete)
      documents.erase(key);
    else
      documents[key] = event.after["v"].int_value();
  }
};

std::map<std::int64_t, std::int64_t> stored(Database& database) {
  std::map<std::int64_t, std::int64_t> documents;
  for (const auto& document : database.query("c")) documents[document["k"].int_value()] = document["v"].int_value();
  return documents;
}

}  // namespace

TEST_CASE("listeners beside writers hear every commit once and in order", "[events][threads]") {
  auto database = Database::open_in_memory();
  database.execute(kDefine);
  constexpr int kRounds = 150;
  std::atomic<bool> done = false;
  std::vector<Follower> followers(3);
  std::vector<std::string> streamed(2);
  std::vector<std::thread> threads;
  for (auto& follower : followers)
    threads.emplace_back([&, listener = database.listen("c")]() mutable {
      for (;;) {
        const bool last = done;
        const auto event = listener.next(milliseconds(5));
        if (event) follower.hear(*event);
        if (!event && last) return;
      }
    });
  for (auto& complaint : streamed)
    threads.emplace_back([&, stream = database.stream("subscription { d(where: {v: {lt: 0}}) { v } }")]() mutable {
      std::int64_t heard = 0;
      std::uint64_t before = 0;
      for (;;) {
        const bool last = done;
        const auto event = stream.next(milliseconds(5));
        if (!event && last) break;
        if (!event) continue;
        // Two documents a transaction, in the order written, under one sequence.
        const auto expected = heard++ % 2 == 0 ? -1 : -2;
        if (*event->data().if_object()->find("v")->if_int() != expected) complaint = "out of order";
        if (expected == -2 && event->sequence != before) complaint = "a transaction of two sequences";
        before = event->sequence;
      }
      if (heard != 2 * 2 * (kRounds - kRounds / 5)) complaint = "heard " + std::to_string(heard);
    });
  std::vector<std::thread> writers;
  for (std::int64_t writer = 0; writer < 2; ++writer)
    writers.emplace_back([&, writer] { write(database, writer, kRounds); });
  for (auto& writer : writers) writer.join();
  done = true;
  for (auto& thread : threads) thread.join();
  for (const auto& follower : followers) {
    CHECK(follower.complaint.empty());
    CHECK(follower.documents == stored(database));
  }
  for (const auto& complaint : streamed) CHECK(complaint.empty());
}

TEST_CASE("closing the database ends waiting, and every later call", "[events][threads]") {
  auto database = Database::open_in_memory();
  database.execute(kDefine);
  auto listener = database.listen_all();
  std::string complaint;
  std::thread waiting([&] {
    const auto event = listener.poll(std::chrono::hours(1));
    if (event || event.error().code() != ErrorCode::kClosed) complaint = "not Closed";
  });
  std::this_thread::sleep_for(milliseconds(20));
  database.close();
  waiting.join();
  CHECK(complaint.empty());
  CHECK(test::thrown([&] { (void)listener.try_next(); }).starts_with("Closed"));
  CHECK(test::thrown([&] { (void)database.listen("c"); }).starts_with("Closed"));
}

TEST_CASE("a listener goes on after reopening where another one ended", "[events]") {
  const storage::testing::ScratchDirectory directory;
  std::uint64_t resume = 0;
  {
    auto database = Database::open(directory / "db");
    database.execute(kDefine);
    auto listener = database.listen("c");
    database.insert("c", {{"k", 1}, {"v", 1}});
    CHECK(listener.try_next()->to_json() ==
          R"({"mutation":"INSERT","collection":"c","id":1,"old":null,"new":{"k":1,"v":1},"sequence":2})");
    CHECK_FALSE(listener.try_next());
    resume = listener.resume_after();
    database.update("c", Value(1), {{"v", 2}});
    database.insert("d", {{"v", 7}});
    database.update("c", Value(1), {{"v", 3}});
  }
  auto database = Database::open(directory / "db");
  auto listener = database.listen("c", {resume});
  auto stream = database.stream("subscription($a: Int!) { c(after: $a) { v } }",
                                {{"a", static_cast<std::int64_t>(resume)}});
  database.remove("c", Value(1));
  const auto first = listener.try_next();
  REQUIRE(first);
  CHECK(first->before["v"].int_value() == 1);
  CHECK(first->after["v"].int_value() == 2);
  CHECK(listener.try_next()->after["v"].int_value() == 3);
  CHECK(listener.try_next()->type == ChangeType::kDelete);
  CHECK_FALSE(listener.try_next());
  std::string heard;
  while (const auto event = stream.try_next()) heard += event->text;
  CHECK(heard == R"({"mutation":"UPDATE","id":1,"v":2,"sequence":3})"
                 R"({"mutation":"UPDATE","id":1,"v":3,"sequence":5})"
                 R"({"mutation":"DELETE","id":1,"v":3,"sequence":6})");
  CHECK(test::thrown([&] { (void)database.listen("c", {99}); }).starts_with("InvalidInput"));
}

TEST_CASE("a stream follows the schema while it fits and ends when it does not", "[events]") {
  auto database = Database::open_in_memory();
  database.execute(kDefine);
  auto stream = database.stream("subscription { c(where: {v: {gt: 0}}) { node { v } } }");
  database.execute("schema { alter collection c { add w: Int = 5 } }");
  database.insert("c", {{"k", 1}, {"v", 1}});
  CHECK(stream.try_next()->text == R"({"mutation":"INSERT","id":1,"node":{"v":1},"sequence":3})");
  database.execute("schema { alter collection c { rename v to value } }");
  database.insert("c", {{"k", 2}, {"value", 1}});
  CHECK(test::thrown([&] { (void)stream.try_next(); }).starts_with("InvalidQuery"));
  CHECK(test::thrown([&] { (void)stream.try_next(); }).starts_with("InvalidQuery"));
  auto other = database.stream("subscription { c }");
  database.execute("schema { drop collection c }");
  CHECK(test::thrown([&] { (void)other.try_next(); }).starts_with("CollectionNotFound"));
}

}  // namespace aurora
