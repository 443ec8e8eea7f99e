// Rendering of plans as JSON. Called by the executor for @explain and by Database::explain.
#include <aurora/plan/explain.hpp>

#include <aurora/value.hpp>

#include <algorithm>

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

void Explanation::add(Explanation pass) {
  const bool first = root.op.empty();
  if (first)
    root = std::move(pass.root);
  else
    more.push_back(std::move(pass.root));
  if (first) {
    estimated_rows = pass.estimated_rows;
    rows_returned = pass.rows_returned;
  }
  index_used = index_used || pass.index_used;
  for (auto& name : pass.indexes)
    if (std::find(indexes.begin(), indexes.end(), name) == indexes.end()) indexes.push_back(std::move(name));
  rows_examined += pass.rows_examined;
  time_us += pass.time_us;
}

std::string Explanation::to_json() const {
  std::string out = "{\"plan\":[";
  // An answer of nothing but deferred parts has no plan.
  if (!root.op.empty()) append_node(out, root);
  for (const auto& node : more) {
    out += ',';
    append_node(out, node);
  }
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
