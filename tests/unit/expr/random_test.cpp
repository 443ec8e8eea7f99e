// Random expressions over random values: every one gives a value that can be stored, or a proper
// error, and means the same once printed and parsed again.
#include "support.hpp"

#include "expr/function.hpp"

#include <aurora/aql/printer.hpp>
#include <aurora/base/utf8.hpp>

#include <algorithm>
#include <cmath>
#include <random>

using namespace aurora;
using namespace aurora::expr;
using namespace aurora::expr::test;

namespace {

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  std::string expression(int depth) {
    if (depth == 0) return leaf();
    switch (below(10)) {
      case 0:
        return "(" + expression(depth - 1) + " " + op() + " " + expression(depth - 1) + ")";
      case 1:
        return "(" + expression(depth - 1) + " ? " + expression(depth - 1) + " : " +
               expression(depth - 1) + ")";
      case 2:
        return (below(2) == 0 ? "-" : "!") + ("(" + expression(depth - 1) + ")");
      case 3:
        return "[" + expression(depth - 1) + ", " + expression(depth - 1) + "]";
      case 4:
        return leaf();
      default:
        return call(depth);
    }
  }

  Object fields() {
    Object object;
    for (const auto* name : kNames) object.append(name, value());
    return object;
  }

 private:
  static constexpr const char* kNames[] = {"a", "b", "c", "d", "e"};

  std::size_t below(std::size_t limit) { return random_() % limit; }

  std::string op() {
    constexpr const char* kOps[] = {"||", "&&", "==", "!=", "<", "<=", ">",
                                    ">=", "+",  "-",  "*",  "/", "%"};
    return kOps[below(std::size(kOps))];
  }

  std::string leaf() {
    constexpr const char* kLeaves[] = {"null",
                                       "true",
                                       "false",
                                       "0",
                                       "1",
                                       "-3",
                                       "9223372036854775807",
                                       "-9223372036854775808",
                                       "2.5",
                                       "-0.0",
                                       "1e308",
                                       "5e-324",
                                       "\"\"",
                                       "\"Åb c\"",
                                       "\"%Y-%j\"",
                                       "\"-5mo\"",
                                       "\"3d\"",
                                       "\"y\"",
                                       "\"2024-02-29\"",
                                       "\"now\"",
                                       "\"12.5\"",
                                       "now()",
                                       "[]",
                                       "$v"};
    return below(2) == 0 ? kNames[below(std::size(kNames))] : kLeaves[below(std::size(kLeaves))];
  }

  std::string call(int depth) {
    static const auto names = function_names();
    const auto* function = find_function(names[below(names.size())]);
    std::size_t count = function->parameter_count;
    while (count > 0 && function->parameters[count - 1].optional && below(2) == 0) --count;
    if (function->variadic) count += below(3);
    std::string text(function->name);
    text += '(';
    for (std::size_t i = 0; i < count; ++i) text += (i > 0 ? ", " : "") + expression(depth - 1);
    return text + ')';
  }

  Value value() {
    switch (below(12)) {
      case 0:
        return Value();
      case 1:
        return Value(below(2) == 0);
      case 2:
        return Value(static_cast<std::int64_t>(random_()));
      case 3:
        return Value(static_cast<std::int64_t>(below(200)) - 100);
      case 4:
        return Value(static_cast<double>(below(20'000)) / 100 - 100);
      case 5:
        return Value(std::ldexp(1.0, static_cast<int>(below(2000)) - 1000));
      case 6:
        return Value("Straße & Łódź, ǅ 7");
      case 7:
        return Value(DateTime(static_cast<std::int64_t>(random_() % 300'000'000'000'000'000) -
                              60'000'000'000'000'000));
      case 8:
        return Value(Date{static_cast<std::int32_t>(below(3'652'000)) - 719'000});
      case 9:
        return Value(Time{static_cast<std::int64_t>(below(86'400'000'000))});
      case 10:
        return Value(List{value(), value()});
      default:
        return Value(Object{{"x", value()}});
    }
  }

  std::mt19937_64 random_;
};

// A Float that is finite, valid text, dates within their years: what a record may hold.
bool can_be_stored(const Value& value) {
  if (const auto* number = value.if_float()) return std::isfinite(*number);
  if (const auto* text = value.if_string()) return is_valid_utf8(*text);
  if (const auto* date = value.if_date()) return Date::parse(date->text()) == *date;
  if (const auto* time = value.if_time()) return Time::parse(time->text()) == *time;
  if (const auto* instant = value.if_datetime())
    return DateTime::parse(instant->text()) == *instant;
  if (const auto* list = value.if_list())
    return std::all_of(list->begin(), list->end(), can_be_stored);
  return true;
}

std::string outcome(const aql::Expression& expression, Document& document) {
  const auto program = Program::compile(expression, document);
  if (!program) return "refused";
  const auto value = program->evaluate(document);
  if (value) {
    CHECK(can_be_stored(*value));
    return to_json(*value);
  }
  const auto code = value.error().code();
  CHECK((code == ErrorCode::kTypeError || code == ErrorCode::kLimitExceeded));
  return std::string(to_string(code));
}

}  // namespace

TEST_CASE("random expressions give storable values or proper errors", "[expr]") {
  std::size_t values = 0;
  for (std::uint64_t seed = 1; seed <= 20'000; ++seed) {
    Generator generator(seed);
    const auto text = generator.expression(1 + static_cast<int>(seed % 3));
    INFO("seed " << seed << ": " << text);
    const auto parsed = aql::parse_expression(text);
    REQUIRE(parsed.has_value());
    Document document(generator.fields());
    document.variables = Object{{"v", 4}};
    const auto first = outcome(*parsed, document);
    const auto again = aql::parse_expression(aql::print(*parsed));
    REQUIRE(again.has_value());
    CHECK(outcome(*again, document) == first);
    values += first != "refused" && first != "TypeError" && first != "LimitExceeded";
  }
  CHECK(values > 2'000);
}
