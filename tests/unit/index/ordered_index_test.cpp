// OrderedIndex against std::map<std::string, std::set<Ordinal>>: changes, reads, versions held
// across changes. A run is replayed with --rng-seed and the seed printed on failure.

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include <aurora/index/key.hpp>

#include <algorithm>

#include "index_model.hpp"

using namespace aurora;
using namespace aurora::test;

namespace {

constexpr EditScope kAlone{1, 0};

OrdinalSet set_of(const std::set<Ordinal>& ordinals) {
  return OrdinalSet::of_sorted(std::vector<Ordinal>(ordinals.begin(), ordinals.end()));
}

struct Snapshot {
  IndexVersion version;
  Twin twin;
};

struct Pair {
  OrderedIndex index;
  Twin twin;

  void add(const std::string& key, Ordinal ordinal, const EditScope& scope = kAlone) {
    index.add(key, ordinal, scope);
    twin[key].insert(ordinal);
  }
  void remove(const std::string& key, Ordinal ordinal, const EditScope& scope = kAlone) {
    index.remove(key, ordinal, scope);
    const auto at = twin.find(key);
    if (at == twin.end()) return;
    at->second.erase(ordinal);
    if (at->second.empty()) twin.erase(at);
  }
  /// An entry that is there, or nearly.
  std::pair<std::string, Ordinal> pick(Random& random, KeySource& keys) const {
    const std::string key = keys.next();
    auto at = twin.lower_bound(key);
    if (at == twin.end()) at = twin.begin();
    if (at == twin.end()) return {key, 0};
    auto ordinal = at->second.lower_bound(static_cast<Ordinal>(random()));
    if (ordinal == at->second.end()) ordinal = at->second.begin();
    return {at->first, *ordinal};
  }
};

void require_same_reads(const IndexVersion& version, const Twin& twin, KeySource& keys,
                        Random& random) {
  for (int i = 0; i < 20; ++i) {
    const std::string key = keys.next();
    const auto at = twin.find(key);
    const bool there = at != twin.end();
    REQUIRE(version.count(key) == (there ? at->second.size() : 0));
    REQUIRE(version.find(key) == (there ? set_of(at->second) : OrdinalSet()));
    const auto one = version.find_one(key);
    REQUIRE(one.has_value() == there);
    if (there) REQUIRE(*one == *at->second.begin());

    KeyRange range{random() % 4 == 0 ? std::string() : keys.next(),
                   random() % 4 == 0 ? std::string() : keys.next()};
    const auto begin = twin.lower_bound(range.lower);
    const auto end = range.upper.empty() ? twin.end() : twin.lower_bound(range.upper);
    const bool none = !range.upper.empty() && range.lower >= range.upper;
    const Twin expected = none ? Twin() : Twin(begin, end);
    std::set<Ordinal> all;
    for (const auto& [_, ordinals] : expected) all.insert(ordinals.begin(), ordinals.end());
    REQUIRE(version.find(range) == set_of(all));
    const std::uint64_t entries = entries_of(expected);
    REQUIRE(version.count(range) == entries);
    const std::uint64_t at_most = random() % (entries + 2);
    REQUIRE(version.count(range, at_most) == std::min(entries, at_most));
    if (i >= 3) continue;
    REQUIRE(contents(version, range) == expected);
    REQUIRE(contents(version, range, IndexVersion::Direction::kBackward) == expected);
  }
}

}  // namespace

TEST_CASE("an empty index answers everything", "[index]") {
  for (const IndexVersion& version : {IndexVersion(), OrderedIndex().version()}) {
    CHECK(version.find("a").empty());
    CHECK_FALSE(version.find_one("").has_value());
    CHECK(version.find(KeyRange{}).empty());
    CHECK(version.count(KeyRange{"a", "b"}) == 0);
    CHECK(version.key_count() == 0);
    CHECK(version.entry_count() == 0);
    CHECK(contents(version).empty());
    CHECK(OrderedIndex::check(version).has_value());
  }
}

