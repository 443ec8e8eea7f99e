// Bodies of the graph.
#include "isolation/graph.hpp"

#include <algorithm>
#include <deque>
#include <limits>

namespace aurora::testing {

namespace {
constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
}

std::vector<std::vector<std::size_t>> Graph::cycles(std::uint8_t kinds) const {
  struct Visit {
    std::size_t node;
    std::size_t next_edge;
  };
  std::vector<std::size_t> index(edges_.size(), kNone), low(edges_.size(), 0), open;
  std::vector<bool> is_open(edges_.size(), false);
  std::vector<std::vector<std::size_t>> components;
  std::size_t count = 0;
  for (std::size_t root = 0; root < edges_.size(); ++root) {
    if (index[root] != kNone) continue;
    std::vector<Visit> visits{{root, 0}};
    while (!visits.empty()) {
      const auto node = visits.back().node;
      auto& next = visits.back().next_edge;
      if (next == 0 && index[node] == kNone) {
        index[node] = low[node] = count++;
        open.push_back(node);
        is_open[node] = true;
      }
      bool goes_down = false;
      while (next < edges_[node].size()) {
        const auto& edge = edges_[node][next++];
        if ((edge.kind & kinds) == 0) continue;
        if (index[edge.to] == kNone) {
          visits.push_back({edge.to, 0});
          goes_down = true;
          break;
        }
        if (is_open[edge.to]) low[node] = std::min(low[node], index[edge.to]);
      }
      if (goes_down) continue;
      if (low[node] == index[node]) {
        std::vector<std::size_t> component;
        for (bool more = true; more;) {
          component.push_back(open.back());
          more = open.back() != node;
          is_open[open.back()] = false;
          open.pop_back();
        }
        if (component.size() > 1) components.push_back(std::move(component));
      }
      visits.pop_back();
      if (!visits.empty()) low[visits.back().node] = std::min(low[visits.back().node], low[node]);
    }
  }
  return components;
}

std::vector<std::size_t> Graph::path(std::size_t from, std::size_t to, std::uint8_t kinds) const {
  std::vector<std::size_t> came_from(edges_.size(), kNone);
  std::deque<std::size_t> waiting{from};
  came_from[from] = from;
  while (!waiting.empty() && came_from[to] == kNone) {
    const auto node = waiting.front();
    waiting.pop_front();
    for (const auto& edge : edges_[node])
      if ((edge.kind & kinds) != 0 && came_from[edge.to] == kNone) {
        came_from[edge.to] = node;
        waiting.push_back(edge.to);
      }
  }
  if (came_from[to] == kNone) return {};
  std::vector<std::size_t> path{to};
  while (path.back() != from) path.push_back(came_from[path.back()]);
  std::reverse(path.begin(), path.end());
  return path;
}

}  // namespace aurora::testing
