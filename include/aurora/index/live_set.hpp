// The ordinals that hold a document: shared by the versions of a collection until one of them changes.
// Held by CollectionVersion; changed by the publisher, read by everybody as an OrdinalSet.
#pragma once

#include <aurora/index/ordinal_set.hpp>

#include <atomic>
#include <utility>

namespace aurora {

/// Copying is cheap: a set is copied when it is changed while another LiveSet holds it.
/// Threads: as OrdinalSet; copies may be used, changed and let go of on different threads.
class LiveSet {
 public:
  LiveSet() : LiveSet(OrdinalSet()) {}
  explicit LiveSet(OrdinalSet set) : held_(new Held{std::move(set), {1}}) {}
  LiveSet(const LiveSet& other) noexcept : held_(other.held_) { held_->owners.fetch_add(1, std::memory_order_relaxed); }
  LiveSet& operator=(LiveSet other) noexcept {
    std::swap(held_, other.held_);
    return *this;
  }
  LiveSet& operator=(OrdinalSet set) { return *this = LiveSet(std::move(set)); }
  ~LiveSet() {
    if (held_->owners.fetch_sub(1, std::memory_order_acq_rel) == 1) delete held_;
  }

  [[nodiscard]] const OrdinalSet& get() const noexcept { return held_->set; }
  operator const OrdinalSet&() const noexcept { return get(); }   // it is one, to all who only read

  void add(Ordinal ordinal) {
    auto& set = own();
    // Ordinals come in order: what is full is one run then, which a copy need not copy bit by bit.
    constexpr Ordinal kRunsMade = 1u << 16;
    if (ordinal % kRunsMade == 0) set.optimize();
    set.add(ordinal);
  }
  void remove(Ordinal ordinal) { own().remove(ordinal); }
  void optimize() { own().optimize(); }

  [[nodiscard]] bool empty() const { return get().empty(); }
  [[nodiscard]] std::uint64_t size() const { return get().size(); }
  /// Requires: !empty().
  [[nodiscard]] Ordinal max() const { return get().max(); }
  [[nodiscard]] std::uint64_t intersection_size(const OrdinalSet& other) const { return get().intersection_size(other); }
  void append_to(std::vector<Ordinal>& out) const { get().append_to(out); }

 private:
  struct Held {
    OrdinalSet set;
    std::atomic<std::uint32_t> owners;
  };

  // Acquire: what those who let go of the set read of it happened before it is changed.
  OrdinalSet& own() {
    if (held_->owners.load(std::memory_order_acquire) > 1) *this = LiveSet(OrdinalSet(held_->set));
    return held_->set;
  }

  Held* held_;
};

}  // namespace aurora
