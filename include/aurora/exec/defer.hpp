// @defer: a root field taken apart into what is answered at once and what is left for later.
// Called by the statement runner, which runs the first part now and the second when it is asked for.
#pragma once

#include <aurora/aql/tree.hpp>
#include <aurora/exec/view.hpp>
#include <aurora/plan/bindings.hpp>

#include <optional>
#include <string>
#include <vector>

namespace aurora::exec {

/// Three trees of one root field, fragments laid out, without @defer. All run like any other field.
struct DeferSplit {
  aql::Selection whole;              ///< everything: what must be right before anything runs
  aql::Selection kept;               ///< without the deferred fields
  aql::Selection late;               ///< only these, and what leads to them
  std::vector<aql::Directive> operation_directives;       ///< of the operation, without @defer
  std::vector<aql::Directive> late_directives;            ///< of the operation for `late`: without @explain too
  std::vector<std::string> names;    ///< what is left out, by result names from the root field on: "bio", "nodes.bio"
  bool all = false;                  ///< the root field itself is deferred: there is nothing to answer at once
};

/// Nullopt when @defer stands nowhere in the field. `@defer(if:)` is a condition, so `names` may be empty all the same;
/// on a fragment it goes for each field of it.
/// Errors: those of directives (InvalidQuery, TypeError, Unauthorized, Forbidden).
[[nodiscard]] Result<std::optional<DeferSplit>> split_deferred(const aql::Selection& field,
                                                               const std::vector<aql::Directive>& operation_directives,
                                                               const plan::Bindings& bindings,
                                                               const std::vector<aql::FragmentDefinition>& fragments);

/// The schema of another view without its documents: running a field on it finds everything that is wrong with the
/// field, at the cost of compiling it.
class EmptyView final : public View {
 public:
  explicit EmptyView(View& base) : base_(base) {}
  [[nodiscard]] const Catalog& catalog() const override { return base_.catalog(); }
  [[nodiscard]] Sequence sequence() const override { return base_.sequence(); }
  [[nodiscard]] DateTime now() const override { return base_.now(); }
  [[nodiscard]] Result<const CollectionVersion*> collection(CollectionId id) override;
  [[nodiscard]] Result<RecordRef> record(CollectionId, Ordinal) override { return RecordRef(); }
  [[nodiscard]] const PendingDocuments* pending(CollectionId) override { return nullptr; }
  [[nodiscard]] Status scan(CollectionId, const OrdinalSet&,
                            const std::function<bool(Ordinal, const RecordRef&)>&) override {
    return {};
  }
  void on_read(CollectionId, std::shared_ptr<const plan::Filter>) override {}

 private:
  View& base_;
  std::vector<std::pair<CollectionId, std::unique_ptr<CollectionVersion>>> versions_;
};

}  // namespace aurora::exec
