// Choosing the form of a result, and the forms for programs. Called by the runner of texts.
#include "cli/render.hpp"

#include "cli/rows.hpp"
#include "cli/text.hpp"

namespace aurora::cli {

namespace {

Object object_of(const Value& value) { return value.if_object() != nullptr ? *value.if_object() : Object(); }

std::string render_json(const QueryResult& result, const Terminal& terminal) {
  if (!terminal.output_is_terminal()) return result.dump() + "\n";
  return printable_json(indented(result.dump())) + "\n";
}

// A line for each document of a list, a line for anything else.
std::string render_json_lines(const Object& data, const Terminal& terminal) {
  std::string out;
  const auto add = [&](const Value& value) {
    append_json(out, value);
    out.push_back('\n');
  };
  for (const auto& [name, value] : data) {
    const List* list = value.if_list();
    if (list == nullptr && value.if_object() != nullptr) list = nodes_of(*value.if_object());
    if (list == nullptr) {
      add(value);
    } else {
      for (const Value& element : *list) add(element);
    }
  }
  return terminal.output_is_terminal() ? printable_json(out) : out;
}

// Quotes where the reader needs them, and around empty texts: without quotes an empty cell is null.
void append_cell(std::string& out, std::string_view text, bool is_text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos && !(is_text && text.empty())) {
    out += text;
    return;
  }
  out.push_back('"');
  for (const char c : text) {
    if (c == '"') out.push_back('"');
    out.push_back(c);
  }
  out.push_back('"');
}

void append_csv(std::string& out, const List& list) {
  const Rows rows = rows_of(list);
  const auto end_cell = [&](std::size_t index) { out.push_back(index + 1 < rows.columns.size() ? ',' : '\n'); };
  for (std::size_t i = 0; i < rows.columns.size(); ++i) {
    append_cell(out, rows.columns[i], true);
    end_cell(i);
  }
  for (const auto& row : rows.cells) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (row[i] != nullptr && !row[i]->is_null())
        append_cell(out, cell_text(*row[i]), row[i]->if_string() != nullptr);
      end_cell(i);
    }
  }
}

}  // namespace

std::string render_csv(const Object& data) {
  std::string out;
  for (const auto& [name, value] : data) {
    if (!out.empty()) out += "\n";
    if (is_rows(value)) {
      append_csv(out, *value.if_list());
    } else if (const Object* object = value.if_object()) {
      const List* nodes = nodes_of(*object);
      append_csv(out, nodes != nullptr ? *nodes : List{value});
    } else {
      append_csv(out, List{Value(Object{{name, value}})});
    }
  }
  return out;
}

std::string render(const QueryResult& result, OutputFormat format, const Terminal& terminal) {
  if (format == OutputFormat::kJson) return render_json(result, terminal);
  const Object data = object_of(result.data());
  switch (format) {
    case OutputFormat::kJson: break;
    case OutputFormat::kJsonLines: return render_json_lines(data, terminal);
    case OutputFormat::kCsv: {
      std::string csv = render_csv(data);
      return terminal.output_is_terminal() ? printable_lines(csv) : csv;
    }
    case OutputFormat::kTable: break;
  }
  std::string out = render_table(data, terminal);
  if (const auto extensions = result.extensions_text(); !extensions.empty())
    if (const auto value = parse_json(extensions, 500)) out += render_plans(*value, terminal);
  return out;
}

}  // namespace aurora::cli
