// What a full-text index holds of a document, as keys of an ordered index. Called by the commit pipeline, index
// builds, loading and verify in the place of extract_keys, and by searches, which read the same keys.
//
//   0x01 fingerprint u32 BE, length u32 BE      documents with that many words under that analysis
//   0x02 term 0x00 frequency                    documents that hold the term so many times
//   0x03 word 0x00 frequency                    the same of words before stemming, in a field with a language: for prefixes
//   frequency: 1 byte below 0xFF; else 0xFF and u32 BE
//
// So a term's postings stand together, grouped by frequency, each group an ordinal set: all that an ordered index
// can do (copy-on-write versions, pages, replay, verify) holds for text too. Positions are not kept: a phrase is
// looked up as a conjunction and read in the documents that are left (docs/search.md).
#pragma once

#include <aurora/document/record.hpp>
#include <aurora/schema/definition.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aurora::text {

inline constexpr char kLengthMark = '\x01';
inline constexpr char kTermMark = '\x02';
inline constexpr char kPlainMark = '\x03';

/// Replaces `keys` by the sorted, distinct keys of `record` in `index`, of whatever kind it is.
void extract_index_keys(const CollectionDef& collection, const IndexDef& index, RecordView record,
                        std::vector<std::string>& keys);

/// The length that a document's keys tell; 0 when it has no words.
[[nodiscard]] std::uint32_t length_of(const std::vector<std::string>& keys) noexcept;

/// What stands in a length key; nullopt for other keys.
struct LengthKey {
  std::uint32_t fingerprint = 0;
  std::uint32_t length = 0;
};
[[nodiscard]] std::optional<LengthKey> read_length_key(std::string_view key) noexcept;

/// What stands in a term's key. Requires: key[0] is kTermMark or kPlainMark.
struct TermKey {
  std::string_view term;
  std::uint32_t frequency = 0;
};
[[nodiscard]] TermKey read_term_key(std::string_view key) noexcept;

}  // namespace aurora::text
