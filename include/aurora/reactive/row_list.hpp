// The rows of a live query in their order: a sorted list that knows the position of each.
// Owned by live rows.
#pragma once

#include <aurora/document/record.hpp>
#include <aurora/reactive/live_changes.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aurora::reactive {

struct RowEntry {
  std::string key;       ///< sort values and ordinal, ordered by bytes
  Ordinal ordinal = 0;
  RecordRef record;      ///< may be null once `text` is made
  RowText text;          ///< null until somebody showed the row
};

/// Entries with distinct keys in chunks of at most kChunk.
/// Threads: one thread at a time. Cost: O(log n + n / kChunk) a call, with a small constant.
class RowList {
 public:
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// Null when there is none. Valid until the list changes.
  [[nodiscard]] RowEntry* find(std::string_view key);
  /// How many entries stand before `key`.
  [[nodiscard]] std::size_t rank(std::string_view key) const;
  /// Requires: position < size().
  [[nodiscard]] RowEntry& at(std::size_t position);
  [[nodiscard]] const RowEntry& at(std::size_t position) const { return const_cast<RowList*>(this)->at(position); }
  /// Requires: no entry has the key.
  void insert(RowEntry entry);
  /// Takes the entry out. Requires: there is one.
  RowEntry take(std::string_view key);
  void cut_to(std::size_t size);

  /// Calls `visit` for the entries from `begin` on, until it returns false. Keys must stay as they are.
  template <class Visit>
  void visit_from(std::size_t begin, const Visit& visit) const {
    visit_each(chunks_, begin, visit);
  }
  template <class Visit>
  void visit_from(std::size_t begin, const Visit& visit) {
    visit_each(chunks_, begin, visit);
  }

 private:
  using Chunk = std::vector<RowEntry>;
  static constexpr std::size_t kChunk = 256;

  template <class Chunks, class Visit>
  static void visit_each(Chunks& chunks, std::size_t begin, const Visit& visit) {
    for (auto& chunk : chunks) {
      if (begin >= chunk.size()) {
        begin -= chunk.size();
        continue;
      }
      for (; begin < chunk.size(); ++begin)
        if (!visit(chunk[begin])) return;
      begin = 0;
    }
  }
  // The chunk that holds `key`, or would.
  [[nodiscard]] std::size_t chunk_of(std::string_view key) const;

  std::vector<Chunk> chunks_;   // none is empty
  std::size_t size_ = 0;
};

}  // namespace aurora::reactive
