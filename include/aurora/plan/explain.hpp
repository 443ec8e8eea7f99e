// The plan as a tree, for @explain. Built by the access planner and the executor.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace aurora::plan {

/// One step. Children feed their parent; the root comes first.
struct PlanNode {
  std::string op;                              ///< aql reference, "Explain": PrimaryLookup, IndexEq, Scan …
  std::string condition;                       ///< empty when it has none
  std::string index;                           ///< name of the index used; empty when none
  std::optional<std::uint64_t> estimated_rows;
  std::optional<std::uint64_t> rows;           ///< measured
  std::optional<std::uint64_t> time_us;        ///< measured
  std::vector<PlanNode> children;
};

/// What @explain reports of one root field.
struct Explanation {
  bool analyze = false;
  PlanNode root;                               ///< of the documents, or of the only pass there is
  std::vector<PlanNode> more;                  ///< further passes: aggregates, groups and counts
  bool index_used = false;
  std::vector<std::string> indexes;
  std::uint64_t estimated_rows = 0;
  std::uint64_t rows_examined = 0;
  std::uint64_t rows_returned = 0;
  std::uint64_t time_us = 0;

  /// Adds the plan and figures of another pass over the collection.
  void add(Explanation pass);
  /// As JSON text: the value of extensions.explain.<key>.
  [[nodiscard]] std::string to_json() const;
};

}  // namespace aurora::plan
