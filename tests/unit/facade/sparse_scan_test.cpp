// Scans of a few documents among many, which gather blocks of the cache on their way: what they give is what is stored,
// before and after changes, from the cache and from the store.
#include <catch2/catch_test_macros.hpp>

#include <aurora/aurora.hpp>

#include <map>
#include <string>

using namespace aurora;

namespace {

constexpr int kDocuments = 20'000;
constexpr int kKinds = 40;

void require_same(Database& db, const std::map<std::int64_t, std::int64_t>& kinds) {
  for (int kind = 0; kind < kKinds; ++kind) {
    std::size_t wanted = 0;
    for (const auto& [id, its] : kinds) wanted += its == kind ? 1 : 0;
    const auto found = db.query("d").where(field("kind") == Value(std::int64_t{kind})).fetch();
    REQUIRE(found.size() == wanted);
    for (const auto& document : found) {
      const auto id = document["id"].as<std::int64_t>();
      REQUIRE(kinds.at(id) == kind);
      REQUIRE(document["name"].as<std::string_view>() == "document " + std::to_string(id));
    }
  }
}

}  // namespace

TEST_CASE("sparse scans give what is stored while blocks come and go") {
  for (const std::uint64_t cache : {std::uint64_t{0}, std::uint64_t{1} << 20, std::uint64_t{64} << 20}) {
    Config config;
    config.hot_cache_bytes = cache;
    auto db = Database::open_in_memory(config);
    db.execute("schema { define collection d { id: Int! @primary kind: Int @indexed name: String } }");
    std::map<std::int64_t, std::int64_t> kinds;
    std::vector<Object> documents;
    for (std::int64_t id = 0; id < kDocuments; ++id) {
      kinds[id] = id * 7'919 % kKinds;
      documents.push_back({{"id", id}, {"kind", kinds[id]}, {"name", "document " + std::to_string(id)}});
    }
    (void)db.insert_many("d", documents);
    for (int round = 0; round < 4; ++round) {
      require_same(db, kinds);
      for (std::int64_t id = round; id < kDocuments; id += 97) {
        if (id % 5 == 0) {
          db.remove("d", id);
          kinds.erase(id);
        } else if (kinds.contains(id)) {
          kinds[id] = (kinds[id] + 1) % kKinds;
          db.update("d", id, {{"kind", kinds[id]}});
        }
      }
    }
    require_same(db, kinds);
    REQUIRE(db.verify().problems.empty());
  }
}
