// verify() beside writers that supersede more than the history keeps, and expired documents that relations hold.
#include "unit/commit/engine_fixture.hpp"

#include <aurora/aurora.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <thread>

namespace aurora::commit {

using testing::check_sound;
using testing::EngineDatabase;

TEST_CASE("verify: goes on in a fresh state when writers outdate the one it looks at", "[commit]") {
  Config config;
  config.max_history_bytes = 64u << 10;
  config.hot_cache_bytes = 1u << 20;
  auto db = Database::open_in_memory(config);
  db.execute("schema { define collection d { k: Int! @primary  n: Int @indexed  pad: String } }");
  constexpr int kDocuments = 8'000;
  std::vector<Object> batch;
  for (int k = 0; k < kDocuments; ++k) batch.push_back({{"k", k}, {"n", k % 10}, {"pad", std::string(300, 'x')}});
  db.insert_many("d", batch);
  std::atomic<int> changes{0};
  VerifyReport report;
  {
    const std::jthread writer([&](const std::stop_token& stop) {
      for (int n = 0; !stop.stop_requested(); ++n, ++changes)
        db.execute("mutation { update(collection: \"d\", where: {n: " + std::to_string(n % 10) + "}, data: {n: {increment: 0}, "
                   "pad: \"" + std::string(300, static_cast<char>('a' + n % 26)) + "\"}) }");
    });
    while (changes < 3) std::this_thread::yield();
    for (int round = 0; round < 5; ++round) {
      const int before = changes;
      REQUIRE_NOTHROW(report = db.verify());
      for (const auto& problem : report.problems) UNSCOPED_INFO(problem);
      CHECK(report.problems.empty());
      CHECK(report.documents == kDocuments);
      CHECK(report.index_entries == 2 * kDocuments);
      UNSCOPED_INFO(changes - before << " changes of 800 documents beside verify");
    }
  }
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
