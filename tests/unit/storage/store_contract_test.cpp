// What every store promises, asked of each of them.
#include "unit/storage/store_fixture.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_adapters.hpp>
#include <catch2/generators/catch_generators_random.hpp>

#include <algorithm>
#include <array>
#include <random>

namespace aurora::storage {

namespace {

using testing::dump;
using testing::get;
using testing::put;
using testing::ScratchDirectory;

enum class Kind { kMemory, kRocks, kRocksUnlogged, kRocksLowSpace };

std::unique_ptr<Store> make(Kind kind, const ScratchDirectory& scratch) {
  if (kind == Kind::kMemory) return make_memory_store();
  StoreOptions options = testing::small_options(scratch / "db");
  options.unlogged = kind == Kind::kRocksUnlogged;
  if (kind == Kind::kRocksLowSpace) options.mode = StorageMode::kLowSpace;
  return open_rocksdb_store(options).value();
}

Kind any_kind() {
  return GENERATE(Kind::kMemory, Kind::kRocks, Kind::kRocksUnlogged, Kind::kRocksLowSpace);
}

constexpr std::array kFamilies{Family::kMeta, Family::kDocs, Family::kLog, Family::kPages,
                               Family::kKv};

std::string at(const Cursor& cursor) {
  return cursor.valid() ? std::string(cursor.key()) : "(none)";
}

}  // namespace

TEST_CASE("store: families are named and apart from each other", "[storage]") {
  const ScratchDirectory scratch;
  const auto store = make(any_kind(), scratch);
  for (const Family family : kFamilies) put(*store, family, "key", to_string(family));
  for (const Family family : kFamilies) CHECK(get(*store, family, "key") == to_string(family));
  CHECK(to_string(Family::kMeta) == "meta");
  CHECK(to_string(Family::kKv) == "kv");
}

TEST_CASE("store: get misses, finds empty values and keys of any bytes", "[storage]") {
  const ScratchDirectory scratch;
  const auto store = make(any_kind(), scratch);
  const std::string odd("\0\xff\0", 3);
  put(*store, Family::kKv, odd, "");
  put(*store, Family::kKv, "", "empty key");
  CHECK(get(*store, Family::kKv, odd).empty());
  CHECK(get(*store, Family::kKv, "") == "empty key");
  CHECK(get(*store, Family::kKv, "other") == "(absent)");
  CHECK(store->get(Family::kKv, "other").value() == nullptr);
  CHECK(store->get(Family::kKv, odd).value()->bytes().empty());

  std::string reused = "something long enough to have its own storage on the heap";
  CHECK(store->get(Family::kKv, "", reused).value());
  CHECK(reused == "empty key");
}

TEST_CASE("store: many keys are read together", "[storage]") {
  const ScratchDirectory scratch;
  const auto store = make(any_kind(), scratch);
  std::vector<std::string> names;
  for (int i = 0; i < 300; ++i) names.push_back("key" + std::to_string(1000 + i));
  for (int i = 0; i < 300; i += 3) put(*store, Family::kDocs, names[static_cast<std::size_t>(i)], "v" + std::to_string(i));
  REQUIRE(store->flush());
  for (int i = 0; i < 300; i += 9) put(*store, Family::kDocs, names[static_cast<std::size_t>(i)], "w" + std::to_string(i));
  const std::vector<std::string_view> keys(names.begin(), names.end());
  std::vector<std::size_t> places;
  REQUIRE(store->get_each(Family::kDocs, keys, [&](std::size_t place, std::string_view bytes) -> Status {
    places.push_back(place);
    CHECK(bytes == (place % 9 == 0 ? "w" : "v") + std::to_string(place));
    return {};
  }));
  REQUIRE(places.size() == 100);
  for (std::size_t i = 0; i < places.size(); ++i) CHECK(places[i] == 3 * i);
  std::size_t seen = 0;
  const auto stopped = store->get_each(Family::kDocs, keys, [&](std::size_t, std::string_view) -> Status {
    return ++seen < 70 ? Status() : Status(Error(ErrorCode::kInternal, "enough"));
  });
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().message() == "enough");
  CHECK(seen == 70);
  CHECK(store->get_each(Family::kDocs, {}, [](std::size_t, std::string_view) -> Status { return {}; }));
}

TEST_CASE("store: pinned bytes outlast a change of the row", "[storage]") {
  const ScratchDirectory scratch;
  const auto store = make(any_kind(), scratch);
  put(*store, Family::kDocs, "key", std::string(5000, 'a'));
  const auto pinned = store->get(Family::kDocs, "key").value();
  put(*store, Family::kDocs, "key", "b");
  store->flush().value();
  CHECK(pinned->bytes() == std::string(5000, 'a'));
}

