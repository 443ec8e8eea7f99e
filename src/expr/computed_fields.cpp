// Body of permanent computed fields. Called when definitions enter the catalog and for records.
#include <aurora/expr/computed_fields.hpp>

#include "expr/value_at.hpp"

#include <aurora/aql/parser.hpp>
#include <aurora/base/try.hpp>
#include <aurora/schema/coerce.hpp>

#include <algorithm>

namespace aurora {

namespace {

// What is read outside of queries: by indexes, full-text search, expiry.
bool is_read_from_records(const CollectionDef& collection, const FieldDef& field) {
  const auto reads = [&](const FieldPath& path) { return path.field == field.id; };
  if (field.search || (collection.ttl && reads(collection.ttl->field))) return true;
  return std::any_of(collection.indexes.begin(), collection.indexes.end(),
                     [&](const IndexDef& index) {
                       return std::any_of(index.paths.begin(), index.paths.end(), reads);
                     });
}

// Orders computed fields by what they build on.
class Chains {
 public:
  Chains(const CollectionDef& collection, const std::vector<ComputedFields::Field>& fields)
      : collection_(collection), fields_(fields), states_(fields.size()) {}

  struct State {
    enum class Mark : std::uint8_t { kNew, kOpen, kDone };
    Mark mark = Mark::kNew;
    bool varies = false;  // its value depends on the time, or on `_sid`, which a new record lacks
    std::size_t height = 0;  // of the longest chain below
  };

  // Depth first; the height bounds the recursion.
  Status visit(std::size_t index, std::size_t depth) {
    auto& state = states_[index];
    if (state.mark == State::Mark::kDone) return {};
    path_.push_back(index);
    if (state.mark == State::Mark::kOpen) return circle(index);
    if (depth > ComputedFields::kMaxChain)
      return refuse(index, "computed fields build on one another in a chain of more than " +
                               std::to_string(ComputedFields::kMaxChain));
    state.mark = State::Mark::kOpen;
    const auto& program = fields_[index].program;
    state.varies = program.program().uses_now();
    for (const auto& read : program.reads()) {
      if (read.sid) {
        state.varies = true;
        continue;
      }
      const auto below = index_of(read.path.field);
      if (!below) continue;
      AURORA_TRY(visit(*below, depth + 1));
      state.varies = state.varies || states_[*below].varies;
    }
    state.mark = State::Mark::kDone;
    path_.pop_back();
    return {};
  }

  [[nodiscard]] bool varies(std::size_t index) const { return states_[index].varies; }
  [[nodiscard]] std::size_t culprit() const { return culprit_; }

 private:
  std::optional<std::size_t> index_of(FieldId id) const {
    for (std::size_t i = 0; i < fields_.size(); ++i)
      if (fields_[i].id == id) return i;
    return std::nullopt;
  }

  Error refuse(std::size_t index, std::string message) {
    culprit_ = index;
    return Error(ErrorCode::kInvalidDefinition,
                 "computed field '" + name(index) + "': " + std::move(message));
  }

  const std::string& name(std::size_t index) const {
    return collection_.find(fields_[index].id)->name;
  }

  Error circle(std::size_t index) {
    std::string way;
    for (auto at = std::find(path_.begin(), path_.end(), index); at != path_.end(); ++at)
      way += (way.empty() ? "" : " → ") + name(*at);
    return refuse(index, "it builds on itself: " + way);
  }

