// Exceptions inside the commit pipeline end the call that they belong to, and nothing else.
#include "unit/commit/engine_fixture.hpp"

#include <aurora/aurora.hpp>

#include <atomic>
#include <stdexcept>
#include <system_error>

namespace aurora::commit {

using testing::EngineDatabase;

TEST_CASE("commit: a mutation that throws leaves nothing behind, whatever it throws", "[commit]") {
  EngineDatabase database(storage::make_memory_store());
  REQUIRE(database.run("schema { define collection c { n: Int } }"));
  const auto fails = [&](const Mutation& mutation) {
    const auto entry = database.engine().enter();
    const auto result = database.engine().commit(mutation);
    REQUIRE_FALSE(result);
    CHECK(result.error().code() == ErrorCode::kInternal);
  };
  fails([](WriteContext&) -> Status { throw std::runtime_error("no"); });
  fails([](WriteContext&) -> Status { throw 7; });
  REQUIRE(database.run("mutation { insertInto(collection: \"c\", data: {n: 1}) }"));
  CHECK(database.run("{ c { n } }").value() == R"({"c":[{"n":1}]})");
}

TEST_CASE("commit: what throws before anything is written is an error, and writing goes on", "[commit]") {
  std::atomic<bool> broken = false;
  EngineOptions options;
  options.clock = [&] {
    if (broken) throw std::runtime_error("the clock fell off the wall");
    return system_now();
  };
  EngineDatabase database(storage::make_memory_store(), options);
  REQUIRE(database.run("schema { define collection c { n: Int } }"));
  {
    const auto entry = database.engine().enter();
    broken = true;
    const auto result = database.engine().commit([](WriteContext&) { return Status(); });
    broken = false;
    REQUIRE_FALSE(result);
    CHECK(result.error().message().find("fell off the wall") != std::string::npos);
  }
  REQUIRE(database.run("mutation { insertInto(collection: \"c\", data: {n: 1}) }"));
}

TEST_CASE("commit: a background thread that cannot be started is an error of open", "[commit]") {
  EngineOptions options;
  options.start_periodic = [](auto, auto) -> std::unique_ptr<PeriodicTask> {
    throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again));
  };
  const auto opened = Engine::open(storage::make_memory_store(), options);
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code() == ErrorCode::kIoError);
}

TEST_CASE("a clock and a logger that throw do no harm", "[facade]") {
  std::atomic<bool> broken = false;
  std::atomic<int> warnings = 0;
  Config config;
  config.clock = [&]() -> std::int64_t {
    if (broken) throw 7;
    return 1'769'860'800'000'000;
  };
  config.logger = [&](LogLevel, std::string_view) {
    ++warnings;
    throw 8;
  };
  auto db = Database::open_in_memory(config);
  db.execute("schema { define collection c { n: Int  at: DateTime = \"now\" } }");
  broken = true;
  db.insert("c", Object{{"n", 1}});
  db.execute("mutation { insertInto(collection: \"c\", data: {n: 2}) }");
  CHECK(db.execute("{ c(where: {at: {lte: \"now\"}}) { n } }").data_text() == R"({"c":[{"n":1},{"n":2}]})");
  CHECK(warnings > 0);
}

}  // namespace aurora::commit
