// Key hints: what was put last is found, unless others needed the place.
#include <aurora/cache/key_hints.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

namespace aurora {

TEST_CASE("hints: what was put last under a key is found", "[cache]") {
  KeyHints hints(1'000);
  const auto hash = KeyHints::hash(1, ValueView::of(std::int64_t{7}));
  CHECK_FALSE(hints.find(hash));
  hints.put(hash, {0});
  REQUIRE(hints.find(hash));
  CHECK(hints.find(hash)->ordinal == 0);
  CHECK(hints.find(hash)->record == nullptr);
  const char record = 'r';
  hints.put(hash, {UINT32_MAX, &record});
  CHECK(hints.find(hash)->ordinal == UINT32_MAX);
  CHECK(hints.find(hash)->record == &record);
  CHECK_FALSE(hints.find(KeyHints::hash(2, ValueView::of(std::int64_t{7}))));
  CHECK_FALSE(hints.find(KeyHints::hash(1, ValueView::of(std::int64_t{8}))));
}

TEST_CASE("hints: there is room for as many keys as said, nearly", "[cache]") {
  constexpr Ordinal kKeys = 20'000;
  const std::string somewhere(kKeys, ' ');   // records stay with their keys as the table grows
  KeyHints hints(kKeys);
  for (Ordinal i = 0; i < kKeys; ++i)
    hints.put(KeyHints::hash(1, ValueView::of(std::string_view(std::to_string(i)))), {i, &somewhere[i]});
  Ordinal found = 0;
  for (Ordinal i = 0; i < kKeys; ++i) {
    const auto hint = hints.find(KeyHints::hash(1, ValueView::of(std::string_view(std::to_string(i)))));
    found += hint && hint->ordinal == i && hint->record == &somewhere[i] ? 1 : 0;
  }
  CHECK(found > kKeys * 99 / 100);
}

TEST_CASE("hints: any number of keys may share the least room", "[cache]") {
  KeyHints hints(0);
  for (Ordinal i = 0; i < 1'000; ++i) {
    const auto hash = KeyHints::hash(1, ValueView::of(std::int64_t{i}));
    hints.put(hash, {i});
    REQUIRE(hints.find(hash));
    CHECK(hints.find(hash)->ordinal == i);
  }
}

}  // namespace aurora
