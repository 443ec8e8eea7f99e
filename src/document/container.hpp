// Layout of encoded lists and objects (the table in codec.hpp), as readers see it.
// Called by the views and by the codec's check; private to the document room.
#pragma once

#include <aurora/base/bytes.hpp>
#include <aurora/document/codec.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace aurora::codec {

inline constexpr std::uint8_t kNarrow = 2;
inline constexpr std::uint8_t kWide = 4;
/// First total that no longer fits offsets of width 2.
inline constexpr std::size_t kNarrowLimit = std::size_t{1} << 16;

enum Tag : std::uint8_t {
  kTagNull = 0,
  kTagFalse = 1,
  kTagTrue = 2,
  kTagInt8 = 3,
  kTagInt16 = 4,
  kTagInt32 = 5,
  kTagInt64 = 6,
  kTagFloat = 7,
  kTagString = 8,
  kTagUuid = 9,
  kTagDate = 10,
  kTagTime = 11,
  kTagDateTime = 12,
  kTagList = 13,
  kTagObject = 14,
  kTagCount = 15,
};

/// LimitExceeded: a value nests deeper than kMaxDepth.
[[nodiscard]] Error too_deep();

/// The body of view_payload, to be inlined where fields and elements are read.
[[nodiscard]] inline ValueView view_of(std::uint8_t tag, std::string_view payload) noexcept {
  const char* const p = payload.data();
  const auto size = static_cast<std::uint32_t>(payload.size());
  switch (tag) {
    case kTagFalse:
      return ValueView::of(false);
    case kTagTrue:
      return ValueView::of(true);
    case kTagInt8:
      return ValueView::of(std::int64_t{load_le<std::int8_t>(p)});
    case kTagInt16:
      return ValueView::of(std::int64_t{load_le<std::int16_t>(p)});
    case kTagInt32:
      return ValueView::of(std::int64_t{load_le<std::int32_t>(p)});
    case kTagInt64:
      return ValueView::of(load_le<std::int64_t>(p));
    case kTagFloat:
      return ValueView::of(load_le<double>(p));
    case kTagString:
      return ValueView::of(payload);
    case kTagUuid:
      return ValueView::of_encoded(Type::kUuid, p, size);
    case kTagDate:
      return ValueView::of(Date{load_le<std::int32_t>(p)});
    case kTagTime:
      return ValueView::of(Time{load_le<std::int64_t>(p)});
    case kTagDateTime:
      return ValueView::of(DateTime(load_le<std::int64_t>(p)));
    case kTagList:
      return ValueView::of_encoded(Type::kList, p, size);
    case kTagObject:
      return ValueView::of_encoded(Type::kObject, p, size);
    default:
      return {};
  }
}

/// Number `index` of a table of numbers of `width` bytes.
[[nodiscard]] inline std::uint32_t load_offset(const char* table, std::uint8_t width,
                                               std::size_t index) noexcept {
  return width == kNarrow ? load_le<std::uint16_t>(table + index * kNarrow)
                          : load_le<std::uint32_t>(table + index * kWide);
}

/// The part between end `index - 1` and end `index` of a table of rising ends.
[[nodiscard]] inline std::string_view part(const char* ends, std::uint8_t width, const char* start,
                                           std::size_t index) noexcept {
  const std::uint32_t begin = index == 0 ? 0 : load_offset(ends, width, index - 1);
  return {start + begin, load_offset(ends, width, index) - begin};
}

/// Elements of a container. Requires: validated bytes.
[[nodiscard]] inline std::uint32_t container_count(std::string_view bytes) noexcept {
  return load_offset(bytes.data() + 1, static_cast<std::uint8_t>(bytes[0]), 0);
}

/// Where the parts of an encoded list are. Requires: validated bytes.
class ListLayout {
 public:
  ListLayout(std::string_view bytes, std::uint32_t count) noexcept
      : width_(static_cast<std::uint8_t>(bytes[0])),
        tags_(bytes.data() + 1 + width_),
        ends_(tags_ + count),
        payloads_(ends_ + std::size_t{count} * width_) {}

  [[nodiscard]] ValueView value(std::size_t index) const noexcept {
    return view_of(static_cast<std::uint8_t>(tags_[index]), part(ends_, width_, payloads_, index));
  }

 private:
  std::uint8_t width_;
  const char* tags_;
  const char* ends_;
  const char* payloads_;
};

/// Where the parts of an encoded object are. Requires: validated bytes.
class ObjectLayout {
 public:
  ObjectLayout(std::string_view bytes, std::uint32_t count) noexcept
      : width_(static_cast<std::uint8_t>(bytes[0])),
        tags_(bytes.data() + 1 + width_),
        name_ends_(tags_ + count),
        ends_(name_ends_ + std::size_t{count} * width_),
        names_(ends_ + std::size_t{count} * width_),
        payloads_(names_ + (count == 0 ? 0 : load_offset(name_ends_, width_, count - 1))) {}

  [[nodiscard]] std::string_view name(std::size_t index) const noexcept {
    return part(name_ends_, width_, names_, index);
  }
  [[nodiscard]] ValueView value(std::size_t index) const noexcept {
    return view_of(static_cast<std::uint8_t>(tags_[index]), part(ends_, width_, payloads_, index));
  }

 private:
  std::uint8_t width_;
  const char* tags_;
  const char* name_ends_;
  const char* ends_;
  const char* names_;
  const char* payloads_;
};

}  // namespace aurora::codec
