// Definitions as `__schema` shows them. Called by the executor and the facade.
#pragma once

#include <aurora/schema/definition.hpp>

#include <cstdint>
#include <string_view>

namespace aurora {

/// name type required unique indexed primary default validations relation computed.
[[nodiscard]] Object describe_field(const CollectionDef& collection, const FieldDef& field);
/// name fields kind; kind is primary, unique, ordered or search.
[[nodiscard]] Object describe_index(const IndexDef& index);
/// name count fields indexes.
[[nodiscard]] Object describe_collection(const CollectionDef& collection, std::uint64_t count);

[[nodiscard]] std::string_view to_string(IndexKind kind) noexcept;
[[nodiscard]] std::string_view to_string(OnDelete action) noexcept;

}  // namespace aurora
