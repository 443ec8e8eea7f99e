// The list of workloads.
#include "workloads/workload.hpp"

namespace aurora::bench {

Line Workload::line_of(const Dataset& data, std::vector<Figure> figures) const {
  Line line;
  line.workload = name_;
  line.about = about_;
  line.size = data.size();
  line.aurora = std::move(figures.front());
  line.peers.assign(std::make_move_iterator(figures.begin() + 1),
                    std::make_move_iterator(figures.end()));
  return line;
}

Workloads all_workloads() {
  Workloads list;
  add_point_reads(list);
  add_queries(list);
  add_cold_reads(list);
  add_upkeep_before_writes(list);
  add_writes(list);
  add_durable_writes(list);
  add_opening(list);
  return list;
}

}  // namespace aurora::bench
