// Writing values as JSON text, the form of results, exports and logs.
// Called by results, export and the CLI; calls the UTF-8 check. Strings are copied in runs.
#include <aurora/value.hpp>

#include <aurora/base/bytes.hpp>
#include <aurora/base/utf8.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

namespace aurora {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// Whole Floats stay readable in fixed notation up to here; beyond, and for tiny ones, exponents are
// shorter.
constexpr double kFixedBelow = 1e17;
constexpr double kFixedFrom = 1e-6;

[[nodiscard]] bool needs_escape(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

constexpr std::uint64_t kOnes = 0x0101010101010101u;
constexpr std::uint64_t kHighs = 0x8080808080808080u;

// Not zero when one of the eight bytes needs an escape. It may say so once too often (for a byte
// that follows one that does), never too seldom, and the bytes are then looked at one by one.
[[nodiscard]] std::uint64_t escapes_in(std::uint64_t word) noexcept {
  const auto has_zero = [](std::uint64_t x) { return (x - kOnes) & ~x & kHighs; };
  const std::uint64_t control = (word - kOnes * 0x20) & ~word & kHighs;
  return control | has_zero(word ^ (kOnes * '"')) | has_zero(word ^ (kOnes * '\\'));
}

// Bytes from the front that stand for themselves.
[[nodiscard]] std::size_t plain_run(std::string_view text) noexcept {
  std::size_t at = 0;
  while (at + 8 <= text.size() && escapes_in(load_le<std::uint64_t>(text.data() + at)) == 0)
    at += 8;
  while (at < text.size() && !needs_escape(text[at])) ++at;
  return at;
}

// True for most strings there are: ASCII, and nothing to escape.
[[nodiscard]] bool is_plain_ascii(std::string_view text) noexcept {
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    const auto word = load_le<std::uint64_t>(text.data() + at);
    if ((escapes_in(word) | (word & kHighs)) != 0) return false;
  }
  for (; at < text.size(); ++at) {
    if (needs_escape(text[at]) || static_cast<unsigned char>(text[at]) >= 0x80) return false;
  }
  return true;
}

void append_escape(std::string& out, char c) {
  static constexpr char kDigits[] = "0123456789abcdef";
  switch (c) {
    case '"':
      out.append("\\\"");
      break;
    case '\\':
      out.append("\\\\");
      break;
    case '\b':
      out.append("\\b");
      break;
    case '\f':
      out.append("\\f");
      break;
    case '\n':
      out.append("\\n");
      break;
    case '\r':
      out.append("\\r");
      break;
    case '\t':
      out.append("\\t");
      break;
    default:
      out.append("\\u00");
      out.push_back(kDigits[c >> 4]);
      out.push_back(kDigits[c & 0xF]);
  }
}

// Requires: valid UTF-8.
void append_escaped(std::string& out, std::string_view text) {
  while (true) {
    const std::size_t run = plain_run(text);
    out.append(text.data(), run);
    if (run == text.size()) return;
    append_escape(out, text[run]);
    text.remove_prefix(run + 1);
  }
}

template <class Number, class... Format>
void append_chars(std::string& out, Number value, Format... format) {
  std::array<char, 40> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, format...);
  out.append(buffer.data(), static_cast<std::size_t>(end.ptr - buffer.data()));
}

void append_quoted(std::string& out, std::string_view text) {
  const std::size_t start = out.size();
  out.resize(start + text.size() + 2);
  char* const target = out.data() + start;
  target[0] = '"';
  if (!text.empty()) std::memcpy(target + 1, text.data(), text.size());
  target[text.size() + 1] = '"';
}

void append_scalar(std::string& out, ValueView value) {
  switch (value.type()) {
    case Type::kBool:
      out.append(value.bool_value() ? "true" : "false");
      break;
    case Type::kInt:
      append_json_number(out, value.int_value());
      break;
    case Type::kFloat:
      append_json_number(out, value.float_value());
      break;
    case Type::kString:
      append_json_string(out, value.string_value());
      break;
    case Type::kUuid:
      append_quoted(out, value.uuid_value().text());
      break;
    case Type::kDate:
      append_quoted(out, value.date_value().text());
      break;
    case Type::kTime:
      append_quoted(out, value.time_value().text());
      break;
    case Type::kDateTime:
      append_quoted(out, value.datetime_value().text());
      break;
    case Type::kNull:
    case Type::kList:
    case Type::kObject:
      out.append("null");
      break;
  }
}

void append_list(std::string& out, ListView list) {
  out.push_back('[');
  for (std::uint32_t i = 0; i < list.size(); ++i) {
    if (i > 0) out.push_back(',');
    append_json(out, list[i]);
  }
  out.push_back(']');
}

void append_object(std::string& out, ObjectView object) {
  out.push_back('{');
  for (std::uint32_t i = 0; i < object.size(); ++i) {
    if (i > 0) out.push_back(',');
    append_json_string(out, object.name(i));
    out.push_back(':');
    append_json(out, object.value(i));
  }
  out.push_back('}');
}

void append_list(std::string& out, const List& list) {
  out.push_back('[');
  bool first = true;
  for (const Value& item : list) {
    if (!std::exchange(first, false)) out.push_back(',');
    append_json(out, item);
  }
  out.push_back(']');
}

void append_object(std::string& out, const Object& object) {
  out.push_back('{');
  bool first = true;
  for (const auto& [name, value] : object) {
    if (!std::exchange(first, false)) out.push_back(',');
    append_json_string(out, name);
    out.push_back(':');
    append_json(out, value);
  }
  out.push_back('}');
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  if (is_plain_ascii(text)) return append_quoted(out, text);
  out.push_back('"');
  while (true) {
    const std::size_t bad = find_invalid_utf8(text);
    append_escaped(out, text.substr(0, bad));
    if (bad == std::string_view::npos) break;
    out.append(kReplacement);
    text.remove_prefix(bad + 1);
  }
  out.push_back('"');
}

void append_json_number(std::string& out, std::int64_t value) { append_chars(out, value); }

void append_json_number(std::string& out, double value) {
  const double magnitude = std::abs(value);
  if (!std::isfinite(value)) {
    out.append("null");
  } else if (magnitude < kFixedBelow && (magnitude >= kFixedFrom || magnitude == 0.0)) {
    append_chars(out, value, std::chars_format::fixed);
    if (std::trunc(value) == value) out.append(".0");
  } else {
    append_chars(out, value, std::chars_format::scientific);
  }
}

void append_json(std::string& out, ValueView value) {
  if (value.type() == Type::kList) return append_list(out, value.list());
  if (value.type() == Type::kObject) return append_object(out, value.object());
  append_scalar(out, value);
}

void append_json(std::string& out, const Value& value) {
  if (const List* const list = value.if_list()) return append_list(out, *list);
  if (const Object* const object = value.if_object()) return append_object(out, *object);
  append_scalar(out, value.scalar_view());
}

std::string to_json(const Value& value) {
  std::string out;
  append_json(out, value);
  return out;
}

std::string to_json(ValueView value) {
  std::string out;
  append_json(out, value);
  return out;
}

}  // namespace aurora
