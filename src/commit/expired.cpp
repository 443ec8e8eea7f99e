// Removing what @@ttl expired. Called by the background task; readers do not see these documents any more.
//
// Each batch is an ordinary commit, so the change log and its listeners see deletes.
#include <aurora/base/try.hpp>
#include <aurora/exec/expiry.hpp>

#include "engine_parts.hpp"

#include <algorithm>
#include <span>

namespace aurora::commit {

namespace {

// A batch holds writers up for about a millisecond.
constexpr std::size_t kBatch = 500;

}  // namespace

Status Engine::remove_expired() {
  const std::lock_guard turn(held_back_->mutex);
  std::vector<CollectionId> collections;
  {
    const auto current = view();
    for (const auto& collection : current.catalog().collections())
      if (collection->ttl) collections.push_back(collection->id);
    std::erase_if(held_back_->collections, [&](const auto& held) {
      return std::find(collections.begin(), collections.end(), held.first) == collections.end();
    });
  }
  // The others have their turn when one fails.
  Status first;
  for (const auto id : collections)
    if (auto status = remove_expired_from(id); !status && first) first = std::move(status);
  return first;
}

// What a relation held is tried again only when something was committed since, and then a batch at a time: each try costs
// as much as a removal, and comes to nothing as long as nobody lets go.
std::vector<Ordinal> Engine::HeldBack::Collection::due(Sequence now) {
  std::vector<Ordinal> ordinals_due;
  if (ordinals.empty() || now <= tried_at) return ordinals_due;
  if (next == 0) round_began_at = now;
  OrdinalSet::Iterator at(ordinals);
  at.seek(next);
  for (; at.valid() && ordinals_due.size() < kBatch; at.next()) ordinals_due.push_back(at.value());
  if (at.valid()) {
    next = at.value();
  } else {
    next = 0;
    tried_at = round_began_at;
  }
  return ordinals_due;
}

Status Engine::remove_expired_from(CollectionId id) {
  auto& held = held_back_->collections[id];
  std::vector<Ordinal> expired;
  {
    auto current = view();
    if (!current.catalog().find(id)) return {};
    AURORA_ASSIGN(const auto* version, current.collection(id));
    const auto found = exec::expired_documents(*version, current.now());
    held.ordinals &= found;   // others were removed, or live again
    (found - held.ordinals).append_to(expired);
    const auto again = held.due(current.sequence());
    expired.insert(expired.end(), again.begin(), again.end());
  }
  for (std::size_t at = 0; at < expired.size() && !closing_.load(std::memory_order_acquire); at += kBatch) {
    const auto batch = std::span(expired).subspan(at, std::min(kBatch, expired.size() - at));
    OrdinalSet refused;
    const auto removed = commit([&](WriteContext& context) -> Status {
      refused.clear();
      const auto collection = context.catalog().find(id);
      if (!collection) return {};
      return exec::remove_expired(context, *collection, batch, &refused);
    });
    if (!removed) return removed.error();
    held.ordinals |= refused;
  }
  return {};
}

}  // namespace aurora::commit
