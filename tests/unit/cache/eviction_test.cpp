// What the cache keeps when it is full, for each policy; and that its bookkeeping stays bounded.
#include "cache/eviction_queue.hpp"

#include <aurora/cache/record_cache.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <random>
#include <set>

namespace aurora {

namespace {

constexpr CollectionId kCollection = 7;

RecordRef record_of(std::int64_t value) {
  RecordBuilder builder;
  builder.add(1, Value(value));
  builder.add(2, Value(std::string(100, 'x')));
  auto record = builder.finish(1).value();
  record.seal(1, Uuid{});
  return record;
}

/// A read as the engine does it: from the store when the cache does not have it.
bool read(RecordCache& cache, Ordinal ordinal) {
  if (cache.get(kCollection, ordinal)) return true;
  cache.fill(kCollection, ordinal, record_of(ordinal), 1);
  return false;
}

std::uint64_t room_for(std::uint64_t records) {
  constexpr Ordinal kMany = 640;   // whole pages of them
  RecordCache cache(1u << 20, EvictionPolicy::kLru);
  for (Ordinal ordinal = 0; ordinal < kMany; ++ordinal) (void)read(cache, ordinal);
  return cache.stats().bytes * records / kMany;
}

/// How many of 100 records read over and over are still there after 2,000 others were read once.
int survivors(EvictionPolicy policy) {
  RecordCache cache(room_for(500), policy);
  for (int round = 0; round < 10; ++round)
    for (Ordinal hot = 0; hot < 100; ++hot) (void)read(cache, hot);
  for (Ordinal once = 1'000; once < 3'000; ++once) (void)read(cache, once);
  int kept = 0;
  for (Ordinal hot = 0; hot < 100; ++hot) kept += cache.peek(kCollection, hot) ? 1 : 0;
  return kept;
}

}  // namespace

TEST_CASE("cache: no policy exceeds its bytes, and each counts what it evicts", "[cache]") {
  const auto policy = GENERATE(EvictionPolicy::kLru, EvictionPolicy::kLfu, EvictionPolicy::kHybrid);
  const auto capacity = room_for(200);
  RecordCache cache(capacity, policy);
  std::mt19937_64 random(static_cast<unsigned>(policy));
  for (int i = 0; i < 20'000; ++i) {
    const auto ordinal = static_cast<Ordinal>(random() % 1'000);
    if (random() % 10 == 0) {
      const auto sequence = static_cast<Sequence>(i + 2);
      cache.begin_write(kCollection, ordinal, sequence);
      cache.end_write(kCollection, ordinal, random() % 2 == 0 ? RecordRef() : record_of(ordinal));
    } else {
      (void)read(cache, ordinal);
    }
    REQUIRE(cache.stats().bytes <= capacity);
  }
  CHECK(cache.stats().entries > 100);
  CHECK(cache.stats().evictions > 0);
  cache.clear();
  CHECK(cache.stats().entries == 0);
  CHECK(cache.stats().bytes == 0);
}

TEST_CASE("cache: records read once push out often read ones under LRU alone", "[cache]") {
  CHECK(survivors(EvictionPolicy::kLru) == 0);
  CHECK(survivors(EvictionPolicy::kHybrid) > 90);   // one eviction passes over 32 used ones at most
}

TEST_CASE("cache: a newcomer wanted again after its eviction needs no second trial", "[cache]") {
  EvictionQueue queue(EvictionPolicy::kHybrid, 256);
  queue.insert(1);
  const auto first = queue.next();
  REQUIRE(first);
  CHECK(first->newcomer);
  queue.forget(*first);
  queue.insert(1);
  const auto second = queue.next();
  REQUIRE(second);
  CHECK_FALSE(second->newcomer);
}

TEST_CASE("cache: keys whose entries went without their turn are swept out", "[cache]") {
  const auto policy = GENERATE(EvictionPolicy::kLru, EvictionPolicy::kLfu, EvictionPolicy::kHybrid);
  EvictionQueue queue(policy, 256);
  for (EvictionQueue::Key key = 0; key < 10'000; ++key) queue.insert(key);
  const std::set<EvictionQueue::Key> cached{3, 5'000, 9'999};
  queue.compact(cached.size(), [&](EvictionQueue::Key key) { return cached.contains(key); });
  std::set<EvictionQueue::Key> left;
  while (const auto candidate = queue.next()) left.insert(candidate->key);
  CHECK(left == cached);
}

TEST_CASE("cache: a capacity without bounds keeps everything, none keeps nothing", "[cache]") {
  RecordCache boundless(UINT64_MAX, EvictionPolicy::kHybrid);
  RecordCache none(0, EvictionPolicy::kHybrid);
  for (Ordinal ordinal = 0; ordinal < 1'000; ++ordinal) {
    (void)read(boundless, ordinal);
    (void)read(none, ordinal);
  }
  CHECK(boundless.stats().entries == 1'000);
  CHECK(boundless.stats().evictions == 0);
  CHECK(none.stats().entries == 0);
}

}  // namespace aurora
