// The copy-on-write tree against std::map: order, snapshots, and memory given back.
#include "storage/cow_tree.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_adapters.hpp>
#include <catch2/generators/catch_generators_random.hpp>

#include <iterator>
#include <map>
#include <random>

namespace aurora::storage {

namespace {

using Twin = std::map<std::string, std::string>;

CowTree::Value value_of(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

void check_same(CowTree::Iterator& iterator, const Twin& twin) {
  auto expected = twin.begin();
  for (iterator.seek(""); iterator.valid(); iterator.next(), ++expected) {
    REQUIRE(expected != twin.end());
    REQUIRE(iterator.key() == expected->first);
    REQUIRE(iterator.value() == expected->second);
  }
  REQUIRE(expected == twin.end());
  auto backwards = twin.rbegin();
  for (iterator.seek_to_last(); iterator.valid(); iterator.prev(), ++backwards) {
    REQUIRE(backwards != twin.rend());
    REQUIRE(iterator.key() == backwards->first);
  }
  REQUIRE(backwards == twin.rend());
}

void check_seeks(CowTree::Iterator& iterator, const Twin& twin, const std::string& key) {
  iterator.seek(key);
  const auto found = twin.lower_bound(key);
  REQUIRE(iterator.valid() == (found != twin.end()));
  if (found != twin.end()) REQUIRE(iterator.key() == found->first);
  iterator.seek_for_prev(key);
  const auto after = twin.upper_bound(key);
  REQUIRE(iterator.valid() == (after != twin.begin()));
  if (after != twin.begin()) REQUIRE(iterator.key() == std::prev(after)->first);
}

}  // namespace

TEST_CASE("cow tree: an empty one has nothing", "[storage]") {
  CowTree tree;
  CHECK(tree.get("") == nullptr);
  CHECK_FALSE(tree.remove("a"));
  CowTree::Iterator iterator = tree.snapshot();
  check_same(iterator, {});
  check_seeks(iterator, {}, "a");
}

TEST_CASE("cow tree: keys that share or lack a prefix keep their order", "[storage]") {
  using namespace std::string_literals;
  CowTree tree;
  Twin twin;
  for (const std::string& key :
       {""s, "\0"s, "\0\0"s, "12345678"s, "12345678\0"s, "123456789"s, "1234567"s, "1234567\0"s,
        "1234567\0\0"s, "\xff\xff\xff\xff\xff\xff\xff\xff"s,
        "\xff\xff\xff\xff\xff\xff\xff\xff\xff"s}) {
    tree.put(key, value_of(key));
    twin[key] = key;
  }
  CowTree::Iterator iterator = tree.snapshot();
  check_same(iterator, twin);
  for (const auto& [key, value] : twin) {
    CHECK(*tree.get(key) == value);
    check_seeks(iterator, twin, key);
  }
}

TEST_CASE("cow tree: many keys with one long prefix", "[storage]") {
  CowTree tree;
  Twin twin;
  for (int i = 0; i < 3000; ++i) {
    const std::string key = "the same long prefix " + std::to_string(i * 7919 % 3000);
    tree.put(key, value_of(key));
    twin[key] = key;
  }
  CowTree::Iterator iterator = tree.snapshot();
  check_same(iterator, twin);
}

TEST_CASE("cow tree: random changes under snapshots agree with maps", "[storage]") {
  const auto seed = GENERATE(take(6, Catch::Generators::random(1u, 0xffffffffu)));
  CAPTURE(seed);
  std::mt19937 random(seed);
  const auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
  const std::uint32_t key_count = 50u << below(8);
  const std::uint32_t removes_of_10 = below(10);
  const auto random_key = [&] {
    return std::string(below(3) * 4, 'k') + std::to_string(below(key_count));
  };
  struct Kept {
    CowTree::Iterator iterator;
    Twin twin;
  };
  std::vector<Kept> kept;
  CowTree tree;
  Twin twin;
  for (int step = 0; step < 20000; ++step) {
    const std::string key = random_key();
    if (below(10) < removes_of_10) {
      REQUIRE(tree.remove(key) == (twin.erase(key) == 1));
    } else {
      tree.put(key, value_of(std::to_string(step)));
      twin[key] = std::to_string(step);
    }
    REQUIRE(tree.size() == twin.size());
    if (below(2000) == 0) kept.push_back({tree.snapshot(), twin});
    if (!kept.empty() && below(1000) == 0) {
      Kept& one = kept[below(static_cast<std::uint32_t>(kept.size()))];
      check_same(one.iterator, one.twin);
      check_seeks(one.iterator, one.twin, random_key());
    }
  }
  kept.push_back({tree.snapshot(), twin});
  for (Kept& one : kept) check_same(one.iterator, one.twin);
  for (const auto& [key, value] : twin) REQUIRE(*tree.get(key) == value);
}

TEST_CASE("cow tree: filling and emptying from either end gives the bytes back", "[storage]") {
  const bool from_front = GENERATE(true, false);
  CowTree tree;
  Twin twin;
  const auto key_of = [](int i) { return std::to_string(100000 + i); };
  for (int i = 0; i < 10000; ++i) {
    tree.put(key_of(i), value_of("v"));
    twin[key_of(i)] = "v";
  }
  CHECK(tree.byte_size() > 10000 * 7);
  for (int i = 0; i < 10000; ++i) {
    const std::string key = key_of(from_front ? i : 9999 - i);
    REQUIRE(tree.remove(key));
    twin.erase(key);
    if (i % 1000 != 999) continue;
    CowTree::Iterator iterator = tree.snapshot();
    check_same(iterator, twin);
  }
  CHECK(tree.byte_size() == 0);
  tree.put("again", value_of("v"));
  CHECK(*tree.get("again") == "v");
}

TEST_CASE("cow tree: a value is freed when no snapshot sees it", "[storage]") {
  CowTree tree;
  auto value = value_of("v");
  const std::weak_ptr<const std::string> watch = value;
  tree.put("key", std::move(value));
  {
    CowTree::Iterator iterator = tree.snapshot();
    tree.put("key", value_of("w"));
    CHECK_FALSE(watch.expired());
    iterator.seek("key");
    CHECK(iterator.value() == "v");
  }
  CHECK(watch.expired());
}

}  // namespace aurora::storage
