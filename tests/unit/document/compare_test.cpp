// Tests of the order of values: the table of the reference, exact numbers, and a naive twin on
// random values.
#include "random_values.hpp"

#include <aurora/value.hpp>

#include <catch2/catch_test_macros.hpp>

namespace aurora {
namespace {

TEST_CASE("order: kinds sort as the reference says", "[order]") {
  const List rising{nullptr,
                    false,
                    true,
                    -1e9,
                    3,
                    3.5,
                    "",
                    "a",
                    "b",
                    Uuid{},
                    Date{},
                    Time{},
                    DateTime{},
                    List{},
                    List{1},
                    List{1, 1},
                    List{2},
                    Object{},
                    Object{{"a", 1}},
                    Object{{"a", 1}, {"b", 0}},
                    Object{{"a", 2}},
                    Object{{"b", 0}}};
  for (std::size_t i = 0; i < rising.size(); ++i) {
    for (std::size_t j = 0; j < rising.size(); ++j) {
      INFO(i << " and " << j);
      const EncodedValue a(rising[i]);
      const EncodedValue b(rising[j]);
      CHECK(compare(rising[i], rising[j]) == (i <=> j));
      CHECK(compare(a.view(), b.view()) == (i <=> j));
    }
  }
}

TEST_CASE("order: Ints and Floats compare exactly", "[order]") {
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
  constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
  constexpr double kTwoTo63 = 9223372036854775808.0;
  CHECK(compare_numbers(9007199254740993, 9007199254740992.0) > 0);
  CHECK(compare_numbers(9007199254740992, 9007199254740992.0) == 0);
  CHECK(compare_numbers(kMax, kTwoTo63) < 0);
  CHECK(compare_numbers(kMin, -kTwoTo63) == 0);
  CHECK(compare_numbers(kMin, std::nextafter(-kTwoTo63, -1e300)) > 0);
  CHECK(compare_numbers(0, 5e-324) < 0);
  CHECK(compare_numbers(0, -5e-324) > 0);
  CHECK(compare_numbers(0, -0.0) == 0);
  CHECK(compare_numbers(-1, -0.5) < 0);
  CHECK(compare_numbers(-1, -1.5) > 0);
  CHECK(compare_numbers(5, std::numeric_limits<double>::infinity()) < 0);
  CHECK(Value(1) == Value(1.0));
  CHECK(Value(0.0) == Value(-0.0));
}

TEST_CASE("order: objects are equal whatever their order", "[order]") {
  CHECK(Value(Object{{"a", 1}, {"b", 2}}) == Value(Object{{"b", 2.0}, {"a", 1}}));
  CHECK(compare(Value(Object{{"b", 1}, {"a", 9}}), Value(Object{{"b", 9}, {"a", 1}})) > 0);
  CHECK(compare(Value(Object{{"a", 1}, {"c", 0}}), Value(Object{{"b", 0}, {"a", 1}})) > 0);
  CHECK(Value(Object{{"a", nullptr}}) != Value(Object{}));
}

TEST_CASE("order: large objects, in order and out of it", "[order]") {
  Object forwards;
  Object backwards;
  for (int i = 0; i < 1000; ++i) forwards.append("key" + std::to_string(i), Value(i));
  for (int i = 1000; i-- > 0;) backwards.append("key" + std::to_string(i), Value(i));
  CHECK(Value(forwards) == Value(backwards));
  backwards.set("key500", Value(501));
  CHECK(compare(Value(forwards), Value(backwards)) < 0);
  const EncodedValue a{Value(forwards)};
  const EncodedValue b{Value(backwards)};
  CHECK(compare(a.view(), b.view()) < 0);
}

TEST_CASE("order: agrees with the naive twin, owned and borrowed", "[order][property]") {
  INFO("seed " << Catch::getSeed());
  test::RandomValues random;
  for (int round = 0; round < 60'000; ++round) {
    const Value a = random.value();
    const Value b = random.below(2) == 0 ? random.value() : random.neighbour(a);
    const int expected = test::NaiveOrder::compare(a, b);
    INFO("round " << round << ": " << to_json(a) << " and " << to_json(b));
    REQUIRE(test::sign_of(compare(a, b)) == expected);
    REQUIRE(test::sign_of(compare(b, a)) == -expected);
    const EncodedValue a_encoded(a);
    const EncodedValue b_encoded(b);
    REQUIRE(test::sign_of(compare(a_encoded.view(), b_encoded.view())) == expected);
  }
}

TEST_CASE("order: values nested beyond the limit neither recurse on nor crash", "[order]") {
  Value a(1);
  Value b(2);
  for (int level = 0; level < 2'000; ++level) {
    List outer_a;
    outer_a.push_back(std::move(a));
    a = Value(std::move(outer_a));
    List outer_b;
    outer_b.push_back(std::move(b));
    b = Value(std::move(outer_b));
  }
  CHECK(compare(a, b) == 0);
}

}  // namespace
}  // namespace aurora
