// Body of formats.hpp, but for URLs (url.cpp). Called by coercion and validation.
#include "schema/formats.hpp"

#include <aurora/value.hpp>

#include <algorithm>

namespace aurora {

namespace {

constexpr std::size_t kLocalBytes = 64;    // RFC 5321 §4.5.3.1.1
constexpr std::size_t kDomainBytes = 253;  // RFC 1035 §2.3.4, without the root dot
constexpr std::size_t kLabelBytes = 63;

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_alnum(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool is_atext(char c) {
  return is_alnum(c) || std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

// Calls `good` with each part between dots; false as soon as one is not.
template <class Good>
bool all_parts(std::string_view text, Good good) {
  for (;;) {
    const auto dot = text.find('.');
    if (!good(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

bool is_atom(std::string_view part) {
  return !part.empty() && std::all_of(part.begin(), part.end(), is_atext);
}

bool is_label(std::string_view part) {
  return !part.empty() && part.size() <= kLabelBytes && part.front() != '-' && part.back() != '-' &&
         std::all_of(part.begin(), part.end(), [](char c) { return is_alnum(c) || c == '-'; });
}

}  // namespace

bool is_email(std::string_view text) noexcept {
  const auto at = text.find('@');
  if (at == std::string_view::npos || at > kLocalBytes) return false;
  const auto domain = text.substr(at + 1);
  return domain.size() <= kDomainBytes && all_parts(text.substr(0, at), is_atom) &&
         all_parts(domain, is_label);
}

bool is_phone_number(std::string_view text) noexcept {
  if (text.size() < 3 || text.size() > 16 || text[0] != '+' || text[1] == '0') return false;
  return std::all_of(text.begin() + 1, text.end(), is_digit);
}

bool is_format(std::string_view name) noexcept {
  return name == "email" || name == "url" || name == "uuid" || name == "date" ||
         name == "datetime" || name == "phone";
}

bool has_format(std::string_view name, std::string_view text) noexcept {
  if (name == "email") return is_email(text);
  if (name == "url") return is_url(text);
  if (name == "uuid") return Uuid::parse(text).has_value();
  if (name == "date") return Date::parse(text).has_value();
  if (name == "datetime") return DateTime::parse(text).has_value();
  return is_phone_number(text);
}

}  // namespace aurora
