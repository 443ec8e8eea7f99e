// The modifiers of update data: increment, push, unset … Called by update and upsert.
#pragma once

#include <aurora/aql/tree.hpp>
#include <aurora/plan/bindings.hpp>
#include <aurora/schema/definition.hpp>

#include <string>
#include <vector>

namespace aurora::exec {

enum class ModifierKind : std::uint8_t {
  kSet, kIncrement, kDecrement, kMultiply, kMin, kMax, kPush, kPushAll, kPull, kAddToSet, kUnset, kSetOnInsert,
};

/// One entry of `data`: what to do to the value at a path.
struct Modifier {
  ModifierKind kind = ModifierKind::kSet;
  std::string field;                      ///< top-level name
  std::vector<std::string> rest;          ///< below it, for dotted keys
  Value operand;
  const TypeDef* type = nullptr;          ///< declared type of the target; null when undeclared
  aql::Offset at = 0;
};

/// A kSet of the field that a dotted name means; its operand is the caller's to give.
[[nodiscard]] Modifier assignment(const CollectionDef& collection, const aql::Name& name);

/// Reads `data` (an object). In an insert every value is data; in an update an object holding exactly one
/// modifier's name is that modifier, unless the field is a nested object that declares the name.
/// Errors: InvalidQuery for what is no object; TypeError for operands that do not fit.
[[nodiscard]] Result<std::vector<Modifier>> compile_modifiers(const CollectionDef& collection,
                                                              const aql::Literal& data,
                                                              const plan::Bindings& bindings);

/// The same for data that is no text's, as if it were written out at `at`; without the way over a tree.
[[nodiscard]] Result<std::vector<Modifier>> compile_modifiers(const CollectionDef& collection, const Object& data,
                                                              const plan::Bindings& bindings, aql::Offset at = 0);

/// The changed fields, whole, with every modifier applied to `record` (null: a document being made, where
/// setOnInsert counts). Null values say that a field goes away.
/// Errors: TypeError for a modifier on the wrong type and for overflow.
[[nodiscard]] Result<Object> apply_modifiers(const CollectionDef& collection, const std::vector<Modifier>& modifiers,
                                             const RecordView* record, const plan::Bindings& bindings);

}  // namespace aurora::exec
