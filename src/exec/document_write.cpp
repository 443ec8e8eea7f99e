// Body of record making. Called by mutations, schema changes and the facade.
#include <aurora/exec/document_write.hpp>

#include <aurora/base/try.hpp>
#include <aurora/expr/computed_fields.hpp>
#include <aurora/schema/plain_insert.hpp>

namespace aurora::exec {

namespace {

// A builder reused between records of a thread: building one allocates nothing but its bytes. Empty again however its
// use ends, also when memory runs out halfway.
class Scratch {
 public:
  Scratch() = default;
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    if (!finished_) builder() = RecordBuilder();
  }
  [[nodiscard]] RecordBuilder& builder() const {
    thread_local RecordBuilder shared;
    return shared;
  }
  [[nodiscard]] Result<RecordRef> finish(std::uint32_t version, std::uint32_t max_bytes) {
    auto record = builder().finish(version, max_bytes);
    finished_ = true;
    return record;
  }

 private:
  bool finished_ = false;
};

Status add_open_fields(RecordBuilder& builder, ValueView current, const Object& changed) {
  Object open;
  if (current.type() == Type::kObject) {
    const auto object = current.object();
    for (std::uint32_t i = 0; i < object.size(); ++i)
      if (!changed.contains(object.name(i))) open.append(std::string(object.name(i)), Value(object.value(i)));
  }
  for (const auto& member : changed)
    if (!member.value.is_null()) open.append(member.name, member.value);
  if (!open.empty()) builder.add(kOpenFields, Value(std::move(open)));
  return {};
}

bool is_computed(const CollectionDef& collection, FieldId id) {
  return collection.computed_fields && collection.computed_fields->find(id) != nullptr;
}

// The record of what was given, with the computed fields that are stored. Those do not depend on the time.
Result<RecordRef> finish(const CollectionDef& collection, Scratch& scratch, std::uint32_t max_bytes) {
  AURORA_ASSIGN(auto record, scratch.finish(collection.version, max_bytes));
  if (!collection.computed_fields || collection.computed_fields->stored().empty()) return record;
  return with_computed(collection, record.view(), collection.computed_fields->stored(), DateTime(),
                       expr::Stored::kStale, max_bytes);
}

}  // namespace

Result<RecordRef> build_record(const CollectionDef& collection, const StoredFields& stored,
                               std::uint32_t max_bytes) {
  Scratch scratch;
  auto& builder = scratch.builder();
  for (const auto& [id, value] : stored.fields)
    if (!is_computed(collection, id)) builder.add(id, value);
  AURORA_TRY(add_open_fields(builder, ValueView(), stored.open));
  return finish(collection, scratch, max_bytes);
}

Result<RecordRef> make_record(WriteView& view, const CollectionDef& collection, const Object& input) {
  return make_record(collection, input, {view.now(), [&view] { return view.new_id(); }}, view.max_document_bytes());
}

Result<RecordRef> make_record(const CollectionDef& collection, const Object& input, const InsertContext& insert,
                              std::uint32_t max_bytes) {
  {
    Scratch scratch;
    if (add_plain(collection, input, insert, scratch.builder())) return finish(collection, scratch, max_bytes);
  }
  AURORA_ASSIGN(const auto stored, complete_insert(collection, input, insert));
  return build_record(collection, stored, max_bytes);
}

Result<RecordRef> JsonRecords::make(std::string_view text) {
  {
    Scratch scratch;
    if (reader_.read(text, scratch.builder())) return finish(collection_, scratch, max_bytes_);
  }
  AURORA_ASSIGN(auto value, parse_json(text));
  auto* document = value.if_object();
  if (document == nullptr) return Error(ErrorCode::kTypeError, "a document is an object of fields");
  return make_record(collection_, *document, insert_, max_bytes_);
}

Result<RecordRef> merge_record(const CollectionDef& collection, RecordView record, const StoredFields& changed,
                               std::uint32_t max_bytes) {
  Scratch scratch;
  auto& builder = scratch.builder();
  const auto is_changed = [&](FieldId id) {
    for (const auto& [changed_id, value] : changed.fields)
      if (changed_id == id) return true;
    return false;
  };
  // Only declared fields are carried over: what an alter dropped goes with the next write.
  for (const auto& field : collection.fields)
    if (!field.computed && !is_changed(field.id)) builder.add(field.id, read_field(collection, field, record));
  for (const auto& [id, value] : changed.fields) builder.add(id, value);
  if (collection.open) AURORA_TRY(add_open_fields(builder, record.field(kOpenFields), changed.open));
  return finish(collection, scratch, max_bytes);
}

std::string_view stored_text(const CollectionDef& collection, std::string_view field, RecordView record) {
  const auto* declared = collection.find(field);
  if (declared == nullptr) return {};
  const auto value = read_field(collection, *declared, record);
  return value.type() == Type::kString ? value.string_value() : std::string_view();
}

}  // namespace aurora::exec
