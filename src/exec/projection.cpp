// Body of projections. Called by queries and mutations for their results.
#include <aurora/exec/projection.hpp>

#include <aurora/base/nearest.hpp>
#include <aurora/base/try.hpp>
#include <aurora/exec/arguments.hpp>
#include <aurora/exec/lookup.hpp>
#include <aurora/expr/computed_fields.hpp>
#include <aurora/schema/path.hpp>

#include "direct_lookup.hpp"
#include "search_selection.hpp"
#include "selected_expression.hpp"

#include <algorithm>
#include <array>

namespace aurora::exec {

namespace {

using aql::Selection;
using plan::Bindings;


// As read_path: lists on the way give null.
ValueView read_inside(ValueView value, const std::vector<std::string>& names) {
  for (const auto& name : names) value = value[std::string_view(name)];
  return value;
}

// Compiles the parts chosen of a nested value. `type`: declared type of the value; null when undeclared.
class Compiler {
 public:
  Compiler(const CollectionDef& collection, const Bindings& bindings,
           const std::vector<aql::FragmentDefinition>& fragments)
      : collection_(collection), bindings_(bindings), fragments_(fragments) {}

  Result<ProjectionItem> top(const Selection& selection) const {
    AURORA_ASSIGN(auto item, start(selection));
    const auto& name = selection.name.text;
    if (name == "_sid" || (name == "id" && collection_.find("id") == nullptr && !collection_.open)) {
      if (selection.has_selections) return scalar_selection(selection);
      item.kind = name == "_sid" ? ProjectionItem::Kind::kSid : ProjectionItem::Kind::kNull;
      return item;
    }
    auto path = resolve_path(collection_, name);
    if (!path) return bindings_.error(selection.name.at, path.error().code(), path.error().message());
    item.path = *std::move(path);
    const auto* field = item.path.field == kOpenFields ? nullptr : collection_.find(item.path.field);
    if (field != nullptr && is_virtual(collection_, field->id)) item.kind = ProjectionItem::Kind::kComputed;
    const auto* type = field != nullptr ? &field->type : nullptr;
    for (const auto& part : item.path.rest) type = member_type(type, part);
    AURORA_TRY(children(selection, type, item));
    return item;
  }

 private:
  static const TypeDef* strip_lists(const TypeDef* type) {
    while (type != nullptr && type->type == FieldType::kList) type = type->element.get();
    return type;
  }

  static const TypeDef* member_type(const TypeDef* type, std::string_view name) {
    type = strip_lists(type);
    if (type == nullptr || type->type != FieldType::kNested) return nullptr;
    for (const auto& field : type->fields)
      if (field.name == name) return &field.type;
    return nullptr;
  }

  Error scalar_selection(const Selection& selection) const {
    return bindings_.error(selection.name.at, ErrorCode::kInvalidQuery,
                           "'" + selection.name.text + "' has no parts to select; remove the braces behind it");
  }

  Result<ProjectionItem> start(const Selection& selection) const {
    if (!selection.arguments.empty()) {
      if (selection.name.text == "lookup")
        return bindings_.error(selection.name.at, ErrorCode::kInvalidQuery,
                               "'lookup' stands beside the fields of a document, not inside one of them; its "
                               "localField may be a dotted path");
      return bindings_.error(selection.arguments.front().name.at, ErrorCode::kInvalidQuery,
                             "field '" + selection.name.text + "' takes no arguments");
    }
    ProjectionItem item;
    item.name = selection.key();
    item.key = json_key(item.name);
    return item;
  }

  Status children(const Selection& selection, const TypeDef* type, ProjectionItem& item) const {
    if (!selection.has_selections) return {};
    const auto* element = strip_lists(type);
    const bool declared = element != nullptr && element->type == FieldType::kNested;
    const bool any = element == nullptr || element->type == FieldType::kJson || element->type == FieldType::kObject ||
                     element->type == FieldType::kAny;
    if (!declared && !any) return scalar_selection(selection);
    item.nested = true;
    AURORA_ASSIGN(const auto parts,
                  expand_selections(selection.selections, collection_.name, bindings_, fragments_));
    for (const auto* part : parts) {
      if (is_expression(*part)) {
        AURORA_ASSIGN(auto computed, part_expression(*part, declared ? element : nullptr, selection.name.text));
        item.children.push_back(std::move(computed));
        continue;
      }
      AURORA_ASSIGN(auto child, start(*part));
      child.path.name = part->name.text;
      const TypeDef* child_type = nullptr;
      if (declared) {
        child_type = member_type(element, part->name.text);
        if (child_type == nullptr) {
          std::vector<std::string_view> names;
          for (const auto& field : element->fields) names.push_back(field.name);
          return bindings_.error(part->name.at, ErrorCode::kInvalidQuery,
                                 "unknown field '" + part->name.text + "' in '" + selection.name.text + "'" +
                                     did_you_mean(part->name.text, names));
        }
      }
      AURORA_TRY(children(*part, child_type, child));
      item.children.push_back(std::move(child));
    }
    return {};
  }

