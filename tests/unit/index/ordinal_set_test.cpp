// OrdinalSet against std::set, in every shape of container; hostile bytes.
// A run is replayed with --rng-seed and the seed printed on failure.

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include <aurora/base/bytes.hpp>
#include <aurora/index/ordinal_set.hpp>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

using namespace aurora;

namespace {

using Twin = std::set<Ordinal>;
using Random = std::mt19937_64;

std::vector<Ordinal> values_of(const OrdinalSet& set) {
  std::vector<Ordinal> values;
  set.append_to(values);
  return values;
}

bool same(const OrdinalSet& set, const Twin& twin) {
  return set.size() == twin.size() && set.empty() == twin.empty() &&
         values_of(set) == std::vector<Ordinal>(twin.begin(), twin.end());
}

/// Ordinals of one shape: scattered, dense, in runs, at the edges of containers and of the range.
std::vector<Ordinal> random_ordinals(Random& random) {
  std::vector<Ordinal> ordinals;
  const auto base = static_cast<Ordinal>(random() % 3 == 0 ? 0xFFFF0000u : (random() % 4) << 16);
  switch (random() % 5) {
    case 0:
      for (std::size_t n = random() % 300; n > 0; --n)
        ordinals.push_back(static_cast<Ordinal>(random()));
      break;
    case 1:
      for (std::size_t n = random() % 9000; n > 0; --n)
        ordinals.push_back(base + static_cast<Ordinal>(random() % 65536));
      break;
    case 2:
      for (std::size_t runs = random() % 6; runs > 0; --runs) {
        const auto first = static_cast<Ordinal>(random() % 200000);
        for (std::size_t n = random() % 20000; n > 0; --n)
          ordinals.push_back(first + static_cast<Ordinal>(n));
      }
      break;
    case 3:
      for (const Ordinal edge :
           {0u, 1u, 65535u, 65536u, 131071u, 0x7FFFFFFFu, 0xFFFEFFFFu, 0xFFFFFFFFu})
        if (random() % 2 == 0) ordinals.push_back(edge);
      break;
    default:
      for (Ordinal i = 0; i < 65536; ++i) ordinals.push_back(base + i);
  }
  return ordinals;
}

OrdinalSet set_of(const Twin& twin, Random& random) {
  const std::vector<Ordinal> sorted(twin.begin(), twin.end());
  OrdinalSet set = OrdinalSet::of_sorted(sorted);
  if (random() % 2 == 0) set.optimize();
  return set;
}

Twin random_twin(Random& random) {
  const std::vector<Ordinal> ordinals = random_ordinals(random);
  return {ordinals.begin(), ordinals.end()};
}

}  // namespace

TEST_CASE("an empty ordinal set costs nothing and answers everything", "[index]") {
  OrdinalSet set;
  CHECK(set.empty());
  CHECK(set.size() == 0);
  CHECK(set.memory_bytes() == 0);
  CHECK_FALSE(set.contains(0));
  CHECK_FALSE(set.remove(7));
  CHECK(values_of(set).empty());
  CHECK_FALSE(OrdinalSet::Iterator(set).valid());
  CHECK((set | set) == set);
  CHECK((set & set).empty());
  CHECK((set - set).empty());
  CHECK(OrdinalSet::of_sorted({}).empty());
  CHECK(OrdinalSet::of_unsorted({}).empty());
  CHECK(OrdinalSet::union_of({}).empty());
  CHECK(OrdinalSet::range(5, 5).empty());
  set.optimize();
  std::string bytes;
  set.append_bytes(bytes);
  CHECK(OrdinalSet::from_bytes(bytes).value() == set);
}

TEST_CASE("a moved-from ordinal set is empty and usable", "[index]") {
  OrdinalSet a = OrdinalSet::range(1, 4);
  OrdinalSet b = std::move(a);
  CHECK(a.empty());  // NOLINT(bugprone-use-after-move): that is what is tested
  CHECK(a.add(9));
  CHECK(values_of(b) == std::vector<Ordinal>{1, 2, 3});
  b = std::move(a);
  CHECK(values_of(b) == std::vector<Ordinal>{9});
}

