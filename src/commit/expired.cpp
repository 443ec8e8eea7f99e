// Removing what @@ttl expired. Called by the background task; readers do not see these documents any more.
//
// Each batch is an ordinary commit, so the change log and its listeners see deletes.
#include <aurora/base/try.hpp>
#include <aurora/commit/engine.hpp>
#include <aurora/exec/expiry.hpp>

#include <algorithm>
#include <span>

namespace aurora::commit {

namespace {

// A batch holds writers up for about a millisecond.
constexpr std::size_t kBatch = 500;

}  // namespace

Status Engine::remove_expired() {
  std::vector<CollectionId> collections;
  {
    const auto current = view();
    for (const auto& collection : current.catalog().collections())
      if (collection->ttl) collections.push_back(collection->id);
  }
  // The others have their turn when one fails.
  Status first;
  for (const auto id : collections)
    if (auto status = remove_expired_from(id); !status && first) first = std::move(status);
  return first;
}

Status Engine::remove_expired_from(CollectionId id) {
  std::vector<Ordinal> expired;
  {
    auto current = view();
    if (!current.catalog().find(id)) return {};
    AURORA_ASSIGN(const auto* version, current.collection(id));
    exec::expired_documents(*version, current.now()).append_to(expired);
  }
  for (std::size_t at = 0; at < expired.size() && !closing_.load(std::memory_order_acquire); at += kBatch) {
    const auto batch = std::span(expired).subspan(at, std::min(kBatch, expired.size() - at));
    const auto removed = commit([&](WriteContext& context) -> Status {
      const auto collection = context.catalog().find(id);
      if (!collection) return {};
      return exec::remove_expired(context, *collection, batch);
    });
    if (!removed) return removed.error();
  }
  return {};
}

}  // namespace aurora::commit
