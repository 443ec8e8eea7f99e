// How many words each document has in a full-text index: what BM25 asks for every match.
// Made from the index's length keys when it is loaded, followed by the commit pipeline beside it, read by searches.
//
// Invariant: a version that a reader may hold never changes; an edit copies the chunks it touches.
#pragma once

#include <aurora/index/ordered_index.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace aurora::text {

/// Threads: const use from any thread.
class Lengths {
 public:
  /// Those an index tells.
  [[nodiscard]] static std::shared_ptr<const Lengths> of(const IndexVersion& index);
  /// False when an index was made under another analysis than `fingerprint`, so that it must be made anew.
  [[nodiscard]] static bool is_current(const IndexVersion& index, std::uint32_t fingerprint);

  /// 0 for documents that are not there or have no words. Cost: O(1).
  [[nodiscard]] std::uint32_t at(Ordinal ordinal) const noexcept {
    const auto chunk = ordinal / kChunk;
    return chunk < chunks_.size() && chunks_[chunk] ? (*chunks_[chunk])[ordinal % kChunk] : 0;
  }
  [[nodiscard]] std::uint64_t total() const noexcept { return total_; }

 private:
  friend class LengthsEdit;
  static constexpr Ordinal kChunk = 1024;
  using Chunk = std::array<std::uint32_t, kChunk>;

  std::vector<std::shared_ptr<const Chunk>> chunks_;   // null: all zero
  std::uint64_t total_ = 0;
};

/// The next version being made from one; each chunk is copied once.
class LengthsEdit {
 public:
  explicit LengthsEdit(const std::shared_ptr<const Lengths>& base);
  void set(Ordinal ordinal, std::uint32_t length);
  /// The new version; the edit is over.
  [[nodiscard]] std::shared_ptr<const Lengths> finish();

 private:
  std::shared_ptr<Lengths> next_;
  std::vector<Lengths::Chunk*> own_;   // chunks copied by this edit, by place; null: shared
};

}  // namespace aurora::text