TEST_CASE("store: a batch applies in order, may be reused and tells its size", "[storage]") {
  const ScratchDirectory scratch;
  const auto store = make(any_kind(), scratch);
  const auto batch = store->make_batch();
  const std::size_t empty_size = batch->byte_size();
  batch->put(Family::kDocs, "a", "1");
  batch->remove(Family::kDocs, "a");
  batch->remove(Family::kDocs, "b");
  batch->put(Family::kDocs, "b", "1");
  batch->put(Family::kDocs, "b", "2");
  CHECK(batch->byte_size() >= empty_size + 8);
  store->write(*batch, Sync::kSynced).value();
  CHECK(dump(*store, Family::kDocs) == "b=2");

  batch->clear();
  CHECK(batch->byte_size() == empty_size);
  batch->remove(Family::kDocs, "never there");
  store->write(*batch, Sync::kNoLog).value();
  CHECK(dump(*store, Family::kDocs) == "b=2");

  const auto nothing = store->make_batch();
  store->write(*nothing, Sync::kLogged).value();
  store->sync_log().value();
}

TEST_CASE("store: a batch of another store is refused, and harms nothing", "[storage]") {
  const ScratchDirectory scratch;
  const auto rocks = make(Kind::kRocks, scratch);
  const auto memory = make_memory_store();
  const auto from_memory = memory->make_batch();
  const auto from_rocks = rocks->make_batch();
  CHECK(rocks->write(*from_memory, Sync::kLogged).error().code() == ErrorCode::kInternal);
  CHECK(memory->write(*from_rocks, Sync::kLogged).error().code() == ErrorCode::kInternal);
  CHECK(rocks->healthy().has_value());
  CHECK(memory->healthy().has_value());
}

TEST_CASE("store: cursors seek and step both ways", "[storage]") {
  const ScratchDirectory scratch;
  const auto store = make(any_kind(), scratch);
  for (const char* key : {"b", "d", "f"}) put(*store, Family::kLog, key, "v");
  const auto cursor = store->cursor(Family::kLog, {});
  CHECK_FALSE(cursor->valid());
  cursor->next();  // from nowhere to nowhere
  cursor->prev();
  CHECK_FALSE(cursor->valid());

  cursor->seek("a");
  CHECK(at(*cursor) == "b");
  cursor->seek("d");
  CHECK(at(*cursor) == "d");
  cursor->seek("e");
  CHECK(at(*cursor) == "f");
  cursor->prev();
  CHECK(at(*cursor) == "d");
  cursor->next();
  cursor->next();
  CHECK(at(*cursor) == "(none)");
  CHECK(cursor->status().has_value());

  cursor->seek_for_prev("z");
  CHECK(at(*cursor) == "f");
  cursor->seek_for_prev("d");
  CHECK(at(*cursor) == "d");
  cursor->seek_for_prev("c");
  CHECK(at(*cursor) == "b");
  cursor->prev();
  CHECK(at(*cursor) == "(none)");
  cursor->seek_for_prev("a");
  CHECK(at(*cursor) == "(none)");
  cursor->seek("g");
  CHECK(at(*cursor) == "(none)");
}

TEST_CASE("store: cursors keep within their bounds", "[storage]") {
  const ScratchDirectory scratch;
  const auto store = make(any_kind(), scratch);
  for (const char* key : {"a", "b", "c", "d", "e"}) put(*store, Family::kDocs, key, key);
  const CursorOptions bounds{.lower = "b", .upper = "d", .fill_cache = false};
  CHECK(dump(*store, Family::kDocs, bounds) == "b=b c=c");
  const auto cursor = store->cursor(Family::kDocs, bounds);
  cursor->seek("c");
  cursor->next();
  CHECK(at(*cursor) == "(none)");
  cursor->seek_for_prev("z");
  CHECK(at(*cursor) == "c");
  cursor->seek_for_prev("d");
  CHECK(at(*cursor) == "c");
  cursor->prev();
  CHECK(at(*cursor) == "b");
  cursor->prev();
  CHECK(at(*cursor) == "(none)");
  cursor->seek_for_prev("a");
  CHECK(at(*cursor) == "(none)");
  cursor->seek("d");
  CHECK(at(*cursor) == "(none)");
  CHECK(dump(*store, Family::kDocs, {.lower = "d", .upper = {}}) == "d=d e=e");
  CHECK(dump(*store, Family::kDocs, {.lower = {}, .upper = "b"}) == "a=a");
  CHECK(dump(*store, Family::kDocs, {.lower = "x", .upper = "y"}).empty());
}

