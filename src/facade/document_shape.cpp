// Body of the document shape. Called by documents.
#include "document_shape.hpp"

#include <array>
#include <bit>
#include <cstring>

namespace aurora::facade {

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
    if (entry.size == name.size() && std::memcmp(entry.name, name.data(), name.size()) == 0) return entry.field;
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
