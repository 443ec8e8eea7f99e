// A counted reference to a node of an index, with the count inside the node.
// Used by posting, leaf and tree: the parts that versions share.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

namespace aurora::index {

/// How many Refs hold the node it is part of. A copied node starts with none.
class RefCount {
 public:
  RefCount() noexcept = default;
  RefCount(const RefCount&) noexcept {}
  RefCount& operator=(const RefCount&) noexcept { return *this; }
  ~RefCount() = default;

  void up() const noexcept { count_.fetch_add(1, std::memory_order_relaxed); }
  /// Counts one more holder unless there is none left, when the node is being destroyed.
  [[nodiscard]] bool up_if_held() const noexcept {
    std::uint32_t held = count_.load(std::memory_order_relaxed);
    while (held != 0)
      if (count_.compare_exchange_weak(held, held + 1, std::memory_order_relaxed)) return true;
    return false;
  }
  /// True when that was the last one. Acquires what other holders did before they let go.
  [[nodiscard]] bool down() const noexcept {
    return count_.fetch_sub(1, std::memory_order_acq_rel) == 1;
  }

 private:
  mutable std::atomic<std::uint32_t> count_{0};
};

/// Shared ownership of a Node, which has a member `refs` (RefCount) and `static void
/// destroy(Node*)`. Threads: distinct Refs to one node may be used from any thread; who may write
/// the node is the tree's business (X1).
template <class Node>
class Ref {
 public:
  Ref() noexcept = default;
  /// Takes over a holder that was counted already.
  [[nodiscard]] static Ref adopt(Node* node) noexcept {
    Ref ref;
    ref.node_ = node;
    return ref;
  }
  explicit Ref(Node* node) noexcept : node_(node) {
    if (node_ != nullptr) node_->refs.up();
  }
  Ref(const Ref& other) noexcept : Ref(other.node_) {}
  Ref(Ref&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
  Ref& operator=(Ref other) noexcept {
    std::swap(node_, other.node_);
    return *this;
  }
  ~Ref() {
    if (node_ != nullptr && node_->refs.down()) Node::destroy(node_);
  }

  [[nodiscard]] explicit operator bool() const noexcept { return node_ != nullptr; }
  [[nodiscard]] Node* operator->() const noexcept { return node_; }
  [[nodiscard]] Node& operator*() const noexcept { return *node_; }

 private:
  Node* node_ = nullptr;
};

}  // namespace aurora::index
