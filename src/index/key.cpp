// Bodies of order-preserving keys: memcmp of keys is compare() of values. The table is in key.hpp.
// Called by index maintenance, the planner and cursors; calls value order for object members.
#include <aurora/index/key.hpp>

#include <aurora/base/bytes.hpp>
#include <aurora/base/checksum.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numeric>
#include <vector>

namespace aurora {

namespace {

constexpr char kNull = 0x05;
constexpr char kFalse = 0x10;
constexpr char kTrue = 0x11;
constexpr char kNumber = 0x20;
constexpr char kString = 0x30;
constexpr char kUuid = 0x40;
constexpr char kDate = 0x50;
constexpr char kTime = 0x58;
constexpr char kDateTime = 0x60;
constexpr char kList = 0x70;
constexpr char kObject = static_cast<char>(0x80);
constexpr char kEnd = 0x00;
constexpr char kEscape = static_cast<char>(0xFF);
constexpr char kCut = static_cast<char>(0xFE);

constexpr std::size_t kHashBytes = 16;
constexpr std::size_t kCutAt = kMaxKeyBytes - 1 - kHashBytes;

constexpr std::uint64_t kSign = std::uint64_t{1} << 63;
constexpr double kTwoTo53 = 9007199254740992.0;
constexpr double kTwoTo63 = 9223372036854775808.0;

// The greatest double that is not above `value`.
[[nodiscard]] double floor_to_double(std::int64_t value) noexcept {
  const auto nearest = static_cast<double>(value);
  // Rounding up can reach 2^63, which no Int holds, so that case is told apart before converting
  // back.
  if (nearest >= kTwoTo63 || static_cast<std::int64_t>(nearest) > value) {
    return std::nextafter(nearest, -kTwoTo63);
  }
  return nearest;
}

void append_number(std::string& out, double floor, std::uint16_t excess) {
  out.push_back(kNumber);
  if (std::isnan(floor)) {
    append_be(out, std::uint64_t{0});  // before every number, as compare() has it
    return;
  }
  const auto bits = std::bit_cast<std::uint64_t>(floor == 0.0 ? 0.0 : floor);
  append_be(out, (bits & kSign) != 0 ? ~bits : bits | kSign);
  if (std::abs(floor) >= kTwoTo53) append_be(out, excess);
}

void append_int(std::string& out, std::int64_t value) {
  const double floor = floor_to_double(value);
  append_number(out, floor, static_cast<std::uint16_t>(value - static_cast<std::int64_t>(floor)));
}

// Two's complement with the sign bit turned over sorts as unsigned bytes.
void append_signed(std::string& out, char tag, std::int64_t value) {
  out.push_back(tag);
  append_be(out, static_cast<std::uint64_t>(value) ^ kSign);
}

void append_escaped(std::string& out, std::string_view text) {
  out.push_back(kString);
  while (true) {
    const std::size_t run = text.find('\0');
    out.append(text.substr(0, run));
    if (run == std::string_view::npos) return;
    out.push_back('\0');
    out.push_back(kEscape);
    text.remove_prefix(run + 1);
  }
}

void append_string(std::string& out, std::string_view text) {
  append_escaped(out, text);
  out.push_back(kEnd);
  out.push_back(kEnd);
}

// Pairs in the order of their names, as objects compare. `name_at` and `value_at` take a member
// number.
template <class NameAt, class ValueAt>
void append_object(std::string& out, std::size_t count, const NameAt& name_at,
                   const ValueAt& value_at) {
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return name_at(a) < name_at(b); });
  out.push_back(kObject);
  for (const std::uint32_t member : order) {
    append_string(out, name_at(member));
    append_key(out, value_at(member));
  }
  out.push_back(kEnd);
}

void append_list(std::string& out, ListView list) {
  out.push_back(kList);
  for (std::uint32_t i = 0; i < list.size(); ++i) append_key(out, list[i]);
  out.push_back(kEnd);
}

std::int64_t load_signed(const char* payload) noexcept {
  return static_cast<std::int64_t>(load_be<std::uint64_t>(payload) ^ kSign);
}

// `payload` without the tag.
std::optional<ValueView> read_number(std::string_view payload, bool as_int) noexcept {
  const auto ordered = load_be<std::uint64_t>(payload.data());
  if (ordered == 0) return std::nullopt;  // NaN
  const auto floor = std::bit_cast<double>((ordered & kSign) != 0 ? ordered ^ kSign : ~ordered);
  const bool is_large = std::abs(floor) >= kTwoTo53;
  if (payload.size() != (is_large ? 10u : 8u)) return std::nullopt;
  const std::uint16_t excess = is_large ? load_be<std::uint16_t>(payload.data() + 8) : 0;
  if (!as_int) return excess == 0 ? std::optional(ValueView::of(floor)) : std::nullopt;
  if (!(floor >= -kTwoTo63 && floor < kTwoTo63) || floor != std::floor(floor)) return std::nullopt;
  return ValueView::of(static_cast<std::int64_t>(floor) + std::int64_t{excess});
}

