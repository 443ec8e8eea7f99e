// Tests of order-preserving keys: memcmp of keys against compare() of values, single, compound and
// prefixed.
#include "../document/random_values.hpp"

#include <aurora/index/key.hpp>

#include <catch2/catch_test_macros.hpp>

namespace aurora {
namespace {

std::string key_of(const Value& value) {
  std::string key;
  append_key(key, value);
  return key;
}

int sign_of_keys(const std::string& a, const std::string& b) {
  return test::sign_of(a.compare(b) <=> 0);
}

TEST_CASE("keys: the bytes are those of the table", "[key]") {
  CHECK(key_of(Value()) == "\x05");
  CHECK(key_of(Value(false)) == "\x10");
  CHECK(key_of(Value(true)) == "\x11");
  CHECK(key_of(Value(1)) == std::string("\x20\xBF\xF0\0\0\0\0\0\0", 9));
  CHECK(key_of(Value(1.0)) == key_of(Value(1)));
  CHECK(key_of(Value(-0.0)) == key_of(Value(0)));
  CHECK(key_of(Value(std::string("a\0b", 3))) == std::string("\x30"
                                                             "a\0\xFF"
                                                             "b\0\0",
                                                             7));
  CHECK(key_of(Value(Date{0})) == std::string("\x50\x80\0\0\0", 5));
  CHECK(key_of(Value(List{})) == std::string("\x70\0", 2));
  CHECK(key_of(Value(Object{})) == std::string("\x80\0", 2));
  const std::int64_t edge = (std::int64_t{1} << 53) + 1;  // no double: its floor, and the rest
  CHECK(key_of(Value(edge)) == std::string("\x20\xC3\x40\0\0\0\0\0\0\0\x01", 11));
}

TEST_CASE("keys: a sorted row of hard numbers", "[key]") {
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
  constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
  const List rising{-1e300,
                    kMin,
                    kMin + 1,
                    kMin + 1025,
                    -9007199254740994.0,
                    -9007199254740993,
                    -9007199254740992,
                    -1.5,
                    -1,
                    -5e-324,
                    0,
                    5e-324,
                    2.2e-308,
                    0.1,
                    9007199254740991,
                    9007199254740992.0,
                    9007199254740993,
                    9007199254740994.0,
                    kMax - 1024,
                    9223372036854774784.0 + 0.0,
                    kMax - 1022,
                    kMax,
                    9223372036854775808.0,
                    1e300};
  for (std::size_t i = 0; i + 1 < rising.size(); ++i) {
    INFO("place " << i);
    CHECK(sign_of_keys(key_of(rising[i]), key_of(rising[i + 1])) ==
          test::sign_of(compare(rising[i], rising[i + 1])));
  }
}

TEST_CASE("keys: order of bytes is order of values", "[key][property]") {
  INFO("seed " << Catch::getSeed());
  test::RandomValues random;
  for (int round = 0; round < 60'000; ++round) {
    const Value a = random.value();
    const Value b = random.below(2) == 0 ? random.value() : random.neighbour(a);
    const int order = test::NaiveOrder::compare(a, b);
    INFO("round " << round << ": " << to_json(a) << " and " << to_json(b));
    REQUIRE(sign_of_keys(key_of(a), key_of(b)) == order);
    std::string viewed;
    const EncodedValue encoded(a);
    append_key(viewed, encoded.view());
    REQUIRE(viewed == key_of(a));
  }
}

TEST_CASE("keys: a concatenation sorts as the tuple", "[key][property]") {
  INFO("seed " << Catch::getSeed());
  test::RandomValues random;
  for (int round = 0; round < 30'000; ++round) {
    const List a{random.value(2), random.value(1), random.value(1)};
    List b{random.neighbour(a[0]), random.value(1), random.value(1)};
    if (random.below(2) == 0) b[0] = a[0];
    if (random.below(2) == 0) b[1] = random.neighbour(a[1]);
    std::string a_key;
    std::string b_key;
    for (const Value& part : a) append_key(a_key, part);
    for (const Value& part : b) append_key(b_key, part);
    INFO("round " << round << ": " << to_json(a) << " and " << to_json(b));
    REQUIRE(sign_of_keys(a_key, b_key) == test::NaiveOrder::compare(Value(a), Value(b)));
  }
}

TEST_CASE("keys: NaN sorts before every number, as in compare()", "[key]") {
  const Value nan(std::numeric_limits<double>::quiet_NaN());
  const Value lowest(-std::numeric_limits<double>::infinity());
  CHECK(key_of(nan) < key_of(lowest));
  CHECK(compare(nan, lowest) < 0);
  CHECK(compare(nan, nan) == 0);
  CHECK(compare(nan, Value(std::numeric_limits<std::int64_t>::min())) < 0);
}

TEST_CASE("keys: strings that begin with a text lie between its key and the end",
          "[key][property]") {
  INFO("seed " << Catch::getSeed());
  test::RandomValues random;
  for (int round = 0; round < 20'000; ++round) {
    const std::string prefix = random.text();
    const std::string text = random.below(2) == 0 ? prefix + random.text() : random.text();
    std::string low;
    append_string_prefix_key(low, prefix);
    const std::string high = prefix_end(low);
    const std::string key = key_of(Value(text));
    // A prefix ending in NUL escapes to bytes that end in 0xFF: the end must carry over them.
    REQUIRE((key >= low && key < high) == (text.compare(0, prefix.size(), prefix) == 0));
  }
}

TEST_CASE("keys: the end of a prefix", "[key]") {
  CHECK(prefix_end("ab") == "ac");
  CHECK(prefix_end("a\xFF\xFF") == "b");
  CHECK(prefix_end("\xFF").empty());
  CHECK(prefix_end("").empty());
}

TEST_CASE("keys: long keys are cut and stay apart", "[key]") {
  std::string whole = key_of(Value(std::string(400, 'x')));
  const std::string before = whole;
  CHECK_FALSE(cut_key(whole));
  CHECK(whole == before);

  std::string exact(kMaxKeyBytes, 'k');
  CHECK_FALSE(cut_key(exact));

  std::string a = key_of(Value(std::string(2000, 'x') + "a"));
  std::string b = key_of(Value(std::string(2000, 'x') + "b"));
  const std::string start = a.substr(0, kMaxKeyBytes - 17);
  std::string again = a;
  CHECK(cut_key(a));
  CHECK(cut_key(b));
  CHECK(cut_key(again));
  CHECK(a.size() == kMaxKeyBytes);
  CHECK(a.substr(0, start.size()) == start);
  CHECK(static_cast<unsigned char>(a[start.size()]) == 0xFE);
  CHECK(a != b);
  CHECK(a == again);

  std::string larger = key_of(Value("y" + std::string(2000, 'x')));
  CHECK(cut_key(larger));
  CHECK(a < larger);
}

}  // namespace
}  // namespace aurora
