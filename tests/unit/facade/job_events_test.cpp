// Jobs as others see them: each change of their state is an event, and live queries of `_jobs` follow them.
#include "unit/facade/workers_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using aurora::ChangeType;
using aurora::Database;
using aurora::EventFilter;
using aurora::Job;
using aurora::Value;
using namespace aurora::testing;
using namespace std::chrono_literals;

Database with_handlers() {
  auto db = Database::open_in_memory();
  db.workers().register_handler("good", [](Job&) { return Value("done"); });
  db.workers().register_handler("bad", [](Job&) { throw std::runtime_error("no good"); });
  return db;
}

}  // namespace

TEST_CASE("a listener hears each state of a job once, in order", "[facade][threads]") {
  auto db = with_handlers();
  auto all = db.listen("_jobs");
  auto failures = db.listen("_jobs", {.filter = EventFilter::field_equals("status", Value("FAILED"))});
  db.workers().start();
  const auto good = db.workers().enqueue("good");
  const auto bad = db.workers().enqueue("bad", {}, {.max_retries = 0});
  std::string of_good;
  std::string of_bad;
  while (!of_good.ends_with("COMPLETED ") || !of_bad.ends_with("FAILED ")) {
    const auto event = all.next(kLong);
    REQUIRE(event);
    CHECK((event->type == ChangeType::kInsert) == !event->before);
    const auto id = event->id.if_uuid() != nullptr ? event->id.if_uuid()->text() : *event->id.if_string();
    REQUIRE((id == good.text() || id == bad.text()));
    (id == good.text() ? of_good : of_bad) += event->after["status"].as<std::string>() + " ";
  }
  CHECK(of_good == "PENDING RUNNING COMPLETED ");
  CHECK(of_bad == "PENDING RUNNING FAILED ");
  const auto failed = failures.next(kLong);
  REQUIRE(failed);
  CHECK(failed->after["error"].as<std::string>() == "no good");
  CHECK(failed->before["status"].as<std::string>() == "RUNNING");
  CHECK(db.workers().stop(kLong));
  CHECK_FALSE(failures.try_next());
}

TEST_CASE("a subscription to jobs of a state is told of those that come to it and leave it", "[facade][threads]") {
  auto db = with_handlers();
  auto waiting = db.stream("subscription { _jobs(where: { status: \"PENDING\" }) { mutation node { type status } } }");
  auto ended = db.stream("subscription { _jobs(where: { status: { in: [\"COMPLETED\", \"FAILED\"] } }) "
                         "{ mutation type status result error } }");
  db.workers().start();
  static_cast<void>(db.workers().enqueue("good"));
  const auto first = ended.next(kLong);
  REQUIRE(first);
  static_cast<void>(db.workers().enqueue("bad", {}, {.max_retries = 0}));
  const auto second = ended.next(kLong);
  REQUIRE(second);
  const auto text = [](const auto& event) { return event.text; };
  CHECK(text(*first).find(R"("type":"good","status":"COMPLETED","result":"done","error":null)") != std::string::npos);
  CHECK(text(*first).find(R"("entered":true)") != std::string::npos);
  CHECK(text(*second).find(R"("type":"bad","status":"FAILED","result":null,"error":"no good")") != std::string::npos);
  std::string seen;
  for (int i = 0; i < 4; ++i) {
    const auto event = waiting.next(kLong);
    REQUIRE(event);
    seen += text(*event).find("\"left\":true") != std::string::npos ? "left " : "came ";
  }
  CHECK(seen == "came left came left ");
}

TEST_CASE("a live query of jobs is what the query answers, also after a rolled-back enqueue", "[facade][threads]") {
  auto db = with_handlers();
  auto list = db.watch("{ _jobs(where: { type: \"good\" }, orderBy: { id: ASC }) { payload status } }");
  auto count = db.watch("{ _jobs(where: { status: \"COMPLETED\" }) { aggregate { count } } }");
  {
    auto lost = db.begin_transaction();
    static_cast<void>(db.workers().enqueue_in(lost, "good", Value("never")));
    lost.rollback();
  }
  CHECK_FALSE(list.try_next());
  for (int i = 0; i < 20; ++i) static_cast<void>(db.workers().enqueue("good", Value(i)));
  db.workers().start();
  REQUIRE(comes_true([&] {
    while (count.try_next()) {
    }
    const auto now = count.current();
    return now.size() == 1 && now[0].text().find(":20}") != std::string::npos;
  }));
  CHECK(db.workers().stop(kLong));
  while (list.try_next()) {
  }
  const auto rows = list.current();
  REQUIRE(rows.size() == 20);
  for (std::size_t i = 0; i < rows.size(); ++i)
    CHECK(rows[i].text() == "{\"payload\":" + std::to_string(i) + ",\"status\":\"COMPLETED\"}");
}
