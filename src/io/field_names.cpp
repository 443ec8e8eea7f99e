// Bodies of field_names.hpp. Called by imports.
#include <aurora/io/field_names.hpp>

namespace aurora::io {

namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

bool is_reserved(std::string_view name) noexcept { return name == "_sid" || name.starts_with("__"); }

std::string as_identifier(std::string_view name) {
  std::string out;
  if (name.empty() || is_digit(name.front())) out = "_";
  for (const char c : name) {
    // A character beyond ASCII is several bytes and becomes one '_'.
    if ((static_cast<unsigned char>(c) & 0xC0u) == 0x80u) continue;
    out.push_back(is_letter(c) || is_digit(c) ? c : '_');
  }
  while (is_reserved(out)) out.erase(0, 1);
  return out;
}

}  // namespace

bool is_identifier(std::string_view name) noexcept {
  if (name.empty() || !is_letter(name.front())) return false;
  for (const char c : name)
    if (!is_letter(c) && !is_digit(c)) return false;
  return true;
}

const std::string& FieldNames::name_for(const std::string& original) {
  const auto known = names_.find(original);
  if (known != names_.end()) return known->second;
  const std::string base = as_identifier(original);
  std::string name = base;
  for (std::size_t number = 2; !taken_.insert(name).second; ++number)
    name = base + (base == "_" ? "" : "_") + std::to_string(number);
  if (name != original) changes_.emplace_back(original, name);
  return names_.emplace(original, std::move(name)).first->second;
}

void FieldNames::rename(Object& record) {
  for (auto& member : record) {
    const std::string& name = name_for(member.name);
    if (name != member.name) member.name = name;
  }
}

}  // namespace aurora::io
