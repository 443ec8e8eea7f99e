// Blocks of the record cache: kept while their records are, refused when one changed while they were gathered.
#include <aurora/cache/record_cache.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <memory>
#include <thread>
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

std::shared_ptr<RecordBlock> gather(const RecordCache& cache) {
  auto block = std::make_shared<RecordBlock>();
  for (Ordinal i = 0; i < RecordBlock::kRecords; ++i) block->records[i] = cache.peek(kCollection, i);
  return block;
}

}  // namespace

TEST_CASE("cache: a block is kept until one of its records changes", "[cache]") {
  RecordCache cache(1u << 20, EvictionPolicy::kHybrid);
  for (Ordinal i = 0; i < 100; ++i) write(cache, i, i, i + 1);
  CHECK(cache.block(kCollection, 0) == nullptr);
  cache.offer_block(kCollection, 0, gather(cache), cache.block_version(kCollection, 0));
  const auto block = cache.block(kCollection, 0);
  REQUIRE(block != nullptr);
  CHECK(value_of(block->records[42]) == 42);
  CHECK_FALSE(block->records[100]);

  SECTION("replaced") { write(cache, 42, -1, 200); }
  SECTION("added") { write(cache, 100, 100, 200); }
  SECTION("removed") {
    cache.begin_write(kCollection, 42, 200);
    cache.end_write(kCollection, 42, RecordRef());
  }
  SECTION("everything forgotten") { cache.clear(); }
  CHECK(cache.block(kCollection, 0) == nullptr);
  CHECK(value_of(block->records[42]) == 42);  // who holds it may go on
}

TEST_CASE("cache: a block gathered while a record changed is refused", "[cache]") {
  RecordCache cache(1u << 20, EvictionPolicy::kHybrid);
  write(cache, 3, 1, 1);
  const auto version = cache.block_version(kCollection, 0);
  auto block = gather(cache);
  write(cache, 3, 2, 2);
  cache.offer_block(kCollection, 0, std::move(block), version);
  CHECK(cache.block(kCollection, 0) == nullptr);
}

TEST_CASE("cache: a block does not outlive its records in the cache", "[cache]") {
  RecordCache cache(8192, EvictionPolicy::kHybrid);
  for (Ordinal i = 0; i < 60; ++i) write(cache, i, i, i + 1);
  cache.offer_block(kCollection, 0, gather(cache), cache.block_version(kCollection, 0));
  REQUIRE(cache.block(kCollection, 0) != nullptr);
  for (Ordinal i = 1000; cache.stats().evictions == 0; ++i) write(cache, i, i, i + 1);
  CHECK(cache.block(kCollection, 0) == nullptr);
}

TEST_CASE("cache: no block holds a record older than the last write that ended", "[cache][threads]") {
  RecordCache cache(1u << 20, EvictionPolicy::kHybrid);
  for (Ordinal i = 0; i < RecordBlock::kRecords; ++i) write(cache, i, 0, 1);
  constexpr std::int64_t kWrites = 20'000;
  std::atomic<std::int64_t> ended = 0;
  std::atomic<bool> stale = false;
  std::jthread writer([&] {
    for (std::int64_t i = 1; i <= kWrites; ++i) {
      write(cache, 5, i, static_cast<Sequence>(i + 1));
      ended.store(i);
    }
  });
  std::vector<std::jthread> readers;
  for (int reader = 0; reader < 3; ++reader)
    readers.emplace_back([&] {
      while (ended.load() < kWrites) {
        const auto least = ended.load();
        if (const auto block = cache.block(kCollection, 0)) {
          if (value_of(block->records[5]) < least) stale = true;
        } else {
          const auto version = cache.block_version(kCollection, 0);
          cache.offer_block(kCollection, 0, gather(cache), version);
        }
      }
    });
  readers.clear();
  writer.join();
  CHECK_FALSE(stale);
}

}  // namespace aurora
