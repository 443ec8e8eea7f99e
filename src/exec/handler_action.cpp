// Body of the placeholders of handlers. Called by handlers.cpp.
#include "handler_action.hpp"

#include <aurora/base/try.hpp>
#include <aurora/expr/computed_fields.hpp>
#include <aurora/schema/path.hpp>

#include <algorithm>
#include <optional>

namespace aurora::exec {

namespace {

using aql::Literal;
using aql::Selection;
using Part = Placeholder::Part;

bool starts_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_in_name(char c) { return starts_name(c) || (c >= '0' && c <= '9'); }

bool is_dotted_name(std::string_view text) {
  bool begins = true;
  for (const char c : text) {
    if (c == '.' ? begins : begins ? !starts_name(c) : !is_in_name(c)) return false;
    begins = c == '.';
  }
  return !begins;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// `$_id` is the id of the event whatever fields there are, `$_name` the field `name`.
Part bare_reference(std::string_view name) {
  Part part;
  part.is_reference = true;
  if (name == "id")
    part.reference.state = EventReference::State::kId;
  else
    part.reference.path = name;
  return part;
}

Part braced_reference(std::string_view path) {
  constexpr std::string_view kOld = "old.";
  if (path == "_id") return bare_reference("id");
  Part part;
  part.is_reference = true;
  if (path.starts_with(kOld)) {
    part.reference.state = EventReference::State::kOld;
    path.remove_prefix(kOld.size());
  }
  part.reference.path = path;
  return part;
}

// The parts of a text; empty when it holds no placeholder.
Result<std::vector<Part>> parts_of(std::string_view text) {
  std::vector<Part> parts;
  std::size_t kept = 0;
  const auto add = [&](std::size_t at, std::size_t end, Part part) {
    if (at > kept) parts.emplace_back().text = text.substr(kept, at - kept);
    parts.push_back(std::move(part));
    kept = end;
  };
  for (std::size_t at = text.find('$'); at != std::string_view::npos; at = text.find('$', std::max(at + 1, kept))) {
    const auto rest = text.substr(at + 1);
    if (rest.starts_with('{')) {
      const auto close = rest.find('}');
      const auto path = close == std::string_view::npos ? std::string_view() : trimmed(rest.substr(1, close - 1));
      if (!is_dotted_name(path))
        return Error(ErrorCode::kInvalidQuery,
                     "a placeholder names a field, as \"${total}\" or \"${old.total}\", found \"" +
                         std::string(text.substr(at, close == std::string_view::npos ? close : close + 2)) + "\"");
      add(at, at + close + 2, braced_reference(path));
    } else if (rest.size() > 1 && rest.front() == '_' && starts_name(rest[1])) {
      std::size_t end = 1;
      while (end < rest.size() && is_in_name(rest[end])) ++end;
      add(at, at + 1 + end, bare_reference(rest.substr(1, end - 1)));
    }
  }
  if (!parts.empty() && kept < text.size()) parts.emplace_back().text = text.substr(kept);
  return parts;
}

class Rewriter {
 public:
  Status rewrite(Selection& selection) {
    std::string collection;
    for (const auto& argument : selection.arguments)
      if (argument.name.text == "collection" && argument.value.kind == Literal::Kind::kString)
        collection = argument.value.text;
    for (auto& argument : selection.arguments) {
      if (argument.name.text == "data" || argument.name.text == "set") AURORA_TRY(rewrite_data(argument.value, collection));
      AURORA_TRY(rewrite(argument.value));
    }
    for (auto& directive : selection.directives)
      for (auto& argument : directive.arguments) AURORA_TRY(rewrite(argument.value));
    for (auto& part : selection.selections) AURORA_TRY(rewrite(part));
    return {};
  }

  std::vector<Placeholder> placeholders;

 private:
  // The values of a document's fields know where they go.
  Status rewrite_data(Literal& data, const std::string& collection) {
    for (auto& item : data.items) AURORA_TRY(rewrite_data(item, collection));
    for (auto& member : data.members) {
      const auto first = placeholders.size();
      AURORA_TRY(rewrite(*member.value));
      if (placeholders.size() != first + 1 || member.value->text != placeholders.back().variable) continue;
      placeholders.back().collection = collection;
      placeholders.back().field = member.name.text;
    }
    return {};
  }

  Status rewrite(Literal& literal) {
    for (auto& item : literal.items) AURORA_TRY(rewrite(item));
    for (auto& member : literal.members) AURORA_TRY(rewrite(*member.value));
    std::vector<Part> parts;
    if (literal.kind == Literal::Kind::kString) {
      AURORA_ASSIGN(parts, parts_of(literal.text));
    } else if (literal.kind == Literal::Kind::kVariable && !literal.text.starts_with('#')) {
      parts.push_back(bare_reference(std::string_view(literal.text).substr(1)));   // the parser lets `_name` through
    }
    if (parts.empty()) return {};
    literal.kind = Literal::Kind::kVariable;
    literal.text = "#" + std::to_string(placeholders.size());   // no name that can be written
    auto& placeholder = placeholders.emplace_back();
    placeholder.variable = literal.text;
    placeholder.parts = std::move(parts);
    return {};
  }
};

// The states of a change as placeholders see them, virtual computed fields made when first asked for.
class Event {
 public:
  Event(const CollectionDef& collection, const Change& change, DateTime now)
      : collection_(collection), change_(change), now_(now) {}

  Result<Value> value(const EventReference& reference) {
    const bool old = reference.state == EventReference::State::kOld;
    auto& shown = old ? old_ : new_;
    if (!shown) {
      const auto& record = old || !change_.after ? change_.before : change_.after;
      if (!record) {
        shown = RecordRef();
      } else {
        AURORA_ASSIGN(shown, with_virtuals(collection_, record, now_));
      }
    }
    if (!*shown) return Value();
    const auto record = shown->view();
    if (reference.state == EventReference::State::kId) {
      const auto* primary = collection_.primary();
      return Value(primary != nullptr ? read_field(collection_, *primary, record) : record.sid_view());
    }
    if (reference.path == "_sid") return Value(record.sid_view());
    AURORA_ASSIGN(const auto path, resolve_path(collection_, reference.path));
    return Value(read_path(collection_, path, record));
  }

 private:
  const CollectionDef& collection_;
  const Change& change_;
  const DateTime now_;
  std::optional<RecordRef> old_, new_;
};

// As it stands in a text: strings and dates without quotes, null as nothing.
void append_text(std::string& out, const Value& value) {
  if (value.is_null()) return;
  if (const auto* text = value.if_string()) {
    out += *text;
    return;
  }
  std::string json;
  append_json(json, value);
  const bool quoted = json.size() > 1 && json.front() == '"';
  out += quoted ? json.substr(1, json.size() - 2) : json;
}

bool takes_text(const Catalog& catalog, const Placeholder& placeholder) {
  if (placeholder.field.empty()) return false;
  const auto collection = catalog.find(placeholder.collection);
  if (!collection) return false;
  const auto path = resolve_path(*collection, placeholder.field);
  if (!path || !path->rest.empty()) return false;
  const auto* field = collection->find(path->field);
  return field != nullptr && (field->type.type == FieldType::kString || field->type.type == FieldType::kId);
}

bool is_written_as_text(const Value& value) {
  return value.if_uuid() != nullptr || value.if_date() != nullptr || value.if_time() != nullptr ||
         value.if_datetime() != nullptr;
}

}  // namespace

Result<std::vector<Placeholder>> take_placeholders(Selection& action) {
  Rewriter rewriter;
  AURORA_TRY(rewriter.rewrite(action));
  return std::move(rewriter.placeholders);
}

Status check_placeholders(const std::vector<Placeholder>& placeholders, const CollectionDef& collection) {
  for (const auto& placeholder : placeholders)
    for (const auto& part : placeholder.parts) {
      if (!part.is_reference || part.reference.state == EventReference::State::kId || part.reference.path == "_sid")
        continue;
      AURORA_TRY(resolve_path(collection, part.reference.path));
    }
  return {};
}

std::string text_around(std::string_view action) {
  return "define handler \"h\" { on: \"*\" action: { " + std::string(action) + " } }";
}

Status check_collections(const Catalog& catalog, const Selection& action, const plan::Bindings& bindings,
                         aql::Offset at) {
  if (action.name.text == "transaction") {
    for (const auto& step : action.selections) AURORA_TRY(check_collections(catalog, step, bindings, at));
    return {};
  }
  for (const auto& argument : action.arguments) {
    if (argument.name.text != "collection" || argument.value.kind != Literal::Kind::kString) continue;
    if (const auto found = catalog.require(argument.value.text); !found)
      return bindings.error(at, found.error().code(), found.error().message());
  }
  return {};
}

Result<Object> fill_placeholders(const std::vector<Placeholder>& placeholders, const Catalog& catalog,
                                 const CollectionDef& collection, const Change& change, DateTime now) {
  Event event(collection, change, now);
  return fill_placeholders(placeholders, catalog,
                           [&](const EventReference& reference) { return event.value(reference); });
}

Result<Object> fill_placeholders(const std::vector<Placeholder>& placeholders, const Catalog& catalog,
                                 const ReferenceValues& value_of) {
  Object variables;
  for (const auto& placeholder : placeholders) {
    if (placeholder.parts.size() == 1 && placeholder.parts.front().is_reference) {
      AURORA_ASSIGN(auto value, value_of(placeholder.parts.front().reference));
      if (is_written_as_text(value) && takes_text(catalog, placeholder)) {
        std::string text;
        append_text(text, value);
        value = Value(std::move(text));
      }
      variables.append(placeholder.variable, std::move(value));
      continue;
    }
    std::string text;
    for (const auto& part : placeholder.parts) {
      if (!part.is_reference) {
        text += part.text;
        continue;
      }
      AURORA_ASSIGN(const auto value, value_of(part.reference));
      append_text(text, value);
    }
    variables.append(placeholder.variable, Value(std::move(text)));
  }
  return variables;
}

}  // namespace aurora::exec
