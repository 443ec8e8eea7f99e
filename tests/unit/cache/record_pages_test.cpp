// Cached records by ordinal: found wherever their ordinal lies, never older than the last write that ended, and not freed
// under a reader.
#include <aurora/cache/record_cache.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <atomic>
#include <random>
#include <thread>
#include <unordered_map>
#include <vector>

namespace aurora {

namespace {

constexpr CollectionId kCollection = 7;

RecordRef record_of(std::int64_t value, Sequence sequence) {
  RecordBuilder builder;
  builder.add(1, Value(value));
  auto record = builder.finish(1).value();
  record.seal(sequence, Uuid{});
  return record;
}

std::int64_t value_of(const RecordRef& record) { return record.view().field(1).int_value(); }

void write(RecordCache& cache, Ordinal ordinal, std::int64_t value, Sequence sequence) {
  cache.begin_write(kCollection, ordinal, sequence);
  cache.end_write(kCollection, ordinal, record_of(value, sequence));
}

void erase(RecordCache& cache, Ordinal ordinal, Sequence sequence) {
  cache.begin_write(kCollection, ordinal, sequence);
  cache.end_write(kCollection, ordinal, RecordRef());
}

}  // namespace

TEST_CASE("cache: records are found at whatever ordinal, in whatever collection", "[cache]") {
  RecordCache cache(1u << 20, EvictionPolicy::kHybrid);
  const std::array<Ordinal, 8> ordinals{0, 63, 64, 16'383, 16'384, 1'000'000, 4'294'967'294u, 4'294'967'295u};
  const std::array<CollectionId, 3> collections{1, 257, 4'000'000'000u};   // two of them in one bucket
  for (const auto collection : collections)
    for (const auto ordinal : ordinals) cache.fill(collection, ordinal, record_of(ordinal ^ collection, 1), 1);
  CHECK(cache.stats().entries == ordinals.size() * collections.size());
  for (const auto collection : collections) {
    for (const auto ordinal : ordinals) {
      const auto found = cache.get(collection, ordinal);
      REQUIRE(found);
      CHECK(value_of(found) == std::int64_t{ordinal ^ collection});
    }
    CHECK_FALSE(cache.peek(collection, 5));
  }
  CHECK_FALSE(cache.peek(2, 0));
  cache.clear();
  for (const auto collection : collections)
    for (const auto ordinal : ordinals) CHECK_FALSE(cache.peek(collection, ordinal));
  CHECK(cache.stats().bytes == 0);
}

TEST_CASE("cache: behaves as a map under any order of fills, writes and removals", "[cache]") {
  RecordCache cache(64u << 20, EvictionPolicy::kHybrid);
  std::unordered_map<Ordinal, std::int64_t> twin;
  std::mt19937_64 random(4);
  for (Sequence i = 1; i <= 50'000; ++i) {
    const auto ordinal = static_cast<Ordinal>(random() % 3'000);
    const auto value = static_cast<std::int64_t>(i);
    switch (random() % 4) {
      case 0:
        write(cache, ordinal, value, i);
        twin[ordinal] = value;
        break;
      case 1:
        erase(cache, ordinal, i);
        twin.erase(ordinal);
        break;
      case 2:
        cache.fill(kCollection, ordinal, record_of(value, i), i);
        twin.try_emplace(ordinal, value);
        break;
      default: {
        const auto found = cache.get(kCollection, ordinal);
        const auto known = twin.find(ordinal);
        REQUIRE(static_cast<bool>(found) == (known != twin.end()));
        if (found) REQUIRE(value_of(found) == known->second);
      }
    }
    REQUIRE(cache.stats().entries == twin.size());
  }
}

TEST_CASE("cache: a fill that a write overtook is refused", "[cache]") {
  RecordCache cache(1u << 20, EvictionPolicy::kHybrid);
  cache.begin_write(kCollection, 3, 7);
  cache.fill(kCollection, 3, record_of(6, 6), 6);
  CHECK_FALSE(cache.peek(kCollection, 3));
  cache.end_write(kCollection, 3, RecordRef());
  cache.fill(kCollection, 3, record_of(6, 6), 6);
  CHECK_FALSE(cache.peek(kCollection, 3));
  CHECK(cache.stats().bytes == 0);
  cache.fill(kCollection, 3, record_of(8, 8), 8);
  CHECK(value_of(cache.peek(kCollection, 3)) == 8);
}

TEST_CASE("cache: what a reading looked at stays while it lives", "[cache]") {
  RecordCache cache(1u << 20, EvictionPolicy::kHybrid);
  for (Ordinal i = 0; i < 200; ++i) write(cache, i, i, i + 1);
  const std::array<Ordinal, 4> wanted{5, 70, 71, 500};
  std::array<RecordRef::Handle, 4> found{};
  {
    const RecordCache::Reading reading(cache);
    reading.look(kCollection, wanted, found.data());
    for (Ordinal i = 0; i < 200; ++i) erase(cache, i, 1'000 + i);
    for (Ordinal i = 200; i < 1'000; ++i) write(cache, i, i, 2'000 + i);   // retires more, so that freeing is tried
    for (std::size_t i = 0; i < 3; ++i) CHECK(value_of(BorrowedRecord(found[i]).ref()) == std::int64_t{wanted[i]});
    CHECK(found[3] == nullptr);
  }
  CHECK_FALSE(cache.peek(kCollection, 5));
}

TEST_CASE("cache: a stamp changes as a write of its record begins", "[cache]") {
  RecordCache cache(1u << 20, EvictionPolicy::kHybrid);
  write(cache, 3, 1, 1);
  const auto& stamp = cache.stamp(kCollection, 3);
  CHECK(stamp.load() == 1);
  cache.begin_write(kCollection, 3, 2);
  CHECK(stamp.load() == 2);
}

TEST_CASE("cache: no read gives a record older than the last write that ended", "[cache][threads]") {
  // So little room that entries and pages come and go.
  RecordCache cache(4'096, EvictionPolicy::kHybrid);
  constexpr std::int64_t kWrites = 20'000;
  constexpr Ordinal kRecords = 256;
  std::array<std::atomic<std::int64_t>, kRecords> ended{};
  std::atomic<bool> done = false;
  std::atomic<bool> wrong = false;
  std::jthread writer([&] {
    std::mt19937 random(1);
    for (std::int64_t i = 1; i <= kWrites; ++i) {
      const auto ordinal = static_cast<Ordinal>(random() % kRecords);
      if (i % 7 == 0)
        erase(cache, ordinal, static_cast<Sequence>(i));
      else
        write(cache, ordinal, i, static_cast<Sequence>(i));
      ended[ordinal].store(i);
    }
    done.store(true);
  });
  std::vector<std::jthread> readers;
  for (unsigned reader = 0; reader < 3; ++reader)
    readers.emplace_back([&, reader] {
      std::mt19937 random(reader + 2);
      std::array<Ordinal, kRecords> all;
      for (Ordinal i = 0; i < kRecords; ++i) all[i] = i;
      std::array<RecordRef::Handle, kRecords> found{};
      std::array<std::int64_t, kRecords> least{};
      while (!done.load()) {
        const auto ordinal = static_cast<Ordinal>(random() % kRecords);
        const auto before = ended[ordinal].load();
        const auto one = cache.get(kCollection, ordinal);
        if (one && value_of(one) < before) wrong = true;
        if (reader != 0) continue;
        for (Ordinal i = 0; i < kRecords; ++i) least[i] = ended[i].load();
        const RecordCache::Reading reading(cache);
        reading.look(kCollection, all, found.data());
        for (Ordinal i = 0; i < kRecords; ++i)
          if (found[i] != nullptr && value_of(BorrowedRecord(found[i]).ref()) < least[i]) wrong = true;
      }
    });
  readers.clear();
  writer.join();
  CHECK_FALSE(wrong);
  CHECK(cache.stats().bytes <= 4'096);
}

TEST_CASE("cache: more threads than lanes read all the same", "[cache][threads]") {
  RecordCache cache(1u << 20, EvictionPolicy::kHybrid);
  write(cache, 1, 1, 1);
  std::atomic<int> here = 0;
  std::atomic<bool> go = false;
  std::atomic<int> found = 0;
  constexpr int kThreads = 1'100;
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i)
    threads.emplace_back([&] {
      found += cache.get(kCollection, 1) ? 1 : 0;   // takes a lane and keeps it
      ++here;
      go.wait(false);
      found += cache.get(kCollection, 1) ? 1 : 0;
    });
  while (here.load() < kThreads) std::this_thread::yield();
  for (Sequence i = 2; i < 500; ++i) write(cache, 1, 1, i);
  go.store(true);
  go.notify_all();
  threads.clear();
  CHECK(found.load() == 2 * kThreads);
  CHECK(cache.stats().hits == 2 * kThreads);
}

}  // namespace aurora
