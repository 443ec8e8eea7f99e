// One document under an altered definition: what converts without loss is converted, the rest is
// refused. Called by the executor for each document of an altered collection; calls coercion.
#include <aurora/schema/alter.hpp>

#include "schema/coerce_parts.hpp"
#include "schema/describe_value.hpp"

#include <aurora/base/try.hpp>

#include <algorithm>
#include <cmath>

namespace aurora {

namespace {

bool holds_text(FieldType type) {
  return type == FieldType::kString || type == FieldType::kId || type == FieldType::kEmail ||
         type == FieldType::kUrl || type == FieldType::kPhoneNumber;
}

bool is_exact_float(std::int64_t value) {
  const auto number = static_cast<double>(value);
  return number < 0x1p63 && static_cast<std::int64_t>(number) == value;
}

// Dates, times and uuids have one text form, so they may become texts; numbers never do.
void write_as_text(Value& value) {
  if (const auto* uuid = value.if_uuid())
    value = Value(uuid->text());
  else if (const auto* date = value.if_date())
    value = Value(date->text());
  else if (const auto* time = value.if_time())
    value = Value(time->text());
  else if (const auto* datetime = value.if_datetime())
    value = Value(datetime->text());
}

// Same kind, same content, inner kinds included: nothing to store anew.
bool is_stored_as(ValueView stored, const Value& value) {
  if (stored.type() != value.type()) return false;
  const EncodedValue encoded(value);
  if (value.type() == Type::kList || value.type() == Type::kObject)
    return encoded.view().encoded() == stored.encoded();
  return compare(encoded.view(), stored) == 0;
}

Error as_refusal(const Error& error) {
  return error.code() == ErrorCode::kTypeError ? Error(ErrorCode::kValidationError, error.message())
                                               : error;
}

// The values of one document that differ from what its record holds.
class Revision {
 public:
  Revision(const AlterPlan& plan, RecordView record) : plan_(plan), record_(record) {
    const auto open = record.field(kOpenFields);
    if (open.type() == Type::kObject) open_ = open;
  }

  Status check_fields();
  Status claim_open_names();
  [[nodiscard]] bool changed() const noexcept { return changed_; }
  [[nodiscard]] StoredFields take();

 private:
  Status fit(const FieldDef& field, Value& value) const;
  [[nodiscard]] const Value* revised(FieldId id) const;

  const AlterPlan& plan_;
  RecordView record_;
  ValueView open_;
  std::vector<std::pair<FieldId, Value>> revised_;
  bool changed_ = false;
};

Status Revision::fit(const FieldDef& field, Value& value) const {
  const ValuePlace place{nullptr, field.name, 0};
  const CoerceContext context{plan_.now, plan_.after.validators.get()};
  if (auto status = widen(field.type, value, place); !status) return status;
  if (auto status = coerce_in_place(field, value, context, place); !status)
    return as_refusal(status.error());
  return {};
}

Status Revision::check_fields() {
  for (const auto id : plan_.checked) {
    const auto* old = plan_.before.find(id);
    const auto* now = plan_.after.find(id);
    Value value(read_field(plan_.before, *old, record_));
    AURORA_TRY(fit(*now, value));
    if (is_stored_as(read_field(plan_.after, *now, record_), value)) continue;
    changed_ = true;
    revised_.emplace_back(id, std::move(value));
  }
  return {};
}

// A document of an @open collection may hold undeclared fields of names that are declared from now
// on.
Status Revision::claim_open_names() {
  for (const auto& name : plan_.claimed_open) {
    const auto* field = plan_.after.find(name);
    const auto given = open_[name];
    const bool is_new = plan_.before.find(field->id) == nullptr;
    if (given.is_null()) {
      if (is_new && field->type.required && !field->backfill)
        return Error(ErrorCode::kValidationError, "field " + in_quotes(name) + " is required");
      continue;
    }
    if (!is_new || field->computed)
      return Error(
          ErrorCode::kValidationError,
          "field " + in_quotes(name) + ": the document holds an undeclared field of that name");
    Value value(given);
    AURORA_TRY(fit(*field, value));
    changed_ = true;
    revised_.emplace_back(field->id, std::move(value));
  }
  return {};
}

const Value* Revision::revised(FieldId id) const {
  for (const auto& [field, value] : revised_)
    if (field == id) return &value;
  return nullptr;
}

StoredFields Revision::take() {
  StoredFields stored;
  for (const auto& field : plan_.after.fields) {
    const auto* value = revised(field.id);
    Value now = value != nullptr ? *value : Value(read_field(plan_.after, field, record_));
    if (!now.is_null()) stored.fields.emplace_back(field.id, std::move(now));
  }
  if (open_.is_null()) return stored;
  const auto open = open_.object();
  for (std::uint32_t i = 0; i < open.size(); ++i) {
    const auto name = open.name(i);
    if (std::find(plan_.claimed_open.begin(), plan_.claimed_open.end(), name) ==
        plan_.claimed_open.end())
      stored.open.append(std::string(name), Value(open.value(i)));
  }
  return stored;
}

}  // namespace

Status widen(const TypeDef& type, Value& value, const ValuePlace& place) {
  if (auto* list = value.if_list(); list != nullptr && type.type == FieldType::kList) {
    ValuePlace inner{&place, {}, 0};
    for (auto& item : *list) {
      AURORA_TRY(widen(*type.element, item, inner));
      ++inner.element;
    }
    return {};
  }
  if (auto* object = value.if_object(); object != nullptr && type.type == FieldType::kNested) {
    for (const auto& part : type.fields)
      if (auto* inner = object->find(part.name))
        AURORA_TRY(widen(part.type, *inner, ValuePlace{&place, part.name, 0}));
    return {};
  }
  if (holds_text(type.type)) write_as_text(value);
  if (const auto* whole = value.if_int();
      whole != nullptr && type.type == FieldType::kFloat && !is_exact_float(*whole))
    return not_allowed(place, shortened(value) + " cannot become a Float without loss");
  return {};
}

Result<std::optional<StoredFields>> AlterPlan::revise(RecordView record) const {
  Revision revision(*this, record);
  AURORA_TRY(revision.check_fields());
  AURORA_TRY(revision.claim_open_names());
  std::optional<StoredFields> stored;
  if (revision.changed()) stored = revision.take();
  return stored;
}

std::optional<Error> AlterPlan::refuses_documents() const {
  if (required_added.empty()) return std::nullopt;
  return Error(ErrorCode::kValidationError,
               "field " + in_quotes(required_added.front()) +
                   " is required and has no default, but collection " + in_quotes(after.name) +
                   " holds documents; give it a default, or leave out the '!'");
}

Error alter_refused(const CollectionDef& collection, std::string_view first, const Error& why,
                    std::uint64_t count) {
  return {ErrorCode::kValidationError,
          std::to_string(count) + (count == 1 ? " document" : " documents") + " of collection " +
              in_quotes(collection.name) + " cannot follow the alter; document " + std::string(first) +
              ": " + why.message()};
}

}  // namespace aurora
