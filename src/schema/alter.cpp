// The steps of `alter collection`, applied one after the other to a copy of the definition; then
// what follows for indexes and documents. Called by the executor of schema statements; calls the
// parts of building.
#include <aurora/schema/alter.hpp>

#include "schema/build_parts.hpp"
#include "schema/coerce_parts.hpp"
#include "schema/describe_value.hpp"
#include "schema/expression_text.hpp"

#include <aurora/base/try.hpp>
#include <aurora/schema/path.hpp>
#include <aurora/schema/ttl.hpp>
#include <aurora/schema/validate.hpp>

#include <algorithm>

namespace aurora {

namespace {

// True when `index` was named by its fields, so that a rename of one renames it.
bool is_automatically_named(const IndexDef& index) {
  const auto name = automatic_name(index.paths);
  return index.name == name || index.name == name + "_unique" || index.name == name + "_index" ||
         index.name == name + "_search";
}

class Alteration {
 public:
  Alteration(const CollectionDef& current, std::string_view text, DateTime now)
      : before_(current), after_(current), text_(text), now_(now) {
    ++after_.version;
  }

  Status apply(const aql::AlterStep& step);
  Result<AlterPlan> finish(DefinitionIds& ids, aql::Offset at);

 private:
  Status add(const aql::FieldDefinition& written);
  Status drop(const aql::Name& name);
  Status rename(const aql::Name& from, const aql::Name& to);
  Status modify(const aql::FieldDefinition& written);
  Status check_new_name(const aql::Name& name) const;
  Result<FieldDef*> known_field(const aql::Name& name);
  Status set_backfill(FieldDef& field) const;
  Status refresh_indexes(aql::Offset at);
  void assign_index_ids(AlterPlan& plan, DefinitionIds& ids) const;
  void convert_backfill(FieldDef& field, const FieldDef& old) const;

  [[nodiscard]] bool is_new(const FieldDef& field) const {
    return field.id >= before_.next_field_id;
  }
  [[nodiscard]] Error bad(aql::Offset at, std::string message) const {
    return bad_definition(text_, at, std::move(message));
  }

