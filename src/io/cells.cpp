// Bodies of cells.hpp. Called by imports; calls the JSON parser for lists, objects and Any.
#include <aurora/io/cells.hpp>

#include "io/number_text.hpp"

#include <algorithm>
#include <array>

namespace aurora::io {

namespace {

bool is_word(std::string_view text, std::string_view lower_case) noexcept {
  return std::equal(text.begin(), text.end(), lower_case.begin(), lower_case.end(),
                    [](char a, char b) { return a == b || (a >= 'A' && a <= 'Z' && a - 'A' + 'a' == b); });
}

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view kSpace = " \t";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

Error not_a(std::string_view wanted, std::string_view cell) {
  constexpr std::size_t kShown = 40;
  std::string shown;
  append_json_string(shown, cell.substr(0, kShown));  // a character cut in two shows as U+FFFD
  return Error(ErrorCode::kTypeError,
               shown + (cell.size() > kShown ? "… is not " : " is not ") + std::string(wanted));
}

Result<Value> read_boolean(std::string_view cell) {
  if (is_word(cell, "true") || cell == "1") return Value(true);
  if (is_word(cell, "false") || cell == "0") return Value(false);
  return not_a("a Boolean", cell);
}

Result<Value> read_json(std::string_view cell) {
  auto value = parse_json(cell);
  if (!value) return not_a("JSON (" + value.error().message() + ")", cell);
  return value;
}

}  // namespace

CellType cell_type_of(std::string_view declared_type) noexcept {
  if (declared_type.starts_with('[') || declared_type.starts_with('{')) return CellType::kJson;
  while (declared_type.ends_with('!')) declared_type.remove_suffix(1);
  constexpr std::array<std::pair<std::string_view, CellType>, 7> kTypes{{{"Int", CellType::kInt},
                                                                         {"Float", CellType::kFloat},
                                                                         {"Boolean", CellType::kBoolean},
                                                                         {"Bool", CellType::kBoolean},
                                                                         {"JSON", CellType::kJson},
                                                                         {"Object", CellType::kJson},
                                                                         {"Any", CellType::kAny}}};
  for (const auto& [name, type] : kTypes)
    if (name == declared_type) return type;
  return CellType::kText;
}

Result<Value> read_cell(CellType type, std::string_view cell) {
  if (type == CellType::kText) return Value(cell);
  const std::string_view text = trimmed(cell);
  if (text.empty()) return Value();
  switch (type) {
    case CellType::kInt:
      if (const auto number = read_int(text)) return Value(*number);
      return not_a("an Int", cell);
    case CellType::kFloat:
      if (const auto number = read_float(text)) return Value(*number);
      return not_a("a Float", cell);
    case CellType::kBoolean: return read_boolean(text);
    case CellType::kJson: return read_json(text);
    case CellType::kAny:
      if (auto value = parse_json(cell)) return value;
      return Value(cell);
    case CellType::kText: break;
  }
  return Value(cell);
}

void CellConverter::declare(std::string field, std::string_view declared_type) {
  types_.insert_or_assign(std::move(field), cell_type_of(declared_type));
}

Status CellConverter::convert(Object& record) const {
  for (auto& [name, value] : record) {
    const std::string* cell = value.if_string();
    if (cell == nullptr) continue;
    const auto declared = types_.find(name);
    if (declared == types_.end() || declared->second == CellType::kText) continue;
    auto read = read_cell(declared->second, *cell);
    if (!read) return read.error().with_prefix("field '" + name + "': ");
    value = *std::move(read);
  }
  return {};
}

}  // namespace aurora::io