  Result<ProjectionItem> part_expression(const Selection& selection, const TypeDef* type, std::string_view of) const {
    ProjectionItem item;
    item.kind = ProjectionItem::Kind::kExpression;
    item.key = json_key(selection.key());
    const auto call = call_of(selection);
    AURORA_ASSIGN(item.part, expr::PartProgram::compile(call ? *call : *selection.expression, type, of,
                                                        {bindings_.text}));
    return item;
  }

  const CollectionDef& collection_;
  const Bindings& bindings_;
  const std::vector<aql::FragmentDefinition>& fragments_;
};

// Writes the parts chosen of nested values.
class NestedWriter {
 public:
  NestedWriter(std::string& out, DateTime now, const expr::Surroundings& around)
      : out_(out), now_(now), around_(around) {}

  Status append(const ProjectionItem& item, ValueView value) const {
    if (item.nested) return append_parts(item, value);
    append_json(out_, value);
    return {};
  }

 private:
  Status append_parts(const ProjectionItem& item, ValueView value) const;
  Status append_part(const ProjectionItem& part, ValueView object) const {
    out_ += part.key;
    if (part.kind != ProjectionItem::Kind::kExpression) return append(part, object.object().find(part.path.name));
    AURORA_ASSIGN(const auto computed, part.part->evaluate(object, now_, around_));
    append_json(out_, computed);
    return {};
  }

  std::string& out_;
  DateTime now_;
  const expr::Surroundings& around_;
};

Status NestedWriter::append_parts(const ProjectionItem& item, ValueView value) const {
  if (value.type() == Type::kList) {
    out_ += '[';
    const auto list = value.list();
    for (std::uint32_t i = 0; i < list.size(); ++i) {
      if (i > 0) out_ += ',';
      AURORA_TRY(append_parts(item, list[i]));
    }
    out_ += ']';
    return {};
  }
  // Parts of what is no object: it comes whole (Any may hold either).
  if (value.type() != Type::kObject) {
    append_json(out_, value);
    return {};
  }
  out_ += '{';
  for (std::size_t i = 0; i < item.children.size(); ++i) {
    if (i > 0) out_ += ',';
    AURORA_TRY(append_part(item.children[i], value));
  }
  out_ += '}';
  return {};
}

class Expander {
 public:
  Expander(std::string_view collection, const Bindings& bindings,
           const std::vector<aql::FragmentDefinition>& fragments)
      : collection_(collection), bindings_(bindings), fragments_(fragments) {}

  // The parser has bounded depth and refused cycles, so this recursion ends.
  Status expand(const std::vector<Selection>& selections) {
    for (const auto& selection : selections) {
      AURORA_ASSIGN(const bool included, is_included(selection.directives, bindings_));
      if (!included) continue;
      switch (selection.kind) {
        case Selection::Kind::kSpread: {
          const auto found = std::find_if(fragments_.begin(), fragments_.end(), [&](const auto& fragment) {
            return fragment.name.text == selection.name.text;
          });
          if (found == fragments_.end())
            return bindings_.error(selection.name.at, ErrorCode::kInvalidQuery,
                                   "unknown fragment '" + selection.name.text + "'");
          AURORA_TRY(check_on(found->on, selection.name.at));
          AURORA_TRY(expand(found->selections));
          break;
        }
        case Selection::Kind::kInlineFragment:
          if (!selection.on.text.empty()) AURORA_TRY(check_on(selection.on, selection.on.at));
          AURORA_TRY(expand(selection.selections));
          break;
        default: add(selection);
      }
    }
    return {};
  }

  std::vector<const Selection*> result;

 private:
  Status check_on(const aql::Name& on, aql::Offset at) const {
    if (on.text == collection_) return {};
    return bindings_.error(at, ErrorCode::kInvalidQuery, "a fragment on '" + on.text + "' stands in a selection of '" +
                                                             std::string(collection_) + "'");
  }

  // The parser made sure that selections with one key are the same: the first stands for all.
  void add(const Selection& selection) {
    const bool known = std::any_of(result.begin(), result.end(),
                                   [&](const auto* other) { return other->key() == selection.key(); });
    if (!known) result.push_back(&selection);
  }

