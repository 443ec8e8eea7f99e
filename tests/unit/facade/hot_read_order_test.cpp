// The order in which a hot read looks at stamp, published sequence and record, with a commit placed between the looks.
#include <aurora/aurora.hpp>
#include <aurora/storage/store.hpp>

#include <catch2/catch_test_macros.hpp>

#include "facade/open.hpp"

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <utility>

namespace aurora {

namespace {

/// What a test does around the next write and the next read of a document.
struct Hooks {
  std::function<void()> before_write;   // called once
  std::function<void()> after_get;      // called once; what was read is returned after it
  std::atomic<bool> write_armed = false;
  std::atomic<bool> get_armed = false;
};

class HookedStore final : public storage::Store {
 public:
  HookedStore(std::unique_ptr<storage::Store> inner, std::shared_ptr<Hooks> hooks)
      : inner_(std::move(inner)), hooks_(std::move(hooks)) {}

  std::unique_ptr<storage::WriteBatch> make_batch() override { return inner_->make_batch(); }
  Status write(storage::WriteBatch& batch, storage::Sync sync) override {
    if (hooks_->write_armed.exchange(false)) hooks_->before_write();
    return inner_->write(batch, sync);
  }
  Status sync_log() override { return inner_->sync_log(); }
  Result<std::unique_ptr<storage::PinnedBytes>> get(storage::Family family, std::string_view key) override {
    auto found = inner_->get(family, key);
    if (family == storage::Family::kDocs && hooks_->get_armed.exchange(false)) hooks_->after_get();
    return found;
  }
  Result<bool> get(storage::Family family, std::string_view key, std::string& out) override {
    return inner_->get(family, key, out);
  }
  Status get_each(storage::Family family, std::span<const std::string_view> keys, const VisitEach& visit) override {
    return inner_->get_each(family, keys, visit);
  }
  std::unique_ptr<storage::Cursor> cursor(storage::Family family, const storage::CursorOptions& options) override {
    return inner_->cursor(family, options);
  }
  Status flush() override { return inner_->flush(); }
  Status flush(storage::Family family) override { return inner_->flush(family); }
  Status compact() override { return inner_->compact(); }
  Status checkpoint(const std::string& path) override { return inner_->checkpoint(path); }
  Status verify_checksums() override { return inner_->verify_checksums(); }
  Status verify_checksums(storage::Family family) override { return inner_->verify_checksums(family); }
  Status healthy() const override { return inner_->healthy(); }
  storage::StoreStats stats() const override { return inner_->stats(); }
  Status close() override { return inner_->close(); }

 private:
  const std::unique_ptr<storage::Store> inner_;
  const std::shared_ptr<Hooks> hooks_;
};

}  // namespace

// The commit has begun (its stamp is there) when the read begins, and is published when the read has the old record in its
// hands. Was what is published looked at after the record, the old record would be kept as the stamp's.
TEST_CASE("hot read: a record read before a commit is not kept as the state after it", "[facade][threads]") {
  const auto hooks = std::make_shared<Hooks>();
  Config config;
  config.hot_cache_bytes = 0;   // the record comes from the store, where the read can be held
  auto opened = facade::open_database(std::make_unique<HookedStore>(storage::make_memory_store(), hooks), config);
  REQUIRE(opened);
  auto& db = *opened;
  db.execute("schema { define collection counters { id: Int! @primary  count: Int } }");
  db.insert("counters", {{"id", 1}, {"count", 0}});
  const auto count = [&db] { return (*db.get("counters", 1))["count"].as<std::int64_t>(); };
  REQUIRE(count() == 0);   // from the second read on, the thread keeps what it may

  std::promise<void> begun;
  std::promise<void> go_on;
  hooks->before_write = [&] {
    begun.set_value();
    go_on.get_future().wait();
  };
  hooks->write_armed = true;
  auto writer = std::async(std::launch::async, [&db] { db.update("counters", 1, {{"count", 1}}); });
  begun.get_future().wait();
  hooks->after_get = [&] {
    go_on.set_value();
    writer.get();
  };
  hooks->get_armed = true;
  CHECK(count() == 0);             // it was the newest during the call
  REQUIRE_FALSE(hooks->get_armed);
  for (int i = 0; i < 4; ++i) CHECK(count() == 1);
}

}  // namespace aurora
