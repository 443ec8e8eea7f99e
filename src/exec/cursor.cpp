// Body of cursors. Called by pages; reads hostile text.
#include <aurora/exec/cursor.hpp>

#include <aurora/base/bytes.hpp>
#include <aurora/base/checksum.hpp>
#include <aurora/document/codec.hpp>

#include "places.hpp"

#include <array>

namespace aurora::exec {

namespace {

constexpr std::uint8_t kFormat = 1;
constexpr std::size_t kHeaderBytes = 26;
constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// Of each character; 64: none.
constexpr auto kDigits = [] {
  std::array<std::uint8_t, 256> digits{};
  digits.fill(64);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i)
    digits[static_cast<std::uint8_t>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  return digits;
}();

std::string to_base64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t buffer = 0;
  int bits = 0;
  for (const char byte : bytes) {
    buffer = (buffer << 8) | static_cast<std::uint8_t>(byte);
    for (bits += 8; bits >= 6; bits -= 6) text += kAlphabet[(buffer >> (bits - 6)) & 63];
  }
  if (bits > 0) text += kAlphabet[(buffer << (6 - bits)) & 63];
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t buffer = 0;
  int bits = 0;
  for (const char character : text) {
    const auto digit = kDigits[static_cast<std::uint8_t>(character)];
    if (digit == 64) return std::nullopt;
    buffer = (buffer << 6) | digit;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes += static_cast<char>((buffer >> bits) & 0xFF);
    }
  }
  // What is left over of the last character is less than one, and nothing.
  if (bits >= 6 || (buffer & ((1u << bits) - 1)) != 0) return std::nullopt;
  return bytes;
}

std::uint32_t fingerprint(const DocumentQuery& query) {
  std::string text = std::to_string(query.collection->id);
  for (const auto& term : query.order) {
    if (term.score) {
      text += "\nscore " + query.search->description();
      continue;
    }
    text += term.subject == plan::Subject::kSid ? "\n_sid" : "\n" + std::to_string(term.path.field) + "." + term.path.text();
    text += term.descending ? " desc" : " asc";
    text += term.nulls_first ? " first" : " last";
  }
  return checksum32(text);
}

Error broken() { return Error(ErrorCode::kInvalidQuery, "the cursor is broken; take one from a page as it is"); }

}  // namespace

std::string encode_cursor(const DocumentQuery& query, const Row& row) {
  const auto record = row.record.view();
  std::string bytes;
  bytes += static_cast<char>(kFormat);
  append_le<std::uint32_t>(bytes, fingerprint(query));
  append_le<std::uint32_t>(bytes, row.ordinal);
  const auto sid = record.sid();
  bytes.append(reinterpret_cast<const char*>(sid.bytes.data()), sid.bytes.size());
  bytes += static_cast<char>(query.order.size());
  for (const auto& term : query.order) {
    std::string payload;
    const auto value = sort_value(query, term, row);
    bytes += static_cast<char>(codec::append_payload(payload, value));
    append_le<std::uint32_t>(bytes, static_cast<std::uint32_t>(payload.size()));
    bytes += payload;
  }
  append_le<std::uint32_t>(bytes, checksum32(bytes));
  return to_base64(bytes);
}

Result<Position> decode_cursor(const DocumentQuery& query, std::string_view text) {
  const auto decoded = from_base64(text);
  if (!decoded || decoded->size() < kHeaderBytes + 4) return broken();
  std::string_view bytes = *decoded;
  const auto body = bytes.substr(0, bytes.size() - 4);
  if (load_le<std::uint32_t>(bytes.data() + body.size()) != checksum32(body)) return broken();
  if (static_cast<std::uint8_t>(body[0]) != kFormat) return broken();
  if (load_le<std::uint32_t>(body.data() + 1) != fingerprint(query))
    return Error(ErrorCode::kInvalidQuery,
                 "the cursor belongs to another ordering or collection; use it with the query it came from");
  Position position;
  position.ordinal = load_le<std::uint32_t>(body.data() + 5);
  for (std::size_t i = 0; i < position.sid.bytes.size(); ++i)
    position.sid.bytes[i] = static_cast<std::uint8_t>(body[9 + i]);
  auto rest = body.substr(kHeaderBytes);
  for (auto count = static_cast<std::uint8_t>(body[kHeaderBytes - 1]); count > 0; --count) {
    if (rest.size() < 5) return broken();
    const auto tag = static_cast<std::uint8_t>(rest[0]);
    const auto length = load_le<std::uint32_t>(rest.data() + 1);
    rest.remove_prefix(5);
    if (rest.size() < length || !codec::is_valid_payload(tag, rest.substr(0, length))) return broken();
    position.values.emplace_back(Value(codec::view_payload(tag, rest.substr(0, length))));
    rest.remove_prefix(length);
  }
  if (!rest.empty() || position.values.size() != query.order.size()) return broken();
  return position;
}

}  // namespace aurora::exec
