// A list of objects as rows under columns: what tables and CSV have in common.
// Called by render_table.cpp and render_csv.cpp.
#pragma once

#include <aurora/value.hpp>

#include <string>
#include <vector>

namespace aurora::cli {

struct Rows {
  std::vector<std::string> columns;              ///< in the order in which they are met
  std::vector<std::vector<const Value*>> cells;  ///< a row each; null where the object has no such member
};

/// True for a list whose elements are all objects (an empty one too).
[[nodiscard]] bool is_rows(const Value& value) noexcept;
/// The documents of a connection: its nodes, or the nodes of its edges; null when `value` is none.
[[nodiscard]] const List* nodes_of(const Object& connection) noexcept;
/// Requires: is_rows(list); it outlives the rows. A list of edges gives its nodes.
[[nodiscard]] Rows rows_of(const List& list);
/// A value as the text of a cell: texts as they are, lists and objects as JSON, null as nothing.
[[nodiscard]] std::string cell_text(const Value& value);

}  // namespace aurora::cli