TEST_CASE("store: a cursor stays at the state it was made in", "[storage]") {
  const ScratchDirectory scratch;
  const auto store = make(any_kind(), scratch);
  put(*store, Family::kDocs, "a", "1");
  put(*store, Family::kDocs, "c", "1");
  const auto cursor = store->cursor(Family::kDocs, {});
  put(*store, Family::kDocs, "a", "2");
  put(*store, Family::kDocs, "b", "2");
  const auto batch = store->make_batch();
  batch->remove(Family::kDocs, "c");
  store->write(*batch, Sync::kLogged).value();
  store->flush().value();
  store->compact().value();

  cursor->seek("");
  CHECK(cursor->value() == "1");
  cursor->next();
  CHECK(at(*cursor) == "c");
  cursor->next();
  CHECK_FALSE(cursor->valid());
  CHECK(dump(*store, Family::kDocs) == "a=2 b=2");
}

TEST_CASE("store: flush, compact, verify and stats leave the rows alone", "[storage]") {
  const ScratchDirectory scratch;
  const Kind kind = any_kind();
  const auto store = make(kind, scratch);
  testing::fill_docs(*store, 500, 200);
  const std::string before = dump(*store, Family::kDocs);
  store->flush(Family::kDocs).value();
  store->flush().value();
  store->compact().value();
  store->verify_checksums().value();
  CHECK(dump(*store, Family::kDocs) == before);
  const StoreStats stats = store->stats();
  CHECK(stats.engine.find(kind == Kind::kMemory ? "memory" : "RocksDB ") == 0);
  CHECK(stats.memory_bytes > 0);
  CHECK((stats.disk_bytes > 0) == (kind != Kind::kMemory));
  store->close().value();
  store->close().value();
}

TEST_CASE("store: random work agrees with a map, cursors included", "[storage]") {
  const Kind kind = any_kind();
  const auto seed = GENERATE(take(2, Catch::Generators::random(1u, 0xffffffffu)));
  CAPTURE(static_cast<int>(kind), seed);
  std::mt19937 random(seed);
  const auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
  const auto random_key = [&] {
    return std::string(1 + below(2), static_cast<char>('a' + below(26))) +
           std::to_string(below(30));
  };
  using Twin = std::map<std::string, std::string>;
  std::array<Twin, kFamilyCount> twins;
  struct Watched {
    std::unique_ptr<Cursor> cursor;
    Twin twin;
  };
  const ScratchDirectory scratch;
  const auto store = make(kind, scratch);
  std::vector<Watched> watched;  // no cursor outlives its store
  const auto check_cursor = [&](const Watched& one) {
    auto expected = one.twin.begin();
    for (one.cursor->seek(""); one.cursor->valid(); one.cursor->next(), ++expected) {
      REQUIRE(expected != one.twin.end());
      REQUIRE(one.cursor->key() == expected->first);
      REQUIRE(one.cursor->value() == expected->second);
    }
    REQUIRE(one.cursor->status().has_value());
    REQUIRE(expected == one.twin.end());
    const std::string key = random_key();
    one.cursor->seek_for_prev(key);
    auto after = one.twin.upper_bound(key);
    REQUIRE(one.cursor->valid() == (after != one.twin.begin()));
    if (after != one.twin.begin()) REQUIRE(one.cursor->key() == std::prev(after)->first);
    one.cursor->seek(key);
    const auto found = one.twin.lower_bound(key);
    REQUIRE(one.cursor->valid() == (found != one.twin.end()));
    if (found == one.twin.end()) return;
    one.cursor->prev();
    REQUIRE(one.cursor->valid() == (found != one.twin.begin()));
    if (found != one.twin.begin()) REQUIRE(one.cursor->key() == std::prev(found)->first);
  };

  for (int step = 0; step < 400; ++step) {
    const auto batch = store->make_batch();
    for (std::uint32_t n = below(40); n > 0; --n) {
      const Family family = kFamilies[below(kFamilyCount)];
      Twin& twin = twins[static_cast<std::size_t>(family)];
      const std::string key = random_key();
      if (below(3) == 0) {
        batch->remove(family, key);
        twin.erase(key);
      } else {
        const std::string value(below(60), static_cast<char>('A' + below(26)));
        batch->put(family, key, value);
        twin[key] = value;
      }
    }
    store->write(*batch, static_cast<Sync>(below(2))).value();
    const Family family = kFamilies[below(kFamilyCount)];
    const Twin& twin = twins[static_cast<std::size_t>(family)];
    const std::string key = random_key();
    const auto expected = twin.find(key);
    REQUIRE(get(*store, family, key) == (expected == twin.end() ? "(absent)" : expected->second));
    if (below(50) == 0) store->flush().value();
    if (below(130) == 0) store->compact().value();
    if (below(8) == 0) watched.push_back({store->cursor(family, {}), twin});
    if (!watched.empty() && below(4) == 0) {
      const auto one = watched.begin() + static_cast<std::ptrdiff_t>(
                                             below(static_cast<std::uint32_t>(watched.size())));
      check_cursor(*one);
      if (below(2) == 0) watched.erase(one);
    }
  }
  for (const Watched& one : watched) check_cursor(one);
}

}  // namespace aurora::storage
