// What was compiled from parts of one text, so that running it again compiles nothing.
// Owned beside the parsed text; asked by whoever compiles a part.
#pragma once

#include <aurora/schema/definition.hpp>

#include <memory>
#include <mutex>
#include <unordered_map>

namespace aurora::plan {

/// Compiled parts by their place in the tree. A part holds for one definition: after the collection was altered it is
/// not found and is compiled again. Threads: any.
class CompiledParts {
 public:
  /// The part made from `place` for `definition`; null when there is none. `Part` is what was put there.
  template <class Part>
  [[nodiscard]] std::shared_ptr<const Part> find(const void* place, const CollectionDef* definition) const {
    const std::lock_guard lock(mutex_);
    const auto found = parts_.find(place);
    if (found == parts_.end() || found->second.definition.get() != definition) return nullptr;
    return std::static_pointer_cast<const Part>(found->second.part);
  }

  /// Keeps `part` in the place of an older one. Keeps the definition alive, so that its address names it.
  void put(const void* place, std::shared_ptr<const CollectionDef> definition, std::shared_ptr<const void> part) {
    const std::lock_guard lock(mutex_);
    parts_[place] = Entry{std::move(definition), std::move(part)};
  }

 private:
  struct Entry {
    std::shared_ptr<const CollectionDef> definition;
    std::shared_ptr<const void> part;
  };
  mutable std::mutex mutex_;
  std::unordered_map<const void*, Entry> parts_;  // guarded
};

}  // namespace aurora::plan