TEST_CASE("ranges reach the greatest ordinal", "[index]") {
  const OrdinalSet tail = OrdinalSet::range(0xFFFFFFF0u, std::uint64_t{1} << 32);
  CHECK(tail.size() == 16);
  CHECK(tail.max() == 0xFFFFFFFFu);
  CHECK(tail.min() == 0xFFFFFFF0u);
  CHECK(OrdinalSet::range(0, std::uint64_t{1} << 32).size() == std::uint64_t{1} << 32);
  CHECK(OrdinalSet::range(0xFFFFFFFFu, UINT64_MAX).size() == 1);
}

TEST_CASE("ordinal sets agree with std::set under random changes", "[index]") {
  INFO("seed " << Catch::getSeed());
  Random random(Catch::getSeed());
  for (int round = 0; round < 40; ++round) {
    Twin twin = random_twin(random);
    OrdinalSet set = set_of(twin, random);
    for (const Ordinal ordinal : random_ordinals(random)) {
      if (random() % 3 != 0)
        REQUIRE(set.add(ordinal) == twin.insert(ordinal).second);
      else
        REQUIRE(set.remove(ordinal) == (twin.erase(ordinal) == 1));
      REQUIRE(set.contains(ordinal) == twin.contains(ordinal));
    }
    const std::vector<Ordinal> many = random_ordinals(random);
    set.add_many(many);
    twin.insert(many.begin(), many.end());
    REQUIRE(same(set, twin));
    if (!twin.empty()) {
      REQUIRE(set.min() == *twin.begin());
      REQUIRE(set.max() == *twin.rbegin());
    }
  }
}

TEST_CASE("sets built in bulk agree with std::set", "[index]") {
  INFO("seed " << Catch::getSeed());
  Random random(Catch::getSeed());
  for (int round = 0; round < 60; ++round) {
    std::vector<Ordinal> ordinals = random_ordinals(random);
    for (std::size_t i = 0, n = ordinals.size() / 3; i < n; ++i) ordinals.push_back(ordinals[i]);
    std::shuffle(ordinals.begin(), ordinals.end(), random);
    const Twin twin(ordinals.begin(), ordinals.end());
    REQUIRE(same(OrdinalSet::of_unsorted(ordinals), twin));
    std::sort(ordinals.begin(), ordinals.end());
    REQUIRE(same(OrdinalSet::of_sorted(ordinals), twin));
  }
}

TEST_CASE("set algebra agrees with std::set", "[index]") {
  INFO("seed " << Catch::getSeed());
  Random random(Catch::getSeed());
  for (int round = 0; round < 60; ++round) {
    const Twin ta = random_twin(random);
    const Twin tb = random_twin(random);
    const OrdinalSet a = set_of(ta, random);
    const OrdinalSet b = set_of(tb, random);
    Twin both, either = ta, rest;
    either.insert(tb.begin(), tb.end());
    for (const Ordinal ordinal : ta) (tb.contains(ordinal) ? both : rest).insert(ordinal);
    REQUIRE(same(a & b, both));
    REQUIRE(same(a | b, either));
    REQUIRE(same(a - b, rest));
    REQUIRE(a.intersection_size(b) == both.size());
    REQUIRE((a == b) == (ta == tb));
    OrdinalSet c = a;
    c &= b;
    REQUIRE(same(c, both));
    c = a;
    c |= b;
    REQUIRE(same(c, either));
    c = a;
    c -= b;
    REQUIRE(same(c, rest));
    REQUIRE(same(a, ta));
    OrdinalSet& alias = c;
    c -= alias;
    REQUIRE(c.empty());
  }
}

TEST_CASE("the union of many sets agrees with std::set", "[index]") {
  INFO("seed " << Catch::getSeed());
  Random random(Catch::getSeed());
  for (int round = 0; round < 20; ++round) {
    Twin all;
    std::vector<OrdinalSet> sets(random() % 12);
    std::vector<const OrdinalSet*> pointers;
    for (OrdinalSet& set : sets) {
      const Twin twin = random_twin(random);
      all.insert(twin.begin(), twin.end());
      set = set_of(twin, random);
      pointers.push_back(&set);
    }
    OrdinalSet united = OrdinalSet::union_of(pointers);
    REQUIRE(same(united, all));
    REQUIRE(united.add(3) == all.insert(3).second);  // the result is an ordinary set
    REQUIRE(same(united, all));
  }
}

