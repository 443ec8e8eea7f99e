// The calls about the hot cache. Called by applications; calls views and the record cache.
#include "documents.hpp"

#include <aurora/base/try.hpp>
#include <aurora/database.hpp>

#include <vector>

namespace aurora {

using facade::State;

namespace {

// Reads the newest `documents` of a collection into the cache while it has room.
Result<std::uint64_t> prewarm_collection(State& state, View& view, const CollectionDef& collection,
                                         std::uint64_t documents) {
  AURORA_ASSIGN(const auto* version, view.collection(collection.id));
  std::vector<Ordinal> wanted;
  version->live.append_to(wanted);
  if (wanted.size() > documents) wanted.erase(wanted.begin(), wanted.end() - static_cast<std::ptrdiff_t>(documents));
  auto& cache = state.engine().records().cache();
  std::uint64_t kept = 0;
  AURORA_TRY(view.scan(collection.id, OrdinalSet::of_sorted(wanted), [&](Ordinal ordinal, const RecordRef& record) {
    kept += cache.peek(collection.id, ordinal) ? 1 : 0;
    return cache.has_room(record.memory_bytes());
  }));
  return kept;
}

}  // namespace

CacheStats Database::cache_stats() const {
  const auto entry = state_->engine().enter().value();
  return state_->engine().records().cache().stats();
}

bool Database::is_hot(std::string_view collection, const Value& id) const {
  const auto entry = state_->engine().enter().value();
  auto view = state_->engine().view();
  const auto found = view.catalog().require(collection).value();
  const auto ordinal = facade::find_ordinal(view, *found, id).value();
  return ordinal && state_->engine().records().cache().peek(found->id, *ordinal);
}

std::uint64_t Database::prewarm(std::string_view collection, std::uint64_t documents) {
  const auto entry = state_->engine().enter().value();
  auto view = state_->engine().view();
  const auto found = view.catalog().require(collection).value();
  return prewarm_collection(*state_, view, *found, documents).value();
}

std::uint64_t Database::prewarm_all() {
  const auto entry = state_->engine().enter().value();
  auto view = state_->engine().view();
  std::uint64_t kept = 0;
  for (const auto& collection : view.catalog().collections())
    if (!collection->system) kept += prewarm_collection(*state_, view, *collection, UINT64_MAX).value();
  return kept;
}

void Database::clear_hot_cache() {
  const auto entry = state_->engine().enter().value();
  state_->engine().records().cache().clear();
}

}  // namespace aurora
