// Body of rows.hpp.
#include "cli/rows.hpp"

#include <algorithm>
#include <unordered_map>

namespace aurora::cli {

namespace {

const Object* node_of(const Object& edge) noexcept {
  const Value* node = edge.find("node");
  return node != nullptr ? node->if_object() : nullptr;
}

bool are_edges(const List& list) noexcept {
  return !list.empty() && std::all_of(list.begin(), list.end(), [](const Value& value) {
    const Object* edge = value.if_object();
    return edge != nullptr && node_of(*edge) != nullptr &&
           edge->size() == (edge->contains("cursor") ? std::size_t{2} : std::size_t{1});
  });
}

}  // namespace

bool is_rows(const Value& value) noexcept {
  const List* list = value.if_list();
  return list != nullptr &&
         std::all_of(list->begin(), list->end(), [](const Value& row) { return row.if_object() != nullptr; });
}

const List* nodes_of(const Object& connection) noexcept {
  for (const char* name : {"nodes", "edges"}) {
    const Value* value = connection.find(name);
    if (value != nullptr && is_rows(*value)) return value->if_list();
  }
  return nullptr;
}

Rows rows_of(const List& list) {
  Rows rows;
  std::unordered_map<std::string_view, std::size_t> places;
  const bool edges = are_edges(list);
  for (const Value& value : list) {
    const Object& object = edges ? *node_of(*value.if_object()) : *value.if_object();
    auto& row = rows.cells.emplace_back(rows.columns.size(), nullptr);
    for (const auto& [name, cell] : object) {
      const auto [place, is_new] = places.try_emplace(name, rows.columns.size());
      if (is_new) {
        rows.columns.push_back(name);
        row.push_back(nullptr);
      }
      row[place->second] = &cell;
    }
  }
  for (auto& row : rows.cells) row.resize(rows.columns.size(), nullptr);
  return rows;
}

std::string cell_text(const Value& value) {
  if (value.is_null()) return {};
  if (const auto* text = value.if_string()) return *text;
  return to_json(value);
}

}  // namespace aurora::cli
