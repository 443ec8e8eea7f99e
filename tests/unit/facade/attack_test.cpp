// Texts and documents made to hurt: each is a named error, or an answer, and the database goes on.
#include <aurora/aurora.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using aurora::Database;
using aurora::ErrorCode;
using aurora::Object;
using aurora::Value;

constexpr std::size_t kMebibyte = 1u << 20;

std::string repeat(std::size_t times, const std::function<std::string(std::size_t)>& piece) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += piece(i);
  return out;
}

std::string repeat(std::size_t times, const std::string& piece) {
  return repeat(times, [&](std::size_t) { return piece; });
}

Database small() {
  auto db = Database::open_in_memory();
  db.execute("schema { define collection t { id: Int! @primary  n: Int @indexed  s: String  o: Object } }");
  std::vector<Object> documents;
  for (int i = 0; i < 500; ++i) documents.push_back({{"id", i}, {"n", i % 7}, {"s", "x" + std::to_string(i)}});
  db.insert_many("t", documents);
  return db;
}

// The code it ends with; "ok" for an answer. Whatever it was, the next question is answered.
std::string outcome(Database& db, const std::string& text, const Object& variables = {}) {
  const auto result = db.try_execute(text, variables);
  CHECK(db.execute("{ t(where: {id: 7}) { id } }").data_text() == R"({"t":[{"id":7}]})");
  return result ? "ok" : std::string(to_string(result.error().code()));
}

Value nested(int depth) {
  Value value = 1;
  for (int i = 0; i < depth; ++i) value = Value(Object{{"a", std::move(value)}});
  return value;
}

}  // namespace

TEST_CASE("attack: a text of a mebibyte is read whole, a longer one not at all", "[facade]") {
  auto db = small();
  const std::string query = "{ t(where: {id: 3}) { id } }";
  CHECK(outcome(db, query + std::string(kMebibyte - query.size(), ' ')) == "ok");
  CHECK(outcome(db, query + std::string(kMebibyte - query.size() + 1, ' ')) == "LimitExceeded");
  CHECK(outcome(db, query + " #" + std::string(kMebibyte - query.size() - 2, '{')) == "ok");
}

TEST_CASE("attack: a mebibyte of one sign is an error at once", "[facade]") {
  auto db = small();
  for (const std::string piece : {"{", "(", "[", "}", "\"", "\\", "-", "#", "$", "@", "...", "\"\"\"", "{t", "{t(a:[", "\xff", "\xc3"}) {
    INFO(piece);
    const auto code = outcome(db, repeat((kMebibyte - 8) / piece.size(), piece));
    CHECK((code == "InvalidQuery" || code == "LimitExceeded"));
  }
}

