// The stored form of a definition, shared by its writer and its reader. Private to the schema room.
//
//   u8 format (1) | u32 checksum32 of the rest | u8 tag | payload     (document/codec.hpp; an
//   object)
//
// The object: id name version open system next_field_id groups indexes ttl. A group is a list of
// fields; group 0 holds those of the collection, and a nested type names the group of its fields,
// always a later one, so the depth of the encoding does not follow the depth of types. A type is
// `type` (its word, or "{" with `group`) and `levels`: one letter from the outermost list to the
// innermost type, 'r' for required and 'o' for optional. Parts that have their usual value are left
// out.
#pragma once

#include <aurora/schema/definition.hpp>

#include <cstdint>
#include <string_view>

namespace aurora::definition_codec {

inline constexpr std::uint8_t kFormat = 1;
inline constexpr std::size_t kHeaderBytes = 6;  // format, checksum, tag
inline constexpr std::string_view kNestedType = "{";

}  // namespace aurora::definition_codec
