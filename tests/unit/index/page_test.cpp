// Pages and directories: what is collected, stored and loaded is the index; hostile bytes are
// Corruption. A run is replayed with --rng-seed and the seed printed on failure.

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include <aurora/base/bytes.hpp>
#include <aurora/base/checksum.hpp>

#include <algorithm>
#include <optional>

#include "index/page_codec.hpp"
#include "index/tree.hpp"
#include "index/varint.hpp"
#include "index_model.hpp"
#include "page_store.hpp"

using namespace aurora;
using namespace aurora::test;

namespace {

std::string sealed(std::uint8_t format, const std::string& body) {
  std::string block(1, static_cast<char>(format));
  append_le(block, checksum32(body));
  return block + body;
}

/// A page body with its keys, each the rest of a key and bytes of ordinals.
std::string page_of(std::string_view prefix,
                    const std::vector<std::pair<std::string, std::string>>& keys,
                    std::optional<std::uint64_t> count = {}) {
  std::string body;
  append_le(body, std::uint32_t{7});
  append_le(body, std::uint64_t{3});
  index::append_varint(body, count.value_or(keys.size()));
  index::append_varint(body, prefix.size());
  body += prefix;
  for (const auto& [rest, ordinals] : keys) {
    index::append_varint(body, rest.size());
    body += rest + ordinals;
  }
  return body;
}

std::string numbers(std::initializer_list<std::uint64_t> values) {
  std::string bytes;
  for (const std::uint64_t value : values) index::append_varint(bytes, value);
  return bytes;
}

bool refused(const std::string& body) {
  const auto leaf = index::decode_page(sealed(index::kPageFormat, body));
  return !leaf && leaf.error().code() == ErrorCode::kCorruption;
}

}  // namespace

