// Tests of the nlohmann door: values and documents there and back, refusals, implicit conversions,
// structs with NLOHMANN_DEFINE_TYPE.
#include "unit/document/random_values.hpp"
#include "unit/facade/fixture.hpp"

#include <aurora/json.hpp>

#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace shop {

struct Glued {
  std::string name;
  int age = 0;
  NLOHMANN_DEFINE_TYPE_INTRUSIVE(Glued, name, age)
};

struct WithDefault {
  std::string name = "?";
  std::vector<Glued> friends;
  aurora::Uuid id;
  NLOHMANN_DEFINE_TYPE_INTRUSIVE_WITH_DEFAULT(WithDefault, name, friends, id)
};

class Closed {
 public:
  Closed() = default;
  explicit Closed(int number) : number_(number) {}
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_ = 0;
  friend void to_json(nlohmann::json& json, const Closed& from) {
    json = {{"number", from.number_}};
  }
  friend void from_json(const nlohmann::json& json, Closed& to) {
    json.at("number").get_to(to.number_);
  }
};

// Shown as text, so no document, but a member of one.
struct Colour {
  int code = 0;
  friend void to_json(nlohmann::json& json, const Colour& from) {
    json = "#" + std::to_string(from.code);
  }
  friend void from_json(const nlohmann::json& json, Colour& to) {
    to.code = std::stoi(json.get<std::string>().substr(1));
  }
};

struct Mixed {
  Glued glued;
  std::vector<Colour> colours;
  std::optional<Closed> closed;
  nlohmann::json extra;
  nlohmann::ordered_json ordered;
};

}  // namespace shop

