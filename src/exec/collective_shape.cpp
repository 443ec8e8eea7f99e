// Body of the shape checks at collection level. Called by queries and groups.
#include "exec/collective_shape.hpp"

#include <aurora/base/nearest.hpp>
#include <aurora/base/try.hpp>
#include <aurora/exec/projection.hpp>

#include <algorithm>
#include <array>
#include <span>
#include <string>

namespace aurora::exec {

namespace {

using aql::Selection;
using plan::Bindings;

constexpr std::array<std::string_view, 4> kPageInfo{"hasNextPage", "hasPreviousPage", "startCursor", "endCursor"};
constexpr std::array<std::string_view, 2> kEdge{"cursor", "node"};

Status check_no_arguments(const Selection& part, std::string_view advice, const Bindings& bindings) {
  if (part.arguments.empty()) return {};
  return bindings.error(part.arguments.front().name.at, ErrorCode::kInvalidQuery,
                        "'" + part.name.text + "' takes no arguments" + std::string(advice));
}

Status check_parts(const Selection& of, std::span<const std::string_view> known, std::string_view example,
                   std::string_view collection, const Bindings& bindings,
                   const std::vector<aql::FragmentDefinition>& fragments) {
  if (!of.has_selections)
    return bindings.error(of.name.at, ErrorCode::kInvalidQuery,
                          "'" + of.name.text + "' needs a selection, like " + std::string(example));
  AURORA_ASSIGN(const auto parts, expand_selections(of.selections, collection, bindings, fragments));
  for (const auto* part : parts) {
    const auto& name = part->name.text;
    if (part->kind != Selection::Kind::kField || std::find(known.begin(), known.end(), name) == known.end())
      return bindings.error(part->at, ErrorCode::kInvalidQuery,
                            "unknown field '" + part->key() + "' in '" + of.name.text + "'" + did_you_mean(name, known));
    AURORA_TRY(name == "node" ? check_no_arguments(*part, "", bindings) : check_leaf(*part, bindings));
  }
  return {};
}

}  // namespace

Status check_leaf(const Selection& part, const Bindings& bindings) {
  AURORA_TRY(check_no_arguments(part, "", bindings));
  if (part.has_selections)
    return bindings.error(part.name.at, ErrorCode::kInvalidQuery, "'" + part.name.text + "' has no parts to select");
  return {};
}

Status check_collective(const Selection& part, std::string_view collection, const Bindings& bindings,
                        const std::vector<aql::FragmentDefinition>& fragments) {
  const auto& name = part.name.text;
  if (name == "totalCount") return check_leaf(part, bindings);
  if (name != "edges" && name != "pageInfo" && name != "nodes") return {};
  const bool pages = name != "pageInfo";
  AURORA_TRY(check_no_arguments(part, pages ? " here; give them to the query, like c(limit: 10)" : "", bindings));
  if (name == "edges") return check_parts(part, kEdge, "{ cursor node { … } }", collection, bindings, fragments);
  if (name == "pageInfo")
    return check_parts(part, kPageInfo, "{ hasNextPage endCursor }", collection, bindings, fragments);
  return {};
}

Error no_document(const Selection& part, const Bindings& bindings) {
  return bindings.error(part.at, ErrorCode::kInvalidOperation,
                        "'" + part.key() + "' is no field of the documents, which are asked for here; execute the text "
                        "for its JSON");
}

Status check_whole(const Projection& projection, const Selection& field, const Bindings& bindings) {
  using Kind = ProjectionItem::Kind;
  for (const auto& item : projection.items()) {
    if (item.kind == Kind::kField || item.kind == Kind::kSid || item.kind == Kind::kComputed || item.kind == Kind::kNull)
      continue;
    for (const auto& part : field.selections)
      if (part.key() == item.name) return no_document(part, bindings);
    return no_document(field, bindings);
  }
  return {};
}

}  // namespace aurora::exec
