// Body of the view with computed fields. Called by selection; calls the expressions of the definition.
#include "computed_view.hpp"

#include <aurora/base/try.hpp>
#include <aurora/expr/computed_fields.hpp>

namespace aurora::exec {

ComputedView::ComputedView(View& base, const DocumentQuery& query) : base_(base), definition_(*query.collection) {
  if (!definition_.computed_fields) return;
  fields_ = query.computed;
  for (const auto id : query.filter->virtuals()) add_if_virtual(definition_, id, fields_);
  for (const auto& term : query.order)
    if (term.subject == plan::Subject::kPath) add_if_virtual(definition_, term.path.field, fields_);
  if (query.distinct) add_if_virtual(definition_, query.distinct->field, fields_);
}

Result<RecordRef> ComputedView::extended(const RecordRef& record) const {
  return with_computed(definition_, record.view(), fields_, base_.now());
}

Result<RecordRef> ComputedView::record(CollectionId id, Ordinal ordinal) {
  AURORA_ASSIGN(auto found, base_.record(id, ordinal));
  if (!found || id != definition_.id) return found;
  return extended(found);
}

Status ComputedView::scan(CollectionId id, const OrdinalSet& ordinals,
                          const std::function<bool(Ordinal, const RecordRef&)>& visit) {
  if (id != definition_.id) return base_.scan(id, ordinals, visit);
  Status failed;
  AURORA_TRY(base_.scan(id, ordinals, [&](Ordinal ordinal, const RecordRef& record) {
    const auto made = extended(record);
    if (!made) failed = made.error();
    return made && visit(ordinal, *made);
  }));
  return failed;
}

void ComputedView::on_read(CollectionId id, std::shared_ptr<const plan::Filter> filter) {
  base_.on_read(id, std::move(filter));
}

}  // namespace aurora::exec
