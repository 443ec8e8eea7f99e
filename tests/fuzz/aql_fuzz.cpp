// Fuzz target: any bytes parse or fail with a place inside the text, and what parses prints to text
// that parses to the same tree. Run with -dict=tests/fuzz/aql.dict tests/fuzz/corpus/aql.
#include <aurora/aql/parser.hpp>
#include <aurora/aql/printer.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace aurora;

[[noreturn]] void fail(const char* what, std::string_view text) {
  std::fprintf(stderr, "%s: %.*s\n", what, static_cast<int>(text.size()), text.data());
  std::abort();
}

/// An error must have a place, unless it is about the whole text.
void check_error(const Error& error, std::string_view text) {
  const bool known = error.code() == ErrorCode::kInvalidQuery ||
                     error.code() == ErrorCode::kUndefinedVariable ||
                     error.code() == ErrorCode::kLimitExceeded;
  if (!known) fail("unexpected code", error.what());
  if (error.message().empty()) fail("no message", text);
  if (error.line() == 0 && error.code() != ErrorCode::kLimitExceeded)
    fail("no place", error.what());
  const aql::Place end = aql::locate(text, static_cast<aql::Offset>(text.size()));
  if (error.line() > end.line) fail("place behind the text", error.what());
}

/// A mutation cut up by schema blocks repeats its head, so its parts need not stand alone.
bool stands_alone(const aql::Document& document) {
  for (const aql::Operation& operation : document.operations)
    if (operation.kind == aql::Operation::Kind::kSchema && !operation.variables.empty())
      return false;
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto document = aql::parse(text);
  if (!document) {
    check_error(document.error(), text);
  } else if (stands_alone(*document)) {
    // Printing may add parentheses and escapes.
    const aql::Limits wide{.text_bytes = std::size_t{1} << 26, .depth = 256};
    const std::string printed = aql::print(*document);
    const auto again = aql::parse(printed, wide);
    if (!again) fail(again.error().what(), printed);
    if (aql::print(*again) != printed) fail("prints differently", printed);
  }
  const auto expression = aql::parse_expression(text);
  if (!expression) check_error(expression.error(), text);
  return 0;
}
