// Body of queries of some fields. Called by users; runs as queries do.
#include <aurora/field_query.hpp>

#include "row_collector.hpp"
#include "state.hpp"

#include <aurora/base/out_of_memory.hpp>
#include <aurora/base/try.hpp>
#include <aurora/expr/computed_fields.hpp>
#include <aurora/plan/explain.hpp>
#include <aurora/schema/path.hpp>

namespace aurora {

// Where the names lead in one definition.
struct FieldQuery::Fields {
  std::shared_ptr<const CollectionDef> collection;
  std::vector<FieldPath> paths;
  std::vector<FieldId> computed;   // the virtual fields among them
};

FieldQuery::FieldQuery(Query query, std::vector<std::string> names)
    : query_(std::move(query)), names_(std::make_shared<const std::vector<std::string>>(std::move(names))) {}

FieldQuery Query::select(std::vector<std::string> paths) const { return {*this, std::move(paths)}; }

Result<std::shared_ptr<const FieldQuery::Fields>> FieldQuery::fields_of(const exec::DocumentQuery& plan) const {
  if (fields_ && fields_->collection == plan.collection) return fields_;
  if (names_->empty()) return Error(ErrorCode::kInvalidQuery, "select names no field; name those to be read");
  auto fields = std::make_shared<Fields>();
  fields->collection = plan.collection;
  for (const auto& name : *names_) {
    if (name == "_sid" && !plan.collection->find("_sid"))
      return Error(ErrorCode::kInvalidQuery, "'_sid' is no field; fetch the documents, which have it");
    AURORA_ASSIGN(auto path, resolve_path(*plan.collection, name));
    add_if_virtual(*plan.collection, path.field, fields->computed);
    fields->paths.push_back(std::move(path));
  }
  fields_ = fields;
  return fields_;
}

namespace {
// Rows must hold the virtual fields that are read.
Status each(View& view, const exec::DocumentQuery& plan, const std::vector<FieldPath>& paths,
            const std::vector<FieldId>& computed, const exec::ExecSettings& settings, plan::Explanation* explanation,
            const exec::FieldsVisit& visit) {
  if (computed.empty()) return exec::each_fields(view, plan, paths, settings, explanation, visit);
  auto query = plan;
  query.computed = computed;
  return exec::each_fields(view, query, paths, settings, explanation, visit);
}
}  // namespace

Result<Rows> FieldQuery::try_fetch() const {
  return within_memory([&]() -> Result<Rows> {
    facade::RowCollector rows(names_);
    AURORA_TRY(query_.read([&](View& view, const exec::DocumentQuery& plan) -> Status {
      AURORA_ASSIGN(const auto fields, fields_of(plan));
      return each(view, plan, fields->paths, fields->computed, query_.state_->settings(), nullptr,
                  [&](const exec::FieldsAtHand& row) -> Status {
                    rows.add(row.values, row.most);
                    return {};
                  });
    }));
    return rows.take();
  });
}

std::string FieldQuery::explain() const {
  plan::Explanation explanation;
  explanation.analyze = true;
  query_.read([&](View& view, const exec::DocumentQuery& plan) -> Status {
    AURORA_ASSIGN(const auto fields, fields_of(plan));
    return each(view, plan, fields->paths, fields->computed, query_.state_->settings(), &explanation,
                [](const exec::FieldsAtHand&) { return Status(); });
  }).value();
  return explanation.to_json();
}

}  // namespace aurora
