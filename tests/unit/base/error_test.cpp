// Tests of Error, Result and the house macros: texts, places, cheap copies, early returns.
#include <aurora/base/try.hpp>
#include <aurora/error.hpp>
#include <aurora/result.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstring>
#include <memory>
#include <type_traits>

namespace aurora {
namespace {

static_assert(std::is_nothrow_copy_constructible_v<Error>);
static_assert(std::is_nothrow_copy_assignable_v<Error>);
static_assert(std::is_base_of_v<std::exception, Error>);

TEST_CASE("Error: every code has its name and a meaning", "[error]") {
  CHECK(to_string(ErrorCode::kInvalidQuery) == "InvalidQuery");
  CHECK(to_string(ErrorCode::kUniqueConstraintViolation) == "UniqueConstraintViolation");
  CHECK(to_string(ErrorCode::kInternal) == "Internal");
  for (int code = 0; code <= static_cast<int>(ErrorCode::kInternal); ++code) {
    CHECK_FALSE(describe(static_cast<ErrorCode>(code)).empty());
  }
  CHECK(to_string(static_cast<ErrorCode>(250)) == "Internal");
}

TEST_CASE("Error: what() is the code, the message and the place", "[error]") {
  const Error plain(ErrorCode::kNotFound, "no user 7");
  CHECK(std::string(plain.what()) == "NotFound: no user 7");
  CHECK(plain.line() == 0);
  CHECK(plain.column() == 0);
  CHECK(plain.path().empty());

  const Error placed = plain.at(3, 14);
  CHECK(std::string(placed.what()) == "NotFound: no user 7 (line 3, column 14)");
  CHECK(placed.line() == 3);
  CHECK(placed.column() == 14);
  CHECK(plain.line() == 0);
  CHECK(placed.at(9, 9).line() == 3);

  const Error prefixed = placed.with_prefix("step 2: ");
  CHECK(prefixed.message() == "step 2: no user 7");
  CHECK(std::string(prefixed.what()) == "NotFound: step 2: no user 7 (line 3, column 14)");
  CHECK(prefixed.code() == ErrorCode::kNotFound);
}

TEST_CASE("Error: the path grows from the inside out", "[error]") {
  const Error error = Error(ErrorCode::kTypeError, "x").under("age").under("users");
  CHECK(error.path() == std::vector<std::string>{"users", "age"});
}

TEST_CASE("Error: an error that was moved from still has its text", "[error]") {
  Error error(ErrorCode::kBusy, "held by process 12");
  const Error taken = std::move(error);
  CHECK(std::string(taken.what()) == "Busy: held by process 12");
  CHECK(std::string(error.what()) ==
        "Busy: held by process 12");  // NOLINT(bugprone-use-after-move)
}

Result<int> half(int number) {
  if (number % 2 != 0) return Error(ErrorCode::kInvalidInput, "odd");
  return number / 2;
}

Status must_be_small(int number) {
  if (number > 100) return Error(ErrorCode::kLimitExceeded, "big");
  return {};
}

Result<std::string> quarter(int number) {
  AURORA_TRY(must_be_small(number));
  AURORA_ASSIGN(const int once, half(number));
  AURORA_ASSIGN(int twice, half(once));
  return std::to_string(twice);
}

TEST_CASE("Result: values, errors and early returns", "[result]") {
  CHECK(quarter(12).value() == "3");
  CHECK(quarter(6).error().message() == "odd");
  CHECK(quarter(400).error().code() == ErrorCode::kLimitExceeded);
  CHECK_THROWS_AS(quarter(6).value(), Error);
  CHECK_THROWS_AS(must_be_small(101).value(), Error);
  CHECK_NOTHROW(must_be_small(1).value());
  CHECK(half(3).value_or(-1) == -1);
  CHECK(half(4).value_or(-1) == 2);
}

Result<std::unique_ptr<int>> boxed(bool well) {
  if (!well) return Error(ErrorCode::kInternal, "no box");
  return std::make_unique<int>(5);
}

Result<int> unboxed(bool well) {
  AURORA_ASSIGN(const auto box, boxed(well));
  return *box;
}

TEST_CASE("Result: move-only values pass through", "[result]") {
  CHECK(unboxed(true).value() == 5);
  CHECK(unboxed(false).error().message() == "no box");
  CHECK(*boxed(true).value() == 5);
}

TEST_CASE("Result: converts what converts to its value", "[result]") {
  const Result<std::string> text = "literal";
  CHECK(*text == "literal");
  CHECK(text->size() == 7);
}

}  // namespace
}  // namespace aurora
