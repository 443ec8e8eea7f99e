// The keys of the storage families (docs/architecture.md, "Storage layout"). Used by commit, index checkpoints.
#pragma once

#include <aurora/base/bytes.hpp>
#include <aurora/document/record.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace aurora::commit {

/// `docs`: collection u32 BE, ordinal u32 BE.
struct DocumentKey {
  char bytes[8];
  DocumentKey(CollectionId collection, Ordinal ordinal) noexcept {
    store_be<std::uint32_t>(bytes, collection);
    store_be<std::uint32_t>(bytes + 4, ordinal);
  }
  [[nodiscard]] std::string_view view() const noexcept { return {bytes, sizeof bytes}; }
};

/// `log`: sequence u64 BE, part u32 BE.
struct LogKey {
  char bytes[12];
  LogKey(Sequence sequence, std::uint32_t part) noexcept {
    store_be<std::uint64_t>(bytes, sequence);
    store_be<std::uint32_t>(bytes + 8, part);
  }
  [[nodiscard]] std::string_view view() const noexcept { return {bytes, sizeof bytes}; }
  [[nodiscard]] static std::optional<Sequence> sequence_of(std::string_view key) noexcept {
    if (key.size() != sizeof bytes) return std::nullopt;
    return load_be<std::uint64_t>(key.data());
  }
};

/// `pages`: index u32 BE, page u32 BE. Page 0xFFFFFFFF of an index is its directory. Index ids are unique in
/// the database; a collection's set of live ordinals stands under index 0 with its id as page.
struct PageKey {
  static constexpr std::uint32_t kDirectory = 0xFFFF'FFFFu;
  static constexpr std::uint32_t kLiveSets = 0;
  char bytes[8];
  PageKey(std::uint32_t index, std::uint32_t page) noexcept {
    store_be<std::uint32_t>(bytes, index);
    store_be<std::uint32_t>(bytes + 4, page);
  }
  [[nodiscard]] std::string_view view() const noexcept { return {bytes, sizeof bytes}; }
};

/// `pages`: the sequence all pages are fresh to, with its checksum.
inline constexpr std::string_view kFreshnessKey = "freshness";
/// `meta`: format version of the database, u32 BE.
inline constexpr std::string_view kFormatKey = "format";
inline constexpr std::uint32_t kDatabaseFormat = 1;
/// `meta`: the next ids of collections and indexes.
inline constexpr std::string_view kIdsKey = "ids";
/// `meta`: "collection/" + id u32 BE → definition; "dropped/" + id u32 BE → the sequence of the
/// drop, u64 BE, until purged.
inline constexpr std::string_view kCollectionPrefix = "collection/";
inline constexpr std::string_view kDroppedPrefix = "dropped/";
/// `kv`: this + id u32 BE → the definition once more, in other files than the first, as documents are of no use without
/// it. Read by the salvage only. Keys of callers do not begin with a zero byte.
inline constexpr std::string_view kDefinitionCopyPrefix{"\0collection/", 12};

[[nodiscard]] inline std::string meta_key(std::string_view prefix, std::uint32_t id) {
  std::string key(prefix);
  append_be<std::uint32_t>(key, id);
  return key;
}

}  // namespace aurora::commit
