// First uses of collections from many threads at once, beside writers and a drop: each is loaded once and whole.
#include <aurora/aurora.hpp>

#include "unit/storage/store_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace aurora {

TEST_CASE("commit: collections are loaded by many threads at once", "[commit][threads]") {
  const storage::testing::ScratchDirectory directory;
  constexpr std::int64_t kDocuments = 300;
  Config config;
  config.checkpoint_interval = std::chrono::milliseconds(10);
  for (int round = 0; round < 4; ++round) {
    const auto gone = "gone" + std::to_string(round);
    {
      auto db = Database::open(directory / "db", config);
      std::vector<std::string> names{gone};
      if (round == 0) names.insert(names.end(), {"a", "b"});
      for (const auto& name : names) {
        db.execute("schema { define collection " + name + " { k: Int! @primary  n: Int @indexed } }");
        std::vector<Object> documents;
        for (std::int64_t k = 0; k < kDocuments; ++k) documents.push_back({{"k", k}, {"n", k % 10}});
        static_cast<void>(db.insert_many(name, documents));
      }
    }
    auto db = Database::open(directory / "db", config);
    std::atomic<bool> wrong = false;
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < 4; ++i)
        threads.emplace_back([&, name = std::string(i % 2 == 0 ? "a" : "b")] {
          const auto few = db.query(name).where(field("n") == 3).count();
          if (few != kDocuments / 10 || db.query(name).count() < kDocuments) wrong = true;
        });
      auto before = db.begin_transaction();
      threads.emplace_back([&] { db.execute("schema { drop collection " + gone + " }"); });
      threads.emplace_back([&] { db.insert("b", Object{{"k", 1'000 + round}, {"n", 99}}); });
      if (before.query(gone).where(field("n") == 3).count() != kDocuments / 10) wrong = true;
    }
    CHECK_FALSE(wrong);
    CHECK(db.query("b").where(field("n") == 99).count() == static_cast<std::uint64_t>(round) + 1);
    const auto problems = db.verify().problems;
    CHECK(problems.empty());
  }
}

}  // namespace aurora
