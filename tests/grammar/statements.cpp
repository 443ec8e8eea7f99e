// Random queries and mutations.
// Called by the grammar test.
#include "grammar/statements.hpp"

namespace aurora::testing {

std::string Statements::variable(const std::string& type, const std::string& value) {
  // Words and a variable's own text are no JSON.
  const bool json = value.find_first_of("{$") == value.npos && value != "nothing" && value != "HIGH" && value != "ASC" &&
                    value != "DESC";
  if (!one_in(6) || !json) return value;
  const auto name = "v" + std::to_string(names_++);
  declared_ += " $" + name + ": " + type;
  if (!one_in(10)) {
    auto text = value;
    for (auto& c : text)
      if (c == ' ') c = ',';
    variables_.insert(variables_.size() - 1, (variables_.size() > 2 ? ",\"" : "\"") + name + "\":" + text);
  }
  return "$" + name;
}

std::string Statements::path(const GrammarCollection& on) {
  if (one_in(30)) return word({"nothing", "_sid", "age.x", "id", "calc", "extra1"});
  const auto& field = pick(on.fields);
  if (field.type[0] == '{') return field.name + word({"", ".x", ".y.z", ".y"});
  if (field.type == "JSON" || field.type == "Any") return field.name + word({"", ".x", ".a"});
  return field.name;
}

std::string Statements::condition(const std::string& type) {
  if (one_in(4)) return variable("Any", literal(type));
  switch (below(14)) {
    case 0: return "{ " + word({"eq", "ne", "gt", "gte", "lt", "lte"}) + ": " + variable("Any", literal(type)) + " }";
    case 1: return "{ gte: " + literal(type) + ", lt: " + literal(type) + " }";
    case 2: return "{ " + word({"in", "nin", "notIn", "containsAny", "containsAll"}) + ": [" + literal(type) + " " + literal(type) + "] }";
    case 3: return "{ between: [" + literal(type) + ", " + literal(type) + "] }";
    case 4: return "{ " + word({"isNull", "isNotNull", "exists"}) + ": " + word({"true", "false"}) + " }";
    case 5: return "{ " + word({"startsWith", "endsWith", "contains", "matches"}) + ": " + word({"\"a\"", "\"\"", "\"^a.*\"", "\"(?i)A\"", "\"(\""}) + " }";
    case 6: return "{ size: " + number(4) + " }";
    case 7: return "{ contains: " + literal(type == "[Int]" ? "Int" : "String") + " }";
    case 8: return "{}";
    case 9: return any_literal();
    case 10: return "null";
    case 11: return "{ in: [] }";
    default: return "{ eq: " + literal(type) + " }";
  }
}

std::string Statements::where(const GrammarCollection& on, unsigned depth) {
  std::string text = "{";
  for (std::uint64_t i = below(3) + (depth == 0 ? 0 : 1); i > 0; --i) {
    if (depth < 3 && one_in(4)) {
      text += one_in(2) ? " not: " + where(on, depth + 1)
                        : " " + word({"and", "or"}) + ": [" + where(on, depth + 1) + " " + where(on, depth + 1) + "]";
    } else {
      const auto name = path(on);
      if (text.find(name) != text.npos && !one_in(20)) continue;
      std::string type = "Int";
      for (const auto& field : on.fields)
        if (field.name == name) type = field.type;
      const bool bare = name.find('.') == name.npos;
      text += " " + (bare ? name : "\"" + name + "\"") + ": " + condition(type);
    }
  }
  return text + " }";
}

std::string Statements::order(const GrammarCollection& on) {
  const auto term = [&] {
    const auto name = path(on);
    if (one_in(2))
      return "{ field: \"" + name + "\" direction: " + word({"ASC", "DESC"}) + word({"", " nulls: FIRST", " nulls: LAST"}) + " }";
    return "{ \"" + name + "\": " + word({"ASC", "DESC"}) + " }";
  };
  return one_in(3) ? "[" + term() + ", " + term() + "]" : term();
}

std::string Statements::arguments(const GrammarCollection& on) {
  std::string text;
  const auto add = [&](const std::string& argument) { text += (text.empty() ? "(" : word({", ", " "})) + argument; };
  if (!one_in(3)) add(word({"where", "filter"}) + ": " + where(on));
  if (one_in(3)) add("orderBy: " + order(on));
  if (one_in(3)) add("limit: " + variable("Int", number(6)));
  if (one_in(6)) add("offset: " + number(4));
  if (one_in(8)) add(word({"first", "last"}) + ": " + number(5));
  if (one_in(10)) add("distinct: \"" + path(on) + "\"");
  if (one_in(30)) add(word({"after", "before"}) + ": " + word({"\"x\"", "null", "\"\""}));
  if (one_in(40)) add("validate: { " + pick(on.fields).name + ": { " + word({"min: 3", "minLength: 1", "format: \"email\"", "in: [1 2]"}) + " } }");
  if (one_in(60)) add(word({"limt: 3", "limit: -1", "limit: 1", "search: { query: \"a\" }"}));
  return text.empty() ? text : text + ")";
}

std::string Statements::directive() {
  switch (below(9)) {
    case 0: return " @include(if: " + variable("Boolean", word({"true", "false"})) + ")";
    case 1: return " @skip(if: " + word({"true", "false"}) + ")";
    case 2: return " @defer";
    case 3: return " @defer(if: " + word({"true", "false"}) + ")";
    default: return "";
  }
}

std::string Statements::expression(const GrammarCollection& on, unsigned depth) {
  const auto sub = [&] { return expression(on, depth + 1); };
  switch (below(depth > 3 ? 3 : 11)) {
    case 0: return path(on);
    case 1: return literal(word({"Int", "Float", "String"}));
    case 2: return pick(on.fields).name;
    case 3: return "(" + sub() + " " + word({"+", "-", "*", "/", "%"}) + " " + sub() + ")";
    case 4: return "(" + sub() + " " + word({"==", "!=", "<", ">=", "&&", "||"}) + " " + sub() + ")";
    case 5: return "(" + sub() + " ? " + sub() + " : " + sub() + ")";
    case 6: return word({"!", "-"}) + "(" + sub() + ")";
    case 7: return word({"uppercase", "length", "abs", "round", "toString", "toInt", "isNull", "first", "year", "slug", "trim"}) + "(" + sub() + ")";
    case 8: return word({"concat", "add", "min", "max", "coalesce", "pow", "mod", "eq", "dateAdd", "split"}) + "(" + sub() + ", " + sub() + ")";
    case 9: return "(" + sub() + ") | " + word({"uppercase", "round(decimals: 1)", "truncate(length: 2)", "toString", "sqrt", "floor"});
    default: return "\"${" + sub() + "} and ${" + path(on) + "}\"";
  }
}

std::string Statements::window(const GrammarCollection& on) {
  return "w" + std::to_string(names_++) + ": windowFunc(field: \"" + path(on) + "\", function: \"" +
         word({"rollingAvg", "rollingSum", "rollingMin", "rollingMax", "lag", "lead", "rank", "rowNumber", "cumSum"}) +
         "\"" + (one_in(8) ? "" : ", windowSize: " + std::to_string(1 + below(6) - (one_in(40) ? 1 : 0))) + ")";
}

std::string Statements::fields(const GrammarCollection& on, unsigned depth) {
  std::string text = " {";
  for (std::uint64_t i = 1 + below(4); i > 0; --i) {
    const auto alias = one_in(3) ? "f" + std::to_string(names_++) + ": " : "";
    switch (below(14)) {
      case 0: text += " " + window(on) + directive(); break;
      case 1: text += " c" + std::to_string(names_++) + ": " + expression(on) + directive(); break;
      case 2: {
        if (depth > 1) break;
        const auto& other = pick(collections_);
        text += " l" + std::to_string(names_++) + ": lookup(collection: \"" + other.name + "\", localField: \"" + path(on) +
                "\", foreignField: \"" + path(other) + "\"" + word({"", ", many: true", ", many: true, limit: 2"}) +
                (one_in(4) ? ", where: " + where(other, 2) : "") + ")" + directive() + fields(other, depth + 1);
        break;
      }
      case 3:
        if (depth > 2) break;
        text += " ..." + std::string(one_in(2) ? " on " + on.name : "") + directive() + fields(on, depth + 1);
        break;
      case 4: {
        if (depth > 2) break;
        const auto name = "F" + std::to_string(names_++);
        text += " ..." + name + directive();
        fragments_ += " fragment " + name + " on " + on.name + fields(on, depth + 1);
        break;
      }
      default: {
        const auto& field = pick(on.fields);
        // A field selected twice must be the same in everything.
        const bool again = text.find(" " + field.name + " ") != text.npos;
        text += " " + (again && alias.empty() ? "f" + std::to_string(names_++) + ": " : alias) + field.name + " " + directive();
        if (field.type[0] == '{' && one_in(2)) text += " { x" + directive() + " y { z } }";
      }
    }
  }
  if (text == " {") text += " " + pick(on.fields).name;
  return text + " }";
}

std::string Statements::aggregate(const GrammarCollection& on) {
  std::string text = " {";
  for (std::uint64_t i = 1 + below(3); i > 0; --i) {
    const auto function = word({"count", "countDistinct", "sum", "avg", "min", "max", "first", "last", "stddev", "percentile"});
    text += " a" + std::to_string(names_++) + ": " + function + "(field: \"" + path(on) + "\"" +
            (function == "percentile" ? ", p: " + word({"0", "0.5", "1", "2"}) : "") + ")" + directive();
  }
  return text + word({" }", " count }"});
}

std::string Statements::group(const GrammarCollection& on) {
  std::string text = "groupBy(";
  const bool one = !one_in(4);
  text += one ? "field: \"" + path(on) + "\"" : "fields: [\"" + path(on) + "\", \"" + path(on) + "\"]";
  if (one_in(6)) text += ", interval: \"" + word({"1h", "1d", "1w", "1mo", "1y", "0s", "90s"}) + "\"";
  if (one_in(4)) text += ", having: { count: " + word({"{ gt: 1 }", "2", "{ lte: 3 }"}) + " }";
  if (one_in(4)) text += ", orderBy: { " + word({"count", "key"}) + ": " + word({"ASC", "DESC"}) + " }";
  if (one_in(5)) text += ", limit: " + number(4);
  text += one ? ") { key count" : ") { keys count";
  if (one_in(2)) text += " aggregate" + aggregate(on);
  if (one_in(3)) text += " nodes(limit: " + number(3) + ")" + (one_in(2) ? "" : " { " + pick(on.fields).name + " }");
  return text + " }";
}

std::string Statements::collective(const GrammarCollection& on) {
  std::string text = " {";
  for (std::uint64_t i = 1 + below(3); i > 0; --i) {
    const auto alias = "k" + std::to_string(names_++) + ": ";
    switch (below(7)) {
      case 0: text += " " + alias + "aggregate" + aggregate(on) + directive(); break;
      case 1: text += " " + alias + group(on); break;
      case 2: text += " " + alias + "nodes" + directive() + fields(on); break;
      case 3: text += " " + alias + "edges { cursor node" + fields(on) + " }"; break;
      case 4: text += " " + alias + "pageInfo { hasNextPage hasPreviousPage" + word({"", " startCursor endCursor"}) + " }"; break;
      case 5: text += " " + alias + "totalCount" + directive(); break;
      default:
        text += " " + alias + "downsample(field: \"" + path(on) + "\", interval: \"" + word({"1h", "1d", "2w", "1mo"}) +
                "\", aggregation: \"" + word({"avg", "sum", "min", "max", "count", "first", "last"}) + "\", values: [\"" +
                path(on) + "\"])";
    }
  }
  return text + " }";
}

std::string Statements::root_field(std::size_t n) {
  const auto& on = pick(collections_);
  if (one_in(40)) return "nowhere { id }";
  auto text = "r" + std::to_string(n) + ": " + on.name + arguments(on);
  if (one_in(6)) text += " @explain" + word({"", "(analyze: true)"});
  if (one_in(25)) text += " @useIndex(field: \"" + path(on) + "\")";
  if (one_in(12)) text += directive();
  if (one_in(7)) return text;
  return text + (one_in(3) ? collective(on) : fields(on));
}

std::string Statements::query() {
  std::string text;
  for (std::size_t i = 0, count = 1 + below(2); i < count; ++i) text += " " + root_field(i);
  if (declared_.empty() && one_in(2)) return "{" + text + " }";
  return "query" + (declared_.empty() ? "" : "(" + declared_ + ")") + " {" + text + " }";
}

std::string Statements::data(const GrammarCollection& on, bool update) {
  std::string text = "{";
  for (const auto& field : on.fields) {
    if (!field.primary && one_in(3)) continue;
    if (update && (field.primary || one_in(3))) continue;
    text += " " + field.name + ": ";
    if (update && one_in(2)) {
      text += "{ " +
              word({"increment: 1", "decrement: 2", "multiply: 3", "min: 2", "max: 5", "push: 1", "push: \"a\"", "pull: 1",
                    "addToSet: \"b\"", "unset: true", "pushAll: [1 2]", "setOnInsert: 4", "increment: 1.5"}) +
              " }";
    } else if (field.primary && field.type == "Int") {
      text += number(300);
    } else if (field.primary) {
      text += "\"k" + number(300) + "\"";
    } else {
      text += variable("Any", literal(field.type));
    }
  }
  if (one_in(40)) text += " nothing: 1";
  return text + " }";
}

std::string Statements::mutation_field(std::size_t n, bool inside) {
  const auto& on = pick(collections_);
  const auto head = "m" + std::to_string(n) + ": ";
  const auto at = "(collection: \"" + on.name + "\"";
  std::string shown;
  if (one_in(3)) shown = one_in(2) ? " { affected }" : " { affected " + pick(on.fields).name + " }";
  switch (below(inside ? 6 : 7)) {
    case 0:
    case 1: {
      auto text = head + "insertMany" + at + ", data: [";
      for (std::uint64_t i = 1 + below(5); i > 0; --i) text += data(on, false) + " ";
      return text + "])" + shown;
    }
    case 2: return head + word({"insertInto", "insert"}) + at + ", data: " + data(on, false) + word({"", "", ", onConflict: IGNORE", ", onConflict: REPLACE", ", onConflict: UPDATE"}) + ")" + shown;
    case 3: return head + "update" + at + ", where: " + where(on) + ", " + word({"data", "set"}) + ": " + data(on, true) + ")" + shown;
    case 4: return head + "upsert" + at + ", where: " + where(on) + ", data: " + data(on, true) + ")" + shown;
    case 5: return head + word({"deleteFrom", "delete"}) + at + ", where: " + where(on, 1) + ")" + shown;
    default: {
      std::string text = "transaction {";
      for (std::size_t i = 0, count = 1 + below(3); i < count; ++i) text += " " + mutation_field(n * 10 + i, true);
      return text + " }";
    }
  }
}

std::string Statements::mutation() {
  std::string text;
  bool block = false;
  for (std::size_t i = 0, count = 1 + below(2); i < count; ++i) {
    auto field = mutation_field(i + 1, block);
    block = block || field.starts_with("transaction");
    text += " " + field;
  }
  return "mutation" + (declared_.empty() ? "" : "(" + declared_ + ")") + " {" + text + " }";
}

std::string Statements::damaged(std::string text) {
  for (std::uint64_t i = 1 + below(3); i > 0 && !text.empty(); --i) {
    const auto at = below(text.size());
    switch (below(4)) {
      case 0: text.erase(at, 1 + below(4)); break;
      case 1: text.insert(at, word({"{", "}", "(", ")", "[", "]", ":", "\"", "$", "@", "...", "#", "\\", ",", "null", "9"})); break;
      case 2: text.insert(at, text.substr(below(text.size()), below(12))); break;
      default: text[at] = static_cast<char>(below(256));
    }
  }
  return text;
}

std::string Statements::statement() {
  declared_.clear();
  fragments_.clear();
  variables_ = "{}";
  names_ = 0;
  const auto choice = below(100);
  std::string text;
  if (choice < 60)
    text = query();
  else if (choice < 93)
    text = mutation();
  else if (choice < 97)
    text = alter();
  else
    text = "{ __schema { collections { name count fields { name type indexed default } indexes { name fields kind } } } }";
  text += fragments_;
  return one_in(14) ? damaged(std::move(text)) : text;
}

}  // namespace aurora::testing