TEST_CASE("adding twice and removing what is not there change nothing", "[index]") {
  OrderedIndex index;
  index.remove("a", 1, kAlone);
  index.add("", 1, kAlone);
  index.add("", 1, kAlone);
  index.add(std::string_view(), 1, kAlone);
  index.remove("", 2, kAlone);
  index.remove("a", 1, kAlone);
  require_same(index.version(), {{"", {1}}});
  index.remove("", 1, kAlone);
  require_same(index.version(), {});
}

TEST_CASE("no change leaves no page changed", "[index]") {
  OrderedIndex index;
  for (Ordinal i = 0; i < 40; ++i) index.add("many", i, {1, 0});
  for (Ordinal i = 0; i < 3; ++i) index.add("few", i, {1, 0});
  index.add("many", 5, {2, 0});
  index.add("few", 1, {2, 1});
  index.remove("many", 99, {3, 2});
  index.remove("few", 99, {3, 0});
  index.remove("none", 1, {3, 0});
  std::vector<IndexPageImage> changed;
  std::string directory;
  OrderedIndex::collect_pages(index.version(), 1, changed, directory);
  CHECK(changed.empty());
}

TEST_CASE("a key longer than a page takes is refused", "[index]") {
  OrderedIndex index;
  CHECK_THROWS_AS(index.add(std::string(2048, 'x'), 1, kAlone), std::length_error);
  CHECK(index.version().key_count() == 0);
  for (char c = 'a'; c < 'z'; ++c) index.add(std::string(2047, c), 1, kAlone);
  index.remove(std::string(5000, 'b'), 1, kAlone);
  CHECK(OrderedIndex::check(index.version()).has_value());
  CHECK(index.version().find_one(std::string(2047, 'k')).has_value());
}

TEST_CASE("an index agrees with its twin under random changes", "[index]") {
  INFO("seed " << Catch::getSeed());
  for (unsigned kind = 0; kind < 6; ++kind) {
    INFO("kind " << kind);
    Random random(Catch::getSeed() + kind);
    KeySource keys(random, kind, 200 + random() % 5000);
    Pair pair;
    const std::uint64_t ordinals = random() % 2 == 0 ? 50 : 100000;
    for (int phase = 0; phase < 4; ++phase) {
      const bool grows = phase % 2 == 0;
      for (int step = 0; step < 4000; ++step) {
        if (random() % 8 < (grows ? 7 : 2)) {
          pair.add(keys.next(), static_cast<Ordinal>(random() % ordinals));
        } else {
          const auto [key, ordinal] = pair.pick(random, keys);
          pair.remove(key, ordinal);
        }
      }
      require_same(pair.index.version(), pair.twin);
      require_same_reads(pair.index.version(), pair.twin, keys, random);
    }
    while (!pair.twin.empty()) {
      const auto [key, ordinal] = pair.pick(random, keys);
      pair.remove(key, ordinal);
    }
    require_same(pair.index.version(), {});
  }
}

TEST_CASE("versions held across changes stay as they were", "[index]") {
  INFO("seed " << Catch::getSeed());
  struct Held {
    Sequence sequence;
    IndexVersion version;
    Twin twin;
  };
  for (unsigned kind = 0; kind < 6; ++kind) {
    INFO("kind " << kind);
    Random random(Catch::getSeed() * 31 + kind);
    KeySource keys(random, kind, 50 + random() % 2000);
    Pair pair;
    std::vector<Held> held;
    for (Sequence sequence = 1; sequence <= 300; ++sequence) {
      EditScope scope{sequence, 0};
      for (const Held& reader : held)
        scope.newest_reader = std::max(scope.newest_reader, reader.sequence);
      for (std::size_t step = random() % 60; step > 0; --step) {
        if (random() % 5 < (sequence % 100 < 60 ? 4u : 1u)) {
          pair.add(keys.next(), static_cast<Ordinal>(random() % 3000), scope);
        } else {
          const auto [key, ordinal] = pair.pick(random, keys);
          pair.remove(key, ordinal, scope);
        }
      }
      if (random() % 4 == 0) held.push_back({sequence, pair.index.version(), pair.twin});
      if (!held.empty() && random() % 4 == 0) {
        const auto done = held.begin() + static_cast<std::ptrdiff_t>(random() % held.size());
        require_same(done->version, done->twin);
        held.erase(done);
      }
    }
    for (const Held& reader : held) require_same(reader.version, reader.twin);
    require_same(pair.index.version(), pair.twin);
  }
}

