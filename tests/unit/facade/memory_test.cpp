// What groups, aggregates, windows and distinct hold at once: within max_sort_bytes however many documents they read,
// or LimitExceeded.
#include <aurora/aurora.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

namespace {

using aurora::Database;
using aurora::ErrorCode;

constexpr int kDocuments = 30'000;   // some 6 MiB of documents, six times the budget

Database readings() {
  aurora::Config config;
  config.max_sort_bytes = 1u << 20;
  auto db = Database::open_in_memory(config);
  db.execute("schema { define collection readings { n: Int  few: Int  many: String  pad: String  at: DateTime } }");
  for (int i = 0; i < kDocuments;) {
    std::vector<aurora::Object> batch;
    for (int j = 0; j < 1'000; ++j, ++i)
      batch.push_back({{"n", i},
                       {"few", i % 10},
                       {"many", "value number " + std::to_string(i)},
                       {"pad", std::string(120, 'x')},
                       {"at", aurora::DateTime(std::int64_t{i} * 1'000'000)}});
    db.insert_many("readings", batch);
  }
  return db;
}

std::string outcome(Database& db, const std::string& selection, const std::string& arguments = "") {
  const auto result = db.try_execute("{ readings" + arguments + " { " + selection + " } }");
  if (result) return "ok";
  CHECK(result.error().code() == ErrorCode::kLimitExceeded);
  return result.error().message();
}

bool is_refused(Database& db, const std::string& selection, const std::string& arguments = "") {
  const auto message = outcome(db, selection, arguments);
  INFO(message);
  return message.find("1048576 bytes") != std::string::npos;
}

}  // namespace

TEST_CASE("passes over more documents than the budget holds stay within it", "[facade]") {
  auto db = readings();
  for (const std::string selection :
       {"groupBy(field: \"few\") { key count aggregate { sum(field: \"n\") avg(field: \"n\") min(field: \"many\") max(field: \"pad\") stddev(field: \"n\") first(field: \"many\") last(field: \"many\") } }",
        "groupBy(field: \"few\") { key nodes(limit: 3) { n pad } }",
        "groupBy(field: \"at\", interval: \"1h\") { timestamp count }",
        "downsample(field: \"at\", interval: \"10m\", aggregation: \"avg\", values: [\"n\", \"few\"])",
        "aggregate { count sum(field: \"n\") countDistinct(field: \"few\") percentile(field: \"few\", p: 0.5) }"}) {
    INFO(selection);
    CHECK(outcome(db, selection) == "ok");
  }
  CHECK(outcome(db, "n", "(distinct: \"few\")") == "ok");
  CHECK(outcome(db, "n", "(distinct: \"few\", orderBy: {n: DESC})") == "ok");
  CHECK(outcome(db, "n", "(orderBy: {many: DESC}, limit: 100)") == "ok");
}

TEST_CASE("what would hold more than the budget is LimitExceeded", "[facade]") {
  auto db = readings();
  CHECK(is_refused(db, "groupBy(field: \"many\") { key }"));
  CHECK(is_refused(db, "groupBy(field: \"n\") { aggregate { sum(field: \"n\") } }"));
  CHECK(is_refused(db, "groupBy(field: \"few\") { nodes { n } }"));
  CHECK(is_refused(db, "groupBy(field: \"few\") { aggregate { countDistinct(field: \"many\") } }"));
  CHECK(is_refused(db, "aggregate { countDistinct(field: \"many\") }"));
  CHECK(is_refused(db, "aggregate { p: percentile(field: \"n\", p: 0.5) q: percentile(field: \"n\", p: 0.9)  r: percentile(field: \"few\", p: 0.9) s: percentile(field: \"n\", p: 0.1) t: percentile(field: \"n\", p: 0.2) }"));
  CHECK(is_refused(db, "downsample(field: \"at\", interval: \"1s\", aggregation: \"avg\", values: [\"n\"])"));
  CHECK(is_refused(db, "n w: windowFunc(field: \"n\", function: \"cumSum\")"));
  CHECK(is_refused(db, "n", "(distinct: \"many\")"));
  CHECK(is_refused(db, "n", "(orderBy: {many: DESC})"));
}
