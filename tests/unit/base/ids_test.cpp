// Tests of UUIDv7: layout, strict rise under every clock, and that ids of one moment differ.
#include <aurora/base/ids.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <set>
#include <thread>

namespace aurora {
namespace {

constexpr std::int64_t kNow = 1'770'000'000'123'456;

std::uint64_t millis_of(const Uuid& id) {
  std::uint64_t millis = 0;
  for (std::size_t i = 0; i < 6; ++i) millis = millis << 8 | id.bytes[i];
  return millis;
}

TEST_CASE("ids: version, variant and time are where RFC 9562 puts them", "[ids]") {
  Uuid7Generator generator([] { return DateTime(kNow); });
  for (int i = 0; i < 200; ++i) {
    const Uuid id = generator.next();
    CHECK(id.bytes[6] >> 4 == 7);
    CHECK(id.bytes[8] >> 6 == 2);
    CHECK(millis_of(id) == static_cast<std::uint64_t>(kNow / 1000));
  }
}

TEST_CASE("ids: rise while the clock stands, goes back and jumps", "[ids]") {
  std::int64_t now = kNow;
  Uuid7Generator generator([&now] { return DateTime(now); });
  Uuid last = generator.next();
  for (int i = 0; i < 20'000; ++i) {  // more than one counter's worth of one moment
    const Uuid id = generator.next();
    REQUIRE(last < id);
    last = id;
  }
  now -= 3'600'000'000;
  for (int i = 0; i < 5'000; ++i) {
    const Uuid id = generator.next();
    REQUIRE(last < id);
    last = id;
  }
  now += 7'200'000'000;
  CHECK(last < generator.next());
  CHECK(millis_of(generator.next()) == static_cast<std::uint64_t>(now / 1000));
  now = -5;
  CHECK(last < generator.next());
}

TEST_CASE("ids: every later id is past the greatest stored one", "[ids]") {
  Uuid7Generator ahead([] { return DateTime(kNow + 86'400'000'000); });
  const Uuid stored = ahead.next();
  Uuid7Generator generator([] { return DateTime(kNow); });
  generator.advance_past(stored);
  CHECK(stored < generator.next());

  Uuid highest = stored;
  std::fill(highest.bytes.begin() + 6, highest.bytes.end(), std::uint8_t{0xFF});
  generator.advance_past(highest);
  CHECK(highest < generator.next());

  const Uuid before = generator.next();
  generator.advance_past(Uuid{});  // older than what is there already: nothing moves back
  CHECK(before < generator.next());
}

TEST_CASE("ids: threads never share one", "[ids][threads]") {
  Uuid7Generator generator;
  std::vector<std::vector<Uuid>> made(4);
  {
    std::vector<std::jthread> threads;
    for (auto& mine : made) {
      threads.emplace_back([&generator, &mine] {
        for (int i = 0; i < 2'000; ++i) mine.push_back(generator.next());
      });
    }
  }
  std::set<Uuid> all;
  for (const auto& mine : made) {
    CHECK(std::is_sorted(mine.begin(), mine.end()));
    all.insert(mine.begin(), mine.end());
  }
  CHECK(all.size() == 8'000);
}

TEST_CASE("ids: two generators of one moment differ by their random bits", "[ids]") {
  Uuid7Generator a([] { return DateTime(kNow); });
  Uuid7Generator b([] { return DateTime(kNow); });
  CHECK(a.next() != b.next());
}

}  // namespace
}  // namespace aurora
