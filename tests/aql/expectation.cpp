// Bodies of the comparisons.
// Called by the runner.
#include "aql/expectation.hpp"

#include <aurora/value.hpp>

#include <cctype>

#include "aql/case_file.hpp"

namespace aurora::testing {

namespace {

constexpr std::size_t kWidth = 100;

/// The text without white space outside of strings.
std::string tight(std::string_view json) {
  std::string out;
  bool inside = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (!inside && std::isspace(static_cast<unsigned char>(c)) != 0) continue;
    out += c;
    if (inside && c == '\\' && i + 1 < json.size()) {
      out += json[++i];
    } else if (c == '"') {
      inside = !inside;
    }
  }
  return out;
}

/// Length of the JSON string at the start of `text`, quotes included; 0 when there is none.
std::size_t string_length(std::string_view text) {
  if (text.empty() || text[0] != '"') return 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\')
      ++i;
    else if (text[i] == '"')
      return i + 1;
  }
  return 0;
}

bool is_uuid(std::string_view quoted) {
  return quoted.size() == 38 && Uuid::parse(quoted.substr(1, 36)).has_value();
}

/// Writes JSON over several lines where it is too wide for one.
class Printer {
 public:
  explicit Printer(std::string_view json) : json_(tight(json)) {}

  std::vector<std::string> run() {
    value(0);
    finish();
    return std::move(lines_);
  }

 private:
  /// One past the value that starts at `at_`.
  std::size_t end_of_value() const {
    std::size_t depth = 0;
    for (std::size_t i = at_; i < json_.size();) {
      if (json_[i] == '"') {
        i += string_length(std::string_view(json_).substr(i));
        if (depth == 0) return i;
        continue;
      }
      if (json_[i] == '{' || json_[i] == '[') ++depth;
      if (json_[i] == '}' || json_[i] == ']') {
        if (depth == 0) return i;
        if (--depth == 0) return i + 1;
      }
      if (json_[i] == ',' && depth == 0) return i;
      ++i;
    }
    return json_.size();
  }

  static std::string spaced(std::string_view json) {
    std::string out;
    for (std::size_t i = 0; i < json.size();) {
      const auto quoted = string_length(json.substr(i));
      out += json.substr(i, quoted > 0 ? quoted : 1);
      if (quoted == 0 && (json[i] == ',' || json[i] == ':')) out += ' ';
      i += quoted > 0 ? quoted : 1;
    }
    return out;
  }

  void finish() {
    if (!line_.empty()) lines_.push_back(std::move(line_));
    line_.clear();
  }

  void value(std::size_t indent) {
    const auto end = end_of_value();
    const auto flat = spaced(std::string_view(json_).substr(at_, end - at_));
    const bool broken =
        line_.size() + flat.size() + 1 > kWidth && (flat[0] == '{' || flat[0] == '[');
    if (!broken) {
      line_ += flat;
      at_ = end;
      return;
    }
    line_ += json_[at_++];
    while (at_ + 1 < end) {
      finish();
      line_ = std::string(indent + 2, ' ');
      const auto name = string_length(std::string_view(json_).substr(at_));
      if (flat[0] == '{') {
        line_ += json_.substr(at_, name) + ": ";
        at_ += name + 1;
      }
      value(indent + 2);
      if (json_[at_] == ',') line_ += json_[at_++];
    }
    finish();
    line_ = std::string(indent, ' ') + json_[at_++];
  }

  std::string json_;
  std::size_t at_ = 0;
  std::string line_;
  std::vector<std::string> lines_;
};

void add_plan(const Value& node, std::size_t depth, std::vector<std::string>& lines) {
  const auto* object = node.if_object();
  if (object == nullptr) return;
  const auto text_of = [&](std::string_view name) {
    const auto* value = object->find(name);
    const auto* text = value != nullptr ? value->if_string() : nullptr;
    return text != nullptr ? *text : std::string();
  };
  std::string line = std::string(2 * depth, ' ') + text_of("op");
  if (const auto condition = text_of("condition"); !condition.empty()) line += ": " + condition;
  lines.push_back(std::move(line));
  const auto* children = object->find("children");
  if (children == nullptr || children->if_list() == nullptr) return;
  for (const auto& child : *children->if_list()) add_plan(child, depth + 1, lines);
}

