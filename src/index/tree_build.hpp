// Pages and trees made from keys that come in order: bulk builds and loading.
// Called by OrderedIndex::build, page_codec and load.
#pragma once

#include <aurora/index/ordinal_set.hpp>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "index/tree.hpp"

namespace aurora::index {

/// Gathers rising keys with their ordinals into one page. Reusable after finish.
class LeafBuilder {
 public:
  /// Whether one more key with so many ordinals stays within the size of a page. An empty page
  /// takes any.
  [[nodiscard]] bool fits(std::string_view key, std::size_t ordinals) const noexcept;
  [[nodiscard]] bool empty() const noexcept { return items_.empty(); }
  [[nodiscard]] std::string_view last_key() const noexcept;
  /// Requires: key above the last and at most Leaf::kMaxKeySize; ordinals not empty, rising
  /// strictly.
  void add(std::string_view key, std::span<const Ordinal> ordinals, Sequence made_at);
  /// Requires: as above; set not empty.
  void add(std::string_view key, OrdinalSet set, Sequence made_at);
  /// Bytes the heap of the page will take.
  [[nodiscard]] std::size_t heap_bytes() const noexcept;
  /// A page without slack. Requires: not empty, and heap_bytes() at most kMaxHeap.
  [[nodiscard]] Ref<Leaf> finish(const Leaf::Identity& identity);

  static constexpr std::size_t kMaxHeap = UINT16_MAX;

 private:
  struct Item {
    std::size_t key_begin;
    std::uint32_t key_size;
    std::uint32_t code;
    std::size_t ordinals_begin;
    Ref<Posting> posting;
  };
  [[nodiscard]] std::string_view key(const Item& item) const noexcept {
    return std::string_view(keys_).substr(item.key_begin, item.key_size);
  }
  [[nodiscard]] std::uint32_t prefix_with(std::string_view last) const noexcept;
  void add_item(std::string_view key, std::uint32_t code, Ref<Posting> posting);

  std::string keys_;
  std::vector<Ordinal> ordinals_;
  std::vector<Item> items_;
  std::size_t inline_bytes_ = 0;  // of ordinals beside their records
};

/// Appends pages in order and makes the tree above them.
class TreeBuilder {
 public:
  explicit TreeBuilder(Sequence made_at);
  [[nodiscard]] bool empty() const noexcept { return page_ids_.empty(); }
  /// Of the pages added.
  [[nodiscard]] const std::string& last_key() const noexcept { return last_key_; }
  /// Requires: keys of `leaf` above those before.
  void add(Ref<Leaf> leaf);
  /// The same of a page that was not read. Requires: not mixed with the other form.
  void add(LeafRef leaf, const DirectoryRow& row);
  [[nodiscard]] std::shared_ptr<IndexRoot> finish();

 private:
  void add_child(LeafRef leaf, std::uint64_t keys, std::uint64_t entries, std::string lower);

  std::shared_ptr<IndexRoot> root_;
  std::vector<std::uint32_t> page_ids_;
  std::string last_key_;
};

}  // namespace aurora::index