TEST_CASE("one key takes from one to a hundred thousand ordinals and back", "[index]") {
  INFO("seed " << Catch::getSeed());
  Random random(Catch::getSeed());
  std::vector<Ordinal> ordinals(100000);
  for (Ordinal i = 0; i < ordinals.size(); ++i) ordinals[i] = i * 7;
  std::shuffle(ordinals.begin(), ordinals.end(), random);
  OrderedIndex index;
  index.add("before", 1, kAlone);
  index.add("zafter", 2, kAlone);
  std::uint64_t count = 0;
  for (const Ordinal ordinal : ordinals) {
    index.add("key", ordinal, kAlone);
    ++count;
    if (count < 600 || count % 20000 == 0) REQUIRE(index.version().count("key") == count);
  }
  REQUIRE(OrderedIndex::check(index.version()).has_value());
  REQUIRE(index.version().find("key").size() == ordinals.size());
  const IndexVersion full = index.version();
  for (const Ordinal ordinal : ordinals) {
    index.remove("key", ordinal, {3, 2});
    --count;
    if (count < 600) REQUIRE(index.version().count("key") == count);
    if (count % 97 == 0 && count < 600) REQUIRE(OrderedIndex::check(index.version()).has_value());
  }
  require_same(index.version(), {{"before", {1}}, {"zafter", {2}}});
  REQUIRE(full.find("key").size() == ordinals.size());
}

TEST_CASE("an index grows and shrinks by whole chunks of pages", "[index]") {
  INFO("seed " << Catch::getSeed());
  Random random(Catch::getSeed());
  Pair pair;
  std::vector<std::string> keys;
  for (int i = 0; i < 60000; ++i) keys.push_back(KeySource::number(random()));
  for (const std::string& key : keys) pair.add(key, static_cast<Ordinal>(random()));
  require_same(pair.index.version(), pair.twin);
  const Snapshot full{pair.index.version(), pair.twin};
  // From the middle outwards, from one end, then anywhere: pages and chunks vanish in every
  // position.
  std::sort(keys.begin(), keys.end());
  std::rotate(keys.begin() + 40000, keys.begin() + 20000, keys.begin() + 40000);
  std::shuffle(keys.begin() + 40000, keys.end(), random);
  EditScope scope{2, 1};
  for (std::size_t i = 0; i < keys.size(); ++i) {
    while (pair.twin.contains(keys[i])) pair.remove(keys[i], *pair.twin[keys[i]].begin(), scope);
    if (i % 7919 == 0) require_same(pair.index.version(), pair.twin);
  }
  require_same(pair.index.version(), {});
  require_same(full.version, full.twin);
}

