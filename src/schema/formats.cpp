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

constexpr bool is_printable(char c) { return c >= ' ' && c <= '~'; }

// The text in quotes at the start, with `\` before any of its characters; empty when it has no end.
std::string_view quoted_part(std::string_view text) {
  for (std::size_t i = 1; i < text.size() && is_printable(text[i]); ++i) {
    if (text[i] == '"') return text.substr(0, i + 1);
    if (text[i] == '\\' && (++i == text.size() || !is_printable(text[i]))) break;
  }
  return {};
}

// What stands before the @ of an address (RFC 5322 §3.4.1): atoms with dots, or text in quotes.
std::string_view local_part(std::string_view text) {
  if (text.starts_with('"')) return quoted_part(text);
  const auto atoms = text.substr(0, text.find('@'));
  return all_parts(atoms, is_atom) ? atoms : std::string_view();
}

// A domain in brackets: "[192.0.2.1]".
bool is_literal(std::string_view domain) {
  if (domain.size() < 3 || domain.front() != '[' || domain.back() != ']') return false;
  const auto inside = domain.substr(1, domain.size() - 2);
  return std::all_of(inside.begin(), inside.end(), [](char c) {
    return is_printable(c) && c != ' ' && c != '[' && c != ']' && c != '\\';
  });
}

bool is_label(std::string_view part) {
  return !part.empty() && part.size() <= kLabelBytes && part.front() != '-' && part.back() != '-' &&
         std::all_of(part.begin(), part.end(), [](char c) { return is_alnum(c) || c == '-'; });
}

}  // namespace

bool is_email(std::string_view text) noexcept {
  const auto local = local_part(text);
  if (local.empty() || local.size() > kLocalBytes || local.size() == text.size()) return false;
  if (text[local.size()] != '@') return false;
  const auto domain = text.substr(local.size() + 1);
  return domain.size() <= kDomainBytes && (is_literal(domain) || all_parts(domain, is_label));
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
