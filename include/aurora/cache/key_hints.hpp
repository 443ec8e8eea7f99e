// Where documents stood when last seen, by their primary key: one look instead of a way down an index.
// Filled by commits and by reads that went through the index; asked before the index. Owned beside the record cache.
//
// Invariant H1: a hint is a guess. Whoever follows one compares the key of the document it finds there; a document that a
// state shows under that key is then the only one. So nothing needs to be kept in step with writes.
// Invariant H2: the address of a hint is for fetching memory ahead; nobody reads through it, so that it may be of a record
// that is gone.
#pragma once

#include <aurora/document/record.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace aurora {

/// Threads: every call may come from any thread; reads take no lock. Cost: two lines of memory, fetched together.
class KeyHints {
 public:
  /// Grows with what is put, up to room for about that many keys; 32 bytes a key.
  explicit KeyHints(std::uint64_t most_keys);
  ~KeyHints();
  KeyHints(const KeyHints&) = delete;
  KeyHints& operator=(const KeyHints&) = delete;

  /// Requires: a kind of value that `is_hinted`.
  [[nodiscard]] static std::uint64_t hash(CollectionId collection, ValueView key) noexcept;
  /// Keys of other kinds have none.
  [[nodiscard]] static constexpr bool is_hinted(Type type) noexcept {
    return type == Type::kUuid || type == Type::kInt || type == Type::kString;
  }

  struct Hint {
    Ordinal ordinal = 0;
    const void* record = nullptr;   ///< where the bytes of its record stood in memory (H2); null: unknown
  };
  [[nodiscard]] std::optional<Hint> find(std::uint64_t hash) const noexcept;
  void put(std::uint64_t hash, Hint hint) noexcept;

 private:
  struct Table;
  void grow(const Table* full) noexcept;

  const std::uint64_t most_lines_;
  std::atomic<Table*> table_;                        // the largest
  std::mutex growing_;
  std::vector<std::unique_ptr<Table>> tables_;       // guarded by growing_; older ones may be in use still
};

}  // namespace aurora