  const CollectionDef& collection_;
  const std::vector<ComputedFields::Field>& fields_;
  std::vector<State> states_;
  std::vector<std::size_t> path_;
  std::size_t culprit_ = 0;
};

Result<expr::RecordProgram> compile(const CollectionDef& collection, const FieldDef& field) {
  const auto refuse = [&](const Error& error) {
    const auto code =
        error.code() == ErrorCode::kLimitExceeded ? error.code() : ErrorCode::kInvalidDefinition;
    return Error(code, "computed field '" + field.name + "': " + error.message());
  };
  const auto parsed = aql::parse_expression(*field.computed);
  if (!parsed) return refuse(parsed.error());
  auto program =
      expr::RecordProgram::compile(*parsed, collection, {{}, ErrorCode::kInvalidDefinition});
  if (!program) return refuse(program.error());
  if (const auto& variables = program->program().variables(); !variables.empty())
    return refuse(
        Error(ErrorCode::kInvalidDefinition,
              "a permanent computed field cannot read a variable ('$" + variables.front() + "')"));
  return program;
}

}  // namespace

Result<std::shared_ptr<const ComputedFields>> ComputedFields::make(const CollectionDef& collection,
                                                                   FieldId* culprit) {
  auto made = std::make_shared<ComputedFields>();
  for (const auto& field : collection.fields) {
    if (!field.computed) continue;
    if (culprit != nullptr) *culprit = field.id;
    AURORA_ASSIGN(auto program, compile(collection, field));
    const bool stored = is_read_from_records(collection, field);
    made->fields_.push_back({field.id, std::move(program), stored});
    (stored ? made->stored_ : made->virtuals_).push_back(field.id);
  }
  if (made->fields_.empty()) return std::shared_ptr<const ComputedFields>();
  Chains chains(collection, made->fields_);
  for (std::size_t i = 0; i < made->fields_.size(); ++i) {
    const auto status = chains.visit(i, 1);
    if (!status && culprit != nullptr) *culprit = made->fields_[chains.culprit()].id;
    AURORA_TRY(status);
    if (!made->fields_[i].stored || !chains.varies(i)) continue;
    if (culprit != nullptr) *culprit = made->fields_[i].id;
    return Error(ErrorCode::kInvalidDefinition,
                 "computed field '" + collection.find(made->fields_[i].id)->name +
                     "' cannot be indexed: its value depends on now() or _sid");
  }
  return std::shared_ptr<const ComputedFields>(std::move(made));
}

const ComputedFields::Field* ComputedFields::find(FieldId id) const noexcept {
  for (const auto& field : fields_)
    if (field.id == id) return &field;
  return nullptr;
}

Status attach_computed_fields(CollectionDef& collection) {
  AURORA_ASSIGN(collection.computed_fields, ComputedFields::make(collection));
  return {};
}

bool is_virtual(const CollectionDef& collection, FieldId field) noexcept {
  if (!collection.computed_fields) return false;
  const auto* found = collection.computed_fields->find(field);
  return found != nullptr && !found->stored;
}

void add_if_virtual(const CollectionDef& collection, FieldId field, std::vector<FieldId>& fields) {
  if (is_virtual(collection, field) &&
      std::find(fields.begin(), fields.end(), field) == fields.end())
    fields.push_back(field);
}

namespace expr {

namespace {

ValueView root_of(const CollectionDef& collection, const FieldPath& path, RecordView record) {
  if (path.field == kOpenFields) return record.field(kOpenFields)[path.name];
  const auto* field = collection.find(path.field);
  return field != nullptr ? read_field(collection, *field, record) : ValueView();
}

}  // namespace

Result<Value> ComputedValues::at(const FieldPath& path) {
  const bool is_computed = collection_.computed_fields && path.field != kOpenFields &&
                           collection_.computed_fields->find(path.field) != nullptr;
  if (!is_computed) return value_at(root_of(collection_, path, record_), path.rest);
  AURORA_ASSIGN(const auto* whole, computed(path.field));
  if (path.rest.empty()) return *whole;
  const EncodedValue encoded(*whole);
  return value_at(encoded.view(), path.rest);
}

// Chains are at most kMaxChain long (ComputedFields::make), so this recursion ends.
Result<const Value*> ComputedValues::computed(FieldId field) {
  const auto& fields = collection_.computed_fields->fields();
  known_.resize(fields.size());
  const auto* found = collection_.computed_fields->find(field);
  auto& known = known_[static_cast<std::size_t>(found - fields.data())];
  if (known) return known.get();
  const auto& definition = *collection_.find(field);
  if (found->stored && stored_ == Stored::kPresent) {
    known = std::make_unique<Value>(read_field(collection_, definition, record_));
    return known.get();
  }
  auto value = found->program.evaluate(*this, {});
  if (!value) return value.error().with_prefix("computed field '" + definition.name + "': ");
  auto typed =
      coerce(definition.type, *std::move(value), CoerceContext{now_, nullptr}, definition.name);
  if (!typed) return typed.error().with_prefix("computed ");
  known = std::make_unique<Value>(*std::move(typed));
  return known.get();
}

}  // namespace expr

Result<RecordRef> with_computed(const CollectionDef& collection, RecordView record,
                                std::span<const FieldId> fields, DateTime now, expr::Stored stored,
                                std::uint32_t max_bytes) {
  expr::ComputedValues values(collection, record, now, stored);
  RecordBuilder builder;
  for (std::uint32_t i = 0; i < record.field_count(); ++i) {
    const auto [id, value] = record.field_at(i);
    if (std::find(fields.begin(), fields.end(), id) == fields.end()) builder.add(id, value);
  }
  for (const auto id : fields) {
    AURORA_ASSIGN(const auto* value, values.computed(id));
    builder.add(id, *value);
  }
  AURORA_ASSIGN(auto extended, builder.finish(record.schema_version(), max_bytes));
  extended.seal(record.sequence(), record.sid());
  return extended;
}

const FieldDef* find_stale_computed(const CollectionDef& collection, RecordView record) {
  if (!collection.computed_fields) return nullptr;
  expr::ComputedValues values(collection, record, DateTime(), expr::Stored::kStale);
  for (const auto id : collection.computed_fields->stored()) {
    const auto* field = collection.find(id);
    const auto value = values.computed(id);
    if (!value || !(**value == Value(read_field(collection, *field, record)))) return field;
  }
  return nullptr;
}

Result<RecordRef> with_virtuals(const CollectionDef& collection, RecordRef record, DateTime now) {
  if (!record || !collection.computed_fields || collection.computed_fields->virtuals().empty())
    return record;
  return with_computed(collection, record.view(), collection.computed_fields->virtuals(), now);
}

}  // namespace aurora
