// Strings: uppercase lowercase trim truncate concat replace substring length split join startsWith
// endsWith contains padStart padEnd slug. All count code points. Called by the evaluator.
#include "expr/function.hpp"
#include "expr/text.hpp"

#include <aurora/base/try.hpp>
#include <aurora/base/utf8.hpp>

#include <algorithm>

namespace aurora::expr {

namespace {

Result<Value> uppercase(Call& call) {
  AURORA_ASSIGN(const auto* text, call.text(0));
  return call.limited(to_upper(*text));
}

Result<Value> lowercase(Call& call) {
  AURORA_ASSIGN(const auto* text, call.text(0));
  return call.limited(to_lower(*text));
}

Result<Value> trim(Call& call) {
  AURORA_ASSIGN(const auto* text, call.text(0));
  return Value(trim_space(*text));
}

Result<Value> slug(Call& call) {
  AURORA_ASSIGN(const auto* text, call.text(0));
  return call.limited(slug_of(*text));
}

Result<Value> truncate(Call& call) {
  AURORA_ASSIGN(const auto* text, call.text(0));
  AURORA_ASSIGN(const auto length, call.count(1));
  const auto end = offset_of(*text, length);
  auto cut = text->substr(0, end);
  if (call.has(2)) {
    AURORA_ASSIGN(const auto* suffix, call.text(2));
    if (end < text->size()) cut += *suffix;
  }
  return call.limited(std::move(cut));
}

Result<Value> concat(Call& call) {
  std::string all;
  for (const auto& argument : call.arguments) {
    if (argument.if_list() != nullptr || argument.if_object() != nullptr)
      return call.wrong_kind("texts, numbers, Booleans and dates", argument);
    all += text_of(argument);
  }
  return call.limited(std::move(all));
}

Result<Value> replace(Call& call) {
  AURORA_ASSIGN(const auto* text, call.text(0));
  AURORA_ASSIGN(const auto* from, call.text(1));
  AURORA_ASSIGN(const auto* to, call.text(2));
  if (from->empty()) return *text;
  std::string out;
  std::size_t at = 0;
  for (std::size_t hit; (hit = text->find(*from, at)) != std::string::npos;
       at = hit + from->size()) {
    out.append(*text, at, hit - at).append(*to);
    if (out.size() > kMaxTextBytes) return call.limited(std::move(out));
  }
  out.append(*text, at);
  return call.limited(std::move(out));
}

Result<Value> substring(Call& call) {
  AURORA_ASSIGN(const auto* text, call.text(0));
  AURORA_ASSIGN(const auto start, call.count(1));
  const auto from = offset_of(*text, start);
  const auto rest = std::string_view(*text).substr(from);
  if (!call.has(2)) return Value(rest);
  AURORA_ASSIGN(const auto length, call.count(2));
  return Value(rest.substr(0, offset_of(rest, length)));
}

Result<Value> length(Call& call) {
  AURORA_ASSIGN(const auto* text, call.text(0));
  return Value(count_code_points(*text));
}

Result<Value> split(Call& call) {
  AURORA_ASSIGN(const auto* text, call.text(0));
  AURORA_ASSIGN(const auto* separator, call.text(1));
  std::string_view rest = *text;
  List parts;
  if (separator->empty()) {
    while (!rest.empty()) {
      if (parts.size() >= kMaxElements) return call.too_many();
      const auto end = offset_of(rest, 1);
      parts.emplace_back(rest.substr(0, end));
      rest.remove_prefix(end);
    }
    return Value(std::move(parts));
  }
  for (std::size_t hit; (hit = rest.find(*separator)) != std::string_view::npos;) {
    if (parts.size() >= kMaxElements) return call.too_many();
    parts.emplace_back(rest.substr(0, hit));
    rest.remove_prefix(hit + separator->size());
  }
  parts.emplace_back(rest);
  return Value(std::move(parts));
}

Result<Value> join(Call& call) {
  AURORA_ASSIGN(const auto* list, call.list(0));
  std::string separator = ",";
  if (call.has(1)) {
    AURORA_ASSIGN(const auto* given, call.text(1));
    separator = *given;
  }
  std::string out;
  bool first = true;
  for (const auto& value : *list) {
    if (value.is_null()) continue;
    if (value.if_list() != nullptr || value.if_object() != nullptr)
      return call.wrong_kind("a list of texts, numbers, Booleans and dates", value);
    if (!first) out += separator;
    first = false;
    out += text_of(value);
    if (out.size() > kMaxTextBytes) break;
  }
  return call.limited(std::move(out));
}

Result<Value> starts_with(Call& call) {
  AURORA_ASSIGN(const auto* text, call.text(0));
  AURORA_ASSIGN(const auto* part, call.text(1));
  return Value(text->starts_with(*part));
}

Result<Value> ends_with(Call& call) {
  AURORA_ASSIGN(const auto* text, call.text(0));
  AURORA_ASSIGN(const auto* part, call.text(1));
  return Value(text->ends_with(*part));
}

// As the operator of filters: a part of a text, or an element of a list.
Result<Value> contains(Call& call) {
  if (const auto* list = call.arguments[0].if_list())
    return Value(std::find(list->begin(), list->end(), call.arguments[1]) != list->end());
  AURORA_ASSIGN(const auto* text, call.text(0));
  AURORA_ASSIGN(const auto* part, call.text(1));
  return Value(text->find(*part) != std::string::npos);
}

// The characters that bring `text` to the wanted length: `filler` again and again, cut at the end.
Result<std::string> padding(Call& call) {
  AURORA_ASSIGN(const auto* text, call.text(0));
  AURORA_ASSIGN(const auto wanted, call.count(1));
  std::string filler = " ";
  if (call.has(2)) {
    AURORA_ASSIGN(const auto* given, call.text(2));
    filler = *given;
  }
  const auto present = count_code_points(*text);
  if (wanted <= present || filler.empty()) return std::string();
  const auto missing = wanted - present;
  if (missing > kMaxTextBytes) return call.too_long();
  const auto filler_length = count_code_points(filler);
  std::string out;
  if (missing / filler_length * filler.size() > kMaxTextBytes) return call.too_long();
  for (std::size_t i = 0; i < missing / filler_length; ++i) out += filler;
  out.append(filler, 0, offset_of(filler, missing % filler_length));
  return out;
}

Result<Value> pad_start(Call& call) {
  AURORA_ASSIGN(auto pad, padding(call));
  AURORA_ASSIGN(const auto* text, call.text(0));
  return call.limited(std::move(pad) + *text);
}

Result<Value> pad_end(Call& call) {
  AURORA_ASSIGN(const auto pad, padding(call));
  AURORA_ASSIGN(const auto* text, call.text(0));
  return call.limited(*text + pad);
}

constexpr Function many(Function function) {
  function.variadic = true;
  return function;
}

constexpr std::array kFunctions{
    define("uppercase", uppercase, Parameter{"text"}),
    define("lowercase", lowercase, Parameter{"text"}),
    define("trim", trim, Parameter{"text"}),
    define("truncate", truncate, Parameter{"text"}, Parameter{"length"}, Parameter{"suffix", true}),
    many(define("concat", concat, Parameter{"text"})),
    define("replace", replace, Parameter{"text"}, Parameter{"from"}, Parameter{"to"}),
    define("substring", substring, Parameter{"text"}, Parameter{"start"},
           Parameter{"length", true}),
    define("length", length, Parameter{"text"}),
    define("split", split, Parameter{"text"}, Parameter{"separator"}),
    define("join", join, Parameter{"list"}, Parameter{"separator", true}),
    define("startsWith", starts_with, Parameter{"text"}, Parameter{"part"}),
    define("endsWith", ends_with, Parameter{"text"}, Parameter{"part"}),
    define("contains", contains, Parameter{"text"}, Parameter{"part"}),
    define("padStart", pad_start, Parameter{"text"}, Parameter{"length"},
           Parameter{"filler", true}),
    define("padEnd", pad_end, Parameter{"text"}, Parameter{"length"}, Parameter{"filler", true}),
    define("slug", slug, Parameter{"text"}),
};

}  // namespace

std::span<const Function> string_functions() noexcept { return kFunctions; }

}  // namespace aurora::expr
