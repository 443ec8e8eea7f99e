// Body of the document shape. Called by documents.
#include "document_shape.hpp"

#include <aurora/base/bytes.hpp>

#include <array>
#include <bit>
#include <cstring>

namespace aurora::facade {

namespace {

// Names are short: two overlapping words compare faster than a call does.
bool is_same(const char* a, const char* b, std::size_t size) noexcept {
  if (size > 16) return std::memcmp(a, b, size) == 0;
  if (size >= 8)
    return load_le<std::uint64_t>(a) == load_le<std::uint64_t>(b) &&
           load_le<std::uint64_t>(a + size - 8) == load_le<std::uint64_t>(b + size - 8);
  if (size >= 4)
    return load_le<std::uint32_t>(a) == load_le<std::uint32_t>(b) &&
           load_le<std::uint32_t>(a + size - 4) == load_le<std::uint32_t>(b + size - 4);
  for (std::size_t i = 0; i < size; ++i)
    if (a[i] != b[i]) return false;
  return true;
}

}  // namespace

DocumentShape::DocumentShape(std::shared_ptr<const CollectionDef> collection)
    : collection_(std::move(collection)), table_(std::bit_ceil(2 * collection_->fields.size() + 2)) {
  for (const auto& field : collection_->fields) {
    auto at = hash(field.name);
    while (table_[at & (table_.size() - 1)].field != nullptr) ++at;
    table_[at & (table_.size() - 1)] = {field.name.data(), field.name.size(), &field};
  }
}

const FieldDef* DocumentShape::find(std::string_view name) const noexcept {
  for (auto at = hash(name);; ++at) {
    const auto& entry = table_[at & (table_.size() - 1)];
    if (entry.field == nullptr) return nullptr;
    if (entry.size == name.size() && is_same(entry.name, name.data(), name.size())) return entry.field;
  }
}

const std::shared_ptr<const DocumentShape>& DocumentShape::of(const std::shared_ptr<const CollectionDef>& collection) {
  constexpr std::size_t kKept = 16;   // definitions a thread goes back and forth between
  thread_local std::array<std::shared_ptr<const DocumentShape>, kKept> kept;
  auto& place = kept[std::bit_cast<std::uintptr_t>(collection.get()) / alignof(std::max_align_t) * 0x9E37u / 64 % kKept];
  if (!place || place->collection_ != collection) place = std::make_shared<const DocumentShape>(collection);
  return place;
}

}  // namespace aurora::facade
