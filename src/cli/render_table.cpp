// Tables for people. Called by render(); calls rows.hpp and text.hpp.
#include "cli/render.hpp"
#include "cli/rows.hpp"
#include "cli/text.hpp"

#include <algorithm>
#include <numeric>

namespace aurora::cli {

namespace {

// Narrower columns say nothing; then each row is written as a block of lines instead.
constexpr std::size_t kNarrowest = 6;
constexpr std::size_t kSeparator = 3;   // " │ "

struct Table {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> cells;
  std::vector<bool> right;               // a column of numbers
  std::vector<std::size_t> widths;
};

std::string shown(const Value* value, const Terminal& terminal) {
  if (value == nullptr || value->is_null()) return terminal.output_is_terminal() ? "·" : "";
  return printable(cell_text(*value));
}

Table make_table(const Rows& rows, const Terminal& terminal) {
  Table table;
  table.right.assign(rows.columns.size(), true);
  for (const auto& name : rows.columns) {
    table.columns.push_back(printable(name));
    table.widths.push_back(display_width(table.columns.back()));
  }
  for (const auto& row : rows.cells) {
    auto& cells = table.cells.emplace_back();
    for (std::size_t i = 0; i < row.size(); ++i) {
      cells.push_back(shown(row[i], terminal));
      table.widths[i] = std::max(table.widths[i], display_width(cells.back()));
      const bool number = row[i] == nullptr || row[i]->is_null() || row[i]->if_int() != nullptr ||
                          row[i]->if_float() != nullptr;
      if (!number) table.right[i] = false;
    }
  }
  return table;
}

// Cuts the widest columns until all fit; false when they cannot.
bool fit_columns(std::vector<std::size_t>& widths, std::size_t window) {
  const std::size_t lines = widths.empty() ? 0 : kSeparator * (widths.size() - 1) + 2;
  const auto total = [&](std::size_t cap) {
    return std::accumulate(widths.begin(), widths.end(), lines,
                           [cap](std::size_t sum, std::size_t width) { return sum + std::min(width, cap); });
  };
  if (window == 0) return true;
  if (total(kNarrowest) > window) return false;
  std::size_t low = kNarrowest;
  std::size_t high = window;
  while (low < high) {
    const std::size_t middle = low + (high - low + 1) / 2;
    if (total(middle) <= window) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  for (auto& width : widths) width = std::min(width, low);
  return true;
}

std::string padded(const std::string& text, std::size_t width, bool right) {
  const std::string cut = fit(text, std::max<std::size_t>(width, 1));
  const std::size_t used = display_width(cut);
  const std::string space(width > used ? width - used : 0, ' ');
  return right ? space + cut : cut + space;
}

std::string line_of(const Table& table, const std::vector<std::string>& cells) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    line += i == 0 ? " " : " │ ";
    line += padded(cells[i], table.widths[i], table.right[i]);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

void append_grid(std::string& out, const Table& table, const Terminal& terminal) {
  out += terminal.painted(Colour::kTitle, line_of(table, table.columns)) + "\n";
  for (std::size_t i = 0; i < table.widths.size(); ++i) {
    out += i == 0 ? "─" : "─┼─";
    for (std::size_t j = 0; j < table.widths[i]; ++j) out += "─";
  }
  out += "─\n";
  for (const auto& row : table.cells) out += line_of(table, row) + "\n";
}

void append_blocks(std::string& out, const Table& table, const Terminal& terminal) {
  for (std::size_t row = 0; row < table.cells.size(); ++row) {
    if (row > 0) out += "\n";
    for (std::size_t i = 0; i < table.columns.size(); ++i)
      out += terminal.painted(Colour::kTitle, table.columns[i]) + ": " + table.cells[row][i] + "\n";
  }
}

void append_rows(std::string& out, const List& list, const Terminal& terminal) {
  Table table = make_table(rows_of(list), terminal);
  if (!table.columns.empty() && fit_columns(table.widths, terminal.width())) {
    append_grid(out, table, terminal);
  } else {
    append_blocks(out, table, terminal);
  }
}

std::string count_of(std::size_t rows) {
  return "(" + std::to_string(rows) + (rows == 1 ? " row)" : " rows)");
}

void append_value(std::string& out, const std::string& title, const Value& value, const Terminal& terminal);

// Lists of objects become tables of their own, the rest one row.
void append_object(std::string& out, const std::string& title, const Object& object, const Terminal& terminal) {
  if (const List* nodes = nodes_of(object)) {
    append_rows(out, *nodes, terminal);
    out += terminal.painted(Colour::kDim, count_of(nodes->size())) + "\n";
    for (const auto& [name, value] : object)
      if (value.if_list() != nodes) out += printable(name) + ": " + printable(cell_text(value)) + "\n";
    return;
  }
  Object row;
  for (const auto& [name, value] : object)
    if (value.if_list() == nullptr || !is_rows(value)) row.append(name, value);
  if (!row.empty()) append_rows(out, List{Value(std::move(row))}, terminal);
  for (const auto& [name, value] : object) {
    if (value.if_list() == nullptr || !is_rows(value)) continue;
    std::string inner = title;
    inner.append(".").append(name);
    out += terminal.painted(Colour::kTitle, printable(inner)) + "\n";
    append_value(out, inner, value, terminal);
  }
}

void append_value(std::string& out, const std::string& title, const Value& value, const Terminal& terminal) {
  if (is_rows(value)) {
    append_rows(out, *value.if_list(), terminal);
    out += terminal.painted(Colour::kDim, count_of(value.if_list()->size())) + "\n";
  } else if (const Object* object = value.if_object()) {
    append_object(out, title, *object, terminal);
  } else {
    out += printable(title) + ": " + (value.is_null() ? "null" : printable(cell_text(value))) + "\n";
  }
}

void append_node(std::string& out, const Object& node, std::size_t depth) {
  const auto text = [&](const char* name) {
    const Value* value = node.find(name);
    return value == nullptr ? std::string() : printable(cell_text(*value));
  };
  out += std::string(2 + 2 * depth, ' ') + text("op");
  if (!text("index").empty()) out += " on " + text("index");
  if (!text("condition").empty()) out += " " + text("condition");
  std::string figures;
  for (const auto& [name, unit] : {std::pair{"estimated_rows", " estimated"}, {"rows", " rows"}, {"time_us", " µs"}})
    if (!text(name).empty()) figures += (figures.empty() ? "" : ", ") + text(name) + unit;
  if (!figures.empty()) out += "  (" + figures + ")";
  out += "\n";
  const Value* children = node.find("children");
  if (children == nullptr || !is_rows(*children)) return;
  for (const Value& child : *children->if_list()) append_node(out, *child.if_object(), depth + 1);
}

}  // namespace

std::string render_table(const Object& data, const Terminal& terminal) {
  std::string out;
  for (const auto& [name, value] : data) {
    if (data.size() > 1) out += (out.empty() ? "" : "\n") + terminal.painted(Colour::kTitle, printable(name)) + "\n";
    append_value(out, name, value, terminal);
  }
  return out;
}

std::string render_plans(const Value& extensions, const Terminal& terminal) {
  std::string out;
  const Object* all = extensions.if_object();
  const Value* explain = all != nullptr ? all->find("explain") : nullptr;
  if (explain == nullptr || explain->if_object() == nullptr) return out;
  for (const auto& [name, value] : *explain->if_object()) {
    const Object* plan = value.if_object();
    if (plan == nullptr) continue;
    out += terminal.painted(Colour::kTitle, "plan of " + printable(name));
    for (const char* figure : {"rows_examined", "rows_returned", "time_us"})
      if (const Value* number = plan->find(figure); number != nullptr && !number->is_null())
        out += std::string("  ") + figure + " " + cell_text(*number);
    out += "\n";
    const Value* nodes = plan->find("plan");
    if (nodes == nullptr || !is_rows(*nodes)) continue;
    for (const Value& node : *nodes->if_list()) append_node(out, *node.if_object(), 0);
  }
  return out;
}

}  // namespace aurora::cli
