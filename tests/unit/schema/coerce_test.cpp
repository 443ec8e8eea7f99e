// Values on their way in: what each type takes, what it refuses and with which code, filter
// operands; random values against a slow twin.
#include "support.hpp"

#include <aurora/base/utf8.hpp>

#include <cmath>
#include <functional>
#include <limits>
#include <random>

using namespace aurora;
using namespace aurora::test;

namespace {

const FieldDef& field(const CollectionDef& collection, std::string_view name) {
  return *collection.find(name);
}

Result<Value> given(const CollectionDef& collection, std::string_view name, Value value) {
  return coerce(field(collection, name), std::move(value),
                {.now = kNow, .validators = collection.validators.get()});
}

// "kind json", or the error's code.
std::string outcome(const Result<Value>& result) {
  if (!result) return std::string(to_string(result.error().code()));
  return std::string(to_string(result->type())) + " " + to_json(*result);
}

const CollectionDef& samples() {
  static const auto definition = define(
      "samples { s: String i: Int f: Float b: Boolean k: ID u: Uuid dt: DateTime d: Date t: Time "
      "e: Email w: URL "
      "p: PhoneNumber j: JSON o: Object l: [Int] g: [[Int]] q: [String!] n: { x: Int y: [String] "
      "z: Float! = 1 } a: Any }");
  return definition;
}

}  // namespace

