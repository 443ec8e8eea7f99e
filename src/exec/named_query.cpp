// Body of named_query.hpp. Called by the statement runner; handlers read what is stored.
#include <aurora/exec/named_query.hpp>

#include <aurora/base/try.hpp>
#include <aurora/plan/filter_compiler.hpp>
#include <aurora/schema/system_collections.hpp>

#include "named_records.hpp"

namespace aurora::exec {

Result<std::string> define_query(WriteView& view, const aql::Operation& operation, const plan::Bindings& bindings,
                                 const ExecSettings& settings) {
  const auto& name = operation.handler.name.text;
  const auto& field = operation.selections.front();
  const auto wrong = [&](aql::Offset at, ErrorCode code, std::string message) {
    return bindings.error(at, code, std::move(message));
  };
  const auto collection = view.catalog().require(field.name.text);
  if (!collection) return wrong(field.name.at, collection.error().code(), collection.error().message());
  if ((*collection)->system)
    return wrong(field.name.at, ErrorCode::kInvalidOperation, "a named query cannot be of a system collection");
  constexpr std::string_view kShape = "a named query is a collection and its 'where', as { orders(where: { total: { gt: 100 } }) }";
  const bool plain = !field.has_selections && !field.alias && field.directives.empty() && field.arguments.size() == 1 &&
                     field.arguments.front().name.text == "where";
  if (!plain) return wrong(field.name.at, ErrorCode::kInvalidDefinition, std::string(kShape));
  auto own = bindings;
  own.compiled = nullptr;   // the definition runs once
  AURORA_ASSIGN(auto where, plan::resolve(field.arguments.front().value, own));
  AURORA_TRY(plan::compile_filter(*collection, field.arguments.front().value, own));
  AURORA_ASSIGN(const auto rows, named_records(view, kQueriesCollection, &name, bindings, settings));
  AURORA_TRY(put_named(view, kQueriesCollection, rows.empty() ? nullptr : &rows.front(),
                       Object{{"name", Value(name)},
                              {"collection", Value((*collection)->name)},
                              {"where", std::move(where)},
                              {"created_at", Value(view.now())}}));
  return named_answer(name, rows.empty() ? "created" : "replaced");
}

Result<std::string> drop_query(WriteView& view, const aql::Name& name, const plan::Bindings& bindings,
                               const ExecSettings& settings) {
  return drop_named(view, kQueriesCollection, "named query", name, bindings, settings);
}

}  // namespace aurora::exec
