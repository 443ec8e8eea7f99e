// The rules of a collection, @@index @@unique @@ttl, and the indexes that field directives ask for.
// Called by define and alter; calls path resolution and durations.
#include "schema/build_parts.hpp"
#include "schema/describe_value.hpp"

#include <aurora/base/nearest.hpp>
#include <aurora/base/try.hpp>
#include <aurora/schema/duration.hpp>
#include <aurora/schema/path.hpp>
#include <aurora/schema/ttl.hpp>

#include <algorithm>
#include <array>

namespace aurora {

namespace {

constexpr std::array<std::string_view, 3> kRules{"@@index", "@@unique", "@@ttl"};
constexpr std::array<std::string_view, 2> kIndexArguments{"fields", "name"};
constexpr std::array<std::string_view, 2> kTtlArguments{"field", "after"};

Result<FieldPath> rule_path(const CollectionDef& collection, const aql::Literal& written,
                            std::string_view text) {
  if (written.kind != aql::Literal::Kind::kString)
    return bad_definition(text, written.at,
                          "a field of a rule is named by a text, as \"age\" or \"address.city\"");
  if (written.text == "_sid")
    return bad_definition(text, written.at,
                          "'_sid' needs no rule: documents always stand in its order");
  auto path = resolve_path(collection, written.text, ErrorCode::kInvalidDefinition);
  if (!path) return bad_definition(text, written.at, path.error());
  return path;
}

// `fields: ["a", "b"]`, or one text as GraphQL reads a single value where a list is wanted.
Result<std::vector<FieldPath>> rule_paths(const CollectionDef& collection,
                                          const aql::Directive& rule, std::string_view text) {
  const auto* fields = argument(rule, "fields");
  if (fields == nullptr ||
      (fields->value.kind == aql::Literal::Kind::kList && fields->value.items.empty()))
    return bad_definition(text, rule.name.at,
                          "@@" + rule.name.text + " needs 'fields', a list of field names");
  std::vector<FieldPath> paths;
  const auto add = [&](const aql::Literal& item) -> Status {
    AURORA_ASSIGN(auto path, rule_path(collection, item, text));
    const auto name = path.text();
    for (const auto& earlier : paths)
      if (earlier.text() == name)
        return bad_definition(text, item.at,
                              "field " + in_quotes(name) + " stands twice in @@" + rule.name.text);
    paths.push_back(std::move(path));
    return {};
  };
  if (fields->value.kind != aql::Literal::Kind::kList) {
    AURORA_TRY(add(fields->value));
  } else {
    for (const auto& item : fields->value.items) AURORA_TRY(add(item));
  }
  return paths;
}

const IndexDef* index_named(const CollectionDef& collection, std::string_view name) {
  for (const auto& index : collection.indexes)
    if (index.name == name) return &index;
  return nullptr;
}

Status apply_index(CollectionDef& collection, const aql::Directive& rule, IndexKind kind,
                   std::string_view text) {
  AURORA_TRY(check_arguments(rule, kIndexArguments, "@@", text));
  IndexDef index;
  index.kind = kind;
  index.from_rule = true;
  AURORA_ASSIGN(index.paths, rule_paths(collection, rule, text));
  for (const auto& other : collection.indexes)
    if (other.kind == kind && other.name != kTtlIndex && same_paths(other.paths, index.paths))
      return bad_definition(
          text, rule.name.at,
          "index " + in_quotes(other.name) + " does the same as this @@" + rule.name.text);
  if (const auto* name = argument(rule, "name")) {
    AURORA_ASSIGN(index.name, text_argument(*name, "@@", rule, text));
    if (index.name.starts_with('@'))
      return bad_definition(text, name->value.at, "the name of an index cannot begin with '@'");
    if (index_named(collection, index.name) != nullptr)
      return bad_definition(text, name->value.at,
                            "an index named " + in_quotes(index.name) + " exists already");
  } else {
    index.name = automatic_name(index.paths);
    if (index_named(collection, index.name) != nullptr)
      index.name += kind == IndexKind::kUnique ? "_unique" : "_index";
    if (index_named(collection, index.name) != nullptr)
      return bad_definition(
          text, rule.name.at,
          "an index named " + in_quotes(index.name) + " exists already; give this one a 'name'");
  }
  collection.indexes.push_back(std::move(index));
  return {};
}

// The declared type at `path`, not through lists; null when it is free or inside a list.
const TypeDef* plain_type_at(const CollectionDef& collection, const FieldPath& path) {
  const auto* field = collection.find(path.field);
  const TypeDef* type = field != nullptr ? &field->type : nullptr;
  for (const auto& name : path.rest) {
    if (type == nullptr || type->type != FieldType::kNested) return nullptr;
    const TypeDef* next = nullptr;
    for (const auto& part : type->fields)
      if (part.name == name) next = &part.type;
    type = next;
  }
  return type;
}

// Errors: InvalidDefinition at `at` when there is no point in time at `path`.
Status check_ttl_field(const CollectionDef& collection, const FieldPath& path,
                       std::string_view text, aql::Offset at) {
  const auto* type = plain_type_at(collection, path);
  if (type != nullptr && (type->type == FieldType::kDateTime || type->type == FieldType::kDate))
    return {};
  return bad_definition(text, at,
                        "@@ttl needs a DateTime or Date field; " + in_quotes(path.text()) + " is " +
                            (type != nullptr ? type->text() : std::string("none")));
}

Status apply_ttl(CollectionDef& collection, const aql::Directive& rule, std::string_view text) {
  AURORA_TRY(check_arguments(rule, kTtlArguments, "@@", text));
  const auto* field = argument(rule, "field");
  const auto* after = argument(rule, "after");
  if (field == nullptr || after == nullptr)
    return bad_definition(
        text, rule.name.at,
        "@@ttl needs 'field' and 'after', as @@ttl(field: \"made\", after: \"30d\")");
  TtlRule ttl;
  AURORA_ASSIGN(ttl.field, rule_path(collection, field->value, text));
  AURORA_TRY(check_ttl_field(collection, ttl.field, text, field->value.at));
  AURORA_ASSIGN(ttl.after_text, text_argument(*after, "@@", rule, text));
  const auto length = parse_duration(ttl.after_text);
  if (!length || length->micros < 0 || length->months < 0)
    return bad_definition(text, after->value.at,
                          "'after' of @@ttl must be a time like \"30d\" (units s m h d w mo y), not " +
                              shortened(Value(ttl.after_text)));
  ttl.after_micros = length->micros;
  collection.ttl = std::move(ttl);
  return {};
}

void add_directive_index(const CollectionDef& collection, const FieldDef& field, FieldPath path,
                         std::vector<IndexDef>& out);

void add_nested_indexes(const CollectionDef& collection, const TypeDef& type, const FieldPath& path,
                        std::vector<IndexDef>& out) {
  const auto* at = &type;
  while (at->type == FieldType::kList) at = at->element.get();
  for (const auto& part : at->fields) {
    auto inner = path;
    inner.rest.push_back(part.name);
    add_directive_index(collection, part, std::move(inner), out);
  }
}

void add_directive_index(const CollectionDef& collection, const FieldDef& field, FieldPath path,
                         std::vector<IndexDef>& out) {
  if (field.primary || field.unique || field.indexed) {
    IndexDef index;
    index.kind = field.primary  ? IndexKind::kPrimary
                 : field.unique ? IndexKind::kUnique
                                : IndexKind::kOrdered;
    index.paths.push_back(path);
    index.name = automatic_name(index.paths);
    out.push_back(std::move(index));
  }
  if (field.search) {
    IndexDef index;
    index.kind = IndexKind::kSearch;
    index.paths.push_back(path);
    index.name = automatic_name(index.paths);
    if (!out.empty() && out.back().name == index.name) index.name += "_search";
    out.push_back(std::move(index));
  }
  add_nested_indexes(collection, field.type, path, out);
}

}  // namespace

Status apply_rule(CollectionDef& collection, const aql::Directive& rule, std::string_view text) {
  if (rule.name.text == "index") return apply_index(collection, rule, IndexKind::kOrdered, text);
  if (rule.name.text == "unique") return apply_index(collection, rule, IndexKind::kUnique, text);
  if (rule.name.text == "ttl") return apply_ttl(collection, rule, text);
  return bad_definition(
      text, rule.name.at,
      "unknown rule '@@" + rule.name.text + "'" + did_you_mean("@@" + rule.name.text, kRules));
}

Status recheck_rules(CollectionDef& collection, std::string_view text, aql::Offset at) {
  const auto resolve = [&](FieldPath& path) -> Status {
    auto now = resolve_path(collection, path.text(), ErrorCode::kInvalidDefinition);
    if (!now) return bad_definition(text, at, now.error(), "a rule does not fit any more: ");
    path = *std::move(now);
    return {};
  };
  for (std::size_t i = 0; i < collection.indexes.size(); ++i) {
    auto& index = collection.indexes[i];
    if (index.from_rule)
      for (auto& path : index.paths) AURORA_TRY(resolve(path));
    for (std::size_t j = 0; j < i; ++j) {
      const auto& other = collection.indexes[j];
      if (other.name == index.name)
        return bad_definition(text, at, "there would be two indexes named " + in_quotes(index.name));
      if (other.kind == index.kind && same_paths(other.paths, index.paths))
        return bad_definition(
            text, at,
            "indexes " + in_quotes(other.name) + " and " + in_quotes(index.name) + " would be the same");
    }
  }
  if (!collection.ttl) return {};
  AURORA_TRY(resolve(collection.ttl->field));
  return check_ttl_field(collection, collection.ttl->field, text, at);
}

std::vector<IndexDef> directive_indexes(const CollectionDef& collection) {
  std::vector<IndexDef> out;
  for (const auto& field : collection.fields)
    add_directive_index(collection, field, FieldPath{field.id, field.name, {}}, out);
  return out;
}

void place_ttl_index(CollectionDef& collection) {
  std::erase_if(collection.indexes, [](const IndexDef& index) { return index.name == kTtlIndex; });
  if (!collection.ttl || ttl_index(collection) != nullptr) return;
  IndexDef index;
  index.name = kTtlIndex;
  index.from_rule = true;
  index.paths.push_back(collection.ttl->field);
  collection.indexes.push_back(std::move(index));
}

std::string automatic_name(const std::vector<FieldPath>& paths) {
  std::string name;
  for (const auto& path : paths) {
    if (!name.empty()) name += '_';
    name += path.text();
  }
  return name;
}

bool same_paths(const std::vector<FieldPath>& a, const std::vector<FieldPath>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const FieldPath& x, const FieldPath& y) {
                      return x.field == y.field && x.rest == y.rest &&
                             (x.field != kOpenFields || x.name == y.name);
                    });
}

Status check_collection(const CollectionDef& collection, std::string_view text, aql::Offset at) {
  const FieldDef* primary = nullptr;
  for (const auto& field : collection.fields) {
    if (!field.primary) continue;
    if (primary != nullptr)
      return bad_definition(text, at,
                            "collection " + in_quotes(collection.name) + " has two @primary fields, " +
                                in_quotes(primary->name) + " and " + in_quotes(field.name));
    primary = &field;
  }
  return {};
}

}  // namespace aurora
