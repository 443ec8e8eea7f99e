// Random definitions, alters and literals.
// Called by the statements.
#include "grammar/statements.hpp"

namespace aurora::testing {

GrammarCollection Statements::collection(const std::string& name) {
  static const std::vector<std::string> kTypes = {"Int",  "Int",  "Float", "String", "String",   "Boolean", "DateTime",
                                                  "Date", "Time", "Uuid",  "Email",  "[Int]",    "[String]", "JSON",
                                                  "Any",  "{ x: Int  y: { z: String } }", "[{ x: Int }]", "URL"};
  GrammarCollection made{name, one_in(8), {}};
  if (!one_in(4)) made.fields.push_back({"id", "Int", true});   // a text would be filled in, differently in each database
  static constexpr const char* kNames[] = {"age", "name", "limit", "tags", "at", "where", "price", "count"};
  for (std::size_t i = 0, count = 2 + below(6); i < count; ++i) made.fields.push_back({kNames[i], pick(kTypes), false});
  return made;
}

std::string Statements::declare(const GrammarField& field) {
  auto text = field.name + ": " + field.type;
  if (field.primary) return text + "! @primary";
  const bool scalar = field.type[0] != '[' && field.type[0] != '{';
  if (scalar && one_in(5)) text += " = " + literal(field.type);
  if (one_in(12))
    text += " @unique";
  else if (one_in(2))
    text += " @indexed";
  if (field.type == "Int" && one_in(8)) text += " @validate(min: -5, max: 1000)";
  return text;
}

std::string Statements::define(const GrammarCollection& collection) {
  auto text = "define collection " + collection.name + (collection.open ? " @open {" : " {");
  for (const auto& field : collection.fields) text += " " + declare(field) + word({"", ","});
  if (one_in(3))
    text += std::string(one_in(4) ? " @@unique" : " @@index") + "(fields: [\"" + pick(collection.fields).name + "\", \"" +
            pick(collection.fields).name + "\"])";
  if (one_in(4)) text += " calc: " + word({"Int", "String", "Any"}) + " @computed(expr: \"" + word({"age", "name | uppercase", "1 + 2", "${name}!", "isNull(price)", "length(name)"}) + "\")" + word({"", " @indexed"});
  return text + " }";
}

std::string Statements::schema() {
  collections_.clear();
  std::string text = "schema {";
  for (const auto* name : {"users", "orders", "query"}) {
    if (!collections_.empty() && one_in(2)) continue;
    collections_.push_back(collection(name));
    text += " " + define(collections_.back());
  }
  return text + " }";
}

std::string Statements::alter() {
  const auto& on = pick(collections_);
  const auto& field = pick(on.fields);
  auto text = "schema { alter collection " + on.name + " { ";
  switch (below(6)) {
    case 0: text += "add extra" + number(3) + ": " + word({"Int", "String", "Float!"}) + word({"", " = 3", " = \"x\"", " @indexed"}); break;
    case 1: text += "drop extra" + number(3); break;
    case 2: text += "rename extra" + number(3) + " to extra" + number(3); break;
    case 3: text += "modify " + field.name + ": " + field.type + word({"", " @indexed", " @unique"}); break;
    case 4: text += "modify " + field.name + ": " + word({"Float", "String", "Any"}); break;
    default: text += "@@index(fields: [\"" + field.name + "\"])";
  }
  return text + " } }";
}

std::string Statements::any_literal(unsigned depth) {
  switch (below(depth > 2 ? 10 : 12)) {
    case 0: return "null";
    case 1: return word({"true", "false"});
    case 2: return word({"0", "-1", "9223372036854775807", "-9223372036854775808", "7"});
    case 3: return word({"1.5", "-0.0", "1e308", "1e-300", "3.0"});
    case 4: return word({"\"\"", "\"a\"", "\"\\u00e9\"", "\"now\"", "\"${name}\"", "\"%\"", "\"\\ud83d\\ude00\""});
    case 5: return word({"ASC", "DESC", "HIGH", "nothing"});
    case 6: return word({"\"2026-01-31\"", "\"2026-01-31T12:00:00Z\"", "\"12:00:00\"", "\"2026-02-30\""});
    case 7: return "\"0f8fad5b-d9cb-469f-a165-70867728950e\"";
    case 8: return "[]";
    case 9: return "{}";
    case 10: return "[" + any_literal(depth + 1) + ", " + any_literal(depth + 1) + "]";
    default: return "{ x: " + any_literal(depth + 1) + " y: " + any_literal(depth + 1) + " }";
  }
}

std::string Statements::literal(const std::string& type) {
  if (one_in(25)) return any_literal();
  if (type == "Int") return one_in(10) ? word({"9223372036854775807", "-9223372036854775808"}) : std::to_string(static_cast<int>(below(14)) - 3);
  if (type == "Float") return one_in(12) ? word({"1e308", "-1e308", "1e-300"}) : std::to_string(static_cast<int>(below(20)) - 4) + ".5";
  if (type == "String") return word({"\"\"", "\"a\"", "\"ab\"", "\"abc\"", "\"b\"", "\"é\"", "\"zz\"", "\"Ada\""});
  if (type == "Boolean") return word({"true", "false"});
  if (type == "DateTime") return word({"\"2026-01-31T12:00:00Z\"", "\"2025-12-31T23:59:59.5+02:00\"", "\"now\"", "\"1970-01-01T00:00:00Z\"", "\"0001-01-01T00:00:00Z\"", "\"9999-12-31T23:59:59Z\""});
  if (type == "Date") return word({"\"2026-01-31\"", "\"2024-02-29\"", "\"now\"", "\"0001-01-01\"", "\"9999-12-31\""});
  if (type == "Time") return word({"\"12:00:00\"", "\"00:00:00.000001\"", "\"23:59:59.999999\""});
  if (type == "Uuid") return "\"0f8fad5b-d9cb-469f-a165-70867728950" + number(10) + "\"";
  if (type == "Email") return word({"\"a@x.io\"", "\"b@x.io\"", "\"c@y.org\""});
  if (type == "URL") return word({"\"http://x.io/a\"", "\"https://y.org\""});
  if (type == "[Int]") return "[" + literal("Int") + word({" ", ", "}) + literal("Int") + "]";
  if (type == "[String]") return word({"[]", "[\"a\"]", "[\"a\" \"b\"]", "[\"\", null]"});
  if (type[0] == '{') return "{ x: " + literal("Int") + " y: { z: " + literal("String") + " } }";
  if (type[0] == '[') return "[{ x: " + literal("Int") + " } { x: " + literal("Int") + " }]";
  return any_literal();
}

}  // namespace aurora::testing
