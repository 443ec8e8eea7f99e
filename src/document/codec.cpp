// Bodies of the codec: encoding values, viewing payloads, and the check of bytes from outside.
// Called by records, views and index pages; calls the container layout.
//
// Containers are written with wide tables, since how long they get is known only at their end, and
// are then narrowed in place: each byte moves at most once a level, and never in a container that
// stays wide.
#include "document/container.hpp"

#include <aurora/base/utf8.hpp>

#include <bit>
#include <cstring>

namespace aurora::codec {

namespace {

std::uint8_t append_int(std::string& out, std::int64_t value) {
  const auto fits = [value]<class T>(T narrow) {
    return static_cast<std::int64_t>(narrow) == value;
  };
  if (const auto byte = static_cast<std::int8_t>(value); fits(byte)) {
    append_le(out, byte);
    return kTagInt8;
  }
  if (const auto half = static_cast<std::int16_t>(value); fits(half)) {
    append_le(out, half);
    return kTagInt16;
  }
  if (const auto word = static_cast<std::int32_t>(value); fits(word)) {
    append_le(out, word);
    return kTagInt32;
  }
  append_le(out, value);
  return kTagInt64;
}

// Fills the tables of one container while its names and payloads are appended to `out`.
class ContainerWriter {
 public:
  ContainerWriter(std::string& out, std::size_t count, std::size_t tables)
      : out_(out), start_(out.size()), count_(count), tables_(tables) {
    out_.resize(start_ + 1 + kWide + count_ * (1 + tables_ * kWide));
    origin_ = out_.size();
    out_[start_] = static_cast<char>(kWide);
    store_le(&out_[start_ + 1], static_cast<std::uint32_t>(count_));
  }

  void set_tag(std::size_t index, std::uint8_t tag) {
    out_[start_ + 1 + kWide + index] = static_cast<char>(tag);
  }
  /// What was appended since the last restart ends part `index` of `table`.
  void set_end(std::size_t table, std::size_t index) {
    store_le(&out_[table_at(table) + index * kWide],
             static_cast<std::uint32_t>(out_.size() - origin_));
  }
  /// From here on ends count from the present end of the bytes.
  void restart() { origin_ = out_.size(); }

  void finish() {
    const std::size_t wide_header = 1 + kWide + count_ * (1 + tables_ * kWide);
    const std::size_t saved = (kWide - kNarrow) * (1 + count_ * tables_);
    const std::size_t narrow_size = out_.size() - start_ - saved;
    if (narrow_size >= kNarrowLimit) return;
    char* const base = &out_[start_];
    base[0] = static_cast<char>(kNarrow);
    store_le(base + 1, static_cast<std::uint16_t>(count_));
    // Every target lies before its source, so ascending order never overwrites what is still to be
    // read.
    std::memmove(base + 1 + kNarrow, base + 1 + kWide, count_);
    const char* source = base + 1 + kWide + count_;
    char* target = base + 1 + kNarrow + count_;
    for (std::size_t i = 0; i < count_ * tables_; ++i, source += kWide, target += kNarrow) {
      store_le(target, static_cast<std::uint16_t>(load_le<std::uint32_t>(source)));
    }
    std::memmove(target, source, out_.size() - start_ - wide_header);
    out_.resize(start_ + narrow_size);
  }

 private:
  [[nodiscard]] std::size_t table_at(std::size_t table) const noexcept {
    return start_ + 1 + kWide + count_ + table * count_ * kWide;
  }

