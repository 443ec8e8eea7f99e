// Durations, type names, reading fields and paths of records, compiled constraints.
#include "support.hpp"

#include <aurora/schema/duration.hpp>
#include <aurora/schema/path.hpp>
#include <aurora/schema/validate.hpp>

#include <thread>
#include <vector>

using namespace aurora;
using namespace aurora::test;

TEST_CASE("durations") {
  const auto micros = [](std::string_view text) { return parse_duration(text)->micros; };
  CHECK(micros("30s") == 30'000'000);
  CHECK(micros("5m") == 300'000'000);
  CHECK(micros("1h") == 3'600'000'000);
  CHECK(micros("30d") == 2'592'000'000'000);
  CHECK(micros("2w") == 1'209'600'000'000);
  CHECK(micros("-3d") == -259'200'000'000);
  CHECK(micros("0s") == 0);
  CHECK(parse_duration("6mo") == Duration{0, 6});
  CHECK(parse_duration("2y") == Duration{0, 24});
  CHECK_FALSE(parse_duration("6mo")->is_fixed());
  CHECK_FALSE(parse_duration("0d")->is_positive());
  for (const auto* bad :
       {"", "d", "30", "30 d", " 30d", "30d ", "+30d", "1.5h", "30D", "1h30m", "30days", "0x1d",
        "--1d", "9223372036854775807s", "9223372036854775808s", "1000000000000000000y"}) {
    INFO(bad);
    CHECK_FALSE(parse_duration(bad).has_value());
  }
}

TEST_CASE("type names go both ways") {
  for (const auto* name : {"String", "Int", "Float", "Boolean", "ID", "Uuid", "DateTime", "Date",
                           "Time", "Email", "URL", "PhoneNumber", "JSON", "Object", "Any"})
    CHECK(to_string(*field_type_named(name)) == name);
  CHECK(field_type_named("Bool") == FieldType::kBoolean);
  CHECK_FALSE(field_type_named("string"));
  CHECK_FALSE(field_type_named("list"));
}

TEST_CASE("paths are read from records") {
  const auto c = define("c @open { addr: { city: String geo: [{ lat: Float }] } j: JSON }");
  const auto record = record_of(
      c,
      R"({"addr": {"city": "Oban", "geo": [{"lat": 1}]}, "j": {"a": {"b": [1]}}, "wild": {"x": 5}})");
  const auto value = [&](std::string_view path) {
    return to_json(read_path(c, *resolve_path(c, path), record.view()));
  };
  CHECK(value("addr.city") == "\"Oban\"");
  CHECK(value("addr.geo") == R"([{"lat":1.0}])");
  CHECK(value("addr.geo.lat") == "null");
  CHECK(value("j.a.b") == "[1]");
  CHECK(value("j.a.c") == "null");
  CHECK(value("wild.x") == "5");
  CHECK(value("other") == "null");
  CHECK(c.find(FieldId{9}) == nullptr);
  CHECK(c.find(FieldId{0}) == nullptr);
}

TEST_CASE("constraints of a query's `validate`") {
  Validation validation;
  TypeDef text;
  text.type = FieldType::kString;
  REQUIRE(set_constraint(validation, "format", "email", text).has_value());
  REQUIRE(set_constraint(validation, "pattern", "^a", text).has_value());
  CHECK(contains(failure(set_constraint(validation, "formt", "email", text)),
                 "did you mean 'format'"));
  const auto validators = Validators::make(validation);
  REQUIRE(validators.has_value());
  for (const auto* shared : {validators->get(), static_cast<const Validators*>(nullptr)}) {
    CHECK(satisfies(validation, ValueView::of(std::string_view("a@b.example")), shared));
    CHECK_FALSE(satisfies(validation, ValueView::of(std::string_view("b@b.example")), shared));
    CHECK_FALSE(satisfies(validation, ValueView::of(std::string_view("ab")), shared));
    CHECK_FALSE(satisfies(validation, ValueView::of(std::int64_t{3}), shared));
    CHECK(satisfies(validation, ValueView(), shared));
  }
}

TEST_CASE("compiled patterns are shared between threads", "[threads]") {
  const auto c = define(R"(c { s: String @validate(pattern: "^[a-z]+[0-9]$") })");
  std::vector<std::thread> threads;
  std::vector<int> good(4);
  for (std::size_t t = 0; t < good.size(); ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 500; ++i) {
        const CoerceContext context{kNow, c.validators.get()};
        good[t] += coerce(c.fields[0], Value("abc7"), context).has_value() ? 1 : 0;
        good[t] += coerce(c.fields[0], Value("ABC7"), context).has_value() ? 100'000 : 0;
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(good == std::vector<int>(4, 500));
}
