// The fault injector itself: it must fail exactly when told, and otherwise change nothing.
#include "support/faulty_store.hpp"

#include "unit/storage/store_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

namespace aurora::storage {

using aurora::testing::Fault;
using aurora::testing::FaultPlan;
using aurora::testing::FaultPoint;
using aurora::testing::FaultyStore;
using testing::get;

namespace {

Status put(Store& store, std::string_view key, Sync sync = Sync::kLogged) {
  const auto batch = store.make_batch();
  batch->put(Family::kDocs, key, "v");
  return store.write(*batch, sync);
}

}  // namespace

TEST_CASE("faulty store: the nth write fails and stores nothing", "[storage]") {
  const auto plan = std::make_shared<FaultPlan>();
  auto store = std::make_unique<FaultyStore>(make_memory_store(), plan);
  plan->plan({.point = FaultPoint::kWrite, .nth = 2, .code = ErrorCode::kStorageFull});
  CHECK(put(*store, "a").has_value());
  CHECK_FALSE(plan->has_fired());
  CHECK(put(*store, "b").error().code() == ErrorCode::kStorageFull);
  CHECK(plan->has_fired());
  CHECK(put(*store, "c").error().code() ==
        ErrorCode::kStorageFull);  // the contract: until reopened
  CHECK(store->healthy().error().code() == ErrorCode::kStorageFull);
  CHECK(plan->calls(FaultPoint::kWrite) == 2);
  CHECK(testing::dump(*store, Family::kDocs) == "a=v");

  store = std::make_unique<FaultyStore>(store->release(), plan);
  CHECK(store->healthy().has_value());
  CHECK(put(*store, "d").has_value());
  CHECK(testing::dump(*store, Family::kDocs) == "a=v d=v");
}

TEST_CASE("faulty store: a failed sync of a write leaves the row behind", "[storage]") {
  const auto plan = std::make_shared<FaultPlan>();
  FaultyStore store(make_memory_store(), plan);
  plan->plan_next(FaultPoint::kWriteSync, ErrorCode::kIoError);
  CHECK(put(store, "logged", Sync::kLogged).has_value());
  CHECK(put(store, "synced", Sync::kSynced).error().code() == ErrorCode::kIoError);
  CHECK(get(store, Family::kDocs, "synced") == "v");
  CHECK_FALSE(put(store, "later").has_value());
}

TEST_CASE("faulty store: reads fail once or for good, and do not end writing", "[storage]") {
  const auto plan = std::make_shared<FaultPlan>();
  FaultyStore store(make_memory_store(), plan);
  REQUIRE(put(store, "a").has_value());
  std::string value;
  plan->plan_next(FaultPoint::kGet, ErrorCode::kCorruption);
  CHECK(store.get(Family::kDocs, "a", value).error().code() == ErrorCode::kCorruption);
  CHECK(store.get(Family::kDocs, "a").value()->bytes() == "v");
  plan->plan_next(FaultPoint::kGet, ErrorCode::kIoError, aurora::testing::kForGood);
  for (int i = 0; i < 3; ++i)
    CHECK(store.get(Family::kDocs, "a").error().code() == ErrorCode::kIoError);
  plan->clear();
  CHECK(put(store, "b").has_value());
  CHECK(get(store, Family::kDocs, "b") == "v");
}

TEST_CASE("faulty store: a cursor stops with the error as its status", "[storage]") {
  const auto plan = std::make_shared<FaultPlan>();
  FaultyStore store(make_memory_store(), plan);
  for (const char* key : {"a", "b", "c"}) REQUIRE(put(store, key).has_value());
  plan->plan({.point = FaultPoint::kCursor, .nth = 2});
  const auto cursor = store.cursor(Family::kDocs, {});
  cursor->seek("");
  CHECK(cursor->key() == "a");
  cursor->next();
  CHECK_FALSE(cursor->valid());
  CHECK(cursor->status().error().code() == ErrorCode::kIoError);
  cursor->seek("a");
  CHECK_FALSE(cursor->valid());
  CHECK(testing::dump(store, Family::kDocs) == "a=v b=v c=v");
}

TEST_CASE("faulty store: sync, flush and checkpoint fail as planned", "[storage]") {
  for (const FaultPoint point :
       {FaultPoint::kSyncLog, FaultPoint::kFlush, FaultPoint::kCheckpoint}) {
    const auto plan = std::make_shared<FaultPlan>();
    FaultyStore store(make_memory_store(), plan);
    plan->plan({.point = point, .nth = 1});
    const Status failed = point == FaultPoint::kSyncLog ? store.sync_log()
                          : point == FaultPoint::kFlush ? store.flush(Family::kPages)
                                                        : store.checkpoint("/nowhere");
    CHECK(failed.error().code() == ErrorCode::kIoError);
    CHECK(put(store, "a").has_value() == (point == FaultPoint::kCheckpoint));
    CHECK(store.close().has_value() == (point == FaultPoint::kCheckpoint));
  }
}

}  // namespace aurora::storage
