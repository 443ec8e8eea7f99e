// The disk forms of a leaf page and of the directory of an index.
// Called by index_pages; calls tree_build and OrdinalSet.
//
// Every block (little-endian):
//    0  u8   format version (kPageFormat, kDirectoryFormat)
//    1  u32  checksum32 of bytes 5 … end
// Page, from byte 5:
//       u32 page id, u64 changed at
//       varint number of keys, varint prefix size, the prefix all keys start with
//       for each key: varint size of the rest of the key, the rest,
//                     varint n: 0: varint size, OrdinalSet bytes
//                               1 … 512: varint first ordinal, then n - 1 varints: the step
//                                        to the next, less one
// Directory, from byte 5:
//       varint number of pages
//       for each page, in key order: u32 id, varint keys, varint entries,
//                                    varint size of the first key, the key
// Invariants:
//   P1  bytes are proven before anything is built on them: keys rise strictly and are at most
//       Leaf::kMaxKeySize, ordinals rise strictly, sets pass OrdinalSet::from_bytes, all bytes are
//       used.
#pragma once

#include <aurora/document/record.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "index/leaf.hpp"

namespace aurora::index {

inline constexpr std::uint8_t kPageFormat = 1;
inline constexpr std::uint8_t kDirectoryFormat = 1;

[[nodiscard]] std::string encode_page(const Leaf& leaf);
/// Errors: Corruption saying what is wrong.
[[nodiscard]] Result<Ref<Leaf>> decode_page(std::string_view bytes);

struct DirectoryRow {
  std::uint32_t page_id;
  std::uint64_t keys;
  std::uint64_t entries;
  std::string first_key;
};
[[nodiscard]] std::string encode_directory(const std::vector<DirectoryRow>& rows);
/// First keys rise strictly and ids differ. Errors: Corruption.
[[nodiscard]] Result<std::vector<DirectoryRow>> decode_directory(std::string_view bytes);

}  // namespace aurora::index
