// Tables from changes to the consumers that they may concern. Private to the announcer, and to its thread.
#pragma once

#include "interval_index.hpp"

#include <aurora/commit/change_tail.hpp>
#include <aurora/reactive/route.hpp>

#include <string>
#include <unordered_map>
#include <vector>

namespace aurora::facade {

class Consumer;

/// Cost: of `concerned`, one look into a table and a tree for each path somebody named and each state of a change, and
/// whom it concerns.
class Router {
 public:
  void add(Consumer* consumer, const std::vector<reactive::Route>& routes);
  /// Requires: the same routes as when it was added.
  void remove(Consumer* consumer, const std::vector<reactive::Route>& routes);
  /// Whom the commit may concern, each once. All, after a change of the catalog.
  [[nodiscard]] const std::vector<Consumer*>& concerned(const commit::Commit& commit);
  [[nodiscard]] const std::unordered_map<Consumer*, std::size_t>& all() const noexcept { return all_; }

 private:
  using Consumers = std::vector<Consumer*>;
  struct PathTable {
    Catalog::Entry collection;
    FieldPath path;
    std::unordered_map<std::string, Consumers> by_key;
    IntervalIndex by_range;

    [[nodiscard]] bool is_of(const reactive::Route& route) const {
      return collection == route.collection && path.text() == route.path->text();
    }
  };
  struct Table {
    Consumers any;
    std::vector<PathTable> paths;
  };

  void look_up(const PathTable& table, const Change& change);

  Consumers of_all_;                                 // collections
  std::unordered_map<CollectionId, Table> tables_;
  std::unordered_map<Consumer*, std::size_t> all_;   // with how many routes
  Consumers found_;
  std::string key_;
};

}  // namespace aurora::facade
