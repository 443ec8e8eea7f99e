// Words of a text by UAX 29, and runs of CJK characters as bigrams. Private to the text room.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace aurora::text {

struct Segment {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  enum class Kind : std::uint8_t {
    kWord,
    kBigram,     ///< two CJK characters, or the only one of a run
    kCharacter,  ///< one CJK character of a longer run, beside the bigram it begins or ends
  } kind = Kind::kWord;
};

/// Calls `visit` with each word that holds a letter or a digit, in order. Requires: valid UTF-8.
void segment(std::string_view text, const std::function<void(const Segment&)>& visit);

/// The rule for ASCII text alone, without ICU. Requires: ASCII.
void segment_ascii(std::string_view text, std::uint32_t offset, const std::function<void(const Segment&)>& visit);
/// ICU's rule, for any text without CJK characters.
void segment_by_icu(std::string_view text, std::uint32_t offset, const std::function<void(const Segment&)>& visit);

}  // namespace aurora::text
