// The parts of building a definition from the syntax tree, shared by define and alter.
// Private to the schema room.
#pragma once

#include <aurora/aql/parser.hpp>
#include <aurora/aql/tree.hpp>
#include <aurora/schema/build.hpp>

#include <span>
#include <string_view>

namespace aurora {

/// InvalidDefinition at `at` of `text`.
[[nodiscard]] Error bad_definition(std::string_view text, aql::Offset at, std::string message);
/// `error` as InvalidDefinition at `at`, unless it is LimitExceeded, which keeps its code.
[[nodiscard]] Error bad_definition(std::string_view text, aql::Offset at, const Error& error,
                                   std::string_view prefix = {});

/// A literal as a value. Errors: InvalidDefinition for a variable or a bare word anywhere inside.
[[nodiscard]] Result<Value> constant(const aql::Literal& literal, std::string_view text);

/// Checks that each argument of `directive` is among `known` (the parser has seen to it that none
/// is given twice). `sign` is "@" or "@@".
[[nodiscard]] Status check_arguments(const aql::Directive& directive,
                                     std::span<const std::string_view> known, std::string_view sign,
                                     std::string_view text);
/// Null when not given.
[[nodiscard]] const aql::Argument* argument(const aql::Directive& directive, std::string_view name);
/// The text of a given string argument. Errors: InvalidDefinition when it is another kind or empty.
[[nodiscard]] Result<std::string> text_argument(const aql::Argument& argument,
                                                std::string_view sign,
                                                const aql::Directive& directive,
                                                std::string_view text);

[[nodiscard]] Result<TypeDef> build_type(const aql::TypeReference& type, std::string_view text);
/// A top-level field, without its id. Errors: as build_collection.
[[nodiscard]] Result<FieldDef> build_field(const aql::FieldDefinition& field,
                                           std::string_view text);
/// Applies type, default and the directives that nested fields may carry.
[[nodiscard]] Result<FieldDef> build_nested_field(const aql::FieldDefinition& field,
                                                  std::string_view text);
/// Applies one directive of a field. Errors: InvalidDefinition.
[[nodiscard]] Status apply_directive(FieldDef& field, const aql::Directive& directive,
                                     std::string_view text);
/// What no single directive can see: contradictions between them. Errors: InvalidDefinition.
[[nodiscard]] Status check_directives(const FieldDef& field, const aql::FieldDefinition& written,
                                      std::string_view text);

/// Applies @@index, @@unique or @@ttl. An index gets no id yet. Errors: InvalidDefinition.
[[nodiscard]] Status apply_rule(CollectionDef& collection, const aql::Directive& rule,
                                std::string_view text);

/// The indexes that the directives of the fields ask for, in field order, without ids.
[[nodiscard]] std::vector<IndexDef> directive_indexes(const CollectionDef& collection);
/// "email", "address.city", "role_age".
[[nodiscard]] std::string automatic_name(const std::vector<FieldPath>& paths);
/// True for the same fields and names below them, whatever the fields are called now.
[[nodiscard]] bool same_paths(const std::vector<FieldPath>& a, const std::vector<FieldPath>& b);

/// Resolves the paths of rules anew, after fields were added, renamed or changed. Errors:
/// InvalidDefinition at `at` when a path leads nowhere now, @@ttl stands on no date, or two indexes
/// have one name or do the same.
[[nodiscard]] Status recheck_rules(CollectionDef& collection, std::string_view text,
                                   aql::Offset at);

/// Gives the rule @@ttl an index when no other stands on its field, and takes away one not needed.
void place_ttl_index(CollectionDef& collection);

/// True when both types hold and store the same values, but for null at the top.
[[nodiscard]] bool same_type(const TypeDef& a, const TypeDef& b);
[[nodiscard]] bool same_validation(const std::optional<Validation>& a,
                                   const std::optional<Validation>& b);
/// True for names that no field of a collection may have.
[[nodiscard]] bool is_reserved_field(std::string_view name) noexcept;

/// What holds for the whole collection: one primary. Errors: InvalidDefinition at the name's place.
[[nodiscard]] Status check_collection(const CollectionDef& collection, std::string_view text,
                                      aql::Offset at);

}  // namespace aurora
