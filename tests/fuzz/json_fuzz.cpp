// Fuzz target: any text as JSON. What is read must be written and read back the same, as a value,
// as a record's bytes and as a key; what is refused must say where, within the text.
#include <aurora/base/utf8.hpp>
#include <aurora/document/codec.hpp>
#include <aurora/index/key.hpp>
#include <aurora/value.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using namespace aurora;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_accepted(std::string_view text, const Value& value) {
  require(is_valid_utf8(text));
  const std::string written = to_json(value);
  const auto again = parse_json(written);
  require(again.has_value());
  require(*again == value);
  require(to_json(*again) == written);

  const EncodedValue encoded(value);
  require(to_json(encoded.view()) == written);
  require(compare(Value(encoded.view()), value) == 0);
  std::string payload;
  const std::uint8_t tag = codec::append_payload(payload, value);
  require(codec::is_valid_payload(tag, payload));

  std::string key;
  append_key(key, value);
  std::string key_of_view;
  append_key(key_of_view, encoded.view());
  require(key == key_of_view);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto read = parse_json(text);
  if (read) {
    check_accepted(text, *read);
  } else {
    require(read.error().code() == ErrorCode::kInvalidInput);
    require(read.error().line() >= 1 && read.error().line() <= size + 1);
    require(read.error().column() >= 1 && read.error().column() <= size + 1);
  }
  return 0;
}
