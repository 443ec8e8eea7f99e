// An index as pages in the store: what a checkpoint writes, and loading it again (X3).
// Called by the checkpoint and at first use of an index; calls page_codec.

#include <aurora/base/try.hpp>
#include <aurora/index/ordered_index.hpp>

#include "index/page_codec.hpp"
#include "index/stored_leaf.hpp"
#include "index/tree_build.hpp"

namespace aurora {
namespace {

using index::DirectoryRow;
using index::Leaf;
using index::Ref;

Result<std::vector<DirectoryRow>> read_directory(std::string_view directory) {
  auto rows = index::decode_directory(directory);
  if (!rows) return rows.error().with_prefix("index directory: ");
  return rows;
}

Result<Ref<Leaf>> read_leaf(const DirectoryRow& row,
                            const std::function<Result<std::string>(std::uint32_t)>& read_page) {
  AURORA_ASSIGN(const std::string bytes, read_page(row.page_id));
  AURORA_ASSIGN(Ref<Leaf> leaf, index::decode_page(bytes));
  if (leaf->page_id != row.page_id) return Error(ErrorCode::kCorruption, "holds another page");
  if (leaf->size() != row.keys || leaf->entries() != row.entries || leaf->key(0) != row.first_key)
    return Error(ErrorCode::kCorruption, "is not what the directory says");
  return leaf;
}

}  // namespace

void OrderedIndex::collect_pages(const IndexVersion& version, Sequence since,
                                 std::vector<IndexPageImage>& changed, std::string& directory) {
  std::vector<DirectoryRow> rows;
  const IndexRoot* root = version.root_.get();
  for (std::size_t c = 0; root != nullptr && c < root->chunks.size(); ++c) {
    const auto& leaves = root->chunks[c].node->leaves;
    for (std::size_t l = 0; l < leaves.size(); ++l) {
      const index::StoredLeaf* stored = leaves[l].node.stored();
      if (stored != nullptr && stored->leaf() == nullptr) {   // the store has it as it is (U1)
        rows.push_back(stored->row());
        continue;
      }
      const Leaf& leaf = *leaves[l].node;
      rows.push_back({leaf.page_id, leaf.size(), leaf.entries(), leaf.key(0)});
      if (leaf.changed_at > since)
        changed.push_back({leaf.page_id, rows.back().first_key, index::encode_page(leaf)});
    }
  }
  directory = index::encode_directory(rows);
}

Result<std::vector<std::uint32_t>> OrderedIndex::page_ids(std::string_view directory) {
  AURORA_ASSIGN(const std::vector<DirectoryRow> rows, read_directory(directory));
  std::vector<std::uint32_t> ids;
  ids.reserve(rows.size());
  for (const DirectoryRow& row : rows) ids.push_back(row.page_id);
  return ids;
}

Result<OrderedIndex> OrderedIndex::load(
    std::string_view directory,
    const std::function<Result<std::string>(std::uint32_t page_id)>& read_page) {
  AURORA_ASSIGN(std::vector<DirectoryRow> rows, read_directory(directory));
  index::TreeBuilder tree(0);
  OrderedIndex index;
  if (const auto* opener = read_page.target<PageOpener>()) {
    const auto store = std::make_shared<index::LeafStore>(std::move(rows), opener->source());
    for (std::uint32_t row = 0; row < store->rows().size(); ++row) tree.add(store->leaf(row), store->rows()[row]);
    index.root_ = tree.finish();
    opener->set_pages(store);
    return index;
  }
  for (const DirectoryRow& row : rows) {
    const auto in_page = [&](const Error& error) {
      return error.with_prefix("index page " + std::to_string(row.page_id) + ": ");
    };
    auto leaf = read_leaf(row, read_page);
    if (!leaf) return in_page(leaf.error());
    if (!tree.empty() && row.first_key <= tree.last_key())
      return in_page(Error(ErrorCode::kCorruption, "keys overlap the page before"));
    tree.add(*std::move(leaf));
  }
  index.root_ = tree.finish();
  return index;
}

}  // namespace aurora
