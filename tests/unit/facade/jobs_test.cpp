// Jobs by id, which text cases cannot name: retried, cancelled, kept by a reopened database and by transactions.
#include <aurora/aurora.hpp>

#include <catch2/catch_test_macros.hpp>

#include <filesystem>
#include <string>

#include <stdlib.h>  // mkdtemp

namespace {

using aurora::Config;
using aurora::Database;
using aurora::ErrorCode;
using aurora::Object;
using aurora::Value;

template <class Runner>
std::string enqueue(Runner& runner, const std::string& arguments) {
  const auto data = runner.execute("mutation { enqueueJob(" + arguments + ") { jobId } }").data();
  return *data.if_object()->find("enqueueJob")->if_object()->find("jobId")->if_string();
}

template <class Runner>
std::string run(Runner& runner, const std::string& operation, const std::string& id) {
  auto result = runner.try_execute("mutation($id: ID!) { job: " + operation + "(id: $id) }", Object{{"id", Value(id)}});
  return result ? std::string(result->data_text()) : std::string(to_string(result.error().code()));
}

std::string answer(const std::string& id, const std::string& status) {
  return R"({"job":{"jobId":")" + id + R"(","status":")" + status + R"("}})";
}

template <class Runner>
std::string read(Runner& runner, const std::string& fields) {
  return std::string(runner.execute("{ _jobs { " + fields + " } }").data_text());
}

}  // namespace

TEST_CASE("a job that waits is cancelled once and may be tried again", "[facade]") {
  auto db = Database::open_in_memory();
  const auto id = enqueue(db, R"(type: "mail", delay: "1h")");
  CHECK(run(db, "cancelJob", id) == answer(id, "CANCELLED"));
  CHECK(run(db, "cancelJob", id) == answer(id, "CANCELLED"));
  CHECK(read(db, "status") == R"({"_jobs":[{"status":"CANCELLED"}]})");
  CHECK(run(db, "retryJob", id) == answer(id, "PENDING"));
  CHECK(run(db, "retryJob", id) == answer(id, "PENDING"));
  CHECK(db.execute(R"({ _jobs(where: { run_at: { lte: "now" }, last_retry: { isNotNull: true } }) { retries } })")
            .data_text() == R"({"_jobs":[{"retries":0}]})");
}

TEST_CASE("a unique key is free again once its job was cancelled", "[facade]") {
  auto db = Database::open_in_memory();
  const auto first = enqueue(db, R"(type: "mail", uniqueKey: "k")");
  CHECK(enqueue(db, R"(type: "mail", uniqueKey: "k")") == first);
  CHECK(run(db, "cancelJob", first) == answer(first, "CANCELLED"));
  const auto second = enqueue(db, R"(type: "mail", uniqueKey: "k")");
  CHECK(second != first);
  CHECK(enqueue(db, R"(type: "mail", uniqueKey: "k")") == second);
}

TEST_CASE("job operations answer any field of the job", "[facade]") {
  auto db = Database::open_in_memory();
  const auto id = enqueue(db, R"(type: "mail", payload: 7)");
  const auto result = db.execute("mutation($id: Uuid!) { cancelJob(id: $id) { affected id type payload s: status } }",
                                 Object{{"id", Value(id)}});
  CHECK(result.data_text() == R"({"cancelJob":{"affected":1,"nodes":[{"id":")" + id +
                                  R"(","type":"mail","payload":7,"s":"CANCELLED"}]}})");
}

TEST_CASE("jobs of a transaction are there when it commits and only then", "[facade]") {
  auto db = Database::open_in_memory();
  {
    auto lost = db.begin_transaction();
    const auto id = enqueue(lost, R"(type: "lost")");
    CHECK(run(lost, "cancelJob", id) == answer(id, "CANCELLED"));
    CHECK(read(db, "type") == R"({"_jobs":[]})");
    lost.rollback();
  }
  CHECK(read(db, "type") == R"({"_jobs":[]})");
  auto kept = db.begin_transaction();
  const auto id = enqueue(kept, R"(type: "kept")");
  kept.commit();
  CHECK(read(db, "id type") == R"({"_jobs":[{"id":")" + id + R"(","type":"kept"}]})");
}

TEST_CASE("two transactions that enqueue under one key do not both commit", "[facade]") {
  auto db = Database::open_in_memory();
  auto one = db.begin_transaction();
  auto two = db.begin_transaction();
  enqueue(one, R"(type: "mail", uniqueKey: "k")");
  enqueue(two, R"(type: "mail", uniqueKey: "k")");
  one.commit();
  CHECK(two.try_commit().error().code() == ErrorCode::kConflict);
  CHECK(read(db, "type") == R"({"_jobs":[{"type":"mail"}]})");
}

TEST_CASE("jobs and their states survive a reopening", "[facade]") {
  std::string directory = (std::filesystem::temp_directory_path() / "aurora-jobs-XXXXXX").string();
  REQUIRE(mkdtemp(directory.data()) != nullptr);
  std::string id;
  {
    auto db = Database::open(directory);
    id = enqueue(db, R"(type: "mail", uniqueKey: "k")");
    const auto other = enqueue(db, R"(type: "other")");
    CHECK(run(db, "cancelJob", other) == answer(other, "CANCELLED"));
  }
  auto db = Database::open(directory);
  CHECK(read(db, "type status") ==
        R"({"_jobs":[{"type":"mail","status":"PENDING"},{"type":"other","status":"CANCELLED"}]})");
  CHECK(enqueue(db, R"(type: "mail", uniqueKey: "k")") == id);
  db.close();
  std::filesystem::remove_all(directory);
}
