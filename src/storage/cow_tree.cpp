// Body of the copy-on-write tree.
#include "storage/cow_tree.hpp"

#include <aurora/base/bytes.hpp>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

namespace aurora::storage {

namespace {

constexpr std::size_t kFanout =
    64;  // a node's keys span about 2 KiB: few cache lines a search, cheap copies
constexpr std::size_t kEntryOverhead = sizeof(std::string) * 2 + sizeof(CowTree::Value) * 2;

// Requires: `to` has the capacity, so that nothing can be lost half way.
template <class T>
void move_tail(std::vector<T>& from, std::size_t start, std::vector<T>& to) {
  const auto first = from.begin() + static_cast<std::ptrdiff_t>(start);
  std::move(first, from.end(), std::back_inserter(to));
  from.erase(first, from.end());
}

template <class T>
auto at(std::vector<T>& items, std::size_t index) {
  return items.begin() + static_cast<std::ptrdiff_t>(index);
}

// The first eight bytes as a number that sorts as they do. Aurora's keys are mostly decided by it,
// so that a search reads a few neighbouring cache lines instead of a line for each key it compares.
std::uint64_t prefix_of(std::string_view key) noexcept {
  char bytes[8] = {};
  if (!key.empty()) std::memcpy(bytes, key.data(), std::min(key.size(), sizeof bytes));
  return load_be<std::uint64_t>(bytes);
}

}  // namespace

// A leaf has values[i] for keys[i]. An inner node has children[i] for the keys from keys[i] up to
// keys[i+1]; what is smaller than keys[0] belongs to the first child too. prefixes[i] is keys[i]'s.
struct CowTree::Node {
  std::uint64_t generation = 0;
  std::vector<std::uint64_t> prefixes;
  std::vector<std::string> keys;
  std::vector<Value> values;
  std::vector<NodeRef> children;

  [[nodiscard]] bool is_leaf() const noexcept { return children.empty(); }

  // Room for one entry too many, taken before anything moves: a node is whole when memory runs out.
  void reserve(bool leaf) {
    prefixes.reserve(kFanout + 1);
    keys.reserve(kFanout + 1);
    if (leaf)
      values.reserve(kFanout + 1);
    else
      children.reserve(kFanout + 1);
  }

  void insert_key(std::size_t index, std::string&& key) {
    prefixes.insert(at(prefixes, index), prefix_of(key));
    keys.insert(at(keys, index), std::move(key));
  }
  void erase_key(std::size_t index) {
    prefixes.erase(at(prefixes, index));
    keys.erase(at(keys, index));
  }

