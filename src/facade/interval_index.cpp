// Body of ranges of keys. Called by the router.
#include "interval_index.hpp"

#include <algorithm>
#include <utility>

namespace aurora::facade {

namespace {

int compare_ends(const std::string& low, const std::string& high, const std::string& other_low,
                 const std::string& other_high) {
  const int order = low.compare(other_low);
  return order != 0 ? order : high.compare(other_high);
}

}  // namespace

void IntervalIndex::refresh(Node& node) {
  const std::string* highest = &node.high;
  for (const auto* child : {node.left.get(), node.right.get()})
    if (child != nullptr && child->highest > *highest) highest = &child->highest;
  if (node.highest != *highest) node.highest = *highest;
}

void IntervalIndex::rotate_left(Link& link) {
  auto up = std::move(link->right);
  link->right = std::move(up->left);
  refresh(*link);
  up->left = std::move(link);
  link = std::move(up);
  refresh(*link);
}

void IntervalIndex::rotate_right(Link& link) {
  auto up = std::move(link->left);
  link->left = std::move(up->right);
  refresh(*link);
  up->right = std::move(link);
  link = std::move(up);
  refresh(*link);
}

void IntervalIndex::insert(Link& link, const std::string& low, const std::string& high, Consumer* consumer) {
  if (!link) {
    // Any numbers do that the order of the ranges does not know.
    seed_ ^= seed_ << 13, seed_ ^= seed_ >> 7, seed_ ^= seed_ << 17;
    link = std::make_unique<Node>();
    link->low = low;
    link->high = link->highest = high;
    link->priority = seed_;
    link->consumers.push_back(consumer);
    return;
  }
  const int order = compare_ends(low, high, link->low, link->high);
  if (order == 0) {
    link->consumers.push_back(consumer);
    return;
  }
  auto& side = order < 0 ? link->left : link->right;
  insert(side, low, high, consumer);
  if (side->priority > link->priority)
    order < 0 ? rotate_right(link) : rotate_left(link);
  else
    refresh(*link);
}

// Turns the node down until nothing is below it, and drops it.
void IntervalIndex::sink(Link& link) {
  if (!link->left && !link->right) {
    link.reset();
    return;
  }
  const bool left_rises = link->left && (!link->right || link->left->priority > link->right->priority);
  if (left_rises) {
    rotate_right(link);
    sink(link->right);
  } else {
    rotate_left(link);
    sink(link->left);
  }
  refresh(*link);
}

void IntervalIndex::erase(Link& link, const std::string& low, const std::string& high, Consumer* consumer) {
  if (!link) return;
  const int order = compare_ends(low, high, link->low, link->high);
  if (order != 0) {
    erase(order < 0 ? link->left : link->right, low, high, consumer);
    refresh(*link);
    return;
  }
  auto& consumers = link->consumers;
  if (const auto at = std::find(consumers.begin(), consumers.end(), consumer); at != consumers.end()) {
    *at = consumers.back();
    consumers.pop_back();
  }
  if (consumers.empty()) sink(link);
}

void IntervalIndex::search(const Node* node, std::string_view key, std::vector<Consumer*>& found) {
  while (node != nullptr && key <= node->highest) {
    search(node->left.get(), key, found);
    if (key < node->low) return;
    if (key <= node->high) found.insert(found.end(), node->consumers.begin(), node->consumers.end());
    node = node->right.get();
  }
}

void IntervalIndex::add(const std::string& low, const std::string& high, Consumer* consumer) {
  insert(root_, low, high, consumer);
}

void IntervalIndex::remove(const std::string& low, const std::string& high, Consumer* consumer) {
  erase(root_, low, high, consumer);
}

void IntervalIndex::find(std::string_view key, std::vector<Consumer*>& found) const {
  search(root_.get(), key, found);
}

}  // namespace aurora::facade