  const CollectionDef& before_;
  CollectionDef after_;
  std::string_view text_;
  DateTime now_;
};

Status Alteration::apply(const aql::AlterStep& step) {
  using Kind = aql::AlterStep::Kind;
  switch (step.kind) {
    case Kind::kAdd:
      AURORA_TRY(add(step.field));
      break;
    case Kind::kDrop:
      AURORA_TRY(drop(step.name));
      break;
    case Kind::kRename:
      AURORA_TRY(rename(step.name, step.new_name));
      break;
    case Kind::kModify:
      AURORA_TRY(modify(step.field));
      break;
    case Kind::kAddRule:
      AURORA_TRY(apply_rule(after_, step.rule, text_));
      break;
  }
  return refresh_indexes(step.at);
}

Status Alteration::check_new_name(const aql::Name& name) const {
  if (is_reserved_field(name.text))
    return bad(name.at, "the field name " + in_quotes(name.text) + " belongs to the system");
  if (after_.find(name.text) == nullptr) return {};
  return bad(name.at, "collection " + in_quotes(after_.name) + " has a field " + in_quotes(name.text) +
                          " already");
}

Result<FieldDef*> Alteration::known_field(const aql::Name& name) {
  for (auto& field : after_.fields)
    if (field.name == name.text) return &field;
  return bad_definition(text_, name.at,
                        unknown_field(after_, name.text, ErrorCode::kInvalidDefinition));
}

// What older records read in a field that this alter adds.
Status Alteration::set_backfill(FieldDef& field) const {
  field.added_in = after_.version;
  AURORA_ASSIGN(const auto value, default_of(field, CoerceContext{now_, nullptr}));
  field.backfill = value.is_null() ? nullptr : std::make_shared<const EncodedValue>(value);
  return {};
}

Status Alteration::add(const aql::FieldDefinition& written) {
  AURORA_TRY(check_new_name(written.name));
  if (after_.next_field_id >= kOpenFields)
    return aql::error_at(text_, written.name.at, ErrorCode::kLimitExceeded,
                         "collection " + in_quotes(after_.name) + " has used up its " +
                             std::to_string(kOpenFields - 1) + " field ids");
  AURORA_ASSIGN(auto field, build_field(written, text_));
  field.id = after_.next_field_id++;
  AURORA_TRY(set_backfill(field));
  after_.fields.push_back(std::move(field));
  return check_collection(after_, text_, written.name.at);
}

Status Alteration::drop(const aql::Name& name) {
  AURORA_ASSIGN(const auto* field, known_field(name));
  if (field->primary)
    return bad(name.at, "field " + in_quotes(name.text) + " is @primary and cannot be dropped");
  const auto id = field->id;
  const auto uses = [id](const FieldPath& path) { return path.field == id; };
  // Rules that name the field go with it, as they cannot be dropped alone.
  std::erase_if(after_.indexes, [&](const IndexDef& index) {
    return std::any_of(index.paths.begin(), index.paths.end(), uses);
  });
  if (after_.ttl && uses(after_.ttl->field)) after_.ttl.reset();
  std::erase_if(after_.fields, [id](const FieldDef& candidate) { return candidate.id == id; });
  return {};
}

Status Alteration::rename(const aql::Name& from, const aql::Name& to) {
  AURORA_ASSIGN(auto* field, known_field(from));
  AURORA_TRY(check_new_name(to));
  field->name = to.text;
  for (auto& index : after_.indexes) {
    const bool automatic = is_automatically_named(index);
    const auto suffix = index.name.substr(automatic ? automatic_name(index.paths).size() : 0);
    for (auto& path : index.paths)
      if (path.field == field->id) path.name = to.text;
    if (automatic) index.name = automatic_name(index.paths) + suffix;
  }
  if (after_.ttl && after_.ttl->field.field == field->id) after_.ttl->field.name = to.text;
  for (auto& other : after_.fields)
    if (other.computed) *other.computed = rename_in_expression(*other.computed, from.text, to.text);
  return {};
}

Status Alteration::modify(const aql::FieldDefinition& written) {
  AURORA_ASSIGN(auto* field, known_field(written.name));
  AURORA_ASSIGN(auto fresh, build_field(written, text_));
  if (field->primary && !fresh.primary)
    return bad(written.name.at,
               "field " + in_quotes(field->name) + " is @primary: modify must keep that");
  if (field->computed.has_value() != fresh.computed.has_value())
    return bad(written.name.at, "field " + in_quotes(field->name) +
                                    " cannot change between stored and @computed; " +
                                    "drop it and add it");
  fresh.id = field->id;
  fresh.added_in = field->added_in;
  fresh.backfill = field->backfill;
  if (is_new(fresh)) AURORA_TRY(set_backfill(fresh));
  *field = std::move(fresh);
  return check_collection(after_, text_, written.name.at);
}

// Directives' indexes follow the fields; rules' indexes stay, their paths found anew.
Status Alteration::refresh_indexes(aql::Offset at) {
  auto indexes = directive_indexes(after_);
  for (auto& index : after_.indexes)
    if (index.from_rule && index.name != kTtlIndex) indexes.push_back(std::move(index));
  after_.indexes = std::move(indexes);
  AURORA_TRY(recheck_rules(after_, text_, at));
  place_ttl_index(after_);
  return {};
}

// Types whose values have the same keys in an index are written the same here.
void append_key_form(std::string& out, const TypeDef& type) {
  switch (type.type) {
    case FieldType::kInt:
    case FieldType::kFloat:
      out += "number";
      break;
    case FieldType::kId:
    case FieldType::kEmail:
    case FieldType::kUrl:
    case FieldType::kPhoneNumber:
      out += to_string(FieldType::kString);
      break;
    case FieldType::kList:
      out += '[';
      append_key_form(out, *type.element);
      out += ']';
      break;
    case FieldType::kNested:
      out += '{';
      for (const auto& part : type.fields) {
        out += part.name + ':';
        append_key_form(out, part.type);
        out += ' ';
      }
      out += '}';
      break;
    default:
      out += to_string(type.type);
  }
}

bool same_key_form(const TypeDef& a, const TypeDef& b) {
  std::string x;
  std::string y;
  append_key_form(x, a);
  append_key_form(y, b);
  return x == y;
}

// A field of which a full-text index makes other terms needs another index.
bool same_terms(const CollectionDef& before, const CollectionDef& after, const FieldPath& path) {
  const auto* old = search_options_at(before, path);
  const auto* now = search_options_at(after, path);
  return old != nullptr && now != nullptr && old->language == now->language && old->stop_words == now->stop_words;
}

bool keeps_keys(const CollectionDef& before, const CollectionDef& after, const IndexDef& index) {
  return std::all_of(index.paths.begin(), index.paths.end(), [&](const FieldPath& path) {
    if (index.kind == IndexKind::kSearch && !same_terms(before, after, path)) return false;
    const auto* old = before.find(path.field);
    const auto* now = after.find(path.field);
    return old == now || (old != nullptr && now != nullptr && same_key_form(old->type, now->type));
  });
}

void Alteration::assign_index_ids(AlterPlan& plan, DefinitionIds& ids) const {
  std::vector<const IndexDef*> free;
  for (const auto& index : before_.indexes) free.push_back(&index);
  for (auto& index : plan.after.indexes) {
    const auto match = std::find_if(free.begin(), free.end(), [&](const IndexDef* old) {
      return old->kind == index.kind && same_paths(old->paths, index.paths) &&
             keeps_keys(before_, plan.after, index);
    });
    if (match != free.end()) {
      index.id = (*match)->id;
      free.erase(match);
    } else {
      index.id = ids.next_index++;
      plan.built_indexes.push_back(index.id);
    }
  }
  for (const auto* index : free) plan.dropped_indexes.push_back(index->id);
}

// A backfill follows its field's type. One that cannot is dropped: a document that would read it
// fails revise.
void Alteration::convert_backfill(FieldDef& field, const FieldDef& old) const {
  if (!old.backfill) return;
  Value value(old.backfill->view());
  const ValuePlace place{nullptr, field.name, 0};
  const CoerceContext context{now_, nullptr};
  const bool fits = widen(field.type, value, place).has_value() &&
                    coerce_in_place(field.type, value, context, place).has_value();
  field.backfill = fits ? std::make_shared<const EncodedValue>(value) : nullptr;
}

// True when documents that fit `old` may not fit `now`, or may be stored otherwise.
bool needs_check(const FieldDef& old, const FieldDef& now) {
  if (now.computed) return false;
  return !same_type(old.type, now.type) || (now.type.required && !old.type.required) ||
         (now.validation && !same_validation(old.validation, now.validation));
}

Result<AlterPlan> Alteration::finish(DefinitionIds& ids, aql::Offset at) {
  auto validators = Validators::make(after_);
  if (!validators) return bad_definition(text_, at, validators.error());
  after_.validators = *std::move(validators);
  AlterPlan plan;
  plan.before = before_;
  plan.now = now_;
  for (auto& field : after_.fields) {
    const auto* old = before_.find(field.id);
    if (old != nullptr && needs_check(*old, field)) {
      plan.checked.push_back(field.id);
      convert_backfill(field, *old);
    }
    if (after_.open && before_.find(field.name) == nullptr) plan.claimed_open.push_back(field.name);
    if (old == nullptr && field.type.required && !field.backfill && !after_.open)
      plan.required_added.push_back(field.name);
  }
  plan.after = std::move(after_);
  assign_index_ids(plan, ids);
  return plan;
}

}  // namespace

Result<AlterPlan> plan_alter(const CollectionDef& current, const aql::SchemaStatement& statement,
                             std::string_view text, DefinitionIds& ids, DateTime now) {
  Alteration alteration(current, text, now);
  for (const auto& step : statement.steps) AURORA_TRY(alteration.apply(step));
  return alteration.finish(ids, statement.at);
}

}  // namespace aurora
