// Body of folding. Called by the analyser; calls ICU's normalisers and libstemmer.
#include "text/fold.hpp"

#include <libstemmer.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <vector>

namespace aurora::text {

namespace {

constexpr std::size_t kFoldedBytes = 512;   // of a word; more would be cut from its term anyway

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

using Utf16 = std::vector<UChar>;

Utf16 to_utf16(std::string_view text) {
  Utf16 out(text.size() + 1);
  UErrorCode error = U_ZERO_ERROR;
  std::int32_t length = 0;
  u_strFromUTF8(out.data(), static_cast<std::int32_t>(out.size()), &length, text.data(),
                static_cast<std::int32_t>(text.size()), &error);
  out.resize(U_SUCCESS(error) ? static_cast<std::size_t>(length) : 0);
  return out;
}

std::string to_utf8(const Utf16& text) {
  std::string out(text.size() * 3 + 1, '\0');
  UErrorCode error = U_ZERO_ERROR;
  std::int32_t length = 0;
  u_strToUTF8(out.data(), static_cast<std::int32_t>(out.size()), &length, text.data(),
              static_cast<std::int32_t>(text.size()), &error);
  out.resize(U_SUCCESS(error) ? static_cast<std::size_t>(length) : 0);
  return out;
}

Utf16 normalised(const UNormalizer2* form, const Utf16& text) {
  // One code point grows to at most 18 by compatibility decomposition.
  Utf16 out(text.size() * 18 + 1);
  UErrorCode error = U_ZERO_ERROR;
  const auto length = unorm2_normalize(form, text.data(), static_cast<std::int32_t>(text.size()), out.data(),
                                       static_cast<std::int32_t>(out.size()), &error);
  if (U_FAILURE(error)) return text;
  out.resize(static_cast<std::size_t>(length));
  return out;
}

const UNormalizer2* folding() {
  UErrorCode error = U_ZERO_ERROR;
  static const UNormalizer2* const form = unorm2_getNFKCCasefoldInstance(&error);
  return form;
}
const UNormalizer2* decomposition() {
  UErrorCode error = U_ZERO_ERROR;
  static const UNormalizer2* const form = unorm2_getNFDInstance(&error);
  return form;
}
const UNormalizer2* composition() {
  UErrorCode error = U_ZERO_ERROR;
  static const UNormalizer2* const form = unorm2_getNFCInstance(&error);
  return form;
}

// Marks that belong to no script go (accents, Arabic vowel signs), as do Hebrew points; the voicing marks of kana
// and the vowel signs of Indic scripts make other letters and stay.
bool is_diacritic(UChar32 c) {
  if (u_charType(c) != U_NON_SPACING_MARK && u_charType(c) != U_ENCLOSING_MARK) return false;
  if (c == 0x3099 || c == 0x309A) return false;
  if (c >= 0x0591 && c <= 0x05C7) return true;
  UErrorCode error = U_ZERO_ERROR;
  return uscript_getScript(c, &error) == USCRIPT_INHERITED;
}

// Letters with strokes have no decomposition.
UChar32 without_stroke(UChar32 c) {
  switch (c) {
    case 0x00F8: return 'o';
    case 0x0111: return 'd';
    case 0x0127: return 'h';
    case 0x0131: return 'i';
    case 0x0142: return 'l';
    case 0x0167: return 't';
    default: return c;
  }
}

struct CloseStemmer {
  void operator()(sb_stemmer* stemmer) const { sb_stemmer_delete(stemmer); }
};

sb_stemmer* stemmer_of(std::string_view language) {
  thread_local std::map<std::string, std::unique_ptr<sb_stemmer, CloseStemmer>, std::less<>> stemmers;
  const auto found = stemmers.find(language);
  if (found != stemmers.end()) return found->second.get();
  const std::string name(language);
  return stemmers.emplace(name, sb_stemmer_new(name.c_str(), "UTF_8")).first->second.get();
}

}  // namespace

void cut(std::string& word, std::size_t bytes) {
  if (word.size() <= bytes) return;
  while (bytes > 0 && (static_cast<unsigned char>(word[bytes]) & 0xC0) == 0x80) --bytes;
  word.resize(bytes);
}

void append_folded(std::string& out, std::string_view word) {
  std::string head;
  if (word.size() > kFoldedBytes) {
    head.assign(word.substr(0, kFoldedBytes + 1));
    cut(head, kFoldedBytes);
    word = head;
  }
  if (!is_ascii(word)) {
    out += to_utf8(normalised(folding(), to_utf16(word)));
    return;
  }
  for (const char c : word) out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

void remove_diacritics(std::string& word) {
  if (is_ascii(word)) return;
  const auto apart = normalised(decomposition(), to_utf16(word));
  Utf16 kept;
  const auto size = static_cast<std::int32_t>(apart.size());
  for (std::int32_t at = 0; at < size;) {
    UChar32 c = 0;
    U16_NEXT(apart.data(), at, size, c);
    if (is_diacritic(c)) continue;
    c = without_stroke(c);
    std::array<UChar, 2> units{};
    std::int32_t count = 0;
    U16_APPEND_UNSAFE(units.data(), count, c);
    kept.insert(kept.end(), units.begin(), units.begin() + count);
  }
  word = to_utf8(normalised(composition(), kept));
}

void stem(std::string& word, std::string_view language) {
  if (language.empty()) return;
  auto* stemmer = stemmer_of(language);
  if (stemmer == nullptr) return;
  const auto* stemmed = sb_stemmer_stem(stemmer, reinterpret_cast<const sb_symbol*>(word.data()),
                                        static_cast<int>(word.size()));
  if (stemmed != nullptr)
    word.assign(reinterpret_cast<const char*>(stemmed), static_cast<std::size_t>(sb_stemmer_length(stemmer)));
}

bool has_stemmer(std::string_view language) { return language.empty() || stemmer_of(language) != nullptr; }

}  // namespace aurora::text
