// What documents of one collection need to be read by name: its definition and a table of the names.
// Made once a thread and definition, and shared by that thread's documents: threads that read the same collection
// count references in memory of their own. Used by documents.
#pragma once

#include <aurora/schema/definition.hpp>

#include <memory>
#include <string_view>
#include <vector>

namespace aurora::facade {

/// Threads: const use from any thread.
class DocumentShape {
 public:
  explicit DocumentShape(std::shared_ptr<const CollectionDef> collection);

  [[nodiscard]] const CollectionDef& collection() const noexcept { return *collection_; }
  /// As CollectionDef::find.
  [[nodiscard]] const FieldDef* find(std::string_view name) const noexcept;

  /// The calling thread's shape of the definition. Valid until the thread asks for another.
  [[nodiscard]] static const std::shared_ptr<const DocumentShape>& of(
      const std::shared_ptr<const CollectionDef>& collection);

 private:
  struct Entry {
    const char* name = nullptr;
    std::size_t size = 0;
    const FieldDef* field = nullptr;   // null: free
  };
  [[nodiscard]] static std::size_t hash(std::string_view name) noexcept {
    if (name.empty()) return 0;
    const auto byte = [&](std::size_t at) { return static_cast<std::size_t>(static_cast<unsigned char>(name[at])); };
    return name.size() * 0x9E5Fu + byte(0) * 0x85EBu + byte(name.size() / 2) * 0xC2B2u + byte(name.size() - 1) * 0x27D4u;
  }

  std::shared_ptr<const CollectionDef> collection_;
  std::vector<Entry> table_;   // open addressing; a power of two, at most half full
};

}  // namespace aurora::facade
