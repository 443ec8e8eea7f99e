// Body of the shapes of mutations' answers. Called by mutate.cpp and jobs.cpp.
#include "mutation_shape.hpp"

#include <aurora/base/try.hpp>
#include <aurora/exec/lookup.hpp>

namespace aurora::exec {

using aql::Selection;

Result<MutationShape> MutationShape::compile(const Catalog& catalog, const CollectionDef& collection,
                                             const std::vector<Selection>* selections,
                                             const MutationContext& context) {
  MutationShape shape;
  if (selections == nullptr) {
    shape.affected_keys_.push_back(json_key("affected"));
    return shape;
  }
  AURORA_ASSIGN(const auto expanded,
                expand_selections(*selections, collection.name, context.bindings, context.fragments));
  std::vector<const Selection*> fields;
  for (const auto* selection : expanded) {
    const auto& name = selection->name.text;
    const bool affected = selection->kind == Selection::Kind::kField && selection->arguments.empty() &&
                          !selection->has_selections && (name == "affected" || name == "affectedCount") &&
                          collection.find(name) == nullptr;
    if (affected)
      shape.affected_keys_.push_back(json_key(selection->key()));
    else
      fields.push_back(selection);
  }
  shape.documents_ = !fields.empty();
  if (shape.documents_) {
    AURORA_ASSIGN(shape.projection_,
                  Projection::compile(collection, fields, {catalog, context.bindings, context.fragments}));
  }
  return shape;
}

Status MutationShape::append_documents(std::string& out, const CollectionDef& collection,
                                       const std::vector<RecordRef>& documents, const LookupResults& lookups) const {
  out += '[';
  for (std::size_t i = 0; i < documents.size(); ++i) {
    if (i > 0) out += ',';
    AURORA_TRY(projection_.append(out, collection, documents[i].view(), {{}, &lookups, i}));
  }
  out += ']';
  return {};
}

Result<std::string> MutationShape::render(View& view, const CollectionDef& collection, std::uint64_t affected,
                                          const std::vector<RecordRef>& documents, bool single,
                                          const ExecSettings& settings) const {
  LookupResults lookups;
  if (documents_ && !projection_.lookups().empty()) {
    std::vector<RecordView> records;
    for (const auto& document : documents) records.push_back(document.view());
    AURORA_ASSIGN(lookups, LookupResults::find(view, projection_, records, settings));
  }
  std::string out;
  if (documents_ && affected_keys_.empty()) {
    if (!single) {
      AURORA_TRY(append_documents(out, collection, documents, lookups));
    } else if (documents.empty()) {
      out = "null";
    } else {
      AURORA_TRY(projection_.append(out, collection, documents.front().view(), {{}, &lookups, 0}));
    }
    return out;
  }
  out = "{";
  for (const auto& key : affected_keys_) {
    if (out.size() > 1) out += ',';
    out += key + std::to_string(affected);
  }
  if (documents_) {
    out += ",\"nodes\":";
    AURORA_TRY(append_documents(out, collection, documents, lookups));
  }
  out += '}';
  return out;
}

}  // namespace aurora::exec
