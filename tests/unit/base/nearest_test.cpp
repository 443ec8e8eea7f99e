// Tests of "did you mean": the distance, its bound and what is not suggested.
#include <aurora/base/nearest.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>

namespace aurora {
namespace {

constexpr std::array<std::string_view, 6> kArguments{"limit",   "offset", "where",
                                                     "orderBy", "first",  "after"};

TEST_CASE("nearest: one slip of each kind", "[nearest]") {
  CHECK(nearest_name("limt", kArguments) == "limit");    // left out
  CHECK(nearest_name("limmit", kArguments) == "limit");  // doubled
  CHECK(nearest_name("limot", kArguments) == "limit");   // wrong
  CHECK(nearest_name("lmiit", kArguments) == "limit");   // swapped
  CHECK(nearest_name("ORDERBY", kArguments) == "orderBy");
  CHECK(nearest_name("limit", kArguments) == "limit");
}

TEST_CASE("nearest: nothing is suggested beyond a third of the name", "[nearest]") {
  CHECK(nearest_name("colour", kArguments).empty());
  CHECK(nearest_name("xx", kArguments).empty());
  CHECK(nearest_name("", kArguments).empty());
  CHECK(nearest_name("limit", {}).empty());
  const std::array<std::string_view, 2> names{"abcdef", ""};
  CHECK(nearest_name("abcdxy", names) == "abcdef");  // 2 of 6
  CHECK(nearest_name("abcxyz", names).empty());      // 3 of 6
  CHECK(nearest_name("abxy", std::array<std::string_view, 1>{"abcd"}) ==
        "abcd");  // 2 of 4: 4/3 rounded up
  const std::array<std::string_view, 2> short_names{"a", "no"};
  CHECK(nearest_name("b", short_names).empty());  // no letter in common
  CHECK(nearest_name("n", short_names) == "no");
}

TEST_CASE("nearest: the smallest distance wins, then the first", "[nearest]") {
  const std::array<std::string_view, 3> names{"names", "name", "nome"};
  CHECK(nearest_name("nane", names) == "name");
  const std::array<std::string_view, 2> tied{"cat", "cut"};
  CHECK(nearest_name("cot", tied) == "cat");
}

TEST_CASE("nearest: long names are compared by prefix", "[nearest]") {
  const std::string longest(1000, 'n');
  const std::string other = std::string(64, 'n') + "different";
  const std::array<std::string_view, 1> names{other};
  CHECK(nearest_name(longest, names) == other);
}

TEST_CASE("nearest: the suggestion as text", "[nearest]") {
  CHECK(did_you_mean("limt", kArguments) == "; did you mean 'limit'?");
  CHECK(did_you_mean("colour", kArguments).empty());
}

}  // namespace
}  // namespace aurora