namespace aurora {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;
using test::document_of;
using test::thrown;

static_assert(bindable<shop::Glued> && bindable<shop::Closed> && bindable<shop::Mixed>);
static_assert(!bindable<json> && !bindable<Object> && !bindable<Value> && !bindable<Document> &&
              !bindable<Uuid>);
static_assert(!bindable<std::vector<int>> && !bindable<std::string> &&
              !bindable<std::optional<shop::Glued>>);
static_assert(std::is_convertible_v<const json&, Object> &&
              std::is_convertible_v<const ordered_json&, Object>);
static_assert(std::is_constructible_v<json, const Value&> &&
              std::is_constructible_v<json, const Document&>);

// What a value is after a way through JSON: kinds that JSON lacks are texts.
Value as_json_value(const Value& value) { return parse_json(to_json(value)).value(); }

TEST_CASE("json: values through nlohmann are what their JSON text says", "[json][property]") {
  INFO("seed " << Catch::getSeed());
  test::RandomValues random;
  for (int round = 0; round < 5'000; ++round) {
    const Value value = random.value();
    INFO("round " << round << ": " << to_json(value));
    const json made = to_nlohmann(value);
    REQUIRE(made == json::parse(to_json(value)));
    const EncodedValue encoded(value);
    REQUIRE(to_nlohmann(encoded.view()) == made);
    const Value back = from_nlohmann(made);
    REQUIRE(back == as_json_value(value));
    REQUIRE(to_nlohmann(back) == made);
    const ordered_json ordered = value;
    REQUIRE(to_json(from_nlohmann(ordered)) == to_json(value));
  }
}

TEST_CASE("json: kinds of numbers stay apart", "[json]") {
  CHECK(to_nlohmann(Value(1)).is_number_integer());
  CHECK(to_nlohmann(Value(1.0)).is_number_float());
  CHECK(from_nlohmann(json(1)).type() == Type::kInt);
  CHECK(from_nlohmann(json(1U)).type() == Type::kInt);
  CHECK(from_nlohmann(json(1.0)).type() == Type::kFloat);
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
  CHECK(from_nlohmann(json(static_cast<std::uint64_t>(kMax))) == Value(kMax));
}

TEST_CASE("json: what cannot be stored is refused with its place", "[json]") {
  const auto failure = [](const json& input) {
    return thrown([&] { (void)from_nlohmann(input); });
  };
  CHECK(failure(json(static_cast<std::uint64_t>(1) << 63)) ==
        "InvalidInput: the JSON value cannot be stored: the number 9223372036854775808 is beyond "
        "the range of Int");
  CHECK(failure(json{{"a", {1, {{"b", std::numeric_limits<double>::quiet_NaN()}}}}}) ==
        "InvalidInput: the JSON value at 'a[1].b' cannot be stored: a Float must be finite");
  CHECK(failure(json(-std::numeric_limits<double>::infinity())).starts_with("InvalidInput"));
  CHECK(failure(json{{"a", "\xFF"}}) ==
        "InvalidInput: the JSON value at 'a' cannot be stored: the text is not valid UTF-8");
  CHECK(failure(json{{"\xC3", 1}}).starts_with("InvalidInput"));
  CHECK(failure(json{{"a", json::binary({1, 2})}}) ==
        "InvalidInput: the JSON value at 'a' cannot be stored: JSON has no binary");
  CHECK(failure(json(json::value_t::discarded)).starts_with("InvalidInput"));
  CHECK(thrown([] { (void)object_from(json::array()); }) ==
        "TypeError: expected a JSON object, found array");
  CHECK_FALSE(try_object_from(ordered_json("x")).has_value());
}

TEST_CASE("json: nesting has a limit, of the document and its fields", "[json]") {
  const auto nested = [](int levels) {
    json value = 1;
    for (int i = 0; i < levels; ++i)
      value = i % 2 == 0 ? json::array({std::move(value)}) : json{{"x", std::move(value)}};
    return value;
  };
  CHECK(try_object_from(json{{"field", nested(100)}}).has_value());
  const auto deep = try_object_from(json{{"field", nested(101)}});
  REQUIRE_FALSE(deep.has_value());
  CHECK(deep.error().code() == ErrorCode::kLimitExceeded);
  CHECK(try_from_nlohmann(nested(20'000)).error().code() == ErrorCode::kLimitExceeded);
}

TEST_CASE("json: conversions without a name", "[json]") {
  const json user = {{"name", "Ada"}, {"tags", {1, "x", nullptr}}};
  const Object object = user;
  CHECK(to_json(Value(object)) == R"({"name":"Ada","tags":[1,"x",null]})");
  const auto take = [](const Object& given) { return given.size(); };
  CHECK(take(user) == 2);
  CHECK(take(ordered_json(user)) == 2);
  const Value value = user["tags"];
  CHECK(value == Value(List{1, "x", nullptr}));
  CHECK(thrown([&] { (void)take(user["name"]); }) ==
        "TypeError: expected a JSON object, found string");

  const json back = object;
  CHECK(back == user);
  const json from_list = List{1, "x"};
  CHECK(from_list.dump() == R"([1,"x"])");
  const ordered_json kept = Object{{"z", 1}, {"a", 2}};
  CHECK(kept.dump() == R"({"z":1,"a":2})");
  const json nothing = std::optional<Uuid>();
  CHECK(nothing.is_null());
}

TEST_CASE("json: uuids, dates and times are texts", "[json]") {
  const Uuid uuid = test::kSid;
  const json made = {{"u", uuid}, {"d", Date{0}}, {"t", Time{1}}, {"dt", DateTime(0)}};
  CHECK(made.dump() == R"({"d":"1970-01-01","dt":"1970-01-01T00:00:00Z","t":"00:00:00.000001",)"
                       R"("u":"01020304-0506-7708-890a-0b0c0d0e0f10"})");
  CHECK(made["u"].get<Uuid>() == uuid);
  CHECK(made["d"].get<Date>() == Date{0});
  CHECK(made["t"].get<Time>() == Time{1});
  CHECK(made["dt"].get<DateTime>() == DateTime(0));
  CHECK(thrown([] { (void)json("x").get<Uuid>(); }) ==
        "TypeError: expected the text of a Uuid, found 'x'");
  CHECK(thrown([] { (void)json(7).get<DateTime>(); }) ==
        "TypeError: expected the text of a DateTime, found 'number'");
}

TEST_CASE("json: documents and results", "[json]") {
  const Document document = document_of(test::collection_of({"name", "born"}),
                                        Object{{"name", "Ada"}, {"born", Date{0}}});
  CHECK(to_nlohmann(document).dump() == R"({"born":"1970-01-01","name":"Ada"})");
  CHECK(json(document) == to_nlohmann(document));
  CHECK(to_nlohmann(Document()).is_null());
  CHECK(json(Document()).is_null());
  CHECK(ordered_json(document).dump() == document.to_json());

  CHECK(QueryResult(R"({"users":[{"n":1.0}]})", R"({"x":1})").json() ==
        json{{"data", {{"users", {{{"n", 1.0}}}}}}, {"extensions", {{"x", 1}}}});
  CHECK(QueryResult().json() == json{{"data", json::object()}});
}

TEST_CASE("json: structs with the functions of nlohmann are bound by them", "[json][bind]") {
  const shop::WithDefault in{"Ada", {{"Bo", 3}}, test::kSid};
  const Object fields = to_object(in);
  CHECK(fields.find("id")->type() == Type::kString);
  const auto out = document_of(fields).as<shop::WithDefault>();
  CHECK(out.name == "Ada");
  CHECK(out.friends.at(0).age == 3);
  CHECK(out.id == test::kSid);
  CHECK(from_object<shop::WithDefault>(Object{}).name == "?");
  CHECK(document_of(to_object(shop::Closed(7))).as<shop::Closed>().number() == 7);

  const auto missing = thrown([] { (void)from_object<shop::Glued>(Object{{"name", "x"}}); });
  CHECK(missing.starts_with("TypeError: bound type Glued: "));
  CHECK(missing.find("'age' not found") != std::string::npos);
  CHECK(thrown([] { (void)to_object(shop::Colour{1}); }) ==
        "TypeError: bound type Colour: to_json gave no JSON object");
}

TEST_CASE("json: members that only nlohmann knows", "[json][bind]") {
  const shop::Mixed in{{"Bo", 4},
                       {{1}, {22}},
                       shop::Closed(5),
                       json{{"k", {1, 2}}},
                       ordered_json{{"z", 1}, {"a", 2}}};
  const Object fields = to_object(in);
  CHECK(to_json(Value(fields)) ==
        R"({"glued":{"age":4,"name":"Bo"},"colours":["#1","#22"],"closed":{"number":5},)"
        R"("extra":{"k":[1,2]},"ordered":{"z":1,"a":2}})");
  for (const auto& out :
       {from_object<shop::Mixed>(fields), document_of(fields).as<shop::Mixed>()}) {
    CHECK(out.glued.name == "Bo");
    CHECK(out.colours.at(1).code == 22);
    CHECK(out.closed.value().number() == 5);
    CHECK(out.extra == in.extra);
  }
  auto wrong = fields;
  wrong["colours"] = List{"#1", 7};
  CHECK(thrown([&] {
          (void)from_object<shop::Mixed>(wrong);
        }).starts_with("TypeError: field 'colours[1]': bound type Colour: "));
}

}  // namespace
}  // namespace aurora
