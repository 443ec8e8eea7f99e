// Body of the Unicode helpers. Called by the string functions; calls utf8proc.
#include "expr/text.hpp"

#include <aurora/base/utf8.hpp>

#include <utf8proc.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>

namespace aurora::expr {

namespace {

struct Step {
  std::int32_t code_point = 0;
  std::size_t bytes = 0;
};

Step step(std::string_view text, std::size_t at) noexcept {
  Step result;
  const auto bytes =
      utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data() + at),
                       static_cast<utf8proc_ssize_t>(text.size() - at), &result.code_point);
  // Invalid bytes do not come here; one at a time would still end.
  result.bytes = bytes > 0 ? static_cast<std::size_t>(bytes) : 1;
  return result;
}

bool is_space(std::int32_t code_point) noexcept {
  if (code_point >= 0x09 && code_point <= 0x0D) return true;
  if (code_point == 0x85) return true;
  switch (utf8proc_category(code_point)) {
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return true;
    default:
      return false;
  }
}

bool is_cased(std::int32_t code_point) noexcept {
  switch (utf8proc_category(code_point)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
      return true;
    default:
      return false;
  }
}

void append(std::string& out, std::int32_t code_point) {
  append_utf8(out, static_cast<std::uint32_t>(code_point));
}

// What utf8proc maps one to one is not the full mapping: letters whose case folding is longer
// (ß, ŉ, the ligatures) become the upper case of its parts.
void append_upper(std::string& out, std::int32_t code_point) {
  const auto category = utf8proc_category(code_point);
  if (category == UTF8PROC_CATEGORY_LL || category == UTF8PROC_CATEGORY_LT) {
    std::array<utf8proc_int32_t, 8> folded{};
    int boundary = 0;
    const auto count = utf8proc_decompose_char(code_point, folded.data(),
                                               static_cast<utf8proc_ssize_t>(folded.size()),
                                               UTF8PROC_CASEFOLD, &boundary);
    if (count > 1 && count <= static_cast<utf8proc_ssize_t>(folded.size())) {
      for (utf8proc_ssize_t i = 0; i < count; ++i)
        append(out, utf8proc_toupper(folded[static_cast<std::size_t>(i)]));
      return;
    }
  }
  append(out, utf8proc_toupper(code_point));
}

constexpr std::int32_t kSigma = 0x3A3;
constexpr std::int32_t kFinalSigma = 0x3C2;
constexpr std::int32_t kDottedI = 0x130;

}  // namespace

std::size_t offset_of(std::string_view text, std::size_t index) noexcept {
  if (index >= text.size()) return text.size();
  std::size_t at = 0;
  for (; index > 0 && at < text.size(); --index) {
    ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) ++at;
  }
  return at;
}

std::string to_upper(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto [code_point, bytes] = step(text, at);
    append_upper(out, code_point);
    at += bytes;
  }
  return out;
}

std::string to_lower(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool in_word = false;
  for (std::size_t at = 0; at < text.size();) {
    const auto [code_point, bytes] = step(text, at);
    at += bytes;
    if (code_point == kSigma && in_word &&
        (at == text.size() || !is_cased(step(text, at).code_point))) {
      append(out, kFinalSigma);
    } else if (code_point == kDottedI) {
      append(out, 'i');
      append(out, 0x307);
    } else {
      append(out, utf8proc_tolower(code_point));
    }
    in_word = is_cased(code_point);
  }
  return out;
}

std::string_view trim_space(std::string_view text) noexcept {
  std::size_t from = 0;
  while (from < text.size()) {
    const auto [code_point, bytes] = step(text, from);
    if (!is_space(code_point)) break;
    from += bytes;
  }
  std::size_t to = from;
  for (std::size_t at = from; at < text.size();) {
    const auto [code_point, bytes] = step(text, at);
    at += bytes;
    if (!is_space(code_point)) to = at;
  }
  return text.substr(from, to - from);
}

std::string slug_of(std::string_view text) {
  utf8proc_uint8_t* mapped = nullptr;
  constexpr auto kOptions =
      static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE |
                                     UTF8PROC_STRIPMARK | UTF8PROC_CASEFOLD);
  const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                 static_cast<utf8proc_ssize_t>(text.size()), &mapped, kOptions);
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(mapped, &std::free);
  const std::string_view folded = size < 0 ? text
                                           : std::string_view(reinterpret_cast<const char*>(mapped),
                                                              static_cast<std::size_t>(size));
  std::string out;
  bool gap = false;
  for (std::size_t at = 0; at < folded.size();) {
    const auto [code_point, bytes] = step(folded, at);
    at += bytes;
    const auto category = utf8proc_category(code_point);
    const bool kept = (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) ||
                      category == UTF8PROC_CATEGORY_ND || category == UTF8PROC_CATEGORY_NL;
    if (kept) {
      if (gap && !out.empty()) out += '-';
      append(out, code_point);
    }
    gap = !kept;
  }
  return out;
}

}  // namespace aurora::expr
