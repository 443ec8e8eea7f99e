// Bodies of the generator.
// Called by the model test.
#include "model/generator.hpp"

#include <array>

namespace aurora::testing {

namespace {

constexpr std::array<const char*, 9> kTexts = {"", "a", "ab", "abc", "b", "ba", "é", "z", "zz"};
constexpr std::array<const char*, 7> kTypes = {"Int",   "Float",    "String", "Boolean",
                                               "[Int]", "[String]", ""};

Value pair_of(std::string_view name, Value value) {
  return Value(Object{{name, std::move(value)}});
}

}  // namespace

Value Generator::element(Kind kind) {
  switch (kind) {
    case Kind::kInt:
    case Kind::kInts:
      return Value(static_cast<std::int64_t>(below(12)) - 3);
    case Kind::kFloat:
      return Value((static_cast<double>(below(16)) - 4) / 2);
    case Kind::kBool:
      return Value(one_in(2));
    default:
      return Value(kTexts[below(kTexts.size())]);
  }
}

Value Generator::value(Kind kind) {
  if (kind == Kind::kObject) {
    Object object;
    if (!one_in(4)) object.set("x", element(Kind::kInt));
    if (!one_in(4)) object.set("y", element(Kind::kString));
    return Value(std::move(object));
  }
  if (!is_list(kind)) return element(kind);
  List list;
  for (std::uint64_t i = below(4); i > 0; --i) list.push_back(element(kind));
  return Value(std::move(list));
}

TwinField Generator::field() {
  TwinField field;
  field.name = "f" + std::to_string(names_++);
  field.kind = static_cast<Kind>(below(7));
  field.indexed = one_in(2);
  field.unique = (field.kind == Kind::kInt || field.kind == Kind::kString) && one_in(8);
  if (!field.unique && is_scalar(field.kind) && one_in(4)) field.initial = element(field.kind);
  return field;
}

TwinSchema Generator::schema() {
  TwinSchema schema;
  if (one_in(2)) schema.fields.push_back({"id", Kind::kInt, true, false, false, {}});
  for (std::uint64_t i = 2 + below(5); i > 0; --i) schema.fields.push_back(field());
  std::vector<std::string> scalars;
  for (const auto& each : schema.fields) {
    if (is_scalar(each.kind) && !each.primary) scalars.push_back(each.name);
  }
  if (scalars.size() >= 2 && one_in(2)) {
    const auto first = below(scalars.size());
    const auto second = (first + 1 + below(scalars.size() - 1)) % scalars.size();
    schema.compounds.push_back({{scalars[first], scalars[second]}, one_in(3)});
  }
  return schema;
}

Value Generator::rare_value(Kind kind) {
  const auto number = static_cast<std::int64_t>(below(300));
  if (kind == Kind::kString) return Value("u" + std::to_string(number));
  return kind == Kind::kInt ? Value(number) : Value(static_cast<double>(number));
}

Object Generator::document(const TwinSchema& schema) {
  Object document;
  for (const auto& each : schema.fields) {
    if (each.primary) {
      document.set(each.name, Value(static_cast<std::int64_t>(below(400))));
    } else if (each.unique && !one_in(4)) {
      document.set(each.name, rare_value(each.kind));
    } else if (!one_in(4)) {
      document.set(each.name, one_in(8) ? Value() : value(each.kind));
    }
  }
  return document;
}

Object Generator::operation(Kind kind) {
  const auto one = [&] {
    return kind == Kind::kInt && one_in(6) ? element(Kind::kFloat) : element(kind);
  };
  const auto some = [&] {
    List list;
    for (std::uint64_t i = below(4); i > 0; --i) list.push_back(one_in(8) ? Value() : one());
    return Value(std::move(list));
  };
  const auto plain = [&] {  // no nulls
    List list;
    for (std::uint64_t i = below(3); i > 0; --i) list.push_back(element(kind));
    return Value(std::move(list));
  };
  static constexpr std::array kRanges = {"gt", "gte", "lt", "lte"};
  static constexpr std::array kNulls = {"isNull", "isNotNull", "exists"};
  switch (below(is_list(kind) ? 12 : 9)) {
    case 0:
      return {{"eq", one_in(8) ? Value() : one()}};
    case 1:
      return {{"ne", one_in(8) ? Value() : one()}};
    case 2:
      return {{"in", some()}};
    case 3:
      return {{one_in(2) ? "nin" : "notIn", some()}};
    case 4:
      return {{kNulls[below(3)], Value(one_in(2))}};
    case 5:
      return {{kRanges[below(4)], one()}};
    case 6:
      return {{kRanges[below(2)], one()}, {kRanges[2 + below(2)], one()}};
    case 7:
      return {{"between", Value(List{one(), one()})}};
    case 8:
      if (kind != Kind::kString) return {{"eq", one()}};
      static constexpr std::array kTextOps = {"startsWith", "endsWith", "contains", "matches"};
      if (const auto op = below(4); op < 3) return {{kTextOps[op], element(kind)}};
      return {{"matches", Value((one_in(2) ? "^" : "") + *element(kind).if_string())}};
    case 9:
      return {{"contains", element(kind)}};
    case 10:
      return {{one_in(2) ? "containsAny" : "containsAll", plain()}};
    default:
      return {{"size", Value(static_cast<std::int64_t>(below(4)))}};
  }
}

Value Generator::condition(Kind kind) {
  if (one_in(5)) return one_in(6) ? Value() : element(kind);
  return Value(operation(kind));
}

Object Generator::filter(const TwinSchema& schema, unsigned depth) {
  Object where;
  for (std::uint64_t i = depth == 0 ? below(3) : 1; i > 0; --i) {
    const auto choice = below(depth < 3 ? 8 : 5);
    if (choice == 5) {
      where.set("not", Value(filter(schema, depth + 1)));
    } else if (choice > 5) {
      List parts;
      for (std::uint64_t part = below(4); part > 0; --part)
        parts.push_back(Value(filter(schema, depth + 1)));
      where.set(choice == 6 ? "and" : "or", Value(std::move(parts)));
    } else {
      const auto& field = pick(schema);
      if (field.kind != Kind::kObject) {
        where.set(field.name, condition(field.kind));
      } else if (one_in(4)) {
        where.set(field.name, Value());
      } else {
        const bool x = one_in(2);
        where.set(field.name + (x ? ".x" : ".y"), condition(x ? Kind::kInt : Kind::kString));
      }
    }
  }
  return where;
}

Value Generator::change(const TwinField& field) {
  static constexpr std::array kNumberOps = {"increment", "min", "max"};
  if (one_in(6)) return pair_of("unset", Value(true));
  if (field.kind == Kind::kInt) return pair_of(kNumberOps[below(3)], element(field.kind));
  if (is_list(field.kind)) return pair_of(one_in(2) ? "push" : "addToSet", element(field.kind));
  return value(field.kind);
}

Object Generator::changes(const TwinSchema& schema, bool with_modifiers) {
  Object data;
  for (std::uint64_t i = 1 + below(3); i > 0; --i) {
    const auto& field = pick(schema);
    if (field.primary && !(with_modifiers && one_in(4))) continue;
    if (field.primary)
      data.set(field.name, Value(static_cast<std::int64_t>(below(400))));
    else if (field.kind == Kind::kObject)
      data.set(field.name, one_in(5) ? Value() : value(field.kind));
    else if (with_modifiers && one_in(2))
      data.set(field.name, change(field));
    else
      data.set(field.name, one_in(8) ? Value() : value(field.kind));
  }
  return data;
}

TwinQuery Generator::query(const TwinSchema& schema) {
  TwinQuery query;
  query.where = filter(schema);
  for (std::uint64_t i = below(3); i > 0; --i) {
    const auto& field = pick(schema);
    TwinOrder term{field.kind == Kind::kObject ? field.name + ".x" : field.name, one_in(2), {}};
    if (one_in(4)) term.nulls_first = one_in(2);
    bool again = false;
    for (const auto& other : query.order) again = again || other.path == term.path;
    if (!again) query.order.push_back(std::move(term));
  }
  if (one_in(3)) query.limit = below(8);
  if (one_in(4)) query.offset = below(5);
  if (const auto& field = pick(schema); one_in(6) && field.kind != Kind::kObject)
    query.distinct = field.name;
  return query;
}

std::string declare(const TwinField& field) {
  std::string text = field.name + ": ";
  if (field.kind == Kind::kObject) {
    text += field.indexed ? "{ x: Int @indexed  y: String @indexed }" : "{ x: Int  y: String }";
    return text;
  }
  text += kTypes[static_cast<std::size_t>(field.kind)];
  if (!field.initial.is_null()) text += " = " + to_json(field.initial);
  if (field.primary) text += " @primary";
  if (field.unique)
    text += " @unique";
  else if (field.indexed)
    text += " @indexed";
  return text;
}

std::string define(const TwinSchema& schema) {
  std::string text = "schema { define collection c { ";
  for (const auto& field : schema.fields) text += declare(field) + "  ";
  for (const auto& compound : schema.compounds) {
    text += compound.unique ? "@@unique(fields: [" : "@@index(fields: [";
    for (const auto& name : compound.fields) text += "\"" + name + "\" ";
    text += "]) ";
  }
  return text + "} }";
}

Value order_argument(const TwinQuery& query) {
  List terms;
  for (const auto& term : query.order) {
    Object object{{"field", term.path}, {"direction", term.descending ? "DESC" : "ASC"}};
    if (term.nulls_first) object.set("nulls", *term.nulls_first ? "FIRST" : "LAST");
    terms.push_back(Value(std::move(object)));
  }
  return terms.empty() ? Value() : Value(std::move(terms));
}

}  // namespace aurora::testing
