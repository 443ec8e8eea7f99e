// The ordinals of a key that has too many to stand in its page: a sorted list, or a Roaring set
// when many. Held by leaf; changed by leaf_edit under the rules of X1.
#pragma once

#include <aurora/index/ordinal_set.hpp>

#include <span>
#include <variant>
#include <vector>

#include "index/ref.hpp"

namespace aurora::index {

/// Invariants: count() is the size of the body; a list has at most kMaxList ordinals.
/// A set pays about 75 bytes for every 65,536 ordinals it touches, so for a key whose few hundred
/// ordinals lie scattered over a large collection a list of 4 bytes each is smaller, and as fast.
class Posting {
 public:
  static constexpr std::size_t kMaxList = 512;
  static constexpr std::size_t kSetBecomesList = 256;  // apart from kMaxList, so as not to flap

  /// Requires: rising strictly.
  Posting(std::span<const Ordinal> ordinals, Sequence made);
  /// Requires: set not empty.
  Posting(OrdinalSet set, Sequence made);
  Posting(const Posting& other, Sequence made) : Posting(other) { made_at = made; }
  static void destroy(const Posting* posting) noexcept { delete posting; }

  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] bool contains(Ordinal ordinal) const;
  /// The ordinals when they are a list; else empty.
  [[nodiscard]] std::span<const Ordinal> list() const noexcept;
  /// Null when the ordinals are a list.
  [[nodiscard]] const OrdinalSet* set() const noexcept { return std::get_if<OrdinalSet>(&body_); }

  bool add(Ordinal ordinal);     ///< true when it was not there
  bool remove(Ordinal ordinal);  ///< true when it was there

  [[nodiscard]] std::size_t memory_bytes() const;

  RefCount refs;
  Sequence made_at = 0;

 private:
  Posting(const Posting&) = default;

  std::uint64_t count_ = 0;
  std::variant<std::vector<Ordinal>, OrdinalSet> body_;
};

}  // namespace aurora::index
