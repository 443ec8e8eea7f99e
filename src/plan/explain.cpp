// Rendering of plans as JSON. Called by the executor for @explain and by Database::explain.
#include <aurora/plan/explain.hpp>

#include <aurora/value.hpp>

namespace aurora::plan {

namespace {

void append_number(std::string& out, std::string_view name, const std::optional<std::uint64_t>& value) {
  out.append(",\"").append(name).append("\":");
  out += value ? std::to_string(*value) : "null";
}

void append_node(std::string& out, const PlanNode& node) {
  out += "{\"op\":";
  append_json_string(out, node.op);
  out += ",\"condition\":";
  if (node.condition.empty())
    out += "null";
  else
    append_json_string(out, node.condition);
  out += ",\"index\":";
  if (node.index.empty())
    out += "null";
  else
    append_json_string(out, node.index);
  append_number(out, "estimated_rows", node.estimated_rows);
  append_number(out, "rows", node.rows);
  append_number(out, "time_us", node.time_us);
  out += ",\"children\":[";
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    if (i > 0) out += ',';
    append_node(out, node.children[i]);
  }
  out += "]}";
}

}  // namespace

std::string Explanation::to_json() const {
  std::string out = "{\"plan\":[";
  append_node(out, root);
  out += "],\"index_used\":";
  out += index_used ? "true" : "false";
  out += ",\"indexes\":[";
  for (std::size_t i = 0; i < indexes.size(); ++i) {
    if (i > 0) out += ',';
    append_json_string(out, indexes[i]);
  }
  out += "]";
  append_number(out, "estimated_rows", estimated_rows);
  append_number(out, "rows_examined", rows_examined);
  append_number(out, "rows_returned", rows_returned);
  append_number(out, "time_us", time_us);
  out += "}";
  return out;
}

}  // namespace aurora::plan
