// Reading `orderBy`: { field: "age", direction: DESC }, { age: DESC, name: ASC }, or a list of either.
// Called by queries.
#include <aurora/exec/query.hpp>

#include <aurora/base/nearest.hpp>
#include <aurora/base/try.hpp>
#include <aurora/schema/path.hpp>

#include <array>

namespace aurora::exec {

namespace {

using aql::Literal;
using plan::Bindings;

Result<bool> is_descending(const Literal& literal, const Bindings& bindings) {
  const bool word = literal.kind == Literal::Kind::kEnum || literal.kind == Literal::Kind::kString;
  if (word && (literal.text == "ASC" || literal.text == "asc")) return false;
  if (word && (literal.text == "DESC" || literal.text == "desc")) return true;
  constexpr std::array<std::string_view, 2> kWords{"ASC", "DESC"};
  return bindings.error(literal.at, ErrorCode::kInvalidQuery,
                        "a direction is ASC or DESC" + (word ? ", not '" + literal.text + "'" : std::string()) +
                            did_you_mean(literal.text, kWords));
}

Result<SortTerm> make_term(const CollectionDef& collection, std::string_view name, aql::Offset at,
                           const Bindings& bindings) {
  SortTerm term;
  if (name == "_sid") {
    term.subject = plan::Subject::kSid;
    return term;
  }
  auto path = resolve_path(collection, name);
  if (!path) return bindings.error(at, path.error().code(), path.error().message());
  term.path = *std::move(path);
  return term;
}

// The form with `field`, unless the collection has a field of that name ordered by a bare word.
bool is_field_form(const CollectionDef& collection, const Literal& object) {
  const auto* field = object.find("field");
  if (field == nullptr) return false;
  return field->kind == Literal::Kind::kString && (field->text != "ASC" && field->text != "DESC"
                                                       ? true
                                                       : collection.find("field") == nullptr);
}

Result<SortTerm> field_form(const CollectionDef& collection, const Literal& object, const Bindings& bindings) {
  SortTerm term;
  std::optional<bool> nulls_first;
  bool descending = false;
  for (const auto& member : object.members) {
    const auto& name = member.name.text;
    const auto& value = *member.value;
    if (name == "field") {
      AURORA_ASSIGN(term, make_term(collection, value.text, value.at, bindings));
    } else if (name == "direction") {
      AURORA_ASSIGN(descending, is_descending(value, bindings));
    } else if (name == "nulls") {
      if (value.text != "FIRST" && value.text != "LAST")
        return bindings.error(value.at, ErrorCode::kInvalidQuery, "'nulls' is FIRST or LAST");
      nulls_first = value.text == "FIRST";
    } else {
      constexpr std::array<std::string_view, 3> kNames{"field", "direction", "nulls"};
      return bindings.error(member.name.at, ErrorCode::kInvalidQuery,
                            "unknown name '" + name + "' in 'orderBy'" + did_you_mean(name, kNames));
    }
  }
  term.descending = descending;
  term.nulls_first = nulls_first.value_or(!descending);
  return term;
}

Status add_terms(const CollectionDef& collection, const Literal& order, const Bindings& bindings,
                 std::vector<SortTerm>& terms) {
  if (order.kind == Literal::Kind::kList) {
    for (const auto& item : order.items) {
      if (item.kind == Literal::Kind::kList)
        return bindings.error(item.at, ErrorCode::kInvalidQuery, "'orderBy' is a list of objects");
      AURORA_TRY(add_terms(collection, item, bindings, terms));
    }
    return {};
  }
  if (order.kind == Literal::Kind::kVariable) {
    const auto argument = plan::whole_argument(&order, bindings);
    return argument.get() != nullptr ? add_terms(collection, *argument.get(), bindings, terms) : Status();
  }
  if (order.kind == Literal::Kind::kNull) return {};
  if (order.kind != Literal::Kind::kObject)
    return bindings.error(order.at, ErrorCode::kInvalidQuery,
                          "'orderBy' is an object like { age: DESC }, or a list of such objects");
  if (is_field_form(collection, order)) {
    AURORA_ASSIGN(auto term, field_form(collection, order, bindings));
    terms.push_back(std::move(term));
    return {};
  }
  for (const auto& member : order.members) {
    AURORA_ASSIGN(auto term, make_term(collection, member.name.text, member.name.at, bindings));
    AURORA_ASSIGN(term.descending, is_descending(*member.value, bindings));
    term.nulls_first = !term.descending;
    terms.push_back(std::move(term));
  }
  return {};
}

}  // namespace

Result<std::vector<SortTerm>> compile_order(const CollectionDef& collection, const Literal& order,
                                            const Bindings& bindings) {
  std::vector<SortTerm> terms;
  AURORA_TRY(add_terms(collection, order, bindings, terms));
  return terms;
}

}  // namespace aurora::exec