TEST_CASE("stretches of keys vanish and come back", "[index]") {
  INFO("seed " << Catch::getSeed());
  Random random(Catch::getSeed());
  constexpr std::uint64_t kSpace = 120000;
  Pair pair;
  for (std::uint64_t i = 0; i < kSpace; i += 2)
    pair.add(KeySource::number(i), static_cast<Ordinal>(i));
  for (Sequence sequence = 2; sequence < 80; ++sequence) {
    const EditScope scope{sequence, sequence - 1};
    const IndexVersion before = pair.index.version();
    const Twin expected = sequence % 8 == 0 ? pair.twin : Twin();
    const std::uint64_t from = random() % kSpace;
    const std::uint64_t to = from + random() % (sequence % 4 == 0 ? 60000 : 15000);
    for (std::uint64_t i = from; i < to; ++i)
      pair.remove(KeySource::number(i), static_cast<Ordinal>(i), scope);
    // Mostly into the gap, so that keys stand below the first one their page ever had.
    for (int n = 0; n < 300; ++n) {
      const std::uint64_t i = n % 3 == 0 ? random() % kSpace : from + random() % (to - from + 1);
      pair.add(KeySource::number(i), static_cast<Ordinal>(i), scope);
    }
    if (sequence % 20 == 0)
      for (std::uint64_t i = from; i < to && i < kSpace; i += 2)
        pair.add(KeySource::number(i), static_cast<Ordinal>(i), scope);
    if (sequence % 8 == 0) require_same(before, expected);
    const Status sound = OrderedIndex::check(pair.index.version());
    INFO((sound ? std::string() : sound.error().message()));
    REQUIRE(sound.has_value());
  }
  require_same(pair.index.version(), pair.twin);
}

TEST_CASE("keys that rise fill their pages", "[index]") {
  OrderedIndex index;
  constexpr Ordinal kKeys = 20000;
  for (Ordinal i = 0; i < kKeys; ++i) index.add(KeySource::number(i), i, kAlone);
  std::vector<IndexPageImage> pages;
  std::string directory;
  OrderedIndex::collect_pages(index.version(), 0, pages, directory);
  CHECK(pages.size() <= kKeys / 250 + 1);
  // The same inside a larger index: each of ten groups grows at its own end.
  OrderedIndex grouped;
  for (Ordinal i = 0; i < kKeys; ++i)
    grouped.add("group " + std::to_string(i % 10) + KeySource::number(i), i, kAlone);
  CHECK(OrderedIndex::check(grouped.version()).has_value());
  pages.clear();
  OrderedIndex::collect_pages(grouped.version(), 0, pages, directory);
  CHECK(pages.size() <= kKeys / 120);
}

TEST_CASE("an index built in bulk is the one built by adding", "[index]") {
  INFO("seed " << Catch::getSeed());
  for (unsigned kind = 0; kind < 6; ++kind) {
    INFO("kind " << kind);
    Random random(Catch::getSeed() + kind);
    KeySource keys(random, kind, 100 + random() % 5000);
    Twin twin;
    std::vector<std::pair<std::string, Ordinal>> entries;
    for (std::size_t n = random() % 20000; n > 0; --n) {
      const auto ordinal = static_cast<Ordinal>(random() % 100000);
      entries.emplace_back(keys.next(), ordinal);
      if (random() % 20 == 0) entries.push_back(entries.back());
      twin[entries.back().first].insert(ordinal);
    }
    std::sort(entries.begin(), entries.end());
    Pair pair{OrderedIndex::build(std::move(entries), 5), twin};
    require_same(pair.index.version(), pair.twin);
    const IndexVersion built = pair.index.version();
    for (int step = 0; step < 3000; ++step) {
      if (random() % 2 == 0) {
        pair.add(keys.next(), static_cast<Ordinal>(random() % 100000), {6, 5});
      } else {
        const auto [key, ordinal] = pair.pick(random, keys);
        pair.remove(key, ordinal, {6, 5});
      }
    }
    require_same(pair.index.version(), pair.twin);
    require_same(built, twin);
  }
}

TEST_CASE("memory stays within its targets", "[index]") {
  Random random(11);
  OrderedIndex unique;
  constexpr Ordinal kEntries = 200000;
  for (Ordinal i = 0; i < kEntries; ++i) unique.add(KeySource::number(random()), i, kAlone);
  CHECK(unique.version().memory_bytes() / kEntries <= 20);
  OrderedIndex few;
  for (Ordinal i = 0; i < kEntries; ++i)
    few.add("value " + std::to_string(random() % 20), i, kAlone);
  CHECK(few.version().memory_bytes() / kEntries < 3);
}