TEST_CASE("checkpoints follow an index through changes", "[index]") {
  INFO("seed " << Catch::getSeed());
  for (unsigned kind = 0; kind < 6; ++kind) {
    INFO("kind " << kind);
    Random random(Catch::getSeed() + kind);
    KeySource keys(random, kind, 50 + random() % 4000);
    Twin twin;
    OrderedIndex index;
    PageStore store;
    Sequence since = 0;
    for (Sequence sequence = 1; sequence <= 40; ++sequence) {
      const EditScope scope{sequence, random() % 2 == 0 ? sequence - 1 : 0};
      for (std::size_t step = random() % 500; step > 0; --step) {
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
      if (random() % 3 != 0) continue;
      store.checkpoint(index.version(), since);
      since = sequence;
      auto loaded = store.load();
      INFO((loaded ? std::string() : loaded.error().message()));
      REQUIRE(loaded.has_value());
      require_same(loaded->version(), twin);
      REQUIRE(store.checkpoint(loaded->version(), since) == 0);
      if (random() % 2 == 0) index = *std::move(loaded);  // a restart
    }
    require_same(index.version(), twin);
  }
}

TEST_CASE("a checkpoint writes only what changed", "[index]") {
  OrderedIndex index;
  for (Ordinal i = 0; i < 50000; ++i) index.add(KeySource::number(i), i, {1, 0});
  PageStore store;
  CHECK(store.checkpoint(index.version(), 0) > 100);
  CHECK(store.checkpoint(index.version(), 1) == 0);
  index.add(KeySource::number(777), 60000, {2, 1});
  CHECK(store.checkpoint(index.version(), 1) == 1);
  CHECK(store.load().value().version().count(KeySource::number(777)) == 2);
  for (Ordinal i = 0; i < 50000; ++i) index.remove(KeySource::number(i), i, {3, 2});
  index.remove(KeySource::number(777), 60000, {3, 2});
  CHECK(store.checkpoint(index.version(), 2) == 0);
  CHECK(store.pages().empty());
  CHECK(store.load().value().version().key_count() == 0);
}

TEST_CASE("sound pages are read, of every form of ordinals", "[index]") {
  std::string set;
  OrdinalSet::range(10, 5000).append_bytes(set);
  std::string small;
  OrdinalSet::range(10, 13).append_bytes(small);
  const std::string body = page_of("pre", {{"", numbers({1, 0xFFFFFFFF})},
                                           {std::string("\0", 1), numbers({3, 5, 0, 9})},
                                           {"a", numbers({0, set.size()}) + set},
                                           {"b", numbers({0, small.size()}) + small}});
  const auto leaf = index::decode_page(sealed(index::kPageFormat, body)).value();
  CHECK(leaf->page_id == 7);
  CHECK(leaf->changed_at == 3);
  CHECK(leaf->size() == 4);
  CHECK(leaf->entries() == 1 + 3 + 4990 + 3);
  CHECK(leaf->key(1) == std::string("pre\0", 4));
  const auto listed = leaf->ordinals(1).listed;
  CHECK(std::vector<Ordinal>(listed.begin(), listed.end()) == std::vector<Ordinal>{5, 6, 16});
  CHECK(leaf->ordinals(3).listed.size() == 3);
}

TEST_CASE("hostile pages are Corruption", "[index]") {
  const std::string one = numbers({1, 5});
  CHECK_FALSE(refused(page_of("", {{"a", one}, {"b", one}})));
  CHECK(refused(""));
  CHECK(refused(page_of("", {})));                           // no keys
  CHECK(refused(page_of("", {{"a", one}}, 2)));              // too few
  CHECK(refused(page_of("", {{"a", one}, {"b", one}}, 1)));  // bytes after
  CHECK(refused(page_of("", {{"a", one}}, 1u << 20)));
  CHECK(refused(page_of("", {{"b", one}, {"a", one}})));                           // order
  CHECK(refused(page_of("", {{"a", one}, {"a", one}})));                           // twice
  CHECK(refused(page_of(std::string(2000, 'x'), {{std::string(48, 'y'), one}})));  // key too long
  CHECK_FALSE(refused(page_of(std::string(2000, 'x'), {{std::string(47, 'y'), one}})));
  CHECK(refused(page_of("", {{"a", numbers({2, 5})}})));                    // ordinals cut short
  CHECK(refused(page_of("", {{"a", numbers({513, 5})}})));                  // too many in a list
  CHECK(refused(page_of("", {{"a", numbers({1, 1ull << 32})}})));           // out of range
  CHECK(refused(page_of("", {{"a", numbers({2, 0xFFFFFFFF, 0})}})));        // past the greatest
  CHECK(refused(page_of("", {{"a", numbers({0, 8}) + numbers({1, 2})}})));  // set cut short
  std::string set;
  OrdinalSet().append_bytes(set);
  CHECK(refused(page_of("", {{"a", numbers({0, set.size()}) + set}})));  // key without ordinals
  set.clear();
  OrdinalSet::range(0, 70000).append_bytes(set);
  set[8] = 9;  // containers out of order
  CHECK(refused(page_of("", {{"a", numbers({0, set.size()}) + set}})));

  const auto with_code = [](std::string block) {
    const auto leaf = index::decode_page(block);
    return !leaf && leaf.error().code() == ErrorCode::kCorruption;
  };
  const std::string good = sealed(index::kPageFormat, page_of("", {{"a", one}}));
  CHECK(with_code(sealed(2, page_of("", {{"a", one}}))));  // unknown format
  for (std::size_t i = 0; i < good.size(); ++i) CHECK(with_code(good.substr(0, i)));
  for (std::size_t i = 0; i < good.size() * 8; ++i) {
    std::string flipped = good;
    flipped[i / 8] = static_cast<char>(flipped[i / 8] ^ (1 << (i % 8)));
    CHECK(with_code(flipped));
  }
  // A page larger than any this code makes, with more keys than it would put there.
  std::vector<std::pair<std::string, std::string>> many;
  for (int i = 1000; i < 1500; ++i) many.emplace_back(std::to_string(i), one);
  CHECK_FALSE(refused(page_of("", many)));
  many.clear();
  for (int i = 1000; i < 1500; ++i)
    many.emplace_back(std::to_string(i) + std::string(200, 'z'), one);
  CHECK(refused(page_of("", many)));
}

TEST_CASE("varints refuse what is longer than 64 bits", "[index]") {
  std::uint64_t value = 0;
  std::string bytes;
  index::append_varint(bytes, UINT64_MAX);
  index::ByteReader most(bytes);
  CHECK(most.take_varint(value, UINT64_MAX));
  CHECK(value == UINT64_MAX);
  bytes[9] = 2;
  CHECK_FALSE(index::ByteReader(bytes).take_varint(value, UINT64_MAX));
  CHECK_FALSE(index::ByteReader(std::string(12, '\x80')).take_varint(value, UINT64_MAX));
  CHECK_FALSE(index::ByteReader("").take_varint(value, UINT64_MAX));
}

TEST_CASE("hostile directories and wrong pages are Corruption naming the page", "[index]") {
  OrderedIndex index;
  for (Ordinal i = 0; i < 2000; ++i) index.add(KeySource::number(i), i, {1, 0});
  PageStore store;
  store.checkpoint(index.version(), 0);
  const auto fails_with = [](const PageStore& damaged, std::string_view text) {
    const auto loaded = damaged.load();
    return !loaded && loaded.error().code() == ErrorCode::kCorruption &&
           loaded.error().message().find(text) != std::string::npos;
  };
  REQUIRE(store.load().has_value());
  PageStore damaged = store;
  std::swap(damaged.pages()[1], damaged.pages()[2]);
  CHECK(fails_with(damaged, "index page 1: "));
  damaged = store;
  damaged.pages()[3][20] ^= 1;
  CHECK(fails_with(damaged, "index page 3: wrong checksum"));
  damaged = store;
  damaged.pages().erase(4);
  CHECK(fails_with(damaged, "index page 4: missing"));
  damaged = store;
  damaged.directory()[10] ^= 1;
  CHECK(fails_with(damaged, "index directory: wrong checksum"));

  const auto directory = [](const std::vector<index::DirectoryRow>& rows) {
    return index::encode_directory(rows);
  };
  CHECK(OrderedIndex::page_ids(directory({})).value().empty());
  CHECK(OrderedIndex::page_ids(directory({{5, 1, 1, "a"}, {2, 1, 1, "b"}})).value() ==
        std::vector<std::uint32_t>{5, 2});
  CHECK_FALSE(OrderedIndex::page_ids(directory({{5, 1, 1, "a"}, {5, 1, 1, "b"}})));
  CHECK_FALSE(OrderedIndex::page_ids(directory({{5, 1, 1, "b"}, {6, 1, 1, "a"}})));
  CHECK_FALSE(OrderedIndex::page_ids(""));
  CHECK_FALSE(OrderedIndex::page_ids(sealed(index::kDirectoryFormat, numbers({200}))));
  CHECK_FALSE(OrderedIndex::page_ids(sealed(index::kDirectoryFormat, numbers({0, 0}))));
  // Pages that are sound alone, but overlap.
  damaged = PageStore();
  const std::string one = numbers({1, 5});
  std::string second = page_of("", {{"b", one}});
  second[0] = 8;
  damaged.pages() = {{7, sealed(index::kPageFormat, page_of("", {{"a", one}, {"c", one}}))},
                     {8, sealed(index::kPageFormat, second)}};
  damaged.directory() = directory({{7, 2, 2, "a"}, {8, 1, 1, "b"}});
  CHECK(fails_with(damaged, "index page 8: keys overlap"));
}

TEST_CASE("page ids go on in the longest gap when they are used up", "[index]") {
  using index::longest_free_range;
  using Range = std::pair<std::uint32_t, std::uint32_t>;
  CHECK(longest_free_range({}) == Range{0, UINT32_MAX});
  CHECK(longest_free_range({3, 9, 4}) == Range{10, UINT32_MAX});
  CHECK(longest_free_range({UINT32_MAX - 5, 7, 0}) == Range{8, UINT32_MAX - 5});
  CHECK(longest_free_range({UINT32_MAX, 5}) == Range{6, UINT32_MAX});
  CHECK(longest_free_range({0, UINT32_MAX - 1}) == Range{1, UINT32_MAX - 1});
  // An index loaded with a page near the end of the ids still splits.
  PageStore store;
  std::string last = page_of("", {{"a", numbers({1, 5})}});
  store_le(last.data(), UINT32_MAX - 1);
  store.pages() = {{UINT32_MAX - 1, sealed(index::kPageFormat, last)}};
  store.directory() = index::encode_directory({{UINT32_MAX - 1, 1, 1, "a"}});
  OrderedIndex index = store.load().value();
  for (Ordinal i = 0; i < 5000; ++i) index.add(KeySource::number(i), i, {9, 0});
  CHECK(OrderedIndex::check(index.version()).has_value());
}