TEST_CASE("iterators step, seek and read as std::set does", "[index]") {
  INFO("seed " << Catch::getSeed());
  Random random(Catch::getSeed());
  for (int round = 0; round < 60; ++round) {
    const Twin twin = random_twin(random);
    const OrdinalSet set = set_of(twin, random);
    OrdinalSet::Iterator iterator(set);
    auto expected = twin.begin();
    while (expected != twin.end()) {
      REQUIRE(iterator.valid());
      REQUIRE(iterator.value() == *expected);
      if (random() % 8 == 0) {
        const auto target = static_cast<Ordinal>(std::min<std::uint64_t>(
            std::uint64_t{*expected} + (random() % 2 == 0 ? random() % 5000 : random() % 200000),
            UINT32_MAX));
        iterator.seek(target);
        expected = twin.lower_bound(target);
      } else if (random() % 8 == 0) {
        std::vector<Ordinal> out(random() % 700);
        const std::size_t n = iterator.read(out);
        for (std::size_t i = 0; i < n; ++i, ++expected) REQUIRE(out[i] == *expected);
        REQUIRE((n == out.size() || expected == twin.end()));
      } else {
        iterator.next();
        ++expected;
      }
    }
    REQUIRE_FALSE(iterator.valid());
    std::vector<Ordinal> out(3);
    REQUIRE(iterator.read(out) == 0);
    std::size_t visited = 0;
    const std::size_t stop = random() % (twin.size() + 1);
    set.for_each([&](Ordinal) { return ++visited < stop; });
    REQUIRE(visited == (twin.empty() ? 0 : std::max<std::size_t>(stop, 1)));
  }
}

TEST_CASE("bytes of ordinal sets come back as the same set", "[index]") {
  INFO("seed " << Catch::getSeed());
  Random random(Catch::getSeed());
  for (int round = 0; round < 60; ++round) {
    const Twin twin = random_twin(random);
    std::string bytes;
    set_of(twin, random).append_bytes(bytes);
    const auto read = OrdinalSet::from_bytes(bytes);
    REQUIRE(read.has_value());
    REQUIRE(same(*read, twin));
    const std::string_view cut = std::string_view(bytes).substr(0, random() % bytes.size());
    REQUIRE_FALSE(OrdinalSet::from_bytes(cut));
    REQUIRE_FALSE(OrdinalSet::from_bytes(bytes + "x"));
  }
}

namespace {

std::string bytes_of(std::initializer_list<std::uint32_t> words16) {
  std::string bytes;
  for (const std::uint32_t word : words16) append_le(bytes, static_cast<std::uint16_t>(word));
  return bytes;
}

constexpr std::uint32_t kArrays = 12346;
constexpr std::uint32_t kRuns = 12347;

}  // namespace

