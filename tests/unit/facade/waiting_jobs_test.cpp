// Jobs that wait for workers: none is lost, run twice or held up by another, whatever happens to them meanwhile.
#include "unit/facade/workers_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <optional>
#include <string>
#include <vector>

namespace {

using aurora::Database;
using aurora::Error;
using aurora::ErrorCode;
using aurora::Job;
using aurora::Uuid;
using aurora::Value;
using namespace aurora::testing;
using namespace std::chrono_literals;

}  // namespace

TEST_CASE("a job that is enqueued while workers start is run once, and its end is stored", "[facade][threads]") {
  for (int round = 0; round < 200; ++round) {
    auto db = Database::open_in_memory();
    std::atomic<int> runs{0};
    db.workers().register_handler("t", [&](Job&) { ++runs; });
    db.workers().start();
    const auto id = db.workers().enqueue("t");
    REQUIRE(becomes(db, id, "COMPLETED"));
    CHECK(runs == 1);
  }
}

TEST_CASE("a job that was cancelled while it waited is in no other's way", "[facade][threads]") {
  auto db = Database::open_in_memory();
  std::vector<Uuid> ids;
  for (int i = 0; i < 20; ++i) ids.push_back(db.workers().enqueue("t", Value(i)));
  for (int i = 0; i < 19; ++i) db.workers().cancel(ids[static_cast<std::size_t>(i)]);
  db.workers().register_handler("t", [](Job&) { return Value(); });
  db.workers().start();
  REQUIRE(becomes(db, ids.back(), "COMPLETED"));
  CHECK(field(db, ids.front(), "status") == "\"CANCELLED\"");
}

TEST_CASE("a job does not come back to life beside another of its key", "[facade]") {
  auto db = Database::open_in_memory();
  const auto first = db.workers().enqueue("t", {}, {.unique_key = "n"});
  db.workers().cancel(first);
  const auto second = db.workers().enqueue("t", {}, {.unique_key = "n"});
  CHECK(second != first);
  CHECK_THROWS_AS(db.workers().retry(first), Error);
  CHECK(field(db, first, "status") == "\"CANCELLED\"");
  db.workers().cancel(second);
  db.workers().retry(first);
  CHECK(field(db, first, "status") == "\"PENDING\"");
}

TEST_CASE("a clock that is set back loses no job", "[facade][threads]") {
  Moved clock;
  auto db = Database::open_in_memory(clock.config());
  db.workers().start();
  const auto id = db.workers().enqueue("t", Value(1));
  clock.forward(-10s);
  db.workers().register_handler("t", [](Job&) { return Value(); });
  std::this_thread::sleep_for(300ms);
  CHECK(field(db, id, "status") == "\"PENDING\"");
  clock.forward(10s);
  REQUIRE(becomes(db, id, "COMPLETED"));
}

TEST_CASE("a job as large as a document may be is run, fails, and is in no other's way", "[facade][threads]") {
  aurora::Config config;
  config.max_document_bytes = 4'096;
  auto db = Database::open_in_memory(config);
  std::size_t size = 4'096;
  std::optional<Uuid> large;
  while (!large) {
    try {
      large = db.workers().enqueue("large", Value(std::string(--size, 'x')), {.max_retries = 0});
    } catch (const Error& error) {
      REQUIRE(error.code() == ErrorCode::kLimitExceeded);
    }
  }
  CHECK(size > 3'000);
  const auto other = db.workers().enqueue("t", Value(1));
  db.workers().register_handler("large", [](Job& job) -> Value {
    job.progress(Value(std::string(2'000, 'y')));
    throw Error(ErrorCode::kInvalidInput, std::string(2'000, 'z'));
  });
  db.workers().register_handler("t", [](Job&) { return Value(); });
  db.workers().start();
  REQUIRE(becomes(db, other, "COMPLETED"));
  REQUIRE(becomes(db, *large, "FAILED"));
  CHECK(field(db, *large, "error").size() == 2'002);
}
