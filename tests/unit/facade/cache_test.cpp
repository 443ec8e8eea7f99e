// The calls about the hot cache.
#include <aurora/aurora.hpp>

#include "unit/storage/store_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

namespace aurora {

TEST_CASE("facade: the hot cache is asked, warmed and cleared", "[facade]") {
  const storage::testing::ScratchDirectory directory;
  {
    auto database = Database::open(directory / "db");
    database.execute("schema { define collection d { k: Int! @primary } define collection e { k: Int! @primary } "
                     "define collection free { k: Int } }");
    for (const auto* name : {"d", "e"}) {
      std::vector<Object> documents;
      for (std::int64_t k = 0; k < 1'000; ++k) documents.push_back({{"k", k}});
      (void)database.insert_many(name, documents);
    }
  }
  auto database = Database::open(directory / "db");
  CHECK_FALSE(database.is_hot("d", 7));
  CHECK(database.cache_stats().entries == 0);
  REQUIRE(database.get("d", 7));
  CHECK(database.is_hot("d", 7));
  const auto before = database.cache_stats();
  CHECK(before.misses == 1);
  CHECK(before.hit_rate() == 0);
  REQUIRE(database.get("d", 7));
  CHECK(database.cache_stats().hits == 1);
  CHECK(database.cache_stats().hit_rate() == 0.5);

  CHECK(database.prewarm("d", 100) == 100);
  CHECK(database.is_hot("d", 999));
  CHECK(database.is_hot("d", 900));
  CHECK_FALSE(database.is_hot("d", 899));
  CHECK(database.prewarm_all() == 2'000);
  CHECK(database.is_hot("e", 0));
  CHECK(database.cache_stats().misses == before.misses);
  CHECK_FALSE(database.is_hot("d", 1'000));

  database.clear_hot_cache();
  CHECK_FALSE(database.is_hot("d", 999));
  CHECK(database.cache_stats().bytes == 0);

  CHECK_THROWS_AS(database.is_hot("nope", 1), Error);
  CHECK_THROWS_AS(database.is_hot("free", 1), Error);
  CHECK_THROWS_AS(database.prewarm("nope"), Error);
}

TEST_CASE("facade: warming fills the cache and evicts nothing", "[facade]") {
  Config config;
  config.hot_cache_bytes = 64 << 10;
  auto database = Database::open_in_memory(config);
  database.execute("schema { define collection d { k: Int! @primary  t: String } }");
  std::vector<Object> documents;
  for (std::int64_t k = 0; k < 1'000; ++k) documents.push_back({{"k", k}, {"t", std::string(200, 'x')}});
  (void)database.insert_many("d", documents);
  database.clear_hot_cache();
  const auto evictions = database.cache_stats().evictions;
  const auto kept = database.prewarm("d");
  CHECK(kept > 100);
  CHECK(kept < 1'000);
  CHECK(database.cache_stats().evictions == evictions);
  CHECK(database.cache_stats().bytes <= config.hot_cache_bytes);
}

}  // namespace aurora
