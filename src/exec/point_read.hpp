// The plan of `collection(where: {key: $value}) { fields }`: one document by its primary key, planned once for a text.
// Made and used by query root fields; every other shape is planned at each execution.
#pragma once

#include <aurora/aql/tree.hpp>
#include <aurora/exec/projection.hpp>
#include <aurora/exec/query.hpp>
#include <aurora/exec/view.hpp>
#include <aurora/plan/bindings.hpp>

#include <memory>
#include <optional>
#include <string>

namespace aurora::exec {

/// Immutable; borrows the text it was made from. Threads: const use from any thread.
class PointRead {
 public:
  /// False when this execution of `field` must not be answered by such a plan.
  [[nodiscard]] static bool may_suit(const aql::Selection& field, const QueryContext& context);
  /// Null when `field` asks for anything else than one key's document with named fields.
  [[nodiscard]] static std::shared_ptr<const PointRead> of(const aql::Selection& field, const CollectionDef& collection,
                                                           std::shared_ptr<const Projection> projection);
  /// Where CompiledParts keeps the plan of `field`; null when it can have none.
  [[nodiscard]] static const void* place_of(const aql::Selection& field) noexcept;

  /// The list of the document, or the empty one. Nullopt: the value of the key needs the general way (null, a list,
  /// text that is no such key). Requires: a committed state as the view. Cost: one probe of the index, one record.
  [[nodiscard]] Result<std::optional<std::string>> answer(View& view, const CollectionDef& collection,
                                                          const plan::Bindings& bindings) const;

  /// What stands for the key in the text: a literal or a variable.
  [[nodiscard]] const aql::Literal& operand() const noexcept { return *operand_; }
  /// What is written of the document: without lookups, windows and computed fields.
  [[nodiscard]] const Projection& projection() const noexcept { return *projection_; }

 private:
  const aql::Literal* operand_ = nullptr;
  std::size_t index_ = 0;                    // in the collection's definition
  std::shared_ptr<const Projection> projection_;
};

}  // namespace aurora::exec
