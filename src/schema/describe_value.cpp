// Body of describe_value.hpp. Called wherever the schema room makes a message.
#include "schema/describe_value.hpp"

namespace aurora {

namespace {

constexpr std::size_t kShownBytes = 60;

// Enough of a long value for `cut` without writing out megabytes.
std::string text_of(const Value& value) {
  if (const auto* text = value.if_string(); text != nullptr && text->size() > 4 * kShownBytes) {
    std::string out;
    append_json_string(out, std::string_view(*text).substr(0, 4 * kShownBytes));
    return out;
  }
  return to_json(value);
}

std::string cut(std::string text) {
  if (text.size() <= kShownBytes) return text;
  auto end = kShownBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0u) == 0x80u) --end;
  text.resize(end);
  return text += "…";
}

}  // namespace

std::string_view kind_with_article(Type type) noexcept {
  switch (type) {
    case Type::kNull:
      return "null";
    case Type::kBool:
      return "a Boolean";
    case Type::kInt:
      return "an Int";
    case Type::kFloat:
      return "a Float";
    case Type::kString:
      return "a String";
    case Type::kUuid:
      return "a Uuid";
    case Type::kDate:
      return "a Date";
    case Type::kTime:
      return "a Time";
    case Type::kDateTime:
      return "a DateTime";
    case Type::kList:
      return "a list";
    case Type::kObject:
      return "an object";
  }
  return "a value";
}

std::string shortened(const Value& value) { return cut(text_of(value)); }
std::string shortened(ValueView value) { return cut(to_json(value)); }

std::string in_quotes(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  out += '\'';
  out += text;
  out += '\'';
  return out;
}

}  // namespace aurora
