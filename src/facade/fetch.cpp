// Body of fetching by a prepared query. Called by Statement; calls the executor.
#include "fetch.hpp"

#include "document_collector.hpp"
#include "row_collector.hpp"

#include <aurora/base/out_of_memory.hpp>
#include <aurora/base/try.hpp>
#include <aurora/exec/query.hpp>
#include <aurora/expr/computed_fields.hpp>

#include <functional>
#include <optional>

namespace aurora::facade {

namespace {

using aql::Operation;

Error no_documents(std::string why) {
  return Error(ErrorCode::kInvalidOperation,
               "only a text that is one query of one collection's documents can be fetched; " + std::move(why));
}

Status check_shape(const ParsedText& parsed) {
  const auto& operations = parsed.document.operations;
  if (operations.size() != 1) return no_documents("this one holds " + std::to_string(operations.size()) + " operations");
  if (operations.front().kind != Operation::Kind::kQuery) return no_documents("this one is no query");
  const auto& fields = operations.front().selections;
  if (fields.size() != 1) return no_documents("this one asks for " + std::to_string(fields.size()) + " things");
  if (fields.front().name.text == "__schema") return no_documents("this one asks for the schema");
  if (parsed.defers) return no_documents("@defer has no meaning for it");
  return {};
}

Result<Documents> documents_of(View& view, exec::FoundDocuments found) {
  if (!found.collection) return Documents();
  DocumentCollector documents(found.collection);
  constexpr std::size_t kAhead = 8;   // records fetched before their turn
  for (std::size_t i = 0; i < found.rows.size(); ++i) {
    if (i + kAhead < found.rows.size()) found.rows[i + kAhead].record.prefetch();
    AURORA_ASSIGN(const auto record, with_virtuals(*found.collection, std::move(found.rows[i].record), view.now()));
    documents.add(record, found.rows.size());
  }
  return Documents(documents.take());
}

// Runs the text with what takes its answer; `end` has the view.
Status run(State& state, const ParsedText& parsed, const RunOptions& options,
           const std::function<void(exec::QueryContext&)>& set, const std::function<Status(View&)>& end) {
  AURORA_TRY(check_shape(parsed));
  const auto& operation = parsed.document.operations.front();
  const auto& field = operation.selections.front();
  DatabaseTarget target(state.engine());
  AURORA_TRY(check_supplied(parsed.document, options.variables));
  AURORA_ASSIGN(const auto variables,
                plan::bind_variables(operation.variables, options.variables, parsed.text, target.now()));
  plan::Bindings bindings;
  bindings.text = parsed.text;
  bindings.variables = &variables;
  bindings.now = target.now();
  bindings.limits = state.limits();
  bindings.role = options.execute.role;
  bindings.compiled = &parsed.compiled;
  const auto settings = settings_until(state.settings(), options.execute.deadline);
  exec::QueryContext context{bindings, parsed.document.fragments, settings, operation.directives};
  context.committed = target.reads_committed();
  set(context);
  return target.read([&](View& view) -> Status {
    auto output = exec::run_query(view, field, context);
    if (!output) return output.error().under(field.key());
    if (output->explanation) return no_documents("@explain has no meaning for it");
    return end(view);
  });
}

Result<Documents> run_for_documents(State& state, const ParsedText& parsed, const RunOptions& options) {
  exec::FoundDocuments found;
  Documents documents;
  AURORA_TRY(run(state, parsed, options, [&](exec::QueryContext& context) { context.documents = &found; },
                 [&](View& view) -> Status {
                   AURORA_ASSIGN(documents, documents_of(view, std::move(found)));
                   return {};
                 }));
  return documents;
}

Result<Rows> run_for_rows(State& state, const ParsedText& parsed, const RunOptions& options) {
  std::optional<RowCollector> rows;
  const exec::FieldSink sink{[&](std::vector<std::string> names) {
                               rows.emplace(std::make_shared<const std::vector<std::string>>(std::move(names)));
                             },
                             [&](const exec::FieldsAtHand& row) -> Status {
                               rows->add(row.values, row.most);
                               return {};
                             }};
  AURORA_TRY(run(state, parsed, options, [&](exec::QueryContext& context) { context.fields = &sink; },
                 [](View&) { return Status(); }));
  return rows ? rows->take() : Rows();
}

}  // namespace

Result<Documents> fetch_documents(State& state, const ParsedText& parsed, const RunOptions& options) {
  return within_memory([&] { return run_for_documents(state, parsed, options); });
}

Result<Rows> fetch_rows(State& state, const ParsedText& parsed, const RunOptions& options) {
  return within_memory([&] { return run_for_rows(state, parsed, options); });
}

}  // namespace aurora::facade