// `payload` without the tag, with the terminator.
std::optional<Value> read_text(std::string_view payload) {
  std::string text;
  while (true) {
    const std::size_t run = payload.find('\0');
    if (run == std::string_view::npos || run + 1 >= payload.size()) return std::nullopt;
    text.append(payload.substr(0, run));
    if (payload[run + 1] == kEnd) break;
    text.push_back('\0');
    payload.remove_prefix(run + 2);
  }
  return Value(std::move(text));
}

}  // namespace

void append_key(std::string& out, ValueView value) {
  switch (value.type()) {
    case Type::kNull:
      out.push_back(kNull);
      break;
    case Type::kBool:
      out.push_back(value.bool_value() ? kTrue : kFalse);
      break;
    case Type::kInt:
      append_int(out, value.int_value());
      break;
    case Type::kFloat:
      append_number(out, value.float_value(), 0);
      break;
    case Type::kString:
      append_string(out, value.string_value());
      break;
    case Type::kUuid:
      out.append(1, kUuid).append(value.encoded());
      break;
    case Type::kDate:
      out.push_back(kDate);
      append_be(out, static_cast<std::uint32_t>(value.date_value().days) ^ (1u << 31));
      break;
    case Type::kTime:
      append_signed(out, kTime, value.time_value().micros);
      break;
    case Type::kDateTime:
      append_signed(out, kDateTime, value.datetime_value().micros);
      break;
    case Type::kList:
      append_list(out, value.list());
      break;
    case Type::kObject: {
      const ObjectView object = value.object();
      append_object(
          out, object.size(), [&](std::uint32_t i) { return object.name(i); },
          [&](std::uint32_t i) { return object.value(i); });
      break;
    }
  }
}

void append_key(std::string& out, const Value& value) {
  if (const List* const list = value.if_list()) {
    out.push_back(kList);
    for (const Value& item : *list) append_key(out, item);
    out.push_back(kEnd);
  } else if (const Object* const object = value.if_object()) {
    append_object(
        out, object->size(),
        [&](std::uint32_t i) { return std::string_view(object->begin()[i].name); },
        [&](std::uint32_t i) -> const Value& { return object->begin()[i].value; });
  } else {
    append_key(out, value.scalar_view());
  }
}

std::optional<ValueView> read_scalar_key(std::string_view key, bool as_int) noexcept {
  if (key.empty()) return std::nullopt;
  const auto payload = key.substr(1);
  switch (key.front()) {
    case kNull: return payload.empty() ? std::optional(ValueView()) : std::nullopt;
    case kFalse:
    case kTrue: return payload.empty() ? std::optional(ValueView::of(key.front() == kTrue)) : std::nullopt;
    case kNumber: return payload.size() < 8 ? std::nullopt : read_number(payload, as_int);
    case kDate:
      if (payload.size() != 4) return std::nullopt;
      return ValueView::of(Date{static_cast<std::int32_t>(load_be<std::uint32_t>(payload.data()) ^ (1u << 31))});
    case kTime: return payload.size() == 8 ? std::optional(ValueView::of(Time{load_signed(payload.data())})) : std::nullopt;
    case kDateTime:
      return payload.size() == 8 ? std::optional(ValueView::of(DateTime{load_signed(payload.data())})) : std::nullopt;
    default: return std::nullopt;
  }
}

std::optional<Value> read_key(std::string_view key, bool as_int) {
  if (key.empty() || key.size() >= kMaxKeyBytes) return std::nullopt;
  const auto payload = key.substr(1);
  if (key.front() == kString) return read_text(payload);
  if (key.front() == kUuid && payload.size() == sizeof(Uuid))
    return Value(ValueView::of_encoded(Type::kUuid, payload.data(), sizeof(Uuid)));
  const auto scalar = read_scalar_key(key, as_int);
  return scalar ? std::optional(Value(*scalar)) : std::nullopt;
}

bool cut_key(std::string& key) {
  if (key.size() <= kMaxKeyBytes) return false;
  const Hash128 hash = hash128(key);
  key.resize(kCutAt);
  key.push_back(kCut);
  append_be(key, hash.high);
  append_be(key, hash.low);
  return true;
}

std::string prefix_end(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && end.back() == kEscape) end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return end;
}

void append_string_prefix_key(std::string& out, std::string_view text) {
  append_escaped(out, text);
}

}  // namespace aurora
