// Indexes whose pages are read when they are first needed: the same answers as those loaded whole, for old and new
// versions, whatever is edited and checkpointed meanwhile; damaged pages; many threads at once.

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include <thread>

#include "page_store.hpp"

using namespace aurora;
using namespace aurora::test;

namespace {

OrderedIndex numbers_below(Ordinal count) {
  OrderedIndex index;
  for (Ordinal i = 0; i < count; ++i) index.add(KeySource::number(i), i, {1, 0});
  return index;
}

Twin twin_below(Ordinal count) {
  Twin twin;
  for (Ordinal i = 0; i < count; ++i) twin[KeySource::number(i)].insert(i);
  return twin;
}

}  // namespace

TEST_CASE("an opened index reads only what is asked for", "[index]") {
  PageStore store;
  store.checkpoint(numbers_below(50'000).version(), 0);
  std::shared_ptr<StoredPages> pages;
  const OrderedIndex index = store.open(pages).value();
  const IndexVersion version = index.version();
  CHECK(version.key_count() == 50'000);
  CHECK(version.entry_count() == 50'000);
  CHECK(store.reads() == 0);
  const std::size_t unread = version.memory_bytes();
  CHECK(version.find_one(KeySource::number(777)) == 777);
  CHECK(version.find_one(KeySource::number(778)) == 778);
  CHECK(store.reads() == 1);
  CHECK(version.count({KeySource::number(5'000), KeySource::number(40'000)}) == 35'000);
  CHECK(store.reads() == 3);
  CHECK_FALSE(pages->is_whole());
  CHECK(store.checkpoint(version, 1) == 0);
  CHECK(store.reads() == 3);
  for (bool more = true; more;) more = pages->read_next().value();
  CHECK(pages->is_whole());
  CHECK(store.reads() == store.pages().size());
  CHECK(version.memory_bytes() > 3 * unread);
  require_same(version, twin_below(50'000));
  CHECK(store.reads() == store.pages().size());
}

TEST_CASE("opened indexes follow edits and checkpoints, and old versions stay", "[index]") {
  INFO("seed " << Catch::getSeed());
  for (unsigned kind = 0; kind < 6; ++kind) {
    INFO("kind " << kind);
    Random random(Catch::getSeed() + kind);
    KeySource keys(random, kind, 50 + random() % 4000);
    Twin twin;
    OrderedIndex index;
    PageStore store;
    Sequence since = 0;
    std::vector<std::pair<IndexVersion, Twin>> held;
    for (Sequence sequence = 1; sequence <= 40; ++sequence) {
      const EditScope scope{sequence, sequence - 1};   // as if every version had a reader
      for (std::size_t step = random() % (sequence % 3 == 0 ? 1500 : 20); step > 0; --step) {
        const std::string key = keys.next();
        const auto ordinal = static_cast<Ordinal>(random() % (kind == 3 ? 5000 : 40));
        if (random() % 5 < (sequence % 20 < 12 ? 4u : 1u)) {
          index.add(key, ordinal, scope);
          twin[key].insert(ordinal);
        } else if (const auto at = twin.lower_bound(key); at != twin.end()) {
          const Ordinal gone = *at->second.begin();
          index.remove(at->first, gone, scope);
          at->second.erase(gone);
          if (at->second.empty()) twin.erase(at);
        }
      }
      if (random() % 2 == 0) held.emplace_back(index.version(), twin);
      if (random() % 3 != 0) continue;
      store.checkpoint(index.version(), since);
      since = sequence;
      if (random() % 2 != 0) continue;
      // A restart: versions of before are gone.
      for (const auto& [version, then] : held) require_same(version, then);
      held.clear();
      std::shared_ptr<StoredPages> pages;
      auto opened = store.open(pages);
      REQUIRE(opened.has_value());
      REQUIRE(opened->version().entry_count() == entries_of(twin));
      index = *std::move(opened);
      held.emplace_back(index.version(), twin);
      while (random() % 4 != 0 && pages->read_next().value()) continue;
    }
    for (const auto& [version, then] : held) require_same(version, then);
    require_same(index.version(), twin);
  }
}

TEST_CASE("damaged pages are made anew, or refused", "[index]") {
  constexpr Ordinal kCount = 5'000;
  const Twin twin = twin_below(kCount);
  PageStore store;
  store.checkpoint(numbers_below(kCount).version(), 0);
  const auto sound = store.pages();
  const auto first = sound.begin()->first;
  const auto last = std::prev(sound.end())->first;
  std::shared_ptr<StoredPages> pages;

  SECTION("flipped, missing and swapped pages are recovered") {
    store.pages()[first].back() ^= 1;
    store.pages().erase(last);
    std::swap(store.pages()[std::next(sound.begin(), 2)->first], store.pages()[std::next(sound.begin(), 3)->first]);
    const OrderedIndex index = store.open(pages, std::make_shared<PageStore::Source>(store, &twin)).value();
    require_same(index.version(), twin);
    CHECK(pages->is_whole());
    // All that was recovered is written by a checkpoint that knows nothing of it.
    CHECK(store.checkpoint(index.version(), 0) == sound.size());
    require_same(store.load().value().version(), twin);
  }
  SECTION("without documents the call that needs it fails, others do not") {
    store.pages()[first].back() ^= 1;
    const OrderedIndex index = store.open(pages).value();
    CHECK_THROWS_AS(index.version().find_one(KeySource::number(0)), Error);
    CHECK(index.version().find_one(KeySource::number(kCount - 1)) == kCount - 1);
    CHECK(pages->read_next().error().code() == ErrorCode::kCorruption);
    CHECK(pages->read_next().error().code() == ErrorCode::kCorruption);
    store.pages() = sound;
    for (bool more = true; more;) more = pages->read_next().value();
    require_same(index.version(), twin);
  }
  SECTION("documents that contradict the directory are refused") {
    store.pages().erase(first);
    Twin fewer = twin;
    fewer.erase(fewer.begin());
    const OrderedIndex index = store.open(pages, std::make_shared<PageStore::Source>(store, &fewer)).value();
    CHECK_THROWS_AS(index.version().find_one(KeySource::number(0)), Error);
  }
}

TEST_CASE("many threads read one opened index while it is edited", "[index][threads]") {
  constexpr Ordinal kCount = 20'000;
  PageStore store;
  store.checkpoint(numbers_below(kCount).version(), 0);
  std::shared_ptr<StoredPages> pages;
  OrderedIndex index = store.open(pages).value();
  const IndexVersion before = index.version();
  std::atomic<bool> wrong{false};
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 3; ++t)
    threads.emplace_back([&, t] {
      Random random(t);
      for (int i = 0; i < 4'000; ++i) {
        const auto at = static_cast<Ordinal>(random() % kCount);
        if (before.find_one(KeySource::number(at)) != at) wrong = true;
      }
    });
  threads.emplace_back([&] {
    for (bool more = true; more;) more = pages->read_next().value();
  });
  for (Ordinal i = 0; i < kCount; i += 3) index.remove(KeySource::number(i), i, {2, 1});
  for (auto& thread : threads) thread.join();
  CHECK_FALSE(wrong);
  CHECK(pages->is_whole());
  require_same(before, twin_below(kCount));
  Twin rest = twin_below(kCount);
  for (Ordinal i = 0; i < kCount; i += 3) rest.erase(KeySource::number(i));
  require_same(index.version(), rest);
}
