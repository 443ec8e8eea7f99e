// Body of Document: a record read through the definition of its collection.
// Called by users and by binding; calls the record view and the fields of definitions.
#include <aurora/document.hpp>

#include "document_collector.hpp"
#include "document_shape.hpp"

#include <aurora/document/record.hpp>
#include <aurora/schema/definition.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace aurora {

using facade::DocumentShape;

struct Document::Body {
  const DocumentShape* shape;
  RecordView record;

  [[nodiscard]] const CollectionDef& collection() const noexcept { return shape->collection(); }
};

// A document by itself.
struct Document::Single {
  Single(std::shared_ptr<const DocumentShape> shape_of, const RecordRef& record_of)
      : shape(std::move(shape_of)), record(record_of), body{shape.get(), record.view()} {}

  std::shared_ptr<const DocumentShape> shape;
  RecordRef record;
  Body body;
};

// Some documents of a result.
struct facade::DocumentCollector::Group {
  static constexpr std::size_t kDocuments = 64;
  static constexpr std::size_t kBytes = std::size_t{16} << 10;   // what one document kept may keep besides
  static constexpr std::size_t kLargestCopied = 1024;

  Group(std::shared_ptr<const DocumentShape> shape_of, std::size_t documents, std::size_t bytes)
      : shape(std::move(shape_of)),
        text(std::make_unique_for_overwrite<char[]>(bytes)),
        room(bytes),
        bodies(std::make_unique_for_overwrite<Document::Body[]>(documents)),
        most(documents) {}
  [[nodiscard]] bool takes(std::size_t bytes) const noexcept {
    return count < most && (bytes > kLargestCopied || bytes <= room - used);
  }
  const Document::Body* add(const RecordRef& record) {
    const auto bytes = record.bytes();
    if (bytes.size() > kLargestCopied) {
      kept.push_back(record);
      bodies[count] = {shape.get(), record.view()};
    } else {
      char* const copy = text.get() + used;
      std::memcpy(copy, bytes.data(), bytes.size());
      used += bytes.size();
      bodies[count] = {shape.get(), RecordView(std::string_view(copy, bytes.size()))};
    }
    return &bodies[count++];
  }

  std::shared_ptr<const DocumentShape> shape;
  std::unique_ptr<char[]> text;              // the copies
  std::size_t room;
  std::size_t used = 0;
  std::unique_ptr<Document::Body[]> bodies;
  std::size_t most;
  std::size_t count = 0;
  std::vector<RecordRef> kept;               // those too large to copy
};

namespace {

constexpr std::string_view kSystemId = "_sid";

// As read_field, which is asked only where the record has nothing.
ValueView read_declared(const DocumentShape& shape, const FieldDef& field, RecordView record) {
  const ValueView value = record.field(field.id);
  return value.is_null() ? read_field(shape.collection(), field, record) : value;
}

// A field by name: declared, or of an @open collection's rest.
ValueView top_field(const DocumentShape& shape, RecordView record, std::string_view name) {
  if (const FieldDef* const field = shape.find(name)) return read_declared(shape, *field, record);
  if (name == kSystemId) return record.sid_view();
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

Document::Document(const std::shared_ptr<const CollectionDef>& collection, const RecordRef& record) {
  auto single = std::make_shared<const Single>(DocumentShape::of(collection), record);
  const Body* const body = &single->body;
  body_ = std::shared_ptr<const Body>(std::move(single), body);
}

// A path of one declared name is the common one: it is found without a look for dots, a copy or an error made for an
// unknown name.
ValueView Document::operator[](std::string_view path) const {
  if (!body_) return {};
  if (const FieldDef* const field = body_->shape->find(path)) return read_declared(*body_->shape, *field, body_->record);
  std::size_t dot = path.find('.');
  ValueView value = top_field(*body_->shape, body_->record, path.substr(0, dot));
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
  return Value(read_field(body_->collection(), *primary, body_->record));
}

Uuid Document::sid() const { return body_ ? body_->record.sid() : Uuid{}; }

std::uint64_t Document::sequence() const { return body_ ? body_->record.sequence() : 0; }

std::string_view Document::collection() const {
  return body_ ? std::string_view(body_->collection().name) : std::string_view();
}

Object Document::fields() const {
  Object fields;
  if (!body_) return fields;
  fields.reserve(body_->record.field_count());
  for_each_field(body_->collection(), body_->record,
                 [&](std::string_view name, ValueView value) {
                   fields.append(std::string(name), Value(value));
                 });
  return fields;
}

std::string Document::to_json() const {
  if (!body_) return "null";
  std::string out = "{";
  for_each_field(body_->collection(), body_->record,
                 [&](std::string_view name, ValueView value) {
                   if (out.size() > 1) out += ',';
                   append_json_string(out, name);
                   out += ':';
                   append_json(out, value);
                 });
  return out + "}";
}

namespace facade {

DocumentCollector::DocumentCollector(std::shared_ptr<const CollectionDef> collection)
    : collection_(std::move(collection)) {}
DocumentCollector::~DocumentCollector() = default;

void DocumentCollector::begin_group(std::size_t record_bytes, std::uint64_t most) {
  const std::size_t had = documents_.size();
  const std::size_t expected = most > had ? static_cast<std::size_t>(most - had) : std::max<std::size_t>(had, 4);
  if (had == 0) documents_.reserve(expected);
  const std::size_t documents = std::min(expected, Group::kDocuments);
  const std::size_t each = std::min(record_bytes, Group::kLargestCopied);
  const std::size_t bytes = std::min(documents * (each + each / 4), Group::kBytes);
  group_ = std::make_shared<Group>(DocumentShape::of(collection_), documents, std::max(bytes, each));
}

void DocumentCollector::add(const RecordRef& record, std::uint64_t most) {
  const std::size_t bytes = record.bytes().size();
  if (!group_ || !group_->takes(bytes)) begin_group(bytes, most);
  documents_.emplace_back().body_ = std::shared_ptr<const Document::Body>(group_, group_->add(record));
}

}  // namespace facade

}  // namespace aurora
