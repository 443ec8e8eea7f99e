// Query root fields: collection(where, orderBy, …) { selections } to JSON text.
#pragma once

#include <aurora/aql/tree.hpp>
#include <aurora/exec/select.hpp>
#include <aurora/plan/bindings.hpp>
#include <aurora/plan/explain.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace aurora::exec {

/// The documents of a root field themselves.
struct FoundDocuments {
  Catalog::Entry collection;               ///< null: the field was left out
  std::vector<Row> rows;
};

/// Which document a row of the answer is, and where its text ends in QueryOutput::json; it begins behind the comma or
/// bracket after the one before.
struct RowPlace {
  Ordinal ordinal = 0;
  std::size_t end = 0;
};

/// Takes the values that a field of documents selects, row by row.
struct FieldSink {
  std::function<void(std::vector<std::string> names)> begin;   ///< the keys of the selections; before any row
  FieldsVisit visit;
};

struct QueryContext {
  const plan::Bindings& bindings;
  const std::vector<aql::FragmentDefinition>& fragments;
  const ExecSettings& settings;
  /// Directives of the operation: they apply to each root field.
  const std::vector<aql::Directive>& operation_directives;
  bool explain_all = false;                ///< Database::explain
  bool analyze_all = false;                ///< … and measure
  /// The field before @defer took parts out of it; null when it is as written. Tells what an answer without any
  /// parts looks like.
  const aql::Selection* whole = nullptr;
  /// The view is a committed state: it has no changes of its own and nobody validates what is read.
  bool committed = false;
  /// Takes the documents of the field, whose JSON is then not made. A field that answers with anything else is an
  /// InvalidOperation. Null: JSON is asked for.
  FoundDocuments* documents = nullptr;
  /// Takes the values of the field's selections, as `documents` takes its documents. Each must be a value at a path.
  const FieldSink* fields = nullptr;
  /// Gets the place of each row, when the answer is the list of documents itself. Null: nobody asks.
  std::vector<RowPlace>* places = nullptr;
};

struct QueryOutput {
  std::string json;
  std::optional<plan::Explanation> explanation;
  bool included = true;                    ///< false: @skip or @include left the field out
};

/// Errors: with their place; CollectionNotFound, InvalidQuery, TypeError, LimitExceeded …
[[nodiscard]] Result<QueryOutput> run_query(View& view, const aql::Selection& field, const QueryContext& context);

/// Reads `orderBy` in any of its forms. `searched`: `score` is that of a search. Errors: InvalidQuery.
[[nodiscard]] Result<std::vector<SortTerm>> compile_order(const CollectionDef& collection, const aql::Literal& order,
                                                          const plan::Bindings& bindings,
                                                          bool searched = false);

}  // namespace aurora::exec