TEST_CASE("each type takes its own kind and what reads as it") {
  const auto& c = samples();
  const auto kind = [](Type type) { return std::string(to_string(type)); };
  struct Case {
    std::string_view field;
    Value input;
    std::string wanted;
  };
  const Case cases[] = {
      {"s", "kelp", kind(Type::kString) + " \"kelp\""},
      {"s", 5, "TypeError"},
      {"s", Object{{"x", 1}}, "TypeError"},
      {"s", "now", kind(Type::kString) + " \"now\""},
      {"s", std::string("\xff"), "TypeError"},
      {"i", 4.0, kind(Type::kInt) + " 4"},
      {"i", -0.0, kind(Type::kInt) + " 0"},
      {"i", 4.5, "TypeError"},
      {"i", 1e30, "TypeError"},
      {"i", 0x1p63, "TypeError"},
      {"i", -0x1p63, kind(Type::kInt) + " -9223372036854775808"},
      {"i", std::numeric_limits<double>::quiet_NaN(), "TypeError"},
      {"i", "4", "TypeError"},
      {"i", true, "TypeError"},
      {"i", List{Value(4)}, "TypeError"},
      {"f", 3, kind(Type::kFloat) + " 3.0"},
      {"f", "4.5", "TypeError"},
      {"f", std::numeric_limits<double>::infinity(), "TypeError"},
      {"b", true, kind(Type::kBool) + " true"},
      {"b", 1, "TypeError"},
      {"b", "true", "TypeError"},
      {"k", "Key-7", kind(Type::kString) + " \"Key-7\""},
      {"k", 7, "TypeError"},
      {"u", "6FA1C2D3-9B8E-4A77-8C55-0123456789AB",
       kind(Type::kUuid) + " \"6fa1c2d3-9b8e-4a77-8c55-0123456789ab\""},
      {"u", "6fa1c2d3", "TypeError"},
      {"u", "now", "TypeError"},
      {"u", 12, "TypeError"},
      {"dt", "2026-05-10T10:00:00+02:00", kind(Type::kDateTime) + " \"2026-05-10T08:00:00Z\""},
      {"dt", "2025-02-29T00:00:00Z", "TypeError"},
      {"dt", "2026-05-10T08:00:00", "TypeError"},
      {"dt", "now", kind(Type::kDateTime) + " \"2026-01-31T12:00:00.123456Z\""},
      {"dt", Date{3}, "TypeError"},
      {"d", "2024-02-29", kind(Type::kDate) + " \"2024-02-29\""},
      {"d", "now", kind(Type::kDate) + " \"2026-01-31\""},
      {"d", "2025-02-29", "TypeError"},
      {"t", "23:59:59.500000", kind(Type::kTime) + " \"23:59:59.5\""},
      {"t", "now", kind(Type::kTime) + " \"12:00:00.123456\""},
      {"t", "24:30:00", "TypeError"},
      {"e", "o.lund+log@pier.example", kind(Type::kString) + " \"o.lund+log@pier.example\""},
      {"e", "no-at-sign", "ValidationError"},
      {"e", 5, "TypeError"},
      {"w", "http://pier.example:8080/a/b?c=d#e",
       kind(Type::kString) + " \"http://pier.example:8080/a/b?c=d#e\""},
      {"w", "/berths/4", "ValidationError"},
      {"p", "+15550100999", kind(Type::kString) + " \"+15550100999\""},
      {"p", "90123456", "ValidationError"},
      {"j", List{}, kind(Type::kList) + " []"},
      {"j", Object{}, kind(Type::kObject) + " {}"},
      {"j", "text", "TypeError"},
      {"j", List{Value(std::numeric_limits<double>::infinity())}, "TypeError"},
      {"j", List{Value(std::string("\xc0\x80"))}, "TypeError"},
      {"o", Object{{"k", Value(List{Value(1)})}}, kind(Type::kObject) + " {\"k\":[1]}"},
      {"o", List{}, "TypeError"},
      {"o", 4, "TypeError"},
      {"l", List{Value(1), Value(), Value(3.0)}, kind(Type::kList) + " [1,null,3]"},
      {"l", List{Value(1), Value("x")}, "TypeError"},
      {"l", 1, "TypeError"},
      {"g", List{Value(List{Value(1), Value(2)}), Value(List{})},
       kind(Type::kList) + " [[1,2],[]]"},
      {"g", List{Value(1)}, "TypeError"},
      {"q", List{Value("a"), Value()}, "ValidationError"},
      {"n", Object{{"x", 4.0}}, kind(Type::kObject) + " {\"x\":4,\"z\":1.0}"},
      {"n", Object{{"z", Value()}}, "ValidationError"},
      {"n", Object{{"xx", 1}}, "ValidationError"},
      {"n", Object{{"y", Value(List{Value(1)})}}, "TypeError"},
      {"n", "Quay 5", "TypeError"},
      {"a", false, kind(Type::kBool) + " false"},
      {"a", Value(), kind(Type::kNull) + " null"},
      {"i", Value(), kind(Type::kNull) + " null"},
  };
  for (const auto& test : cases) {
    const auto result = given(c, test.field, test.input);
    INFO(test.field << " <- " << to_json(test.input) << ": " << failure(result));
    CHECK(outcome(result) == test.wanted);
  }
}

TEST_CASE("messages name the dotted field, what was expected and what was found") {
  const auto& c = samples();
  CHECK(failure(given(c, "i", "4")) == "TypeError field 'i': expected Int, found a String \"4\"");
  CHECK(failure(given(c, "n", Object{{"y", Value(List{Value("a"), Value(2)})}})) ==
        "TypeError field 'n.y[1]': expected String, found an Int 2");
  CHECK(failure(given(c, "n", Object{{"yy", 1}})) ==
        "ValidationError field 'n': unknown field 'yy'; did you mean 'y'?");
  CHECK(failure(given(c, "n", Object{{"z", Value()}})) ==
        "ValidationError field 'n.z': is required");
  CHECK(contains(failure(given(c, "d", "31.1.2026")), "YYYY-MM-DD"));
  const auto shortened = failure(given(c, "i", std::string(1'000'000, 'x')));
  CHECK(shortened.size() < 200);
  const auto wide = failure(given(c, "i", std::string(59, 'x') + "é" + std::string(50, 'y')));
  CHECK(is_valid_utf8(wide));
}

