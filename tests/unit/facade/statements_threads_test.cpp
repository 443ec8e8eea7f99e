// Eight threads run the same prepared statements while two write and the collection is altered: what is compiled once
// is shared, and every answer belongs to one state. Run under ThreadSanitizer too.
#include <aurora/aurora.hpp>

#include "unit/complaint.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace aurora {

namespace {

using testing::Complaint;

constexpr int kReaders = 8;
constexpr std::int64_t kDocuments = 200;
constexpr auto kDuration = std::chrono::milliseconds(1500);

std::size_t size_of(const Value& data, std::string_view key) { return data.if_object()->find(key)->if_list()->size(); }

/// `twin` follows `value` in every commit, so no state holds a document in which they differ.
void write(Database& database, std::int64_t start, Complaint& complain) {
  const auto update = database.prepare(
      "mutation($k: Int!, $v: Int!) { update(collection: \"d\", where: {key: {in: [$k]}}, "
      "data: {value: $v, twin: $v, tags: {addToSet: \"t\"}}) }");
  const auto replace = database.prepare(
      "mutation($k: Int!, $v: Int!) { transaction { deleteFrom(collection: \"d\", where: {key: $k}) "
      "insertInto(collection: \"d\", data: {key: $k, value: $v, twin: $v}) } }");
  for (std::int64_t i = start; !complain.stop; i += 7) {
    const Object variables{{"k", i % kDocuments}, {"v", i % 1000}};
    (void)(i % 2 == 0 ? update : replace).execute(variables);
    if (start == 0 && i % 400 == 0)
      database.execute(i % 800 == 0 ? "schema { alter collection d { add extra: Int = 1 } }"
                                    : "schema { alter collection d { drop extra } }");
  }
}

void read(const std::vector<Statement>& statements, std::int64_t seed, Complaint& complain,
          std::atomic<std::uint64_t>& queries) {
  for (std::int64_t i = seed; !complain.stop; ++i) {
    const auto halves = statements[0].execute({{"limit", i % 1000}}).data();
    if (size_of(halves, "low") + size_of(halves, "high") != size_of(halves, "all"))
      return complain("the halves of one snapshot do not add up");
    const auto same = statements[1].execute({{"v", i % 1000}, {"key", "twin"}}).data();
    if (size_of(same, "odd") != 0) return complain("a torn update was seen");
    const auto found = statements[2].execute({{"k", i % kDocuments}}).data();
    if (size_of(found, "d") > 1) return complain("a key was found twice");
    ++queries;
  }
}

}  // namespace

TEST_CASE("facade: prepared statements are shared by eight readers beside two writers", "[facade][threads]") {
  Config config;
  config.checkpoint_interval = std::chrono::milliseconds(20);
  auto database = Database::open_in_memory(config);
  database.execute(
      "schema { define collection d { key: Int! @primary  value: Int! @indexed  twin: Int!  tags: [String!] "
      "@@index(fields: [\"value\", \"twin\"]) } }");
  std::vector<Object> documents;
  for (std::int64_t key = 0; key < kDocuments; ++key) documents.push_back({{"key", key}, {"value", key}, {"twin", key}});
  (void)database.insert_many("d", documents);
  const std::vector<Statement> statements{
      database.prepare("query($limit: Int!) { all: d { key } low: d(where: {value: {lt: $limit}}) { key twin } "
                       "high: d(where: {value: {gte: $limit}}, orderBy: {value: DESC}) { key } }"),
      database.prepare("query($v: Int!, $key: String) { even: d(where: {value: $v, twin: $v}) { key } "
                       "odd: d(where: {value: $v, twin: {ne: $v}}, distinct: $key) { key } }"),
      database.prepare("query($k: Int!) { d(where: {key: $k}) { value tags } }")};
  Complaint complain;
  std::atomic<std::uint64_t> queries = 0;
  {
    std::vector<std::jthread> threads;
    for (std::int64_t i = 0; i < 2; ++i) threads.emplace_back(complain.guarded([&, i] { write(database, i, complain); }));
    for (std::int64_t i = 0; i < kReaders; ++i)
      threads.emplace_back(complain.guarded([&, i] { read(statements, i * 31, complain, queries); }));
    complain.wait(kDuration, [&] { return queries > 10; });
    threads.clear();
  }
  CHECK(complain.text() == "");
  CHECK(queries > 10);
  CHECK(database.verify().problems.empty());
}

}  // namespace aurora
