// Tests of JSON: how values are written, what is read, what is refused and where.
#include "random_values.hpp"

#include <aurora/value.hpp>

#include <catch2/catch_test_macros.hpp>

namespace aurora {
namespace {

TEST_CASE("JSON: numbers are written shortest, and Floats stay Floats", "[json]") {
  CHECK(to_json(Value(0)) == "0");
  CHECK(to_json(Value(std::numeric_limits<std::int64_t>::min())) == "-9223372036854775808");
  CHECK(to_json(Value(1.0)) == "1.0");
  CHECK(to_json(Value(-0.0)) == "-0.0");
  CHECK(to_json(Value(0.1)) == "0.1");
  CHECK(to_json(Value(1.15)) == "1.15");
  CHECK(to_json(Value(100000.0)) == "100000.0");
  CHECK(to_json(Value(1e16)) == "10000000000000000.0");
  CHECK(to_json(Value(1e17)) == "1e+17");
  CHECK(to_json(Value(1e300)) == "1e+300");
  CHECK(to_json(Value(0.000001)) == "0.000001");
  CHECK(to_json(Value(0.0000001)) == "1e-07");
  CHECK(to_json(Value(5e-324)) == "5e-324");
  CHECK(to_json(Value(std::numeric_limits<double>::infinity())) == "null");
  CHECK(to_json(Value(std::numeric_limits<double>::quiet_NaN())) == "null");
}

TEST_CASE("JSON: strings escape what they must", "[json]") {
  CHECK(to_json(Value("plain")) == "\"plain\"");
  CHECK(to_json(Value("a\"b\\c/")) == R"("a\"b\\c/")");
  CHECK(to_json(Value(std::string("\0\x01\b\t\n\f\r\x1f\x7f", 9))) ==
        "\"\\u0000\\u0001\\b\\t\\n\\f\\r\\u001f\x7f\"");
  CHECK(to_json(Value("\xC3\xA9\xF0\x9F\x98\x80")) == "\"\xC3\xA9\xF0\x9F\x98\x80\"");
  CHECK(to_json(Value("a\xFF"
                      "b\xC3")) ==
        "\"a\xEF\xBF\xBD"
        "b\xEF\xBF\xBD\"");
}

TEST_CASE("JSON: an escape is found at every place in a long text", "[json]") {
  for (std::size_t at = 0; at < 40; ++at) {
    for (const char special : {'"', '\\', '\n', '\x01'}) {
      std::string text(40, 'x');
      text[at] = special;
      CHECK(parse_json(to_json(Value(text))).value() == Value(text));
      CHECK(to_json(Value(text)).size() > 42);
    }
  }
}

TEST_CASE("JSON: containers and text forms", "[json]") {
  CHECK(to_json(Value(List{})) == "[]");
  CHECK(to_json(Value(Object{})) == "{}");
  CHECK(to_json(Value(Object{{"b", List{1, nullptr, true}}, {"a", Object{{"d", Date{0}}}}})) ==
        R"({"b":[1,null,true],"a":{"d":"1970-01-01"}})");
  CHECK(to_json(Value(Uuid{})) == "\"00000000-0000-0000-0000-000000000000\"");
  CHECK(to_json(Value(Time{1})) == "\"00:00:00.000001\"");
  CHECK(to_json(Value(DateTime{})) == "\"1970-01-01T00:00:00Z\"");
}

TEST_CASE("JSON: reads every kind", "[json]") {
  const Value read =
      parse_json(
          R"( {"a": [1, -2.5e1, "x\u00e9\ud83d\ude00\/", true, false, null], "b": {}, "": []} )")
          .value();
  CHECK(read ==
        Value(Object{{"a", List{1, -25.0, "x\xC3\xA9\xF0\x9F\x98\x80/", true, false, nullptr}},
                     {"b", Object{}},
                     {"", List{}}}));
  CHECK(parse_json("7").value().type() == Type::kInt);
  CHECK(parse_json("7.0").value().type() == Type::kFloat);
  CHECK(parse_json("7e0").value().type() == Type::kFloat);
  CHECK(parse_json("-9223372036854775808").value() ==
        Value(std::numeric_limits<std::int64_t>::min()));
  CHECK(parse_json("9223372036854775807").value() ==
        Value(std::numeric_limits<std::int64_t>::max()));
  CHECK(parse_json("1e-400").value() == Value(0.0));
  CHECK(parse_json("\"a\\u0000b\"").value() == Value(std::string("a\0b", 3)));
}

struct Refused {
  std::string_view text;
  std::uint32_t line;
  std::uint32_t column;
};

TEST_CASE("JSON: what is refused, and where", "[json]") {
  using namespace std::string_view_literals;
  const Refused cases[] = {
      {"", 1, 1},
      {"  ", 1, 3},
      {"[1,\n 9223372036854775808]", 2, 2},
      {"[-9223372036854775809]", 1, 2},
      {"18446744073709551616", 1, 1},
      {"{\"a\": 123456789012345678901234567890}", 1, 7},
      {"[1, 1e400]", 1, 5},
      {"1e400", 1, 1},
      {"[1,\n2,\n}", 3, 1},
      {"[1 2]", 1, 4},
      {"[1,]", 1, 4},
      {"{\"a\" 1}", 1, 6},
      {"1 2", 1, 3},
      {"[] []", 1, 4},
      {"nul", 1, 4},
      {"[1", 1, 3},
      {"\"a", 1, 3},
      {"\"a\nb\"", 1, 3},
      {"\"\xC3\xA9\xFF\"", 1, 3},
      {"\"\\ud800\"", 1, 8},
      {"\"\\q\"", 1, 3},
      {"01", 1, 2},
      {"NaN", 1, 1},
      {"'a'", 1, 1},
      {"// no\n1", 1, 1},
      {"1\0"sv, 1, 2},
      {"1\0x"sv, 1, 2},
      {"\xC3\xA9", 1, 1},
  };
  for (const Refused& refused : cases) {
    INFO(refused.text);
    const auto read = parse_json(refused.text);
    REQUIRE_FALSE(read);
    CHECK(read.error().code() == ErrorCode::kInvalidInput);
    CHECK(read.error().line() == refused.line);
    CHECK(read.error().column() == refused.column);
    CHECK(read.error().message().starts_with("invalid JSON: "));
    CHECK(read.error().message().find("json.exception") == std::string::npos);
  }
}

TEST_CASE("JSON: depth is limited and never recursed upon", "[json]") {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  CHECK(parse_json(nested(64)));
  CHECK_FALSE(parse_json(nested(65)));
  CHECK(parse_json(nested(65)).error().column() == 65);
  CHECK(parse_json(nested(100), 100));
  CHECK_FALSE(parse_json("[]", 0));
  CHECK(parse_json("1", 0));
  CHECK_FALSE(parse_json(std::string(1'000'000, '['), 1'000'000));
  std::string objects;
  for (int i = 0; i < 65; ++i) objects += "{\"a\":";
  CHECK_FALSE(parse_json(objects));
}

TEST_CASE("JSON: the last of one name counts, in small objects and large ones", "[json]") {
  CHECK(to_json(parse_json(R"({"a":1,"b":2,"a":3})").value()) == R"({"a":3,"b":2})");
  CHECK(to_json(parse_json(R"({"a":{"x":1},"a":{"y":2,"a":[{"a":0}]}})").value()) ==
        R"({"a":{"y":2,"a":[{"a":0}]}})");
  std::string text = "{";
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 50; ++i)
      text += "\"k" + std::to_string(i) + "\":[" + std::to_string(i + round) + "],";
  }
  text += "\"z\":0}";
  const Value read = parse_json(text).value();
  REQUIRE(read.if_object()->size() == 51);
  CHECK(*read.if_object()->find("k7") == Value(List{8}));
  CHECK(read.if_object()->begin()[49].name == "k49");
}

