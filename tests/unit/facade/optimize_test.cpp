// What optimize_collection says of recorded reads: every proposal runs and is no proposal any more once it ran; nothing is
// changed unless that is asked for.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <aurora/aurora.hpp>

#include <string>
#include <thread>
#include <vector>

using namespace aurora;
using Catch::Matchers::ContainsSubstring;
using Names = std::vector<std::string>;

namespace {

constexpr std::int64_t kDocuments = 2'000;

// a: 20 values, b: 50 values, c: all different; address.city: 40 values; tags: lists.
Database filled(const std::string& more = "") {
  auto db = Database::open_in_memory();
  db.execute("schema { define collection d { id: Int! @primary a: Int b: Int c: Int word: String tags: [String] "
             "address: { city: String, zip: String } note: JSON " + more + " } }");
  std::vector<Object> documents;
  for (std::int64_t id = 0; id < kDocuments; ++id)
    documents.push_back({{"id", id},
                         {"a", id % 20},
                         {"b", id * 7 % 50},
                         {"c", id * 7'919 % kDocuments},
                         {"word", "word " + std::to_string(id)},
                         {"tags", List{Value("t" + std::to_string(id % 30))}},
                         {"address", Object{{"city", "c" + std::to_string(id % 40)}, {"zip", "z"}}}});
  (void)db.insert_many("d", documents);
  return db;
}

void run(Database& db, const std::string& text, int times = 3) {
  for (int i = 0; i < times; ++i) (void)db.execute(text);
}

// Runs what is proposed and the reads again: nothing is lacking any more.
void require_settled(Database& db, const std::vector<std::string>& reads) {
  for (const auto& proposal : db.optimize_collection("d").proposals) {
    INFO(proposal.aql);
    (void)db.execute(proposal.aql);
  }
  REQUIRE(db.optimize_collection("d").proposals.empty());
  for (const auto& text : reads) run(db, text);
  const auto after = db.optimize_collection("d");
  INFO((after.proposals.empty() ? "" : after.proposals.front().reason));
  REQUIRE(after.proposals.empty());
  for (const auto& index : after.unused) INFO(index.name);
  REQUIRE(after.unused.empty());
}

}  // namespace

TEST_CASE("nothing recorded proposes nothing, and says so") {
  auto db = filled("old: Int @indexed");
  const auto advice = db.optimize_collection("d");
  CHECK(advice.reads == 0);
  CHECK(advice.proposals.empty());
  CHECK(advice.unused.empty());
  CHECK_THAT(advice.summary, ContainsSubstring("nothing is recorded for collection 'd'"));
  (void)db.get("d", 7);
  run(db, "{ d(where: { id: { eq: 7 } }) { id } }");
  CHECK(db.optimize_collection("d").reads == 0);
}

TEST_CASE("an unknown collection is named with the nearest one") {
  auto db = Database::open_in_memory();
  db.execute("schema { define collection users { id: Int! @primary } }");
  const auto advice = db.try_optimize_collection("usrs");
  REQUIRE_FALSE(advice);
  CHECK(advice.error().code() == ErrorCode::kCollectionNotFound);
  CHECK_THAT(advice.error().message(), ContainsSubstring("did you mean 'users'?"));
}

TEST_CASE("a scan for one field proposes an index on it, with the figures") {
  auto db = filled();
  const std::string read = "{ d(where: { a: { eq: 3 } }) { id } }";
  run(db, read, 4);
  const auto advice = db.optimize_collection("d");
  CHECK(advice.reads == 4);
  REQUIRE(advice.proposals.size() == 1);
  const auto& proposal = advice.proposals.front();
  CHECK(proposal.fields == Names{"a"});
  CHECK(proposal.kind == ProposalKind::kSingle);
  CHECK(proposal.reads == 4);
  CHECK(proposal.rows_examined == 4 * kDocuments);
  CHECK(proposal.rows_returned == 4 * kDocuments / 20);
  CHECK(proposal.reason ==
        "4 reads compared 'a' without an index for it: 8000 rows examined, 400 returned, about 20 for each");
  CHECK(proposal.aql == R"(schema { alter collection d { @@index(fields: ["a"]) } })");
  CHECK_FALSE(proposal.created);
  CHECK(db.index_stats("d").size() == 1);   // that of the primary key: nothing was changed
  require_settled(db, {read});
}

TEST_CASE("equalities come before a range in a compound index, and a shorter proposal goes into a longer one") {
  auto db = filled();
  const std::vector<std::string> reads{"{ d(where: { c: { gt: 1990 }, a: { eq: 3 } }) { id } }",
                                       "{ d(where: { a: { eq: 3 } }) { id } }"};
  for (const auto& text : reads) run(db, text);
  const auto advice = db.optimize_collection("d");
  REQUIRE(advice.proposals.size() == 1);
  CHECK(advice.proposals.front().fields == Names{"a", "c"});
  CHECK(advice.proposals.front().kind == ProposalKind::kCompound);
  CHECK(advice.proposals.front().reads == 6);
  require_settled(db, reads);
}

TEST_CASE("nested fields, lists, the parts of an or, an order with a limit, counts and groups") {
  const std::vector<std::pair<std::string, std::vector<Names>>> cases{
      {"{ d(where: { address: { city: { eq: \"c3\" } } }) { id } }", {{"address.city"}}},
      {"{ d(where: { tags: { contains: \"t3\" } }) { id } }", {{"tags"}}},
      {"{ d(where: { or: [{ a: { eq: 1 } }, { b: { lt: 1 } }] }) { id } }", {{"a"}, {"b"}}},
      {"{ d(orderBy: { c: ASC }, limit: 5) { id } }", {{"c"}}},
      {"{ d(where: { word: { startsWith: \"word 19\" } }) { id } }", {{"word"}}},
      {"{ d(where: { a: { eq: 3 } }, orderBy: { c: DESC }, limit: 5) { id } }", {{"a", "c"}}},
      {"{ d(where: { a: { in: [3, 4] } }, orderBy: { c: DESC }, limit: 5) { id } }", {{"a"}}},
  };
  for (const auto& [text, wanted] : cases) {
    INFO(text);
    auto db = filled();
    run(db, text);
    std::vector<Names> proposed;
    for (const auto& proposal : db.optimize_collection("d").proposals) proposed.push_back(proposal.fields);
    CHECK(proposed == wanted);
    require_settled(db, {text});
  }
}

TEST_CASE("what no index would help proposes nothing") {
  auto db = filled();
  run(db, "{ d { id } }");
  run(db, "{ d(where: { a: { ne: 3 } }) { id } }");
  run(db, "{ d(where: { a: { gte: 1 } }) { id } }");                        // nearly all of them
  run(db, "{ d(where: { word: { contains: \"19\" } }) { id } }");
  run(db, "{ d(where: { not: { a: { eq: 3 } } }) { id } }");
  run(db, "{ d(where: { or: [{ a: { eq: 3 } }, { word: { endsWith: \"7\" } }] }) { id } }");
  run(db, "{ d(where: { a: { eq: 3 } }, limit: 1) { id } }");               // found at once
  const auto advice = db.optimize_collection("d");
  CHECK(advice.reads == 21);
  for (const auto& proposal : advice.proposals) INFO(proposal.reason);
  CHECK(advice.proposals.empty());
  CHECK_THAT(advice.summary, ContainsSubstring("21 reads of collection 'd': none lacked an index"));
}

TEST_CASE("fluent queries, transactions and mutations are recorded, too") {
  auto db = filled();
  (void)db.query("d").where(field("a") == 3).fetch();
  db.transaction([](Transaction& transaction) { (void)transaction.execute("{ d(where: { a: { eq: 4 } }) { id } }"); });
  run(db, "mutation { update(collection: \"d\", where: { a: { eq: 5 } }, data: { b: 1 }) { affected } }", 1);
  const auto advice = db.optimize_collection("d");
  REQUIRE(advice.proposals.size() == 1);
  CHECK(advice.proposals.front().fields == Names{"a"});
  CHECK(advice.proposals.front().reads == 3);
}

TEST_CASE("indexes that no read uses are named, with what drops them") {
  auto db = filled("owner: Int @relation(to: \"d\", key: \"id\") @indexed  used: Int @indexed  idle: Int! = 7 @indexed  "
                   "mail: String @unique  text: String @search  at: DateTime @@ttl(field: \"at\", after: \"30d\") "
                   "@@index(fields: [\"a\", \"b\"])");
  run(db, "{ d(where: { used: { eq: 1 } }) { id } }");
  const auto advice = db.optimize_collection("d");
  REQUIRE(advice.unused.size() == 2);
  CHECK(advice.unused[0].fields == Names{"idle"});
  CHECK(advice.unused[0].aql == "schema { alter collection d { modify idle: Int! = 7 } }");
  CHECK(advice.unused[0].reason == "not used by any of 3 recorded reads");
  CHECK(advice.unused[1].fields == Names{"a", "b"});
  CHECK(advice.unused[1].aql.empty());
  CHECK_THAT(advice.unused[1].reason, ContainsSubstring("a rule cannot be dropped alone"));
  (void)db.execute(advice.unused[0].aql);
  CHECK(db.optimize_collection("d").unused.size() == 1);
  run(db, "{ d(where: { a: { eq: 1 }, b: { eq: 7 } }) { id } }");
  CHECK(db.optimize_collection("d").unused.empty());
}

TEST_CASE("proposals are made on request, and only then") {
  auto db = filled();
  run(db, "{ d(where: { a: { eq: 3 }, b: { eq: 5 } }) { id } }");
  const auto advice = db.optimize_collection("d", {.create = true});
  REQUIRE(advice.proposals.size() == 1);
  CHECK(advice.proposals.front().created);
  REQUIRE(db.index_stats("d").size() == 2);
  CHECK(db.index_stats("d")[1].fields == advice.proposals.front().fields);
  CHECK(db.optimize_collection("d", {.create = true}).proposals.empty());
}

TEST_CASE("many shapes: those in use stay, memory is bounded") {
  auto db = Database::open_in_memory();
  std::string fields;
  for (int i = 0; i < 200; ++i) fields += " f" + std::to_string(i) + ": Int";
  db.execute("schema { define collection d { id: Int! @primary" + fields + " } }");
  std::vector<Object> documents;
  for (std::int64_t id = 0; id < 200; ++id) documents.push_back({{"id", id}, {"f0", id}});
  (void)db.insert_many("d", documents);
  for (int i = 0; i < 200; ++i) {
    run(db, "{ d(where: { f" + std::to_string(i) + ": { eq: 3 } }) { id } }", 1);
    run(db, "{ d(where: { f0: { eq: 3 } }) { id } }", 2);
  }
  const auto advice = db.optimize_collection("d");
  CHECK(advice.reads == 600);
  REQUIRE(advice.proposals.size() == 64);
  CHECK(advice.proposals.front().fields == Names{"f0"});
  CHECK(advice.proposals.front().reads == 401);
}

TEST_CASE("threads record and ask at once", "[threads]") {
  auto db = filled();
  constexpr int kThreads = 4, kReads = 50;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kThreads; ++thread)
      threads.emplace_back([&db, thread] {
        const std::string text = "{ d(where: { " + std::string(thread % 2 == 0 ? "a" : "b") + ": { eq: 3 } }) { id } }";
        for (int i = 0; i < kReads; ++i) {
          (void)db.execute(text);
          if (i % 10 == 0) (void)db.optimize_collection("d");
        }
      });
  }
  const auto advice = db.optimize_collection("d");
  CHECK(advice.reads == kThreads * kReads);
  CHECK(advice.proposals.size() == 2);
}