TEST_CASE("email addresses") {
  const auto& c = samples();
  const auto local64 = std::string(64, 'a');
  for (const std::string& good : {std::string("a@b"), std::string("a.b-c_d@x-y.example"),
                                  std::string("!#$%&'*+-/=?^_`{|}~@x.example"),
                                  std::string("a@[1.2.3.4]"), std::string("\"a b\"@x.example"),
                                  std::string(R"("a\"@\\b"@x.example)"),
                                  local64 + "@x.example", "a@" + std::string(63, 'd') + ".example"})
    CHECK(failure(given(c, "e", good)).empty());
  for (const std::string& bad : {std::string(""),
                                 std::string("@x.example"),
                                 std::string("a@"),
                                 std::string("a@@x.example"),
                                 std::string("a@x@y"),
                                 std::string(".a@x.example"),
                                 std::string("a.@x.example"),
                                 std::string("a..b@x.example"),
                                 std::string("a b@x.example"),
                                 std::string("a@-x.example"),
                                 std::string("a@x-.example"),
                                 std::string("a@x..example"),
                                 std::string("a@x.example."),
                                 std::string("a@x_y.example"),
                                 std::string("a@[1.2.3.4"),
                                 std::string("a@[]"),
                                 std::string("a@[1 2]"),
                                 std::string("a@[1]x"),
                                 std::string("\"a b@x.example"),
                                 std::string("\"a\"b\"@x.example"),
                                 std::string("\"a\"@"),
                                 std::string("\"a\\"),
                                 "a" + local64 + "@x.example",
                                 "a@" + std::string(64, 'd') + ".example",
                                 std::string("a\n@x.example"),
                                 std::string("a@x.example\n"),
                                 std::string("a\0@x.example", 12),
                                 "a@" + std::string(254, 'd')}) {
    INFO(bad);
    CHECK(contains(failure(given(c, "e", bad)), "ValidationError"));
  }
}

TEST_CASE("URLs and phone numbers") {
  const auto& c = samples();
  for (const auto* good : {"https://quay.example/berths?n=1", "ftp://u:p@h:21/", "http://[::1]/x",
                           "custom+v1://host", "HTTP://EXAMPLE.COM"})
    CHECK(failure(given(c, "w", good)).empty());
  for (const auto* bad :
       {"", "quay.example", "pier.example/berths", "http://", "http:///path", "mailto:a@b.example",
        "file:///etc", "http://a b/", "://host", "1http://host", "http://host/ä",
        "http://host:port/", "//host/x", "http://h/%zz"}) {
    INFO(bad);
    CHECK(contains(failure(given(c, "w", bad)), "ValidationError"));
  }
  for (const auto* good : {"+12", "+4790123456", "+123456789012345"})
    CHECK(failure(given(c, "p", good)).empty());
  for (const auto* bad : {"", "+", "+1", "+0123456", "+1234567890123456", "+1 555", "4790123456",
                          "++479", "+47a", "+12345678901234567890"}) {
    INFO(bad);
    CHECK(contains(failure(given(c, "p", bad)), "ValidationError"));
  }
}

TEST_CASE("undeclared parts nest to a limit, not beyond") {
  const auto& c = samples();
  const auto nested = [](std::size_t levels) {
    Value value(List{});
    for (std::size_t i = 1; i < levels; ++i) {
      List outer;
      outer.push_back(std::move(value));
      value = Value(std::move(outer));
    }
    return value;
  };
  CHECK(failure(given(c, "j", nested(99))).empty());
  CHECK(contains(failure(given(c, "j", nested(100))), "LimitExceeded"));
  CHECK(contains(failure(given(c, "a", nested(5000))), "LimitExceeded"));
  const auto deep = given(c, "j", nested(99));
  RecordBuilder builder;
  builder.add(1, *deep);
  CHECK(builder.finish(1).has_value());
}