  std::string_view collection_;
  const Bindings& bindings_;
  const std::vector<aql::FragmentDefinition>& fragments_;
};

// A field may be called windowFunc; with arguments it is the function all the same.
bool is_window(const CollectionDef& collection, const Selection& selection) {
  return selection.kind == Selection::Kind::kField && selection.name.text == "windowFunc" &&
         (!selection.arguments.empty() || (collection.find("windowFunc") == nullptr && !collection.open));
}

}  // namespace

std::string json_key(std::string_view name) {
  std::string key;
  append_json_string(key, name);
  key += ':';
  return key;
}

Result<std::vector<const Selection*>> expand_selections(const std::vector<Selection>& selections,
                                                        std::string_view collection, const Bindings& bindings,
                                                        const std::vector<aql::FragmentDefinition>& fragments) {
  Expander expander(collection, bindings, fragments);
  AURORA_TRY(expander.expand(selections));
  return std::move(expander.result);
}

Projection Projection::all_fields(const CollectionDef& collection, const Bindings& bindings) {
  Projection projection;
  projection.now_ = bindings.now;
  projection.around_ = {bindings.variables, bindings.text};
  for (const auto& field : collection.fields) {
    ProjectionItem item;
    item.name = field.name;
    if (is_virtual(collection, field.id)) item.kind = ProjectionItem::Kind::kComputed;
    item.key = json_key(field.name);
    item.path.field = field.id;
    item.path.name = field.name;
    projection.items_.push_back(std::move(item));
  }
  projection.complete();
  return projection;
}

namespace {

// `a: user.name` reads like a field, but names a lookup beside it, unless it is a declared field.
bool reads_beside(const CollectionDef& collection, const Selection& selection,
                  std::span<const expr::BesideName> beside) {
  if (!selection.alias || selection.has_selections || !selection.arguments.empty()) return false;
  const auto first = std::string_view(selection.name.text).substr(0, selection.name.text.find('.'));
  const bool named = std::any_of(beside.begin(), beside.end(), [&](const auto& name) { return name.name == first; });
  if (!named) return false;
  const auto path = resolve_path(collection, selection.name.text);
  return !path || path->field == kOpenFields;
}

}  // namespace

Result<Projection> Projection::compile(const CollectionDef& collection,
                                       const std::vector<const Selection*>& selections,
                                       const ProjectionContext& context) {
  Projection projection;
  projection.search_ = context.search;
  const auto& bindings = context.bindings;
  projection.now_ = bindings.now;
  projection.around_ = {bindings.variables, bindings.text};
  const Compiler compiler(collection, bindings, context.fragments);
  // Lookups first: expressions may read them, whichever is written first.
  std::vector<expr::BesideName> beside;
  for (const auto* selection : selections) {
    if (!is_lookup(collection, *selection) && !is_relation_lookup(collection, *selection)) continue;
    AURORA_ASSIGN(auto lookup, compile_lookup(collection, *selection, context));
    beside.push_back({lookup->name, lookup->foreign.collection.get(), {}});
    for (const auto& item : lookup->projection.items()) beside.back().more.push_back(item.name);
    projection.lookups_.push_back(std::move(lookup));
  }
  std::size_t lookups = 0;
  for (const auto* selection : selections) {
    ProjectionItem item;
    item.name = selection->key();
    item.key = json_key(item.name);
    if (is_window(collection, *selection)) {
      if (!context.may_window)
        return bindings.error(selection->name.at, ErrorCode::kInvalidQuery,
                              "'windowFunc' needs the ordered documents of a query: it stands beside their fields, "
                              "under nodes, or under edges { node }");
      AURORA_ASSIGN(auto spec, compile_window(collection, *selection, bindings));
      item.kind = ProjectionItem::Kind::kWindow;
      item.place = projection.windows_.size();
      projection.windows_.push_back(std::move(spec));
    } else if (is_lookup(collection, *selection) || is_relation_lookup(collection, *selection)) {
      item.kind = ProjectionItem::Kind::kLookup;
      item.place = lookups++;
    } else if (is_expression(*selection) || reads_beside(collection, *selection, beside)) {
      item.kind = ProjectionItem::Kind::kExpression;
      const auto call = is_expression(*selection) ? call_of(*selection) : path_of(*selection);
      AURORA_ASSIGN(item.program, expr::RecordProgram::compile(call ? *call : *selection->expression, collection,
                                                               {bindings.text}, beside));
    } else if (is_search_selection(collection, *selection, context.search.get())) {
      AURORA_ASSIGN(item, compile_search_selection(collection, *selection, bindings, context.search.get()));
    } else {
      AURORA_ASSIGN(item, compiler.top(*selection));
    }
    projection.items_.push_back(std::move(item));
  }
  projection.complete();
  return projection;
}

void Projection::complete() {
  for (auto& item : items_) {
    item.lead = (&item == items_.data() ? "{" : ",") + item.key;
    item.whole = item.kind == ProjectionItem::Kind::kField && !item.nested && item.path.rest.empty() &&
                 item.path.field != kOpenFields;
  }
  const bool values = std::all_of(items_.begin(), items_.end(), [](const ProjectionItem& item) {
    return item.kind == ProjectionItem::Kind::kField && !item.nested;
  });
  if (values)
    for (const auto& item : items_) paths_.push_back(item.path);
}

namespace {

// What the lookups beside an expression found for its document.
class FoundBeside final : public expr::BesideValues {
 public:
  explicit FoundBeside(const RowExtras& extras) : extras_(extras) {}
  Result<Value> value(std::size_t place, std::string_view member) const override {
    return extras_.lookups->value(place, extras_.row, member);
  }

