// Numbers by hash against a plain list of them.
#include <aurora/commit/hash_chains.hpp>

#include <catch2/catch_test_macros.hpp>

#include <random>
#include <utility>
#include <vector>

using namespace aurora::commit;

TEST_CASE("chains hold what was pushed and not popped, newest first") {
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  HashChains chains;
  std::vector<std::pair<std::uint64_t, std::uint32_t>> twin;
  for (int step = 0; step < 20'000; ++step) {
    if (!twin.empty() && random() % 3 == 0) {
      chains.pop();
      twin.pop_back();
    } else {
      const std::uint64_t hash = std::uint64_t{random() % 50} * (random() % 2 == 0 ? 1 : 1u << 20);
      chains.push(hash, static_cast<std::uint32_t>(step));
      twin.emplace_back(hash, static_cast<std::uint32_t>(step));
    }
    REQUIRE(chains.size() == twin.size());
    const std::uint64_t wanted = random() % 50;
    std::vector<std::uint32_t> expected;
    for (auto at = twin.rbegin(); at != twin.rend(); ++at)
      if (at->first == wanted) expected.push_back(at->second);
    std::vector<std::uint32_t> found;
    CHECK_FALSE(chains.find(wanted, [&](std::uint32_t value) {
      found.push_back(value);
      return false;
    }));
    REQUIRE(found == expected);
    if (random() % 5'000 == 0) {
      chains.clear();
      twin.clear();
    }
  }
}
