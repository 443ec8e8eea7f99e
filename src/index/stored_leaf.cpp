// LeafStore: pages read when they are first asked for, proven against the directory, or made anew from documents.
// Called by LeafRef; calls page_codec and the source.

#include "index/stored_leaf.hpp"

#include <aurora/base/try.hpp>

#include <algorithm>
#include <utility>

#include "index/tree_build.hpp"

namespace aurora::index {

StoredLeaf::StoredLeaf(std::shared_ptr<LeafStore> store, std::uint32_t row)
    : Leaf(store->rows()[row].page_id), store_(std::move(store)), row_(row) {}

StoredLeaf::~StoredLeaf() {
  if (leaf() == nullptr) store_->forget(row_);
}

const DirectoryRow& StoredLeaf::row() const noexcept { return store_->rows()[row_]; }

Leaf& StoredLeaf::read_first() const {
  if (auto status = store_->fill(*this); !status) throw status.error();
  return *leaf();
}

std::size_t StoredLeaf::memory_bytes() const noexcept {
  constexpr std::size_t kInPlace = 15;   // characters a std::string holds itself
  const std::size_t key = row().first_key.size();
  return sizeof(StoredLeaf) + sizeof(DirectoryRow) + sizeof(StoredLeaf*) + (key > kInPlace ? key + 1 : 0);
}

LeafStore::LeafStore(std::vector<DirectoryRow> rows, std::shared_ptr<PageSource> source)
    : rows_(std::move(rows)), source_(std::move(source)), waiting_(rows_.size()) {}

Ref<Leaf> LeafStore::leaf(std::uint32_t row) {
  auto* const leaf = new StoredLeaf(shared_from_this(), row);
  Ref<Leaf> held(leaf);
  const std::lock_guard lock(mutex_);
  waiting_[row] = leaf;
  unread_.fetch_add(1, std::memory_order_release);
  return held;
}

/// The leaf of a page that is what the directory says.
Result<Ref<Leaf>> LeafStore::read(std::uint32_t row) const {
  const DirectoryRow& wanted = rows_[row];
  AURORA_ASSIGN(const std::string bytes, source_->read(wanted.page_id));
  AURORA_ASSIGN(Ref<Leaf> leaf, decode_page(bytes));
  if (leaf->page_id != wanted.page_id) return Error(ErrorCode::kCorruption, "holds another page");
  if (leaf->size() != wanted.keys || leaf->entries() != wanted.entries || leaf->key(0) != wanted.first_key)
    return Error(ErrorCode::kCorruption, "is not what the directory says");
  if (row + 1 < rows_.size() && leaf->key(leaf->size() - 1) >= rows_[row + 1].first_key)
    return Error(ErrorCode::kCorruption, "keys overlap the page after");
  return leaf;
}

Result<Ref<Leaf>> LeafStore::recover(std::uint32_t row, const Error& why) const {
  const DirectoryRow& wanted = rows_[row];
  PageSource::Part part{wanted.page_id, row == 0 ? std::string() : wanted.first_key, {}};
  if (row + 1 < rows_.size()) part.upper = rows_[row + 1].first_key;
  AURORA_ASSIGN(const PageSource::Entries entries, source_->recover(part, why));
  const Error differs =
      Error(ErrorCode::kCorruption, "the documents do not have what the directory of the index says");
  LeafBuilder builder;
  std::vector<Ordinal> ordinals;
  std::uint64_t keys = 0;
  for (std::size_t begin = 0; begin < entries.size(); ++keys) {
    const std::string& key = entries[begin].first;
    ordinals.clear();
    for (; begin < entries.size() && entries[begin].first == key; ++begin)
      ordinals.push_back(entries[begin].second);
    if (key.size() > Leaf::kMaxKeySize) return differs;
    builder.add(key, ordinals, 0);
  }
  if (keys == 0 || keys != wanted.keys || entries.size() != wanted.entries || builder.heap_bytes() > LeafBuilder::kMaxHeap)
    return differs;
  // Made at 0: the first change copies it. Changed at 1, that is since the page was written.
  return builder.finish({wanted.page_id, 0, 1});
}

Result<Ref<Leaf>> LeafStore::read_or_recover(std::uint32_t row) const {
  auto leaf = read(row);
  if (leaf) return leaf;
  return recover(row, leaf.error().with_prefix("index page " + std::to_string(rows_[row].page_id) + ": "));
}

/// Two threads may read the same page: what the first one made stays, and only that was seen by anybody. The other may
/// have read what was written after an edit of the first one's (U1).
Status LeafStore::fill(const StoredLeaf& leaf) {
  auto found = read_or_recover(leaf.row_);
  const std::lock_guard lock(mutex_);
  if (leaf.leaf() != nullptr) return {};
  if (!found) return found.error();
  leaf.held_ = *std::move(found);
  leaf.leaf_.store(&*leaf.held_, std::memory_order_release);
  if (std::exchange(waiting_[leaf.row_], nullptr) != nullptr) unread_.fetch_sub(1, std::memory_order_release);
  return {};
}

void LeafStore::forget(std::uint32_t row) noexcept {
  const std::lock_guard lock(mutex_);
  if (std::exchange(waiting_[row], nullptr) != nullptr) unread_.fetch_sub(1, std::memory_order_release);
}

Result<bool> LeafStore::read_next() {
  Ref<Leaf> held;   // let go of after the mutex: its end takes that
  {
    const std::lock_guard lock(mutex_);
    for (; next_ < waiting_.size() && !held; ++next_)
      if (waiting_[next_] != nullptr && waiting_[next_]->refs.up_if_held()) held = Ref<Leaf>::adopt(waiting_[next_]);
    if (!held) return false;
  }
  const auto& leaf = static_cast<const StoredLeaf&>(*held);
  if (auto status = fill(leaf); !status) {
    const std::lock_guard lock(mutex_);
    next_ = std::min<std::size_t>(next_, leaf.row_);
    return status.error();
  }
  return true;
}

}  // namespace aurora::index
