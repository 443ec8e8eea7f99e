// verify() beside writers that supersede more than the history keeps, and expired documents that relations hold.
#include "support/faulty_store.hpp"
#include "unit/commit/disk_fixture.hpp"

#include <atomic>
#include <memory>
#include <string>

namespace aurora::commit {

using testing::check_sound;
using testing::EngineDatabase;

TEST_CASE("verify: goes on in a fresh state when writers outdate the one it looks at", "[commit]") {
  constexpr int kDocuments = 6'000;
  auto owned = std::make_unique<aurora::testing::FaultyStore>(storage::make_memory_store(),
                                                              std::make_shared<aurora::testing::FaultPlan>());
  auto* const store = owned.get();
  EngineOptions options;
  options.history_bytes = 64u << 10;
  options.hot_cache_bytes = 512u << 10;   // of some documents: others are read from the store, step by step
  EngineDatabase db(std::move(owned), options);
  REQUIRE(db.run("schema { define collection d { k: Int! @primary  n: Int @indexed  pad: String } "
                 "define collection e { n: Int @indexed } }"));
  for (int from = 0; from < kDocuments; from += 1'000) {
    std::string text = "mutation { insertMany(collection: \"d\", data: [";
    for (int k = from; k < from + 1'000; ++k)
      text += (k == from ? "{k: " : ", {k: ") + std::to_string(k) + ", n: " + std::to_string(k % 10) + ", pad: \"" + std::string(200, 'x') + "\"}";
    REQUIRE(db.run(text + "]) }"));
  }
  int steps = 0, changes = 0;
  // As fast as one thread of verify reads, others write: a tenth of all documents between some thousand steps.
  store->before_steps([&] {
    if (++steps % 1'000 != 0) return;
    const auto n = std::to_string(++changes % 10);
    REQUIRE(db.run("mutation { update(collection: \"d\", where: {n: " + n + "}, data: {pad: \"" +
                   std::string(200, static_cast<char>('a' + changes % 26)) + "\"}) }"));
  });
  const auto report = db.engine().verify();
  store->before_steps({});
  REQUIRE(report);
  for (const auto& problem : report->problems) UNSCOPED_INFO(problem);
  CHECK(report->problems.empty());
  CHECK(changes >= 4);   // of which the first outdated what was being looked at
  CHECK(report->documents == kDocuments);
  CHECK(report->index_entries == 2 * kDocuments);
}

TEST_CASE("verify: beside writers it sees damage all the same", "[commit]") {
  testing::Disk disk;
  disk.session([](EngineDatabase& database) {
    REQUIRE(database.run("schema { define collection d { k: Int! @primary  pad: String } }"));
    for (int k = 0; k < 2'000; ++k)
      REQUIRE(database.run("mutation { insertInto(collection: \"d\", data: {k: " + std::to_string(k) + ", pad: \"" + std::string(200, 'x') + "\"}) }"));
  });
  auto docs = disk.rows(storage::Family::kDocs);
  docs.erase(docs.end() - 20);
  disk.replace(storage::Family::kDocs, docs);
  disk.with_store([](std::unique_ptr<aurora::testing::FaultyStore> owned) {
    auto* const store = owned.get();
    EngineOptions options;
    options.history_bytes = 16u << 10;
    options.hot_cache_bytes = 0;
    EngineDatabase db(std::move(owned), options);
    int steps = 0, changes = 0;
    store->before_steps([&] {
      if (++steps % 900 == 0)
        REQUIRE(db.run("mutation { update(collection: \"d\", where: {k: {lt: 300}}, data: {pad: \"" + std::to_string(++changes) +
                       std::string(200, 'y') + "\"}) }"));
    });
    const auto report = db.engine().verify();
    store->before_steps({});
    REQUIRE(report);
    CHECK(changes > 0);
    REQUIRE(report->problems.size() == 1);
    CHECK(report->problems.front().find("is not stored") != std::string::npos);
  });
}

namespace {

constexpr DateTime kStart(1'769'860'800'000'000);
constexpr int kHeld = 1'200;

struct Held {
  std::shared_ptr<std::atomic<std::int64_t>> now = std::make_shared<std::atomic<std::int64_t>>(kStart.micros);
  std::shared_ptr<std::atomic<int>> asked = std::make_shared<std::atomic<int>>(0);
  EngineDatabase db{storage::make_memory_store(), options()};

  EngineOptions options() const {
    EngineOptions made;
    made.clock = [now = now, asked = asked] {
      ++*asked;
      return DateTime(now->load());
    };
    return made;
  }
  Held() {
    run("schema { define collection t { k: Int! @primary  made: DateTime = \"now\"  @@ttl(field: \"made\", after: \"1d\") } "
        "define collection r { k: Int! @primary  t: Int @indexed @relation(to: \"t\", key: \"k\", onDelete: RESTRICT) } "
        "define collection other { n: Int } }");
    for (int k = 0; k < kHeld; ++k) {
      run("mutation { insertInto(collection: \"t\", data: {k: " + std::to_string(k) + "}) }");
      run("mutation { insertInto(collection: \"r\", data: {k: " + std::to_string(k) + ", t: " + std::to_string(k) + "}) }");
    }
    run("mutation { insertInto(collection: \"t\", data: {k: 5000}) }");
    *now += 3 * 86'400'000'000;
  }
  void run(const std::string& text) {
    const auto done = db.run(text);
    INFO(text);
    REQUIRE(done);
  }
  /// How often the clock was asked: a removal that tries asks more than one that does not.
  int remove() {
    const int before = *asked;
    REQUIRE(db.engine().remove_expired());
    return *asked - before;
  }
  std::uint64_t stored() {
    auto view = db.engine().view();
    return (*view.collection((*view.catalog().require("t"))->id))->live.size();
  }
};

}  // namespace

TEST_CASE("expiry: what relations hold is tried again only when something changed, a batch at a time", "[commit]") {
  Held held;
  held.remove();
  CHECK(held.stored() == kHeld);   // but the one nobody refers to
  for (int i = 0; i < 4; ++i) held.remove();   // its removal was a commit: one round over the others
  const auto idle = held.remove();
  CHECK(held.remove() == idle);
  // A commit: again, but no more than one batch in each removal.
  held.run("mutation { insertInto(collection: \"other\", data: {n: 1}) }");
  CHECK(held.remove() > idle);
  CHECK(held.remove() > idle);
  CHECK(held.remove() > idle);
  CHECK(held.remove() == idle);
  // Whom nobody holds any more goes, wherever it stands in the round.
  held.run("mutation { delete(collection: \"r\", where: {k: {in: [3, 700, 1199]}}) }");
  for (int i = 0; i < 3; ++i) held.remove();
  CHECK(held.stored() == kHeld - 3);
  held.run("mutation { delete(collection: \"r\", where: {}) }");
  for (int i = 0; i < 6; ++i) held.remove();
  CHECK(held.stored() == 0);
  check_sound(held.db);
}

}  // namespace aurora::commit