std::string op_of(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  return std::string(line.substr(0, line.find(':')));
}

std::string place(std::size_t line, std::size_t column) {
  return std::to_string(line) + ":" + std::to_string(column);
}

}  // namespace

bool same_json(std::string_view expected, std::string_view found) {
  const std::string wanted = tight(expected);
  const std::string given = tight(found);
  std::string_view a = wanted, b = given;
  while (!a.empty() && !b.empty()) {
    const auto length_a = string_length(a), length_b = string_length(b);
    if (length_a > 0 && length_b > 0) {
      const auto pattern = a.substr(0, length_a), text = b.substr(0, length_b);
      const bool same =
          pattern == "\"<any>\"" || (pattern == "\"<uuid>\"" && is_uuid(text)) || pattern == text;
      if (!same) return false;
      a.remove_prefix(length_a);
      b.remove_prefix(length_b);
    } else {
      if (a[0] != b[0]) return false;
      a.remove_prefix(1);
      b.remove_prefix(1);
    }
  }
  return a.empty() && b.empty();
}

std::vector<std::string> pretty_json(std::string_view json) { return Printer(json).run(); }

std::vector<std::string> plan_lines(std::string_view extensions) {
  std::vector<std::string> lines;
  const auto parsed = parse_json(extensions);
  if (!parsed || parsed->if_object() == nullptr) return lines;
  const auto* explained = parsed->if_object()->find("explain");
  if (explained == nullptr || explained->if_object() == nullptr) return lines;
  for (const auto& [key, explanation] : *explained->if_object()) {
    const auto* object = explanation.if_object();
    const auto* plan = object != nullptr ? object->find("plan") : nullptr;
    if (plan == nullptr || plan->if_list() == nullptr) continue;
    for (const auto& node : *plan->if_list()) add_plan(node, 0, lines);
  }
  return lines;
}

std::string compare_plan(const std::vector<std::string>& expected, std::string_view extensions) {
  const auto lines = plan_lines(extensions);
  std::vector<std::string> whole;
  std::string failed;
  for (const auto& line : expected) {
    if (!line.starts_with("~ ") && !line.starts_with("! ")) {
      whole.push_back(line);
      continue;
    }
    bool there = false;
    for (const auto& node : lines) there = there || op_of(node) == line.substr(2);
    if (there != line.starts_with("~ ")) failed += "  not so: " + line + "\n";
  }
  if (!whole.empty() && whole != lines) failed += "  wanted the plan\n" + join(whole) + "\n";
  if (!failed.empty()) failed += "  found the plan\n" + join(lines) + "\n";
  return failed;
}

std::string compare_error(const Record& record, const Error& error) {
  std::string failed;
  const auto differ = [&](std::string_view what, std::string_view wanted, std::string_view found) {
    failed.append("  ").append(what).append(": wanted ").append(wanted);
    failed.append("\n  found ").append(found).append("\n");
  };
  if (to_string(error.code()) != record.code) differ("code", record.code, error.what());
  if (record.error_line > 0 &&
      (error.line() != record.error_line || error.column() != record.error_column)) {
    differ("place", place(record.error_line, record.error_column),
           place(error.line(), error.column()) + " " + error.message());
  }
  for (const auto& line : record.expected) {
    if (line.starts_with("path ")) {
      std::string path = "path";
      for (const auto& key : error.path()) path += " " + key;
      if (path != line) differ("path", line, path);
    } else if (error.message().find(line) == std::string::npos) {
      differ("message", line, error.message());
    }
  }
  return failed;
}

std::string join(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += (text.empty() ? "" : "\n") + line;
  return text;
}

}  // namespace aurora::testing
