// Fuzz target: the action of a handler with any template, filled in from a document with any text. The template is
// refused by name when it is defined or when it fires; what it fills in is data, never text of the language.
#include <aurora/aurora.hpp>
#include <aurora/base/utf8.hpp>
#include <aurora/document/codec.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>

namespace {

using namespace aurora;

void require(bool holds) {
  if (!holds) std::abort();
}

Database made() {
  auto database = Database::open_in_memory();
  database.execute("schema { define collection d { k: Int! @primary  s: String }  define collection log { m: Any } }");
  return database;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    constexpr std::string_view kHex = "0123456789abcdef";
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20) {
      out += "\\u00";
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[c & 15];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

/// What must be written; nothing when the template holds other placeholders than ${s}.
std::optional<std::string> expected(std::string_view pattern, std::string_view s) {
  constexpr std::string_view kPlaceholder = "${s}";
  std::string out;
  while (!pattern.empty()) {
    const auto at = std::min(pattern.find('$'), pattern.size());
    out += pattern.substr(0, at);
    pattern.remove_prefix(at);
    if (pattern.empty()) break;
    if (!pattern.starts_with(kPlaceholder)) return std::nullopt;
    out += s;
    pattern.remove_prefix(kPlaceholder.size());
  }
  return out;
}

void check(Database& database, std::string_view pattern, std::string_view s) {
  const auto defined = database.try_execute("define handler \"h\" { on: \"insert:d\", action: { insertInto(collection: \"log\", "
                                            "data: { m: " + quoted(pattern) + " }) } }");
  const auto wanted = expected(pattern, s);
  if (!defined) {
    require(!wanted && defined.error().code() == ErrorCode::kInvalidQuery);
    return;
  }
  const auto inserted = database.try_execute("mutation($s: String) { insertInto(collection: \"d\", data: { k: 1, s: $s }) }",
                                             {{"s", std::string(s)}});
  if (!inserted) {
    require(!wanted && inserted.error().code() == ErrorCode::kInvalidQuery);
    return;
  }
  if (wanted) {
    const EncodedValue written(database.execute("{ log { m } }").data());
    require(written.view()["log"].list().size() == 1);
    require(written.view()["log"][0]["m"].as<std::string_view>() == *wanted);
  }
  database.execute("mutation { a: delete(collection: \"d\", where: {}) b: delete(collection: \"log\", where: {}) }");
}

}  // namespace

// The template up to the first NUL, and the text behind it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Database database = made();
  static int runs = 0;
  if (++runs % 20'000 == 0) database = made();   // the change log stays small
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (size > 4'096 || !is_valid_utf8(input)) return 0;
  const auto cut = std::min(input.find('\0'), input.size());
  const auto s = cut < input.size() ? input.substr(cut + 1) : std::string_view();
  check(database, input.substr(0, cut), s);
  return 0;
}
