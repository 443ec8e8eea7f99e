// A database closed and opened again over the same rows, which a test may damage in between.
// Included by the tests of the commit room.
#pragma once

#include "support/faulty_store.hpp"
#include "unit/commit/engine_fixture.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aurora::commit::testing {

/// A store in memory that outlives the engines opened over it.
class Disk {
 public:
  /// Runs `work` on an engine. `crash`: what no commit wrote is lost, as when the process dies.
  template <class Work>
  void session(const Work& work, bool crash = false) {
    const auto plan = std::make_shared<aurora::testing::FaultPlan>();
    auto owned = std::make_unique<aurora::testing::FaultyStore>(std::move(store_), plan);
    auto* const store = owned.get();
    store->keep_when_closed();
    EngineDatabase database(std::move(owned));
    work(database);
    if (crash) plan->plan_next(aurora::testing::FaultPoint::kWrite, ErrorCode::kIoError, aurora::testing::kForGood);
    CHECK(database.engine().close().has_value() != crash);
    store_ = store->release();
  }

  /// Gives `work` the store to do with as it likes; what it changed there is lost.
  template <class Work>
  void with_store(const Work& work) {
    const auto before = copy();
    auto owned = std::make_unique<aurora::testing::FaultyStore>(std::move(store_), std::make_shared<aurora::testing::FaultPlan>());
    work(std::move(owned));
    store_ = storage::make_memory_store();
    for (std::size_t i = 0; i < storage::kFamilyCount; ++i) replace(static_cast<storage::Family>(i), before[i]);
  }

  using Rows = std::vector<std::pair<std::string, std::string>>;
  [[nodiscard]] Rows rows(storage::Family family) {
    Rows rows;
    const auto cursor = store_->cursor(family, {});
    for (cursor->seek({}); cursor->valid(); cursor->next())
      rows.emplace_back(cursor->key(), cursor->value());
    return rows;
  }
  void replace(storage::Family family, const Rows& wanted) {
    const auto batch = store_->make_batch();
    for (const auto& [key, value] : rows(family)) batch->remove(family, key);
    for (const auto& [key, value] : wanted) batch->put(family, key, value);
    REQUIRE(store_->write(*batch, storage::Sync::kSynced));
  }
  void remove(storage::Family family, std::string_view key) {
    const auto batch = store_->make_batch();
    batch->remove(family, key);
    REQUIRE(store_->write(*batch, storage::Sync::kSynced));
  }

 private:
  [[nodiscard]] std::vector<Rows> copy() {
    std::vector<Rows> all;
    for (std::size_t i = 0; i < storage::kFamilyCount; ++i) all.push_back(rows(static_cast<storage::Family>(i)));
    return all;
  }

  std::unique_ptr<storage::Store> store_ = storage::make_memory_store();
};

}  // namespace aurora::commit::testing
