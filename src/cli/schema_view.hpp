// What collections there are, as the database describes them. Called by the shell's commands, by
// completion and by imports; asks by AQL (`__schema`).
#pragma once

#include <aurora/database.hpp>

#include <string>

namespace aurora::cli {

/// Descriptions of all collections, or of one; see the AQL reference, "Introspection".
/// Errors: CollectionNotFound when `collection` is not empty and there is none of that name.
[[nodiscard]] Result<List> describe_collections(Database& database, std::string_view collection = {});

/// A `define collection` text for a description. What introspection does not tell (@open, @@ttl, options of
/// @search) is not in it.
[[nodiscard]] std::string definition_of(const Object& collection);

/// Texts of a description; empty when absent.
[[nodiscard]] std::string text_of(const Object& object, std::string_view name);
[[nodiscard]] const List& list_of(const Object& object, std::string_view name);
[[nodiscard]] bool flag_of(const Object& object, std::string_view name);

}  // namespace aurora::cli
