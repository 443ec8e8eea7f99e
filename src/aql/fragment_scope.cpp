// Body of the scope check. Called by check.cpp.
#include "aql/fragment_scope.hpp"

#include <aurora/aql/parser.hpp>

#include <aurora/base/try.hpp>

#include <algorithm>
#include <array>

namespace aurora::aql {

namespace {

/// Parts of a query that hold documents of the same collection.
constexpr std::array<std::string_view, 4> kSameCollection{"edges", "node", "nodes", "groupBy"};

/// The collection an argument names; empty when a variable stands for it or it is not written.
std::string_view named_collection(const Selection& field) {
  for (const Argument& argument : field.arguments)
    if (argument.name.text == "collection" && argument.value.kind == Literal::Kind::kString)
      return argument.value.text;
  return {};
}

class ScopeChecker {
 public:
  ScopeChecker(const FragmentGraph& graph, std::string_view text) : graph_(graph), text_(text) {}

  /// `scope` is empty when the text does not tell which collection the set is of.
  Status check_set(const std::vector<Selection>& set, std::string_view scope) const {
    for (const Selection& selection : set) {
      switch (selection.kind) {
        case Selection::Kind::kSpread:
          AURORA_TRY(compare(graph_.find(selection.name.text).on, scope, selection.name.at));
          break;
        case Selection::Kind::kInlineFragment:
          if (selection.on.text.empty()) {
            AURORA_TRY(check_set(selection.selections, scope));
            break;
          }
          AURORA_TRY(compare(selection.on, scope, selection.on.at));
          AURORA_TRY(check_set(selection.selections, selection.on.text));
          break;
        case Selection::Kind::kField:
        case Selection::Kind::kExpression:
          if (selection.has_selections)
            AURORA_TRY(check_set(selection.selections, scope_inside(selection, scope)));
          break;
      }
    }
    return {};
  }

  Status check_mutation(const Selection& field) const {
    if (field.name.text != "transaction")
      return check_set(field.selections, named_collection(field));
    for (const Selection& step : field.selections) AURORA_TRY(check_mutation(step));
    return {};
  }

 private:
  static std::string_view scope_inside(const Selection& field, std::string_view scope) {
    if (field.name.text == "lookup") return named_collection(field);
    const bool same = std::find(kSameCollection.begin(), kSameCollection.end(), field.name.text) !=
                      kSameCollection.end();
    return same ? scope : std::string_view();
  }

  Status compare(const Name& on, std::string_view scope, Offset at) const {
    if (scope.empty() || on.text == scope) return {};
    return error_at(text_, at, ErrorCode::kInvalidQuery,
                    "a fragment on '" + on.text + "' stands in a selection of '" +
                        std::string(scope) + "'");
  }

  const FragmentGraph& graph_;
  std::string_view text_;
};

}  // namespace

Status check_fragment_scopes(const Document& document, const FragmentGraph& graph,
                             std::string_view text) {
  const ScopeChecker checker(graph, text);
  for (const FragmentDefinition& fragment : document.fragments)
    AURORA_TRY(checker.check_set(fragment.selections, fragment.on.text));
  for (const Operation& operation : document.operations) {
    const bool writes = operation.kind == Operation::Kind::kMutation;
    for (const Selection& field : operation.selections) {
      // The parts of `__schema` are no documents; their names are compared when they are selected.
      if (field.name.text == "__schema") continue;
      AURORA_TRY(writes ? checker.check_mutation(field)
                        : checker.check_set(field.selections, field.name.text));
    }
    AURORA_TRY(checker.check_mutation(operation.handler.action));
  }
  return {};
}

}  // namespace aurora::aql
