// Cursors of keyset pages: the place of a row in a query's order, as opaque URL-safe text.
// Made and read by the page; understood by selection as a Position.
//
// Bytes before base64url (RFC 4648 §5, without padding), little-endian:
//    0  u8   format (1)
//    1  u32  fingerprint of the collection and the order
//    5  u32  ordinal
//    9  u8[16] _sid
//   25  u8   value count, then for each: tag u8, length u32, payload (document/codec.hpp)
//   …  u32  checksum32 of everything before
#pragma once

#include <aurora/exec/select.hpp>

#include <string>
#include <string_view>

namespace aurora::exec {

[[nodiscard]] std::string encode_cursor(const DocumentQuery& query, const Row& row);
/// Errors: InvalidQuery for a broken cursor and for one of another ordering.
[[nodiscard]] Result<Position> decode_cursor(const DocumentQuery& query, std::string_view text);

}  // namespace aurora::exec
