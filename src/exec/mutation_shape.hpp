// The shape of a mutation's answer: counts, documents or both (AQL reference, "Results").
// Made and asked by the operations on documents and on jobs.
#pragma once

#include <aurora/exec/mutate.hpp>
#include <aurora/exec/projection.hpp>

#include <string>
#include <vector>

namespace aurora::exec {

class MutationShape {
 public:
  /// `selections` null: none were written, and the answer is the number of documents.
  /// Errors: those of projections.
  [[nodiscard]] static Result<MutationShape> compile(const Catalog& catalog, const CollectionDef& collection,
                                                     const std::vector<aql::Selection>* selections,
                                                     const MutationContext& context);

  /// As JSON. `single`: at most one document, which then stands alone and not in a list. What the result looks up, it
  /// finds in the state after the operation.
  [[nodiscard]] Result<std::string> render(View& view, const CollectionDef& collection, std::uint64_t affected,
                                           const std::vector<RecordRef>& documents, bool single,
                                           const ExecSettings& settings) const;

 private:
  Status append_documents(std::string& out, const CollectionDef& collection, const std::vector<RecordRef>& documents,
                          const LookupResults& lookups) const;

  std::vector<std::string> affected_keys_;   // as JSON, with colons
  Projection projection_;
  bool documents_ = false;
};

}  // namespace aurora::exec