 private:
  const RowExtras& extras_;
};

}  // namespace

Result<Value> Projection::evaluate(const ProjectionItem& item, expr::ComputedValues& values,
                                   const RowExtras& extras) const {
  const FoundBeside beside(extras);
  auto around = around_;
  around.beside = &beside;
  return item.program->evaluate(values, around);
}

namespace {
bool is_plain_item(const ProjectionItem& item) {
  using Kind = ProjectionItem::Kind;
  return (item.kind == Kind::kField || item.kind == Kind::kSid || item.kind == Kind::kNull) &&
         std::all_of(item.children.begin(), item.children.end(), is_plain_item);
}
}  // namespace

bool Projection::is_plain() const noexcept { return std::all_of(items_.begin(), items_.end(), is_plain_item); }

namespace {
Error too_long() {
  return Error(ErrorCode::kLimitExceeded, "the answer is longer than " + std::to_string(kMaxAnswerBytes) +
                                              " bytes; select less, or read in pages");
}
}  // namespace

Status Projection::append(std::string& out, const CollectionDef& collection, RecordView record,
                          const RowExtras& extras) const {
  expr::ComputedValues values(collection, record, now_);
  const NestedWriter writer(out, now_, around_);
  if (items_.empty()) out += '{';
  for (const auto& item : items_) {
    out += item.lead;
    // Most fields are there and asked for whole; read_path knows what stands for one that is not.
    if (const auto value = item.whole ? record.field(item.path.field) : ValueView(); !value.is_null()) {
      append_json(out, value);
      continue;
    }
    switch (item.kind) {
      case ProjectionItem::Kind::kNull: out += "null"; break;
      case ProjectionItem::Kind::kSid: append_json(out, record.sid_view()); break;
      case ProjectionItem::Kind::kWindow: append_json(out, extras.windowed[item.place]); break;
      case ProjectionItem::Kind::kScore: append_json_number(out, extras.score); break;
      case ProjectionItem::Kind::kHighlight: append_highlight(out, item, collection, record, *search_); break;
      case ProjectionItem::Kind::kLookup:
        AURORA_TRY(extras.direct != nullptr ? extras.direct->append(out, item.place, record)
                                            : extras.lookups->append(out, item.place, extras.row));
        break;
      case ProjectionItem::Kind::kField:
        AURORA_TRY(writer.append(item, read_path(collection, item.path, record)));
        break;
      case ProjectionItem::Kind::kComputed: {
        AURORA_ASSIGN(const auto* whole, values.computed(item.path.field));
        const EncodedValue encoded(*whole);
        AURORA_TRY(writer.append(item, read_inside(encoded.view(), item.path.rest)));
        break;
      }
      case ProjectionItem::Kind::kExpression: {
        AURORA_ASSIGN(const auto value, evaluate(item, values, extras));
        append_json(out, value);
        break;
      }
    }
    if (out.size() > kMaxAnswerBytes) return too_long();
  }
  out += '}';
  return out.size() <= kMaxAnswerBytes ? Status() : Status(too_long());
}

Status Projection::append_values(std::string& out, std::span<const ValueView> values) const {
  for (std::size_t i = 0; i < items_.size(); ++i) {
    out += items_[i].lead;
    append_json(out, values[i]);
  }
  out += '}';
  return out.size() <= kMaxAnswerBytes ? Status() : Status(too_long());
}

}  // namespace aurora::exec
