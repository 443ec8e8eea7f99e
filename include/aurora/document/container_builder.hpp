// Lists and objects put together of parts that are encoded already, for readers that learn how many parts there are
// only at their end. Called by readers of text; the layout is that of codec.hpp.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace aurora::codec {

/// One element or member, its payload among those of the others.
struct EncodedPart {
  std::uint8_t tag = 0;
  std::string_view name;   ///< of a member
  std::uint32_t end = 0;   ///< where its payload ends, counted from the first payload
};

enum class ContainerKind : std::uint8_t { kList, kObject };

/// Appends the container of `parts`, whose payloads stand one after another in `payloads`, and returns its tag. The
/// bytes are those that append_payload makes of the same value.
std::uint8_t append_container(std::string& out, ContainerKind kind, std::span<const EncodedPart> parts,
                              std::string_view payloads);

}  // namespace aurora::codec
