// Body of Document: a record read through the definition of its collection.
// Called by users and by binding; calls the record view and the fields of definitions.
#include <aurora/document.hpp>

#include "document_shape.hpp"

#include <aurora/document/record.hpp>
#include <aurora/schema/definition.hpp>

#include <algorithm>
#include <utility>

namespace aurora {

using facade::DocumentShape;

struct Document::Body {
  std::shared_ptr<const DocumentShape> shape;
  RecordRef record;

  [[nodiscard]] const CollectionDef& collection() const noexcept { return shape->collection(); }
};

namespace {

constexpr std::string_view kSystemId = "_sid";

// A field by name: declared, or of an @open collection's rest.
ValueView top_field(const DocumentShape& shape, RecordView record, std::string_view name) {
  if (name == kSystemId) return record.sid_view();
  if (const FieldDef* const field = shape.find(name))
    return read_field(shape.collection(), *field, record);
  return record.field(kOpenFields)[name];
}

// Calls `visit(name, value)` for each field that is not null: the declared ones in their order,
// then the open ones as they were added. A field that was open before it was declared is the
// declared one.
template <class Visit>
void for_each_field(const CollectionDef& collection, RecordView record, Visit visit) {
  for (const FieldDef& field : collection.fields) {
    const ValueView value = read_field(collection, field, record);
    if (!value.is_null()) visit(std::string_view(field.name), value);
  }
  const ValueView rest = record.field(kOpenFields);
  if (rest.type() != Type::kObject) return;
  const ObjectView open = rest.object();
  for (std::uint32_t i = 0; i < open.size(); ++i) {
    const std::string_view name = open.name(i);
    const ValueView value = open.value(i);
    if (!value.is_null() && collection.find(name) == nullptr) visit(name, value);
  }
}

}  // namespace

Document::Document(const std::shared_ptr<const CollectionDef>& collection, const RecordRef& record)
    : body_(std::make_shared<const Body>(Body{DocumentShape::of(collection), record})) {}

std::vector<Document> Document::all_of(const std::shared_ptr<const CollectionDef>& collection,
                                       std::vector<RecordRef> records) {
  constexpr std::size_t kTogether = 64;   // what one document kept may keep besides
  std::vector<Document> documents(records.size());
  if (records.empty()) return documents;
  const auto& shape = DocumentShape::of(collection);
  for (std::size_t begin = 0; begin < records.size(); begin += kTogether) {
    const std::size_t count = std::min(kTogether, records.size() - begin);
    const auto bodies = std::make_shared<std::vector<Body>>();
    bodies->reserve(count);
    for (std::size_t i = begin; i < begin + count; ++i)
      bodies->push_back({shape, std::move(records[i])});
    for (std::size_t i = 0; i < count; ++i)
      documents[begin + i].body_ = std::shared_ptr<const Body>(bodies, &(*bodies)[i]);
  }
  return documents;
}

// A path of one name is the common one: it is found without a copy or an error made for an unknown
// name.
ValueView Document::operator[](std::string_view path) const {
  if (!body_) return {};
  std::size_t dot = path.find('.');
  ValueView value = top_field(*body_->shape, body_->record.view(), path.substr(0, dot));
  while (dot != std::string_view::npos) {
    path.remove_prefix(dot + 1);
    dot = path.find('.');
    value = value[path.substr(0, dot)];
  }
  return value;
}

Value Document::id() const {
  if (!body_) return {};
  const FieldDef* const primary = body_->collection().primary();
  if (primary == nullptr) return Value(sid());
  return Value(read_field(body_->collection(), *primary, body_->record.view()));
}

Uuid Document::sid() const { return body_ ? body_->record.view().sid() : Uuid{}; }

std::uint64_t Document::sequence() const { return body_ ? body_->record.view().sequence() : 0; }

std::string_view Document::collection() const {
  return body_ ? std::string_view(body_->collection().name) : std::string_view();
}

Object Document::fields() const {
  Object fields;
  if (!body_) return fields;
  fields.reserve(body_->record.view().field_count());
  for_each_field(body_->collection(), body_->record.view(),
                 [&](std::string_view name, ValueView value) {
                   fields.append(std::string(name), Value(value));
                 });
  return fields;
}

std::string Document::to_json() const {
  if (!body_) return "null";
  std::string out = "{";
  for_each_field(body_->collection(), body_->record.view(),
                 [&](std::string_view name, ValueView value) {
                   if (out.size() > 1) out += ',';
                   append_json_string(out, name);
                   out += ':';
                   append_json(out, value);
                 });
  return out + "}";
}

}  // namespace aurora
