// Posting: list and set, and the change from one to the other.
// Called by leaf and leaf_edit.

#include "index/posting.hpp"

#include <algorithm>

namespace aurora::index {

Posting::Posting(std::span<const Ordinal> ordinals, Sequence made)
    : made_at(made), count_(ordinals.size()) {
  if (ordinals.size() <= kMaxList)
    body_ = std::vector<Ordinal>(ordinals.begin(), ordinals.end());
  else
    body_ = OrdinalSet::of_sorted(ordinals);
}

Posting::Posting(OrdinalSet set, Sequence made)
    : made_at(made), count_(set.size()), body_(std::move(set)) {}

bool Posting::contains(Ordinal ordinal) const {
  if (const OrdinalSet* members = set()) return members->contains(ordinal);
  const auto ordinals = list();
  return std::binary_search(ordinals.begin(), ordinals.end(), ordinal);
}

std::span<const Ordinal> Posting::list() const noexcept {
  const auto* ordinals = std::get_if<std::vector<Ordinal>>(&body_);
  return ordinals != nullptr ? std::span<const Ordinal>(*ordinals) : std::span<const Ordinal>();
}

bool Posting::add(Ordinal ordinal) {
  if (auto* members = std::get_if<OrdinalSet>(&body_)) {
    if (!members->add(ordinal)) return false;
    ++count_;
    return true;
  }
  auto& ordinals = *std::get_if<std::vector<Ordinal>>(&body_);
  const auto at = std::lower_bound(ordinals.begin(), ordinals.end(), ordinal);
  if (at != ordinals.end() && *at == ordinal) return false;
  if (ordinals.size() == kMaxList) {
    OrdinalSet members = OrdinalSet::of_sorted(ordinals);
    members.add(ordinal);
    body_ = std::move(members);
  } else {
    const auto index = at - ordinals.begin();
    // A quarter of slack: doubling would waste a third of an index of such keys.
    if (ordinals.size() == ordinals.capacity())
      ordinals.reserve(ordinals.size() + ordinals.size() / 4 + 2);
    ordinals.insert(ordinals.begin() + index, ordinal);
  }
  ++count_;
  return true;
}

bool Posting::remove(Ordinal ordinal) {
  if (auto* members = std::get_if<OrdinalSet>(&body_)) {
    if (!members->remove(ordinal)) return false;
    if (--count_ <= kSetBecomesList) {
      std::vector<Ordinal> ordinals;
      members->append_to(ordinals);
      body_ = std::move(ordinals);
    }
    return true;
  }
  auto& ordinals = *std::get_if<std::vector<Ordinal>>(&body_);
  const auto at = std::lower_bound(ordinals.begin(), ordinals.end(), ordinal);
  if (at == ordinals.end() || *at != ordinal) return false;
  ordinals.erase(at);
  --count_;
  return true;
}

std::size_t Posting::memory_bytes() const {
  if (const OrdinalSet* members = set()) return sizeof *this + members->memory_bytes();
  return sizeof *this + std::get_if<std::vector<Ordinal>>(&body_)->capacity() * sizeof(Ordinal);
}

}  // namespace aurora::index
