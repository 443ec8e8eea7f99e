// Tests of Value, Object, views and conversions: what goes in comes out, and what does not fit is
// refused.
#include "random_values.hpp"

#include <aurora/value.hpp>

#include <catch2/catch_test_macros.hpp>

namespace aurora {
namespace {

static_assert(!std::is_constructible_v<Value, const int*>, "a pointer is no Boolean");
static_assert(!std::is_constructible_v<Value, void*>);
static_assert(std::is_nothrow_move_constructible_v<Value>);
static_assert(std::is_trivially_copyable_v<ValueView>);

template <class Call>
ErrorCode code_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode::kInternal;
}

TEST_CASE("Value: constructors choose the kind one expects", "[value]") {
  CHECK(Value().type() == Type::kNull);
  CHECK(Value(nullptr).type() == Type::kNull);
  CHECK(Value(true).type() == Type::kBool);
  CHECK(Value(7).type() == Type::kInt);
  CHECK(Value(std::uint8_t{7}).type() == Type::kInt);
  CHECK(Value(7.0F).type() == Type::kFloat);
  CHECK(Value("text").type() == Type::kString);
  CHECK(Value(std::string_view("text")).type() == Type::kString);
  CHECK(Value(Uuid{}).type() == Type::kUuid);
  CHECK(Value(Date{}).type() == Type::kDate);
  CHECK(Value(Time{}).type() == Type::kTime);
  CHECK(Value(DateTime{}).type() == Type::kDateTime);
  CHECK(Value(List{}).type() == Type::kList);
  CHECK(Value(Object{}).type() == Type::kObject);
  CHECK(Value(std::optional<int>{}).type() == Type::kNull);
  CHECK(Value(std::optional<int>{3}) == Value(3));
  CHECK(Value(std::vector<int>{1, 2}) == Value(List{1, 2}));
  CHECK(Value(std::vector<std::string>{"a"}) == Value(List{"a"}));
  CHECK(Value(std::vector<bool>{true, false}) == Value(List{true, false}));
}

TEST_CASE("Value: an unsigned number beyond Int is refused, never wrapped", "[value]") {
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  CHECK(*Value(kMost).if_int() == std::numeric_limits<std::int64_t>::max());
  CHECK(code_of([] { Value(kMost + 1); }) == ErrorCode::kTypeError);
}

TEST_CASE("Value: as<T> converts within a kind and within range", "[value]") {
  CHECK(Value(200).as<int>() == 200);
  CHECK(Value(200).as<std::uint8_t>() == 200);
  CHECK(Value(3).as<double>() == 3.0);
  CHECK(Value(2.5).as<float>() == 2.5F);
  CHECK(Value("x").as<std::string>() == "x");
  CHECK(Value("x").as<std::string_view>() == "x");
  CHECK(Value().as<std::optional<int>>() == std::nullopt);
  CHECK(Value(4).as<std::optional<int>>() == 4);
  CHECK(Value(List{1}).as<List>().size() == 1);
  CHECK(Value(Object{{"a", 1}}).as<Object>().size() == 1);
  CHECK(Value(List{1}).as<Value>() == Value(List{1}));
  CHECK(Value(Date{5}).as<Date>() == Date{5});

  CHECK(code_of([] { (void)Value(256).as<std::uint8_t>(); }) == ErrorCode::kTypeError);
  CHECK(code_of([] { (void)Value(-1).as<unsigned>(); }) == ErrorCode::kTypeError);
  CHECK(code_of([] { (void)Value(1.0).as<int>(); }) == ErrorCode::kTypeError);
  CHECK(code_of([] { (void)Value(1e300).as<float>(); }) == ErrorCode::kTypeError);
  CHECK(code_of([] { (void)Value("1").as<int>(); }) == ErrorCode::kTypeError);
  CHECK(code_of([] { (void)Value(1).as<bool>(); }) == ErrorCode::kTypeError);
  CHECK(code_of([] { (void)Value().as<std::string>(); }) == ErrorCode::kTypeError);
  CHECK(code_of([] { (void)Value(List{}).as<std::optional<int>>(); }) == ErrorCode::kTypeError);
  CHECK(code_of([] { (void)Value(Object{}).as<int>(); }) == ErrorCode::kTypeError);
  try {
    (void)Value("1").as<int>();
  } catch (const Error& error) {
    CHECK(error.message() == "expected Int, found String");
  }
}

TEST_CASE("Object: keeps order, replaces by name", "[value]") {
  Object object{{"b", 1}, {"a", 2}, {"b", 3}};
  REQUIRE(object.size() == 2);
  CHECK(object.begin()->name == "b");
  CHECK(*object.find("b") == Value(3));
  CHECK(object.find("c") == nullptr);
  object["c"] = Value("new");
  CHECK(object.contains("c"));
  object.set("a", Value(nullptr));
  CHECK(object.find("a")->is_null());
  CHECK(object.remove("b"));
  CHECK_FALSE(object.remove("b"));
  CHECK(object.size() == 2);
  const Object copy = object;
  object["a"] = Value(9);
  CHECK(copy.find("a")->is_null());
}

TEST_CASE("ValueView: scalars by value, containers in place", "[value]") {
  const EncodedValue encoded(
      Value(Object{{"name", "Ada"}, {"tags", List{"x", 2, nullptr}}, {"deep", Object{{"n", 7}}}}));
  const ValueView view = encoded.view();
  CHECK(view["name"].as<std::string_view>() == "Ada");
  CHECK(view["deep"]["n"].as<int>() == 7);
  CHECK(view["tags"][1].as<int>() == 2);
  CHECK(view["tags"][2].is_null());
  CHECK(view["tags"][3].is_null());
  CHECK(view["none"].is_null());
  CHECK(view[0].is_null());
  CHECK(view["name"]["x"].is_null());
  CHECK_FALSE(view["none"]);
  CHECK(view.object().name(1) == "tags");
  CHECK(view["tags"].list().size() == 3);
  CHECK(view["deep"].as<Value>() == Value(Object{{"n", 7}}));
  CHECK(ValueView().is_null());
  CHECK(EncodedValue().view().is_null());
}

TEST_CASE("EncodedValue: any value comes back as it was", "[value][property]") {
  INFO("seed " << Catch::getSeed());
  test::RandomValues random;
  for (int round = 0; round < 20'000; ++round) {
    const Value value = random.value();
    const EncodedValue encoded(value);
    INFO("round " << round << ": " << to_json(value));
    REQUIRE(encoded.type() == value.type());
    REQUIRE(encoded.view().type() == value.type());
    REQUIRE(Value(encoded.view()) == value);
    REQUIRE(to_json(encoded.view()) == to_json(value));
    const EncodedValue moved_from_copy = EncodedValue(encoded);
    REQUIRE(moved_from_copy.view() == encoded.view());
  }
}

TEST_CASE("Value: names of kinds", "[value]") {
  CHECK(to_string(Type::kNull) == "Null");
  CHECK(to_string(Type::kBool) == "Boolean");
  CHECK(to_string(Type::kObject) == "Object");
}

}  // namespace
}  // namespace aurora
