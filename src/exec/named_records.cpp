// Body of named_records.hpp. Called by handlers, schedules and named queries.
#include "named_records.hpp"

#include <aurora/base/nearest.hpp>
#include <aurora/base/try.hpp>
#include <aurora/exec/document_write.hpp>
#include <aurora/plan/filter_compiler.hpp>

namespace aurora::exec {

Result<std::vector<Row>> named_records(WriteView& view, CollectionId id, const std::string* name,
                                       const plan::Bindings& bindings, const ExecSettings& settings) {
  DocumentQuery query;
  query.collection = view.catalog().find(id);
  query.filter = plan::match_all(query.collection);
  if (name != nullptr) {
    auto own = bindings;
    own.compiled = nullptr;   // it knows parts by their place in the text's own tree
    const Value wanted(Object{{"name", Value(*name)}});
    AURORA_ASSIGN(query.filter, plan::compile_filter(query.collection, plan::to_literal(wanted, 0), own));
  }
  return select(view, query, settings, nullptr);
}

Status put_named(WriteView& view, CollectionId id, const Row* known, Object fields) {
  const auto collection = view.catalog().find(id);
  if (known == nullptr) {
    const auto mark = view.savepoint();
    AURORA_ASSIGN(auto record, make_record(view, *collection, fields));
    AURORA_TRY(view.insert(*collection, std::move(record)));
    return view.check_unique(mark);
  }
  AURORA_ASSIGN(const auto changed, check_update(*collection, std::move(fields), view.now()));
  AURORA_ASSIGN(auto record, merge_record(*collection, known->record.view(), changed, view.max_document_bytes()));
  return view.replace(*collection, known->ordinal, std::move(record));
}

Result<std::string> drop_named(WriteView& view, CollectionId id, std::string_view what, const aql::Name& name,
                               const plan::Bindings& bindings, const ExecSettings& settings) {
  const auto collection = view.catalog().find(id);
  AURORA_ASSIGN(const auto rows, named_records(view, id, &name.text, bindings, settings));
  if (!rows.empty()) {
    AURORA_TRY(view.erase(*collection, rows.front().ordinal));
    return named_answer(name.text, "dropped");
  }
  AURORA_ASSIGN(const auto all, named_records(view, id, nullptr, bindings, settings));
  std::vector<std::string_view> names;
  for (const auto& row : all) names.push_back(stored_text(*collection, "name", row.record.view()));
  return bindings.error(name.at, ErrorCode::kNotFound,
                        "there is no " + std::string(what) + " '" + name.text + "'" + did_you_mean(name.text, names));
}

std::string named_answer(std::string_view name, std::string_view status) {
  std::string json = "{\"name\":";
  append_json_string(json, name);
  return json + ",\"status\":\"" + std::string(status) + "\"}";
}

}  // namespace aurora::exec
