// Body of deferred values. Called by results; calls the executor on the state the result was made of.
#include "deferred.hpp"

#include <aurora/base/try.hpp>
#include <aurora/exec/projection.hpp>
#include <aurora/exec/query.hpp>

namespace aurora::facade {

Status Deferred::add(Part part, View& view) {
  if (!part.view) AURORA_TRY(read(view, part, part.json));
  parts_.push_back(std::move(part));
  return {};
}

Status Deferred::read(View& view, const Part& part, std::string& out) const {
  plan::Bindings bindings;
  bindings.text = parsed_->text;
  bindings.variables = &part.variables;
  bindings.now = now_;
  bindings.limits = state_->limits();
  bindings.role = role_;
  for (const auto& field : part.fields) {
    const exec::QueryContext context{bindings, parsed_->document.fragments, state_->settings(), field.directives};
    auto output = exec::run_query(view, field.selection, context);
    if (!output) return output.error().under(field.key);
    out += (out.empty() ? "" : ",") + exec::json_key(field.key) + output->json;
  }
  return {};
}

Result<QueryResult> Deferred::fetch() {
  AURORA_ASSIGN(const auto entry, state_->engine().enter());
  const std::lock_guard lock(mutex_);
  std::string data;
  for (const auto& part : parts_) {
    auto json = part.json;
    if (part.view) AURORA_TRY(read(*part.view, part, json));
    data += (data.empty() ? "" : ",") + json;
  }
  return QueryResult("{" + data + "}", {});
}

}  // namespace aurora::facade
