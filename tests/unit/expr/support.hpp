// What the tests of the expr room share: an expression and a document in, JSON or a message out.
#pragma once

#include <aurora/aql/parser.hpp>
#include <aurora/base/nearest.hpp>
#include <aurora/expr/program.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace aurora::expr::test {

/// Fields are the members of one object; slots are their paths in the order of first use.
class Document : public Scope, public Inputs {
 public:
  explicit Document(Object fields = {}) : fields_(std::move(fields)) {}

  Result<Slot> resolve(const std::vector<std::string>& path, aql::Offset at) override {
    if (path.front() == "nosuch") return error(at, "unknown field 'nosuch'");
    paths_.push_back(path);
    return static_cast<Slot>(paths_.size() - 1);
  }
  Error error(aql::Offset at, std::string message) const override {
    return Error(ErrorCode::kInvalidQuery, std::to_string(at) + ": " + std::move(message));
  }

  Result<Value> value(Slot slot) override {
    ++reads;
    const Object* object = &fields_;
    const Value* found = nullptr;
    for (const auto& name : paths_.at(slot)) {
      found = object != nullptr ? object->find(name) : nullptr;
      object = found != nullptr ? found->if_object() : nullptr;
    }
    return found != nullptr ? *found : Value();
  }
  Value variable(std::string_view name) override {
    const auto* found = variables.find(name);
    return found != nullptr ? *found : Value();
  }
  DateTime now() const override { return *DateTime::parse("2026-01-31T12:00:00.5Z"); }
  Error error(aql::Offset at, ErrorCode code, std::string message) const override {
    return Error(code, std::to_string(at) + ": " + std::move(message));
  }

  int reads = 0;
  Object variables;

 private:
  Object fields_;
  std::vector<std::vector<std::string>> paths_;
};

inline Object sample() {
  return Object{{"n", 7},
                {"q", 3},
                {"f", 2.5},
                {"s", "Blue Wave"},
                {"yes", true},
                {"no", false},
                {"at", *DateTime::parse("2026-03-09T08:07:06.25Z")},
                {"day", *Date::parse("2024-02-29")},
                {"time", *Time::parse("23:30:00")},
                {"id", *Uuid::parse("00000000-0000-7000-8000-00000000000a")},
                {"nums", List{5, 1, 3, 1}},
                {"tags", List{"sea", "sky"}},
                {"parts", List{Object{{"sku", "a"}, {"cost", 2}}, Object{{"sku", "b"}, {"cost", 5}},
                               Object{}}},
                {"addr", Object{{"city", "Delft"}}}};
}

inline Result<Value> evaluated(std::string_view text, Document& document) {
  auto expression = aql::parse_expression(text);
  if (!expression) return expression.error();
  auto program = Program::compile(*expression, document);
  if (!program) return program.error();
  return program->evaluate(document);
}

/// The value of `text` over `sample()` as JSON, or "Code: message".
inline std::string run(std::string_view text, Object variables = {}) {
  Document document(sample());
  document.variables = std::move(variables);
  const auto value = evaluated(text, document);
  if (value) return to_json(*value);
  return std::string(to_string(value.error().code())) + " " + value.error().message();
}

/// The message of an error met while compiling.
inline std::string refusal(std::string_view text) {
  Document document(sample());
  auto expression = aql::parse_expression(text);
  if (!expression) return "does not parse: " + expression.error().message();
  const auto program = Program::compile(*expression, document);
  return program ? "compiles" : program.error().message();
}

}  // namespace aurora::expr::test