TEST_CASE("JSON: a hundred thousand members are read in linear time", "[json]") {
  std::string text = "{";
  for (int i = 0; i < 100'000; ++i)
    text += "\"member" + std::to_string(i) + "\":" + std::to_string(i) + ",";
  text.back() = '}';
  CHECK(parse_json(text).value().if_object()->size() == 100'000);
}

// What JSON keeps of a value: uuids, dates and times become strings.
Value as_json_keeps(const Value& value) {
  if (const auto* list = value.if_list()) {
    List kept;
    for (const Value& item : *list) kept.push_back(as_json_keeps(item));
    return Value(std::move(kept));
  }
  if (const auto* object = value.if_object()) {
    Object kept;
    for (const auto& [name, member] : *object) kept.append(name, as_json_keeps(member));
    return Value(std::move(kept));
  }
  if (const auto* uuid = value.if_uuid()) return Value(uuid->text());
  if (const auto* date = value.if_date()) return Value(date->text());
  if (const auto* time = value.if_time()) return Value(time->text());
  if (const auto* moment = value.if_datetime()) return Value(moment->text());
  return value;
}

TEST_CASE("JSON: what is written reads back, kind for kind", "[json][property]") {
  INFO("seed " << Catch::getSeed());
  test::RandomValues random;
  for (int round = 0; round < 40'000; ++round) {
    const Value value = random.value();
    const std::string text = to_json(value);
    INFO("round " << round << ": " << text);
    const auto read = parse_json(text);
    REQUIRE(read);
    REQUIRE(*read == as_json_keeps(value));
    REQUIRE(to_json(*read) == text);  // tells Ints from Floats, and keeps the order of members
  }
}

TEST_CASE("JSON: damaged text is refused or read, never worse", "[json][property]") {
  INFO("seed " << Catch::getSeed());
  test::RandomValues random;
  for (int round = 0; round < 40'000; ++round) {
    std::string text = to_json(random.value());
    for (std::uint32_t count = random.below(3) + 1; count > 0 && !text.empty(); --count) {
      text[random.below(static_cast<std::uint32_t>(text.size()))] =
          "{}[]\",:0e.-\\u\x80\0"[random.below(15)];
    }
    const auto read = parse_json(text);
    if (read) {
      REQUIRE(parse_json(to_json(*read)).value() == *read);
    } else {
      REQUIRE(read.error().line() >= 1);
      REQUIRE(read.error().column() >= 1);
      REQUIRE(read.error().column() <= text.size() + 1);
    }
  }
}

}  // namespace
}  // namespace aurora
