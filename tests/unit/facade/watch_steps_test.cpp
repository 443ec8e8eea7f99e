// Watchers that are asked late: every commit has its own update, also where the query is read again for it, and time,
// expiry and definitions that change meanwhile leave no wrong row.
#include <aurora/aurora.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

namespace {

using aurora::Database;
using aurora::Object;

struct Fixture {
  std::shared_ptr<std::atomic<std::int64_t>> time = std::make_shared<std::atomic<std::int64_t>>(1'700'000'000'000'000);
  Database db = open();

  Database open() {
    aurora::Config config;
    config.clock = [time = time] { return time->load(); };
    config.expiry_interval = std::chrono::hours(1);   // nothing is removed behind the test's back
    return Database::open_in_memory(config);
  }
  void pass_seconds(std::int64_t seconds) { *time += seconds * 1'000'000; }
  void run(const std::string& text) { db.execute(text); }
};

// "type old → new" of each change of each update there is, an update a line.
std::string drain(aurora::Watcher& watcher) {
  std::string out;
  while (const auto update = watcher.try_next()) {
    if (!out.empty()) out += '\n';
    for (const auto& change : update->changes) {
      if (out.size() > 0 && out.back() != '\n') out += ' ';
      switch (change.type) {
        case aurora::WatchChangeType::kAdded: out += '+' + std::string(change.row.text()); break;
        case aurora::WatchChangeType::kRemoved: out += '-' + std::string(change.old_row.text()); break;
        case aurora::WatchChangeType::kModified:
          out += std::string(change.old_row.text()) + ">" + std::string(change.row.text());
      }
    }
  }
  return out;
}

std::string list(const aurora::Watcher& watcher) {
  std::string out = "[";
  for (const auto& row : watcher.current()) out += (out.size() > 1 ? "," : "") + std::string(row.text());
  return out + "]";
}

}  // namespace

TEST_CASE("watch: each commit has its own update where the query is read again", "[facade]") {
  Fixture f;
  f.run("schema { define collection t { k: Int! @primary  g: Int } }");
  auto count = f.db.watch("{ t { aggregate { count } } }");
  auto sums = f.db.watch("{ t { groupBy(field: \"g\") { key count } } }");
  auto values = f.db.watch("{ t(distinct: \"g\", orderBy: {g: ASC}) { g } }");
  f.run("mutation { insertInto(collection: \"t\", data: {k: 1, g: 7}) }");
  f.run("mutation { insertMany(collection: \"t\", data: [{k: 2, g: 7}, {k: 3, g: 8}]) }");
  f.run("mutation { deleteFrom(collection: \"t\", where: {k: 1}) }");
  f.run("mutation { deleteFrom(collection: \"t\", where: {}) }");
  CHECK(drain(count) ==
        R"({"aggregate":{"count":0}}>{"aggregate":{"count":1}})" "\n" R"({"aggregate":{"count":1}}>{"aggregate":{"count":3}})" "\n"
        R"({"aggregate":{"count":3}}>{"aggregate":{"count":2}})" "\n" R"({"aggregate":{"count":2}}>{"aggregate":{"count":0}})");
  CHECK(drain(values) == "+{\"g\":7}\n+{\"g\":8}\n-{\"g\":7} -{\"g\":8}");
  const auto text = drain(sums);
  CHECK(std::count(text.begin(), text.end(), '\n') == 3);
  CHECK(sums.sequence() == f.db.stats().sequence);
}

TEST_CASE("watch: each commit has its own update where rows look others up", "[facade]") {
  Fixture f;
  f.run("schema { define collection u { k: Int! @primary  n: String }  define collection t { k: Int! @primary  u: Int } }");
  f.run("mutation { insertInto(collection: \"t\", data: {k: 1, u: 5}) }");
  auto watcher = f.db.watch("{ t { k u: lookup(collection: \"u\", localField: \"u\", foreignField: \"k\") { n } } }");
  f.run("mutation { insertInto(collection: \"u\", data: {k: 5, n: \"a\"}) }");
  f.run("mutation { update(collection: \"u\", where: {k: 5}, data: {n: \"b\"}) }");
  f.run("mutation { deleteFrom(collection: \"u\", where: {k: 5}) }");
  CHECK(drain(watcher) == "{\"k\":1,\"u\":null}>{\"k\":1,\"u\":{\"n\":\"a\"}}\n"
                          "{\"k\":1,\"u\":{\"n\":\"a\"}}>{\"k\":1,\"u\":{\"n\":\"b\"}}\n"
                          "{\"k\":1,\"u\":{\"n\":\"b\"}}>{\"k\":1,\"u\":null}");
  CHECK(watcher.stats().requeries == 0);
}

TEST_CASE("watch: an order by a field that reads the time leaves no row twice and none behind", "[facade]") {
  Fixture f;
  f.run("schema { define collection c { k: Int! @primary  born: DateTime  n: Int  "
        "age: Int @computed(expr: \"dateDiff(now(), born, unit: \\\"s\\\")\") } }");
  f.run("mutation { insertMany(collection: \"c\", data: [{k: 1, born: \"2023-01-01T00:00:00Z\", n: 1}, "
        "{k: 2, born: \"2023-01-02T00:00:00Z\", n: 1}]) }");
  auto watcher = f.db.watch("{ c(where: {age: {gt: 0}}, orderBy: {age: DESC}) { k n } }");
  auto young = f.db.watch("{ c(where: {age: {lt: 100}}) { aggregate { count } } }");
  f.pass_seconds(100);
  f.run("mutation { update(collection: \"c\", where: {k: 1}, data: {n: 2}) }");
  CHECK(drain(watcher) == R"({"k":1,"n":1}>{"k":1,"n":2})");
  CHECK(list(watcher) == R"([{"k":1,"n":2},{"k":2,"n":1}])");
  f.run("mutation { deleteFrom(collection: \"c\", where: {k: 1}) }");
  CHECK(drain(watcher) == R"(-{"k":1,"n":2})");
  f.run("mutation { insertInto(collection: \"c\", data: {k: 3, born: \"now\"}) }");
  CHECK(drain(young) == R"({"aggregate":{"count":0}}>{"aggregate":{"count":1}})");
}

TEST_CASE("watch: totals of a field that reads the time are those of the query", "[facade]") {
  Fixture f;
  f.run("schema { define collection c { k: Int! @primary  born: DateTime  n: Int  "
        "age: Int @computed(expr: \"dateDiff(now(), born, unit: \\\"s\\\")\") } }");
  f.run("mutation { insertMany(collection: \"c\", data: [{k: 1, born: \"2023-01-01T00:00:00Z\"}, {k: 2, born: \"2023-01-02T00:00:00Z\"}]) }");
  const std::string query = "{ c { aggregate { count sum(field: \"age\") } } }";
  auto watcher = f.db.watch(query);
  f.pass_seconds(100);
  f.run("mutation { update(collection: \"c\", where: {k: 1}, data: {n: 2}) }");
  CHECK_FALSE(drain(watcher).empty());
  CHECK("{\"c\":" + std::string(watcher.current().front().text()) + "}" == f.db.execute(query).data_text());
  f.run("mutation { deleteFrom(collection: \"c\", where: {}) }");
  CHECK_FALSE(drain(watcher).empty());
  CHECK("{\"c\":" + std::string(watcher.current().front().text()) + "}" == f.db.execute(query).data_text());
}

TEST_CASE("watch: the rank of a search follows documents that its condition leaves out", "[facade]") {
  Fixture f;
  f.run("schema { define collection a { k: Int! @primary  title: String @search  kind: String } }");
  f.run("mutation { insertMany(collection: \"a\", data: [{k: 1, title: \"red apple\", kind: \"a\"}, {k: 2, title: \"green pear\", kind: \"a\"}]) }");
  const std::string query = "{ a(where: {kind: \"a\"}, search: {query: \"apple\"}) { k score } }";
  auto watcher = f.db.watch(query);
  const auto before = list(watcher);
  f.run("mutation { insertInto(collection: \"a\", data: {k: 3, title: \"blue\", kind: \"b\"}) }");
  CHECK_FALSE(drain(watcher).empty());
  CHECK(list(watcher) != before);
  CHECK("{\"a\":" + list(watcher) + "}" == f.db.execute(query).data_text());
}

TEST_CASE("watch: a document that expired does not come into a window", "[facade]") {
  Fixture f;
  f.run("schema { define collection t { k: Int! @primary  at: DateTime  n: Int  @@ttl(field: \"at\", after: \"1s\") } }");
  f.run("mutation { insertMany(collection: \"t\", data: [{k: 1, n: 1}, {k: 2, n: 2, at: \"now\"}, {k: 3, n: 3}]) }");
  auto watcher = f.db.watch("{ t(orderBy: {n: ASC}, limit: 1) { k } }");
  f.pass_seconds(10);
  f.run("mutation { deleteFrom(collection: \"t\", where: {k: 1}) }");
  CHECK(drain(watcher) == R"(-{"k":1} +{"k":3})");
  CHECK(list(watcher) == R"([{"k":3}])");
}

TEST_CASE("watch: a collection made anew has other documents", "[facade]") {
  Fixture f;
  f.run("schema { define collection p { code: String! @primary  kg: Int } }");
  f.run("mutation { insertInto(collection: \"p\", data: {code: \"z\", kg: 1}) }");
  auto watcher = f.db.watch("{ p { code kg } }");
  auto distinct = f.db.watch("{ p(distinct: \"code\") { code } }");
  f.run("schema { drop collection p }");
  f.run("schema { define collection p { code: String! @primary  kg: Int } }");
  f.run("mutation { insertInto(collection: \"p\", data: {code: \"new\", kg: 7}) }");
  CHECK(drain(watcher) == R"(-{"code":"z","kg":1} +{"code":"new","kg":7})");
  CHECK(drain(distinct) == R"(-{"code":"z"} +{"code":"new"})");
}

TEST_CASE("watch: a collection that rows would look into is missed when it is dropped", "[facade]") {
  Fixture f;
  f.run("schema { define collection u { k: Int! @primary  n: String }  define collection t { k: Int! @primary  u: Int } }");
  auto watcher = f.db.watch("{ t(distinct: \"k\") { k u: lookup(collection: \"u\", localField: \"u\", foreignField: \"k\") { n } } }");
  f.run("schema { drop collection u }");
  const auto missed = watcher.poll({});
  REQUIRE_FALSE(missed);
  CHECK(missed.error().code() == aurora::ErrorCode::kCollectionNotFound);
}
