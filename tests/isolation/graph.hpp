// A directed graph whose edges have kinds, and its strongly connected components.
// Used by the checker of histories.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace aurora::testing {

/// Kinds are bits, so that a search can take some of them.
enum EdgeKind : std::uint8_t {
  kWriteWrite = 1,   ///< wrote the next version
  kWriteRead = 2,    ///< read that version
  kReadWrite = 4,    ///< wrote the version after the one that was read
  kRealTime = 8,     ///< began after it had ended
};

class Graph {
 public:
  explicit Graph(std::size_t nodes) : edges_(nodes) {}

  std::size_t add_node() {
    edges_.emplace_back();
    return edges_.size() - 1;
  }
  void add(std::size_t from, std::size_t to, EdgeKind kind) {
    if (from != to) edges_[from].push_back({to, kind});
  }

  /// Components of more than one node, following edges of `kinds` only. Tarjan's algorithm, without recursion.
  [[nodiscard]] std::vector<std::vector<std::size_t>> cycles(std::uint8_t kinds) const;
  /// The nodes of a shortest path by edges of `kinds`, with both ends; empty when there is none.
  [[nodiscard]] std::vector<std::size_t> path(std::size_t from, std::size_t to, std::uint8_t kinds) const;

  struct Edge {
    std::size_t to;
    EdgeKind kind;
  };
  [[nodiscard]] const std::vector<Edge>& edges(std::size_t node) const { return edges_[node]; }

 private:
  std::vector<std::vector<Edge>> edges_;
};

}  // namespace aurora::testing
