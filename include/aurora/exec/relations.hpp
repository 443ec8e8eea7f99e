// @relation: the end of a statement, where references are checked and deletes followed, and what schema statements
// must leave true of relations. Called by mutations, the document calls and schema statements.
#pragma once

#include <aurora/aql/tree.hpp>
#include <aurora/exec/write_view.hpp>

#include <string_view>

namespace aurora::exec {

/// Ends a statement that wrote since `since`: unique values, then relations.
///   - a document that is gone takes along or lets go of those that refer to it (onDelete), and so on
///   - a reference that was written must have a target, wherever in the statement that was written
///   - what refers with RESTRICT, or refers to a key that was changed, must not be left behind
/// Everything is looked at as it stands at the end, so one statement may delete or insert both sides in any order.
/// Errors: UniqueConstraintViolation; ValidationError "foreign key: …" naming collection, field and value.
[[nodiscard]] Status end_statement(WriteView& view, Savepoint since);

/// Checks the relations of a collection just defined or altered, and those that point at it, as far as both sides
/// exist: a relation may be defined before its target is. Errors: InvalidDefinition at the place in `text`.
[[nodiscard]] Status check_relation_definitions(const Catalog& catalog, const CollectionDef& collection,
                                                const aql::SchemaStatement& statement, std::string_view text);

/// After an alter from `before`: relations that point at a renamed field follow it.
/// Errors: InvalidDefinition at the place in `text` when a field that relations point at was dropped.
[[nodiscard]] Status follow_renamed_keys(WriteView& view, const CollectionDef& before,
                                         const aql::SchemaStatement& statement, std::string_view text);

/// After an alter from `before`: the documents must meet relations that are new.
/// Errors: ValidationError naming a document and how many.
[[nodiscard]] Status check_new_relations(WriteView& view, const CollectionDef& before, const CollectionDef& after);

/// Before a drop. Errors: ValidationError while documents of another collection refer to this one.
[[nodiscard]] Status check_not_referred_to(WriteView& view, const CollectionDef& collection);

}  // namespace aurora::exec
