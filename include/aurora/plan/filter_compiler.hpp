// From a `where` as written to a Filter. Called by the query planner and by mutations.
#pragma once

#include <aurora/aql/limits.hpp>
#include <aurora/aql/tree.hpp>
#include <aurora/plan/bindings.hpp>
#include <aurora/plan/filter.hpp>

namespace aurora::plan {

/// Compiles `where` (an object, or a variable standing for one). Constant parts are folded.
/// Errors: InvalidQuery for unknown fields and operators (nearest name), bad regular expressions; TypeError
/// for operands that cannot be read as the field's type; both with their place.
[[nodiscard]] Result<std::shared_ptr<const Filter>> compile_filter(std::shared_ptr<const CollectionDef> collection,
                                                                   const aql::Literal& where, const Bindings& bindings);

/// A `where` compiled once and bound at each execution: what variables and the time decide is left open, the rest is
/// converted, encoded and folded. Borrows the literal. Threads: const use from any thread.
class FilterPlan {
 public:
  /// Errors: as compile_filter, but for operands that are left open.
  [[nodiscard]] static Result<std::shared_ptr<const FilterPlan>> compile(
      std::shared_ptr<const CollectionDef> collection, const aql::Literal& where, const Bindings& bindings);

  /// The filter of one execution; the same one each time when nothing was left open.
  /// Errors: those of the open operands, with their place.
  [[nodiscard]] Result<std::shared_ptr<const Filter>> bind(const Bindings& bindings) const;

  /// An operand that only the execution knows.
  struct OpenOperand;

 private:
  std::shared_ptr<const Filter> filter_;
  std::vector<OpenOperand> open_;
};

/// The filter of an argument: compiled anew when a variable stands for the whole of it, else once a text and
/// definition (Bindings::compiled). Matches everything when the argument was not given.
[[nodiscard]] Result<std::shared_ptr<const Filter>> filter_of(const std::shared_ptr<const CollectionDef>& collection,
                                                              const Argument& where, const Bindings& bindings);

/// Matches everything.
[[nodiscard]] std::shared_ptr<const Filter> match_all(std::shared_ptr<const CollectionDef> collection);

}  // namespace aurora::plan