  std::string& out_;
  std::size_t start_;
  std::size_t count_;
  std::size_t tables_;
  std::size_t origin_ = 0;
};

void append_list(std::string& out, const List& list) {
  ContainerWriter writer(out, list.size(), 1);
  for (std::size_t i = 0; i < list.size(); ++i) {
    writer.set_tag(i, append_payload(out, list[i]));
    writer.set_end(0, i);
  }
  writer.finish();
}

void append_object(std::string& out, const Object& object) {
  ContainerWriter writer(out, object.size(), 2);
  std::size_t index = 0;
  for (const auto& member : object) {
    out.append(member.name);
    writer.set_end(0, index++);
  }
  writer.restart();
  index = 0;
  for (const auto& member : object) {
    writer.set_tag(index, append_payload(out, member.value));
    writer.set_end(1, index++);
  }
  writer.finish();
}

// The fixed payload size of a tag, or kAnySize.
constexpr std::size_t kAnySize = ~std::size_t{0};
constexpr std::size_t kSizes[kTagCount] = {0,        0,  0, 1, 2, 4,        8,       8,
                                           kAnySize, 16, 4, 8, 8, kAnySize, kAnySize};

// True when `ends` never falls and its last number is `total` (no parts: `total` is 0).
[[nodiscard]] bool are_valid_ends(const char* ends, std::uint8_t width, std::size_t count,
                                  std::size_t total) noexcept {
  std::uint32_t previous = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t end = load_offset(ends, width, i);
    if (end < previous) return false;
    previous = end;
  }
  return previous == total;
}

[[nodiscard]] bool is_valid_container(std::string_view bytes, bool object,
                                      std::uint32_t depth) noexcept {
  if (depth >= kMaxDepth || bytes.empty()) return false;
  const auto width = static_cast<std::uint8_t>(bytes[0]);
  if ((width != kNarrow && width != kWide) || bytes.size() < std::size_t{1} + width) return false;
  const std::size_t count = load_offset(bytes.data() + 1, width, 0);
  const std::size_t tables = object ? 2 : 1;
  const std::size_t header = 1 + width + count * (1 + tables * width);
  if (bytes.size() < header) return false;

  const char* const tags = bytes.data() + 1 + width;
  const char* ends = tags + count;
  std::string_view payloads = bytes.substr(header);
  if (object) {
    const std::size_t names = count == 0 ? 0 : load_offset(ends, width, count - 1);
    if (names > payloads.size() || !are_valid_ends(ends, width, count, names)) return false;
    for (std::size_t i = 0; i < count; ++i) {
      if (!is_valid_utf8(part(ends, width, payloads.data(), i))) return false;
    }
    payloads.remove_prefix(names);
    ends += count * width;
  }
  if (!are_valid_ends(ends, width, count, payloads.size())) return false;
  for (std::size_t i = 0; i < count; ++i) {
    const auto tag = static_cast<std::uint8_t>(tags[i]);
    if (!is_valid_payload(tag, part(ends, width, payloads.data(), i), depth + 1)) return false;
  }
  return true;
}

[[nodiscard]] bool is_within(const Value& value, std::uint32_t levels) noexcept {
  if (const List* const list = value.if_list()) {
    if (levels == 0) return false;
    for (const Value& item : *list) {
      if (!is_within(item, levels - 1)) return false;
    }
  } else if (const Object* const object = value.if_object()) {
    if (levels == 0) return false;
    for (const auto& member : *object) {
      if (!is_within(member.value, levels - 1)) return false;
    }
  }
  return true;
}

}  // namespace

std::uint8_t append_payload(std::string& out, const Value& value) {
  switch (value.type()) {
    case Type::kList:
      append_list(out, *value.if_list());
      return kTagList;
    case Type::kObject:
      append_object(out, *value.if_object());
      return kTagObject;
    case Type::kString:
      out.append(*value.if_string());
      return kTagString;
    default:
      return append_payload(out, value.scalar_view());
  }
}

std::uint8_t append_payload(std::string& out, ValueView value) {
  switch (value.type()) {
    case Type::kNull:
      return kTagNull;
    case Type::kBool:
      return value.bool_value() ? kTagTrue : kTagFalse;
    case Type::kInt:
      return append_int(out, value.int_value());
    case Type::kFloat:
      append_le(out, value.float_value());
      return kTagFloat;
    case Type::kDate:
      append_le(out, value.date_value().days);
      return kTagDate;
    case Type::kTime:
      append_le(out, value.time_value().micros);
      return kTagTime;
    case Type::kDateTime:
      append_le(out, value.datetime_value().micros);
      return kTagDateTime;
    case Type::kString:
      out.append(value.encoded());
      return kTagString;
    case Type::kUuid:
      out.append(value.encoded());
      return kTagUuid;
    case Type::kList:
      out.append(value.encoded());
      return kTagList;
    case Type::kObject:
      out.append(value.encoded());
      return kTagObject;
  }
  return kTagNull;
}

ValueView view_payload(std::uint8_t tag, std::string_view payload) noexcept {
  return view_of(tag, payload);
}

bool is_valid_payload(std::uint8_t tag, std::string_view payload, std::uint32_t depth) noexcept {
  if (tag >= kTagCount) return false;
  if (kSizes[tag] != kAnySize) return payload.size() == kSizes[tag];
  if (tag == kTagString) return is_valid_utf8(payload);
  return is_valid_container(payload, tag == kTagObject, depth);
}

Status check_depth(const Value& value) {
  if (is_within(value, kMaxDepth)) return {};
  return too_deep();
}

Error too_deep() {
  return Error(ErrorCode::kLimitExceeded, "a value nests lists and objects deeper than " +
                                              std::to_string(kMaxDepth) + " levels");
}

}  // namespace aurora::codec
