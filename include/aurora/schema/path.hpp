// Dotted paths into the documents of a collection. Called by rules, indexes and the planner.
#pragma once

#include <aurora/schema/definition.hpp>

#include <string_view>

namespace aurora {

/// The path that `dotted` names. Goes through lists to their elements and anywhere into JSON,
/// Object and Any; an undeclared first name is a path into the open fields of an @open collection.
/// Errors: `code`, naming what is unknown and the nearest declared name.
[[nodiscard]] Result<FieldPath> resolve_path(const CollectionDef& collection,
                                             std::string_view dotted,
                                             ErrorCode code = ErrorCode::kInvalidQuery);

/// The error with the collection's name before it, unless the message says it already.
[[nodiscard]] Error in_collection(const CollectionDef& collection, const Error& error);

/// "unknown field 'nmae' in collection 'users'; did you mean 'name'?"
[[nodiscard]] Error unknown_field(const CollectionDef& collection, std::string_view name,
                                  ErrorCode code);

}  // namespace aurora