TEST_CASE("@validate: inclusive limits, code points, patterns searched, lists") {
  const auto c = define(R"(c { n: Int @validate(min: 1, max: 99) w: Float @validate(min: 0.5)
      code: String @validate(minLength: 2, maxLength: 4, pattern: "^[A-Z]+$") state: String @validate(in: ["open", "shut"])
      tags: [String] @validate(maxLength: 2, pattern: "^t") nums: [[Int]] @validate(max: 5, in: [1, 2, 9])
      mail: String @validate(format: "email") day: Date @validate(min: "2026-01-01") any: Any @validate(min: 3, in: [3, 4, "x", [1]])
      part: { x: String @validate(pattern: "ä") } num: Int @validate(in: [1.0, 2]) sub: String @validate(pattern: "b+") })");
  struct Case {
    std::string_view json;
    std::string_view wanted;  // empty: accepted; else part of the message
  };
  const Case cases[] = {
      {R"({"n": 1})", ""},
      {R"({"n": 99})", ""},
      {R"({"n": 100})", "field 'n': 100 is not allowed: it is above the max 99"},
      {R"({"n": 0})", "below the min 1"},
      {R"({"w": 0.5})", ""},
      {R"({"w": 0.25})", "below the min 0.5"},
      {R"({"w": 1})", ""},
      {R"({"code": "ABCD"})", ""},
      {R"({"code": "A"})", "its length 1 is below the minLength 2"},
      {R"({"code": "ABCDE"})", "above the maxLength 4"},
      {R"({"code": "äöüß"})", "does not match the pattern"},
      {R"({"code": "äö"})", "does not match the pattern"},
      {R"({"state": "ajar"})", "is not one of [\"open\",\"shut\"]"},
      {R"({"state": null})", ""},
      {R"({"tags": ["t1", "t2"]})", ""},
      {R"({"tags": ["t1", null]})", ""},
      {R"({"tags": ["t1", "t2", "t3"]})", "above the maxLength 2"},
      {R"({"tags": ["t1", "x"]})", "element 1: it does not match"},
      {R"({"nums": [[1], [2, 2]]})", ""},
      {R"({"nums": [[1], [2, 9]]})", "element 1: element 1: it is above the max 5"},
      {R"({"nums": [[3]]})", "is not one of"},
      {R"({"mail": "a@b.example"})", ""},
      {R"({"mail": "ab.example"})", "format 'email'"},
      {R"({"day": "2025-12-31"})", "below the min"},
      {R"({"day": "2026-01-01"})", ""},
      {R"({"any": 3.0})", ""},
      {R"({"any": "x"})", "cannot be compared"},
      {R"({"any": [1]})", "is not one of"},
      {R"({"part": {"x": "mäh"}})", ""},
      {R"({"part": {"x": "mah"}})", "field 'part.x'"},
      {R"({"num": 2})", ""},
      {R"({"num": 3})", "is not one of"},
      {R"({"sub": "abbc"})", ""},
  };
  for (const auto& test : cases) {
    const auto result = insert(c, test.json);
    INFO(test.json << ": " << failure(result));
    CHECK(result.has_value() == test.wanted.empty());
    if (!result) {
      CHECK(result.error().code() == ErrorCode::kValidationError);
      CHECK(contains(result.error().message(), test.wanted));
    }
  }
}

TEST_CASE("filter operands are read where a text means something else") {
  const auto& c = samples();
  const auto operand = [&](std::string_view name, Value value) {
    return outcome(coerce_operand(field(c, name).type, std::move(value), kNow, name));
  };
  const auto kind = [](Type type) { return std::string(to_string(type)); };
  CHECK(operand("u", "6FA1C2D3-9B8E-4A77-8C55-0123456789AB") ==
        kind(Type::kUuid) + " \"6fa1c2d3-9b8e-4a77-8c55-0123456789ab\"");
  CHECK(operand("u", "not-a-uuid") == "TypeError");
  CHECK(operand("u", "now") == "TypeError");
  CHECK(operand("dt", "now") == kind(Type::kDateTime) + " \"2026-01-31T12:00:00.123456Z\"");
  CHECK(operand("dt", List{Value("now"), Value(3), Value()}) ==
        kind(Type::kList) + R"( ["2026-01-31T12:00:00.123456Z",3,null])");
  CHECK(operand("dt", List{Value("soonish")}) == "TypeError");
  CHECK(operand("d", 5) == kind(Type::kInt) + " 5");
  CHECK(operand("i", "5") == kind(Type::kString) + " \"5\"");
  CHECK(operand("i", 1.5) == kind(Type::kFloat) + " 1.5");
  CHECK(operand("e", "no-at-sign") == kind(Type::kString) + " \"no-at-sign\"");
  CHECK(operand("a", "2026-01-31") == kind(Type::kString) + " \"2026-01-31\"");
  const auto lists = define("c { days: [Date] o: { d: Date s: String } }");
  CHECK(outcome(coerce_operand(field(lists, "days").type, "2026-01-31", kNow)) ==
        kind(Type::kDate) + " \"2026-01-31\"");
  CHECK(coerce_operand(field(lists, "days").type, List{Value("2026-01-31")}, kNow)
            ->if_list()
            ->front()
            .type() == Type::kDate);
  CHECK(failure(coerce_operand(field(lists, "o").type, Object{{"d", "x"}}, kNow, "o"))
            .starts_with("TypeError field 'o.d'"));
}