TEST_CASE("hostile bytes of ordinal sets are Corruption", "[index]") {
  const auto refused = [](const std::string& bytes) {
    const auto read = OrdinalSet::from_bytes(bytes);
    return !read && read.error().code() == ErrorCode::kCorruption;
  };
  // Two containers of two values each: keys 1 and 2, payloads at 24 and 28.
  const std::string good = bytes_of({kArrays, 0, 2, 0, 1, 1, 2, 1, 24, 0, 28, 0, 5, 6, 7, 8});
  CHECK(values_of(OrdinalSet::from_bytes(good).value()) ==
        std::vector<Ordinal>{65536 + 5, 65536 + 6, 131072 + 7, 131072 + 8});
  CHECK(refused(""));
  CHECK(refused(bytes_of({kArrays})));
  CHECK(refused(bytes_of({kArrays, 0})));
  CHECK(refused(bytes_of({999, 0, 0, 0})));                // cookie
  CHECK(refused(bytes_of({kArrays, 1, 0, 0})));            // cookie
  CHECK(refused(bytes_of({kArrays, 0, 1, 1})));            // count 65537
  CHECK(refused(bytes_of({kArrays, 0, 0xFFFF, 0xFFFF})));  // count
  CHECK(refused(bytes_of({kArrays, 0, 2, 0, 1, 1, 1, 1, 24, 0, 28, 0, 5, 6, 7, 8})));  // keys equal
  CHECK(refused(bytes_of({kArrays, 0, 2, 0, 2, 1, 1, 1, 24, 0, 28, 0, 5, 6, 7, 8})));  // keys fall
  CHECK(refused(bytes_of({kArrays, 0, 2, 0, 1, 1, 2, 1, 24, 0, 24, 0, 5, 6, 7, 8})));  // offset
  CHECK(
      refused(bytes_of({kArrays, 0, 2, 0, 1, 1, 2, 1, 24, 0, 28, 0, 5, 5, 7, 8})));  // values equal
  CHECK(
      refused(bytes_of({kArrays, 0, 2, 0, 1, 1, 2, 1, 24, 0, 28, 0, 6, 5, 7, 8})));  // values fall
  CHECK(
      refused(bytes_of({kArrays, 0, 2, 0, 1, 1, 2, 2, 24, 0, 28, 0, 5, 6, 7, 8})));  // cardinality
  CHECK(
      refused(bytes_of({kArrays, 0, 2, 0, 1, 1, 2, 0, 24, 0, 28, 0, 5, 6, 7, 8})));  // bytes after

  // One container of runs, bit set in one flag byte: key 3, cardinality 6.
  const auto runs = [](std::uint32_t cardinality, std::initializer_list<std::uint32_t> payload) {
    std::string bytes = bytes_of({kRuns, 0});
    bytes.push_back(1);
    return bytes + bytes_of({3, cardinality - 1}) + bytes_of(payload);
  };
  const Ordinal base = 3u << 16;
  CHECK(values_of(OrdinalSet::from_bytes(runs(6, {2, 10, 3, 20, 1})).value()) ==
        std::vector<Ordinal>{base + 10, base + 11, base + 12, base + 13, base + 20, base + 21});
  CHECK(refused(runs(7, {2, 10, 3, 20, 1})));  // cardinality
  CHECK(refused(runs(8, {2, 10, 3, 13, 3})));  // overlap
  CHECK(refused(runs(8, {2, 20, 3, 10, 3})));  // order
  CHECK(refused(runs(1, {0})));                // no runs
  CHECK(refused(runs(10, {1, 65530, 9})));     // past the container
  CHECK(refused(runs(6, {3, 10, 3, 20, 1})));  // runs cut short
  CHECK(OrdinalSet::from_bytes(runs(65536, {1, 0, 65535})).value().size() == 65536);
  // Runs that touch are sound, and made canonical so that comparison holds.
  const OrdinalSet touching = OrdinalSet::from_bytes(runs(8, {2, 10, 3, 14, 3})).value();
  CHECK(touching == OrdinalSet::range(base + 10, base + 18));
  const OrdinalSet at_end = OrdinalSet::from_bytes(runs(6, {2, 65530, 2, 65533, 2})).value();
  CHECK(at_end == OrdinalSet::range(base + 65530, base + 65536));

  std::string bits = bytes_of({kArrays, 0, 1, 0, 0, 4999, 16, 0}) + std::string(8192, '\0');
  CHECK(refused(bits));
  for (std::size_t i = 0; i < 625; ++i) bits[16 + i] = '\xFF';
  CHECK(OrdinalSet::from_bytes(bits).value() == OrdinalSet::range(0, 5000));
  bits[8000] = 1;
  CHECK(refused(bits));
}

TEST_CASE("no flipped byte of an ordinal set is undefined behaviour", "[index]") {
  INFO("seed " << Catch::getSeed());
  Random random(Catch::getSeed());
  for (int round = 0; round < 300; ++round) {
    std::string bytes;
    set_of(random_twin(random), random).append_bytes(bytes);
    for (std::size_t flips = 1 + random() % 3; flips > 0; --flips)
      bytes[random() % std::min<std::size_t>(bytes.size(), random() % 2 == 0 ? 40 : bytes.size())] =
          static_cast<char>(random());
    auto read = OrdinalSet::from_bytes(bytes);
    if (!read) continue;
    const std::vector<Ordinal> values = values_of(*read);
    REQUIRE(std::adjacent_find(values.begin(), values.end(), std::greater_equal<>()) ==
            values.end());
    OrdinalSet other = OrdinalSet::range(60000, 70000);
    other |= *read;
    *read &= OrdinalSet::range(100, 200000);
    read->add(65536);
    REQUIRE((other & *read).size() <= other.size());
  }
}
