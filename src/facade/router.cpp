// Body of the router. Called by the announcer.
#include "router.hpp"

#include <aurora/index/key.hpp>
#include <aurora/schema/path.hpp>

#include <algorithm>

namespace aurora::facade {

void Router::add(Consumer* consumer, const std::vector<reactive::Route>& routes) {
  all_[consumer] = routes.size();
  for (const auto& route : routes) {
    if (!route.collection) {
      of_all_.push_back(consumer);
      continue;
    }
    auto& table = tables_[route.collection->id];
    if (!route.path) {
      table.any.push_back(consumer);
      continue;
    }
    // Names may change hands in an alter: a path is told by the definition it was made with.
    auto at = std::find_if(table.paths.begin(), table.paths.end(), [&](const PathTable& known) { return known.is_of(route); });
    if (at == table.paths.end()) at = table.paths.insert(at, PathTable{route.collection, *route.path, {}, {}});
    for (const auto& key : route.keys) at->by_key[key].push_back(consumer);
    if (route.range) at->by_range.add(route.range->low, route.range->high, consumer);
  }
}

void Router::remove(Consumer* consumer, const std::vector<reactive::Route>& routes) {
  all_.erase(consumer);
  const auto drop = [&](Consumers& consumers) {
    if (const auto found = std::find(consumers.begin(), consumers.end(), consumer); found != consumers.end()) {
      *found = consumers.back();
      consumers.pop_back();
    }
  };
  for (const auto& route : routes) {
    if (!route.collection) {
      drop(of_all_);
      continue;
    }
    auto& table = tables_[route.collection->id];
    if (!route.path) {
      drop(table.any);
      continue;
    }
    for (auto& known : table.paths) {
      if (!known.is_of(route)) continue;
      if (route.range) known.by_range.remove(route.range->low, route.range->high, consumer);
      for (const auto& key : route.keys) {
        const auto found = known.by_key.find(key);
        if (found == known.by_key.end()) continue;
        drop(found->second);
        if (found->second.empty()) known.by_key.erase(found);
      }
    }
    std::erase_if(table.paths, [](const PathTable& known) { return known.by_key.empty() && known.by_range.empty(); });
  }
}

void Router::look_up(const PathTable& table, const Change& change) {
  for (const auto* record : {&change.before, &change.after}) {
    if (!*record) continue;
    key_.clear();
    append_key(key_, read_path(*table.collection, table.path, record->view()));
    if (const auto found = table.by_key.find(key_); found != table.by_key.end())
      found_.insert(found_.end(), found->second.begin(), found->second.end());
    table.by_range.find(key_, found_);
  }
}

const std::vector<Consumer*>& Router::concerned(const commit::Commit& commit) {
  found_.clear();
  if (commit.catalog_changed) {
    for (const auto& [consumer, routes] : all_) found_.push_back(consumer);
    return found_;
  }
  found_ = of_all_;
  for (const auto& change : commit.changes) {
    const auto at = tables_.find(change.collection);
    if (at == tables_.end()) continue;
    found_.insert(found_.end(), at->second.any.begin(), at->second.any.end());
    for (const auto& path : at->second.paths) look_up(path, change);
    // A large commit names the same ones again and again.
    if (found_.size() > 2 * all_.size() + 64) {
      std::sort(found_.begin(), found_.end());
      found_.erase(std::unique(found_.begin(), found_.end()), found_.end());
    }
  }
  std::sort(found_.begin(), found_.end());
  found_.erase(std::unique(found_.begin(), found_.end()), found_.end());
  return found_;
}

}  // namespace aurora::facade