// A slow twin: what a single value of a simple type becomes, written from the reference alone.
namespace {
std::string twin(FieldType type, const Value& value) {
  if (value.is_null()) return "null";
  if (type == FieldType::kAny) return to_json(value);
  if (type == FieldType::kFloat) {
    if (value.type() == Type::kInt) return to_json(Value(static_cast<double>(*value.if_int())));
    return value.type() == Type::kFloat ? to_json(value) : "TypeError";
  }
  if (type == FieldType::kInt) {
    if (value.type() == Type::kInt) return to_json(value);
    if (value.type() != Type::kFloat) return "TypeError";
    const long double wide = *value.if_float();
    if (std::floor(wide) != wide || wide >= 9223372036854775808.0L ||
        wide < -9223372036854775808.0L)
      return "TypeError";
    return to_json(Value(static_cast<std::int64_t>(wide)));
  }
  const bool fits =
      (type == FieldType::kString && value.type() == Type::kString) ||
      (type == FieldType::kBoolean && value.type() == Type::kBool) ||
      (type == FieldType::kObject && value.type() == Type::kObject) ||
      (type == FieldType::kJson && (value.type() == Type::kObject || value.type() == Type::kList));
  return fits ? to_json(value) : "TypeError";
}
}  // namespace

TEST_CASE("coercion agrees with a slow twin on random values") {
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  const FieldType types[] = {FieldType::kAny,    FieldType::kFloat,   FieldType::kInt,
                             FieldType::kString, FieldType::kBoolean, FieldType::kObject,
                             FieldType::kJson};
  const auto pick = [&](std::uint32_t below) {
    return static_cast<std::uint32_t>(random() % below);
  };
  const std::function<Value(int)> make = [&](int depth) -> Value {
    switch (pick(depth > 0 ? 7 : 5)) {
      case 0:
        return Value();
      case 1:
        return Value(pick(2) == 0);
      case 2:
        return Value(
            static_cast<std::int64_t>((std::uint64_t{random()} << 32 | random()) >> pick(64)));
      case 3:
        return Value(std::ldexp(static_cast<double>(static_cast<std::int32_t>(random())),
                                static_cast<int>(pick(70)) - 35));
      case 4:
        return Value(std::string(pick(4), static_cast<char>('0' + pick(10))));
      case 5:
        return Value(List{make(depth - 1), make(depth - 1)});
      default:
        return Value(Object{{"a", make(depth - 1)}, {"b", make(depth - 1)}});
    }
  };
  for (int i = 0; i < 20'000; ++i) {
    TypeDef type;
    type.type = types[pick(std::size(types))];
    const auto value = make(3);
    const auto result = coerce(type, value, {.now = kNow, .validators = nullptr});
    const auto got = result ? to_json(*result) : std::string(to_string(result.error().code()));
    if (got != twin(type.type, value)) {
      INFO(to_string(type.type) << " <- " << to_json(value));
      CHECK(got == twin(type.type, value));
    }
  }
}
