// Body of container_builder.hpp. Called by readers of text; calls the container layout.
#include <aurora/document/container_builder.hpp>

#include "document/container.hpp"

namespace aurora::codec {

namespace {

template <class Offset>
void append_tables(std::string& out, ContainerKind kind, std::span<const EncodedPart> parts) {
  append_le(out, static_cast<Offset>(parts.size()));
  for (const auto& part : parts) out.push_back(static_cast<char>(part.tag));
  if (kind == ContainerKind::kObject) {
    std::size_t end = 0;
    for (const auto& part : parts) append_le(out, static_cast<Offset>(end += part.name.size()));
  }
  for (const auto& part : parts) append_le(out, static_cast<Offset>(part.end));
}

}  // namespace

std::uint8_t append_container(std::string& out, ContainerKind kind, std::span<const EncodedPart> parts,
                              std::string_view payloads) {
  const bool object = kind == ContainerKind::kObject;
  std::size_t names = 0;
  if (object)
    for (const auto& part : parts) names += part.name.size();
  const std::size_t tables = object ? 2 : 1;
  const std::size_t narrow_size = 1 + kNarrow + parts.size() * (1 + tables * kNarrow) + names + payloads.size();
  if (narrow_size < kNarrowLimit) {
    out.push_back(static_cast<char>(kNarrow));
    append_tables<std::uint16_t>(out, kind, parts);
  } else {
    out.push_back(static_cast<char>(kWide));
    append_tables<std::uint32_t>(out, kind, parts);
  }
  if (object)
    for (const auto& part : parts) out.append(part.name);
  out.append(payloads);
  return object ? kTagObject : kTagList;
}

}  // namespace aurora::codec
