// Triggers and jobs together: a change enqueues a job, whose commit fires the next trigger, and so on; each step once.
// Handlers here are classes.
#include "unit/facade/workers_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>

namespace {

using aurora::Config;
using aurora::Database;
using aurora::Job;
using aurora::Object;
using aurora::Value;
using namespace aurora::testing;
using namespace std::chrono_literals;

// Packs an order: the second time, for the first attempt writes and then fails.
class Packer {
 public:
  explicit Packer(Database& db) : db_(db) {}
  std::string run(Job& job) {
    auto transaction = db_.begin_transaction();
    transaction.insert("parcels", Object{{"order", Value(job.payload())}});
    if (job.attempt() == 1) throw std::runtime_error("no box");
    job.commit(transaction, Value("packed"));
    return "not what is stored: the job has ended";
  }

 private:
  Database& db_;
};

class Shipper {
 public:
  explicit Shipper(Database& db) : db_(db) {}
  void run(Job& job) {
    auto transaction = db_.begin_transaction();
    transaction.update("orders", Value(job.payload()), Object{{"state", "shipped"}});
    job.commit(transaction);
  }

 private:
  Database& db_;
};

Config quick_retries() {
  Config config;
  config.workers.backoff_base = 1ms;
  return config;
}

}  // namespace

TEST_CASE("triggers and jobs hand a document on, each step in the commit of the one before", "[facade][threads]") {
  auto db = Database::open_in_memory(quick_retries());
  db.execute("schema { define collection orders { number: Int! @primary  state: String = \"open\" } "
             "define collection parcels { order: Int! } }");
  db.execute("define query \"gone\" { orders(where: { state: \"shipped\" }) }");
  db.execute("define handler \"pack\" { on: \"insert:orders\" action: { enqueueJob(type: \"pack\", payload: \"${number}\") } }");
  db.execute("define handler \"ship\" { on: \"insert:parcels\" action: { enqueueJob(type: \"ship\", payload: \"${order}\") } }");
  db.execute("define handler \"thank\" { on: \"enter:gone\" action: { enqueueJob(type: \"thank\", payload: { to: $_id }) } }");
  db.workers().register_handler("pack", std::make_shared<Packer>(db));
  db.workers().register_handler("ship", std::make_shared<Shipper>(db));
  std::atomic<int> thanked{0};
  db.workers().register_handler("thank", [&](Job& job) { thanked += job.payload()["to"].as<int>(); });
  db.workers().start();
  for (int i = 1; i <= 10; ++i) db.insert("orders", Object{{"number", i}});
  {
    auto lost = db.begin_transaction();
    lost.insert("orders", Object{{"number", 100}});
    lost.rollback();
  }
  REQUIRE(comes_true([&] { return db.query("_jobs").where(aurora::field("status") == "COMPLETED").count() == 30; }));
  CHECK(thanked == 55);
  CHECK(db.query("parcels").count() == 10);
  CHECK(db.query("orders").where(aurora::field("state") == "shipped").count() == 10);
  CHECK(db.query("_jobs").count() == 30);
  const auto packed = db.query("_jobs").where(aurora::field("type") == "pack").first();
  CHECK((*packed)["result"].as<std::string>() == "packed");
  CHECK((*packed)["retries"].as<int>() == 1);
  CHECK(db.workers().stop(kLong));
}

TEST_CASE("a trigger that fails takes the commit of the job with it, and the job is tried again", "[facade][threads]") {
  auto db = Database::open_in_memory(quick_retries());
  db.execute("schema { define collection c { n: Int } define collection seats { taken: Int! @primary } }");
  db.execute("define handler \"seat\" { on: \"insert:c\" action: { insertInto(collection: \"seats\", data: { taken: 1 }) } }");
  db.insert("seats", Object{{"taken", 1}});
  db.workers().register_handler("t", [&](Job& job) {
    if (job.attempt() == 2) db.remove("seats", 1);
    auto transaction = db.begin_transaction();
    transaction.insert("c", Object{{"n", static_cast<std::int64_t>(job.attempt())}});
    db.workers().enqueue_in(transaction, "next");
    job.commit(transaction);
  });
  db.workers().start();
  const auto id = db.workers().enqueue("t");
  REQUIRE(becomes(db, id, "COMPLETED"));
  CHECK(field(db, id, "retries") == "1");
  CHECK(field(db, id, "error").find("handler 'seat': ") != std::string::npos);
  CHECK(db.execute("{ c { n } _jobs(where: { type: \"next\" }) { type } }").data_text() ==
        R"({"c":[{"n":2}],"_jobs":[{"type":"next"}]})");
  CHECK(db.workers().stop(kLong));
}
