// Where documents stood when last seen, by their primary key: one look instead of a way down an index.
// Filled by commits and by reads that went through the index; asked before the index. Owned beside the record cache.
//
// Invariant H1: a hint is a guess. Whoever follows one compares the key of the document it finds there; a document that a
// state shows under that key is then the only one. So nothing needs to be kept in step with writes.
#pragma once

#include <aurora/document/record.hpp>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>

namespace aurora {

/// Threads: every call may come from any thread; no locks. Cost: one line of memory.
class KeyHints {
 public:
  /// Room for about that many keys; memory is taken as it is used, eight bytes a place.
  explicit KeyHints(std::uint64_t keys);
  KeyHints(const KeyHints&) = delete;
  KeyHints& operator=(const KeyHints&) = delete;

  /// Requires: a kind of value that `is_hinted`.
  [[nodiscard]] static std::uint64_t hash(CollectionId collection, ValueView key) noexcept;
  /// Keys of other kinds have none.
  [[nodiscard]] static constexpr bool is_hinted(Type type) noexcept {
    return type == Type::kUuid || type == Type::kInt || type == Type::kString;
  }

  [[nodiscard]] std::optional<Ordinal> find(std::uint64_t hash) const noexcept;
  void put(std::uint64_t hash, Ordinal ordinal) noexcept;
  /// For loops that will put many.
  void prefetch(std::uint64_t hash) const noexcept { __builtin_prefetch(&line_of(hash), 1); }

 private:
  // Of a hash, the upper half with its lowest bit set beside the ordinal; 0: free.
  struct alignas(64) Line {
    std::atomic<std::uint64_t> places[8];
  };
  struct Free {
    void operator()(void* memory) const noexcept { std::free(memory); }
  };
  [[nodiscard]] static std::uint64_t tag_of(std::uint64_t hash) noexcept { return (hash >> 32 | 1) << 32; }
  [[nodiscard]] Line& line_of(std::uint64_t hash) const noexcept { return lines_[hash & mask_]; }

  std::unique_ptr<void, Free> memory_;   // never touched pages of it cost nothing
  Line* lines_ = nullptr;
  std::uint64_t mask_ = 0;
};

}  // namespace aurora