  /// The first index whose key is >= `key`.
  [[nodiscard]] std::size_t lower_bound(std::string_view key) const {
    const auto [first, last] = std::equal_range(prefixes.begin(), prefixes.end(), prefix_of(key));
    const auto begin = keys.begin() + (first - prefixes.begin());
    const auto end = keys.begin() + (last - prefixes.begin());
    return static_cast<std::size_t>(std::lower_bound(begin, end, key) - keys.begin());
  }
  /// Requires: an inner node.
  [[nodiscard]] std::size_t child_for(std::string_view key) const {
    const std::size_t index = lower_bound(key);
    const bool is_exact = index < keys.size() && keys[index] == key;
    return is_exact || index == 0 ? index : index - 1;
  }
};

CowTree::CowTree() : root_(std::make_shared<Node>()) {}
CowTree::CowTree(CowTree&&) noexcept = default;
CowTree& CowTree::operator=(CowTree&&) noexcept = default;
CowTree::~CowTree() = default;

CowTree::Value CowTree::get(std::string_view key) const {
  const Node* node = root_.get();
  while (!node->is_leaf()) node = node->children[node->child_for(key)].get();
  const std::size_t index = node->lower_bound(key);
  if (index == node->keys.size() || node->keys[index] != key) return nullptr;
  return node->values[index];
}

CowTree::Node& CowTree::writable(NodeRef& slot) const {
  if (slot->generation != generation_) {
    slot = std::make_shared<Node>(*slot);
    slot->generation = generation_;
  }
  return *slot;
}

CowTree::NodeRef CowTree::make_node(bool leaf) const {
  auto node = std::make_shared<Node>();
  node->generation = generation_;
  node->reserve(leaf);
  return node;
}

void CowTree::put(std::string_view key, Value value) {
  NodeRef root;  // made before it is known to be needed, as after a split nothing may fail
  if (root_->keys.size() >= kFanout) root = make_node(false);
  std::optional<Split> split = insert(root_, key, std::move(value));
  if (!split) return;
  root->insert_key(0, std::string());
  root->insert_key(1, std::move(split->key));
  root->children.push_back(std::move(root_));
  root->children.push_back(std::move(split->right));
  root_ = std::move(root);
}

std::optional<CowTree::Split> CowTree::insert(NodeRef& slot, std::string_view key, Value&& value) {
  Node& node = writable(slot);
  node.reserve(node.is_leaf());
  if (!node.is_leaf()) {
    const std::size_t index = node.child_for(key);
    std::optional<Split> split = insert(node.children[index], key, std::move(value));
    if (!split) return std::nullopt;
    node.insert_key(index + 1, std::move(split->key));
    node.children.insert(at(node.children, index + 1), std::move(split->right));
    return split_if_full(node, index + 1);
  }
  const std::size_t index = node.lower_bound(key);
  bytes_ += value->size();
  if (index < node.keys.size() && node.keys[index] == key) {
    bytes_ -= node.values[index]->size();
    node.values[index] = std::move(value);
    return std::nullopt;
  }
  std::string own_key(key);
  node.insert_key(index, std::move(own_key));
  node.values.insert(at(node.values, index), std::move(value));
  ++size_;
  bytes_ += key.size() + kEntryOverhead;
  return split_if_full(node, index);
}

// Keys that come in order would leave every node half full: when the newest is the last, it alone
// moves on.
std::optional<CowTree::Split> CowTree::split_if_full(Node& node, std::size_t touched) const {
  if (node.keys.size() <= kFanout) return std::nullopt;
  const std::size_t last = node.keys.size() - 1;
  const std::size_t middle = touched == last ? last : node.keys.size() / 2;
  std::string key = node.keys[middle];
  NodeRef right = make_node(node.is_leaf());
  move_tail(node.prefixes, middle, right->prefixes);
  move_tail(node.keys, middle, right->keys);
  if (node.is_leaf())
    move_tail(node.values, middle, right->values);
  else
    move_tail(node.children, middle, right->children);
  return Split{std::move(key), std::move(right)};
}

bool CowTree::remove(std::string_view key) {
  const Value value = get(key);  // first, so that a miss copies nothing
  if (!value) return false;
  erase(root_, key);
  while (root_->children.size() == 1) root_ = NodeRef(root_->children.front());
  --size_;
  bytes_ -= key.size() + value->size() + kEntryOverhead;
  return true;
}

void CowTree::erase(NodeRef& slot, std::string_view key) {
  Node& node = writable(slot);
  if (node.is_leaf()) {
    const std::size_t index = node.lower_bound(key);
    node.erase_key(index);
    node.values.erase(at(node.values, index));
    return;
  }
  const std::size_t index = node.child_for(key);
  erase(node.children[index], key);
  if (!node.children[index]->keys.empty()) return;
  node.erase_key(index);
  node.children.erase(at(node.children, index));
}

CowTree::Iterator CowTree::snapshot() {
  ++generation_;
  return Iterator(root_);
}

const std::string& CowTree::Iterator::key() const noexcept {
  return path_.back().node->keys[path_.back().index];
}

const std::string& CowTree::Iterator::value() const noexcept {
  return *path_.back().node->values[path_.back().index];
}

// To the leaf that may hold the key, at the first key not below it (perhaps one past the leaf's
// last).
void CowTree::Iterator::descend(std::string_view key) {
  path_.clear();
  const Node* node = root_.get();
  while (!node->is_leaf()) {
    const std::size_t index = node->child_for(key);
    path_.push_back({node, index});
    node = node->children[index].get();
  }
  path_.push_back({node, node->lower_bound(key)});
}

// From the step on top down to the first or last entry beneath it.
void CowTree::Iterator::descend_to_edge(bool to_last) {
  while (!path_.back().node->is_leaf()) {
    const Step& step = path_.back();
    const Node* const child = step.node->children[step.index].get();
    path_.push_back({child, to_last ? child->keys.size() - 1 : 0});
  }
}

// To the entry next to a leaf's end, or nowhere at the end of the tree.
void CowTree::Iterator::leave_leaf(bool forward) {
  path_.pop_back();
  while (!path_.empty()) {
    Step& step = path_.back();
    const bool has_more = forward ? step.index + 1 < step.node->keys.size() : step.index > 0;
    if (has_more) {
      step.index = forward ? step.index + 1 : step.index - 1;
      return descend_to_edge(!forward);
    }
    path_.pop_back();
  }
}

void CowTree::Iterator::seek(std::string_view key) {
  descend(key);
  if (path_.back().index == path_.back().node->keys.size()) leave_leaf(true);
}

void CowTree::Iterator::seek_for_prev(std::string_view key) {
  descend(key);
  const Step& step = path_.back();
  if (step.index < step.node->keys.size() && step.node->keys[step.index] == key) return;
  prev();
}

void CowTree::Iterator::seek_to_last() {
  path_.clear();
  if (root_->keys.empty()) return;
  path_.push_back({root_.get(), root_->keys.size() - 1});
  descend_to_edge(true);
}

void CowTree::Iterator::next() {
  Step& step = path_.back();
  if (++step.index == step.node->keys.size()) leave_leaf(true);
}

void CowTree::Iterator::prev() {
  Step& step = path_.back();
  if (step.index == 0) return leave_leaf(false);
  --step.index;
}

}  // namespace aurora::storage