TEST_CASE("attack: selections by the thousand, laid out or in fragments", "[facade]") {
  auto db = small();
  const auto aliases = [](std::size_t count) {
    return "{ t(limit: 1) { " + repeat(count, [](std::size_t i) { return "a" + std::to_string(i) + ": id "; }) + "} }";
  };
  CHECK(outcome(db, aliases(9'000)) == "ok");
  CHECK(outcome(db, aliases(10'001)) == "LimitExceeded");
  const auto fragment = [](std::size_t i, const std::string& body) {
    return "fragment f" + std::to_string(i) + " on t { " + body + " }\n";
  };
  const auto spread = [](std::size_t i) { return "...f" + std::to_string(i) + " "; };
  // Each doubles the next: 2^40 selections.
  CHECK(outcome(db, "{ t { ...f0 } } " + repeat(40, [&](std::size_t i) { return fragment(i, spread(i + 1) + spread(i + 1)); }) +
                        fragment(40, "id")) == "LimitExceeded");
  // A chain of ten thousand, which a walk by recursion would have to survive.
  CHECK(outcome(db, "{ t { ...f0 } } " + repeat(10'000, [&](std::size_t i) { return fragment(i, spread(i + 1)); }) +
                        fragment(10'000, "id")) == "LimitExceeded");
  const auto chain = [&](std::size_t length) {
    return "{ t(limit: 1) { ...f0 } } " + repeat(length, [&](std::size_t i) { return fragment(i, spread(i + 1)); }) +
           fragment(length, "id");
  };
  CHECK(outcome(db, chain(60)) == "ok");
  CHECK(outcome(db, chain(63)) == "LimitExceeded");
  CHECK(outcome(db, "{ t { ...f0 } } " + fragment(0, "...f1") + fragment(1, "...f0")) == "InvalidQuery");
  CHECK(outcome(db, "{ t(limit: 1) { " + repeat(4'000, "...f0 ") + "} } " + fragment(0, "id")) == "ok");
}

TEST_CASE("attack: conditions nested and by the thousand", "[facade]") {
  auto db = small();
  const auto levels = [](std::size_t count) {
    return "{ t(where: " + repeat(count, "{not: ") + "{n: 1}" + repeat(count, "}") + ") { id } }";
  };
  CHECK(outcome(db, levels(61)) == "ok");
  CHECK(outcome(db, levels(62)) == "LimitExceeded");
  CHECK(outcome(db, levels(50'000)) == "LimitExceeded");
  CHECK(outcome(db, "{ t(where: {or: [" + repeat(20'000, "{n: 1} ") + "]}) { id } }") == "ok");
  const auto list = [](std::size_t count) {
    return "{ t(where: {id: {in: [" + repeat(count, [](std::size_t i) { return std::to_string(i) + " "; }) + "]}}) { id } }";
  };
  CHECK(outcome(db, list(100'000)) == "ok");
  CHECK(outcome(db, list(100'001)) == "LimitExceeded");
}

TEST_CASE("attack: numbers, offsets and limits at the end of their range", "[facade]") {
  auto db = small();
  CHECK(outcome(db, "{ t(limit: 9223372036854775807, offset: 9223372036854775807) { id } }") == "ok");
  CHECK(outcome(db, "{ t(limit: 9223372036854775807, offset: 1) { id } }") == "ok");
  for (const std::string number : {"-1", "9223372036854775808", "99999999999999999999999999", "1e400"}) {
    INFO(number);
    CHECK(outcome(db, "{ t(limit: " + number + ") { id } }") != "ok");
  }
  CHECK(outcome(db, "{ t(where: {n: " + std::string(100'000, '9') + "}) { id } }") != "ok");
}

TEST_CASE("attack: documents at the limit of depth are kept and given back, deeper ones refused", "[facade]") {
  auto db = small();
  const std::string insert = "mutation($d: Any) { insertInto(collection: \"t\", data: $d) }";
  int refused = 0;
  for (int depth = 1; depth <= 256; depth *= 2) {
    INFO(depth);
    const auto code = outcome(db, insert, {{"d", Value(Object{{"id", 1'000 + depth}, {"o", nested(depth)}})}});
    CHECK((code == "ok" || code == "LimitExceeded"));
    if (code == "ok") CHECK(refused == 0);
    if (code != "ok") ++refused;
    if (depth == 64) CHECK(code == "ok");
    const auto back = db.execute("{ t(where: {id: " + std::to_string(1'000 + depth) + "}) { o } }").data_text();
    if (code == "ok") CHECK(back == "{\"t\":[{\"o\":" + repeat(static_cast<std::size_t>(depth), "{\"a\":") + "1" +
                                        repeat(static_cast<std::size_t>(depth), "}") + "}]}");
  }
  CHECK(refused > 0);
  CHECK(db.verify().problems.empty());
}

TEST_CASE("attack: expressions that blow up a backtracking matcher take linear time", "[facade]") {
  auto db = small();
  db.insert("t", Object{{"id", 5'000}, {"s", std::string(kMebibyte, 'a')}});
  for (const std::string pattern : {"(a+)+$b", "(a|a)*b", "(a|aa)+$b", "(.*a){12}b", "^(([a-z])+.)+[A-Z]([a-z])+$", "(a?){50}a{50}b"}) {
    INFO(pattern);
    CHECK(outcome(db, "{ t(where: {s: {matches: \"" + pattern + "\"}}) { id } }") == "ok");
  }
  CHECK(outcome(db, "{ t(where: {s: {matches: \"(x{1,1000}){1,1000}\"}}) { id } }") == "InvalidQuery");
  CHECK(outcome(db, "{ t(where: {s: {matches: \"" + repeat(5'001, "a*") + "\"}}) { id } }") == "LimitExceeded");
}

TEST_CASE("attack: every kind of loop ends at its deadline", "[facade]") {
  auto db = Database::open_in_memory();
  db.execute("schema { define collection t { id: Int! @primary  n: Int  m: Int @indexed  s: String  w: String @search } }");
  for (int i = 0; i < 100'000;) {
    std::vector<Object> batch;
    for (int j = 0; j < 5'000; ++j, ++i)
      batch.push_back({{"id", i}, {"n", i * 7919 % 100'003}, {"m", i % 1'000}, {"s", "text number " + std::to_string(i)},
                       {"w", "word" + std::to_string(i % 50) + " common"}});
    db.insert_many("t", batch);
  }
  aurora::ExecuteOptions within;
  within.deadline = 1ms;
  for (const std::string text : {
           "{ t(where: {s: {contains: \"zzz\"}}) { id } }",
           "{ t(where: {s: {matches: \"(x|y)*q$\"}}) { id } }",
           "{ t(orderBy: {s: DESC}) { id } }",
           "{ t(orderBy: {s: DESC}, limit: 5) { id } }",
           "{ t(distinct: \"s\") { s } }",
           "{ t { groupBy(field: \"s\") { key count } } }",
           "{ t { groupBy(field: \"m\") { key aggregate { avg(field: \"n\") } } } }",
           "{ t { aggregate { stddev(field: \"n\") percentile(field: \"n\", p: 0.5) } } }",
           "{ t { id windowFunc(field: \"n\", function: \"cumSum\") } }",
           "{ t { id other: lookup(collection: \"t\", localField: \"n\", foreignField: \"id\") { s } } }",
           "{ t(search: {query: \"common\"}) { id score } }",
           "mutation { update(collection: \"t\", where: {s: {contains: \"text\"}}, data: {n: 1}) }",
           "mutation { delete(collection: \"t\", where: {s: {contains: \"text\"}}) }",
       }) {
    INFO(text);
    const auto result = db.try_execute(text, {}, within);
    REQUIRE_FALSE(result);
    CHECK(result.error().code() == ErrorCode::kTimeout);
  }
  CHECK(db.query("t").count() == 100'000);
}
