// Fuzz target: any text, and any bytes under a right checksum, as the cursor of a page. Each is refused by name or
// begins a page of the documents there are, in order.
#include <aurora/aurora.hpp>
#include <aurora/base/checksum.hpp>
#include <aurora/document/codec.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using namespace aurora;

void require(bool holds) {
  if (!holds) std::abort();
}

Database& pages() {
  static Database database = [] {
    auto made = Database::open_in_memory();
    made.execute("schema { define collection t { k: Int! @primary  n: Float  s: String @indexed } }");
    for (int k = 0; k < 20; ++k)
      made.insert("t", Object{{"k", k}, {"n", k % 3 == 0 ? Value() : Value(k / 2.0)}, {"s", std::string(1, static_cast<char>('a' + k % 5))}});
    return made;
  }();
  return database;
}

// RFC 4648 §5, without padding.
std::string base64url(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  std::uint32_t held = 0;
  int bits = 0;
  for (const char byte : bytes) {
    held = held << 8 | static_cast<std::uint8_t>(byte);
    for (bits += 8; bits >= 6; bits -= 6) out += kDigits[held >> (bits - 6) & 63];
  }
  if (bits > 0) out += kDigits[held << (6 - bits) & 63];
  return out;
}

std::string sealed(std::string bytes) {
  const std::uint32_t sum = checksum32(bytes);
  for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(sum >> shift & 0xff);
  return base64url(bytes);
}

void ask(const std::string& text, const std::string& cursor) {
  const auto result = pages().try_execute(text, {{"c", cursor}});
  if (!result) {
    require(result.error().code() == ErrorCode::kInvalidQuery || result.error().code() == ErrorCode::kTypeError);
    return;
  }
  const EncodedValue found(result->data());
  const auto edges = found.view()["t"]["edges"];
  std::int64_t last = -1;
  for (std::uint32_t i = 0; i < edges.list().size(); ++i) {
    const auto place = edges[i]["node"]["k"].as<std::int64_t>();
    require(place >= 0 && place < 20);
    if (text.find("orderBy") == text.npos) require(place > last);
    last = place;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto cursor = data[0] % 2 == 0 ? sealed(bytes) : bytes;
  ask("query($c: String) { t(first: 5, after: $c) { edges { node { k } } } }", cursor);
  ask("query($c: String) { t(first: 5, after: $c, orderBy: [{n: DESC}, {s: ASC}]) { edges { node { k } } } }", cursor);
  return 0;
}
