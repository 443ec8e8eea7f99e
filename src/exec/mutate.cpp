// Body of the mutation operations. Called by the statement runner through the commit pipeline.
#include <aurora/exec/mutate.hpp>

#include <aurora/base/try.hpp>
#include <aurora/exec/arguments.hpp>
#include <aurora/exec/document_write.hpp>
#include <aurora/exec/handlers.hpp>
#include <aurora/exec/jobs.hpp>
#include <aurora/exec/key_search.hpp>
#include <aurora/exec/modifiers.hpp>
#include <aurora/exec/projection.hpp>
#include <aurora/exec/relations.hpp>
#include <aurora/index/extract.hpp>
#include <aurora/plan/filter_compiler.hpp>
#include <aurora/schema/path.hpp>

#include "mutation_shape.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace aurora::exec {

namespace {

using aql::Literal;
using aql::Selection;
using plan::Bindings;

// Sets the value at a dotted path; `fresh` turns false when another one stood there or above it.
void set_at(Object& into, std::string_view path, Value value, bool& fresh) {
  auto* at = &into;
  for (auto dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.')) {
    auto& part = (*at)[path.substr(0, dot)];
    if (part.if_object() == nullptr) {
      fresh = fresh && part.is_null();
      part = Value(Object());
    }
    at = part.if_object();
    path.remove_prefix(dot + 1);
  }
  const auto* held = at->find(path);
  fresh = fresh && (held == nullptr || *held == value);
  at->set(std::string(path), std::move(value));
}

// Dotted keys of a document name leaves. Errors: ValidationError for two values of one part.
Result<Object> with_parts(Object input) {
  const auto dotted = [](const auto& member) { return member.name.find('.') != std::string::npos; };
  if (std::none_of(input.begin(), input.end(), dotted)) return input;
  Object made;
  for (auto& member : input) {
    bool fresh = true;
    set_at(made, member.name, std::move(member.value), fresh);
    if (!fresh)
      return Error(ErrorCode::kValidationError, "'" + member.name + "' and another key give a value to the same part");
  }
  return made;
}

class Operation {
 public:
  Operation(WriteView& view, const Selection& field, const MutationContext& context)
      : view_(view), field_(field), context_(context), bindings_(context.bindings), mark_(view.savepoint()) {}

  Status open(std::span<const std::string_view> arguments) {
    AURORA_TRY(check_arguments(field_.arguments, arguments, field_.name.text, bindings_));
    AURORA_ASSIGN(const auto name, text_argument(field_.arguments, {"collection"}, bindings_));
    if (!name)
      return bindings_.error(field_.name.at, ErrorCode::kInvalidQuery,
                             "'" + field_.name.text + "' needs the argument 'collection'");
    auto found = view_.catalog().require(*name);
    if (!found) {
      const auto written = find_argument(field_.arguments, {"collection"}, bindings_);
      return bindings_.error(written.get()->at, found.error().code(), found.error().message());
    }
    collection_ = *std::move(found);
    if (collection_->system)
      return bindings_.error(field_.name.at, ErrorCode::kInvalidOperation,
                             "the system collection '" + *name + "' can only be read");
    AURORA_ASSIGN(shape_, MutationShape::compile(view_.catalog(), *collection_,
                                                 field_.has_selections ? &field_.selections : nullptr, context_));
    return {};
  }

  Result<std::string> insert(bool many) {
    constexpr std::array<std::string_view, 3> kConflictWords{"IGNORE", "REPLACE", "UPDATE"};
    AURORA_ASSIGN(const auto on_conflict,
                  word_argument(field_.arguments, "onConflict", kConflictWords, bindings_));
    AURORA_ASSIGN(const auto* data, required({"data", "set"}));
    const auto* variable = variable_of(*data);
    AURORA_ASSIGN(auto value, variable != nullptr ? plan::as_written(*variable) : resolve(*data, bindings_));
    List documents;
    if (many) {
      auto* list = value.if_list();
      if (list == nullptr)
        return bindings_.error(data->at, ErrorCode::kTypeError, "'data' of insertMany is a list of documents");
      documents = std::move(*list);
    } else {
      documents.push_back(std::move(value));
    }
    std::vector<RecordRef> written;
    std::uint64_t affected = 0;
    for (auto& document : documents) {
      auto* object = document.if_object();
      if (object == nullptr)
        return bindings_.error(data->at, ErrorCode::kTypeError, "a document is an object of fields");
      AURORA_ASSIGN(const bool stored, insert_one(std::move(*object), on_conflict, written));
      affected += stored ? 1 : 0;
    }
    AURORA_TRY(end());
    return answer(affected, written, !many);
  }

  Result<std::string> update() {
    AURORA_ASSIGN(const auto modifiers, data_modifiers());
    AURORA_ASSIGN(const auto rows, matching());
    if (rows.empty()) AURORA_TRY(check_plain(modifiers));
    std::vector<RecordRef> written;
    for (const auto& row : rows) AURORA_TRY(update_row(row, modifiers, written));
    AURORA_TRY(end());
    return answer(rows.size(), written, false);
  }

  Result<std::string> upsert() {
    const auto where = find_argument(field_.arguments, {"where", "filter"}, bindings_);
    if (where.get() == nullptr)
      return bindings_.error(field_.name.at, ErrorCode::kInvalidQuery,
                             "'upsert' needs the argument 'where': it says which document is meant");
    AURORA_ASSIGN(const auto modifiers, data_modifiers());
    AURORA_ASSIGN(const auto rows, matching());
    std::vector<RecordRef> written;
    if (rows.empty()) {
      Object made;
      AURORA_TRY(add_equalities(*where.get(), made));
      AURORA_ASSIGN(auto changed, apply_modifiers(*collection_, modifiers, nullptr, bindings_));
      for (auto& member : changed) {
        const bool in_parts = std::any_of(modifiers.begin(), modifiers.end(), [&](const Modifier& modifier) {
          return modifier.field == member.name && !modifier.rest.empty();
        });
        auto& value = made[member.name];
        if (in_parts)
          merge(value, std::move(member.value));
        else
          value = std::move(member.value);
      }
      AURORA_ASSIGN(const bool stored, insert_one(std::move(made), std::nullopt, written));
      (void)stored;
    }
    for (const auto& row : rows) AURORA_TRY(update_row(row, modifiers, written));
    AURORA_TRY(end());
    return answer(written.size(), written, false);
  }

  Result<std::string> remove() {
    AURORA_ASSIGN(const auto rows, matching());
    std::vector<RecordRef> removed;
    for (const auto& row : rows) {
      AURORA_TRY(view_.erase(*collection_, row.ordinal));
      removed.push_back(row.record);
    }
    AURORA_TRY(end());
    return answer(rows.size(), removed, false);
  }

 private:
  // What a variable that stands for the whole argument holds; null when none does.
  const Value* variable_of(const Literal& argument) const {
    return argument.kind == Literal::Kind::kVariable ? bindings_.find(argument.text) : nullptr;
  }

  // As it is in the text; a variable there has a value.
  Result<const Literal*> required(std::initializer_list<std::string_view> names) const {
    for (const auto& argument : field_.arguments)
      for (const auto name : names) {
        if (argument.name.text != name) continue;
        if (argument.value.kind != Literal::Kind::kVariable || variable_of(argument.value) != nullptr)
          return &argument.value;
        return bindings_.error(argument.value.at, ErrorCode::kUndefinedVariable,
                               "the variable for '" + std::string(name) + "' was not given a value");
      }
    return bindings_.error(field_.name.at, ErrorCode::kInvalidQuery,
                           "'" + field_.name.text + "' needs the argument '" + std::string(*names.begin()) + "'");
  }

  Result<std::vector<Modifier>> data_modifiers() const {
    AURORA_ASSIGN(const auto* data, required({"data", "set"}));
    const auto* variable = variable_of(*data);
    if (variable == nullptr) return compile_modifiers(*collection_, *data, bindings_);
    if (const auto* object = variable->if_object()) return compile_modifiers(*collection_, *object, bindings_, data->at);
    return compile_modifiers(*collection_, plan::to_literal(*variable, data->at), bindings_);
  }

  // What cannot be stored in any document is refused when none matches, too.
  Status check_plain(const std::vector<Modifier>& modifiers) const {
    Object plain;
    for (const auto& modifier : modifiers)
      if (modifier.kind == ModifierKind::kSet && modifier.rest.empty()) plain.set(modifier.field, modifier.operand);
    const auto checked = check_update(*collection_, std::move(plain), view_.now());
    return checked ? Status() : Status(in_field(checked.error()));
  }

  Result<std::vector<Row>> matching() {
    const auto where = find_argument(field_.arguments, {"where", "filter"}, bindings_);
    AURORA_ASSIGN(const auto all, flag_argument(field_.arguments, "all", bindings_));
    if (where.get() == nullptr && !all.value_or(false))
      return bindings_.error(field_.name.at, ErrorCode::kInvalidOperation,
                             "'" + field_.name.text + "' without 'where' would touch every document of '" +
                                 collection_->name + "'; write all: true if that is meant");
    DocumentQuery query;
    query.collection = collection_;
    AURORA_ASSIGN(query.filter, plan::filter_of(collection_, where, bindings_));
    return select(view_, query, context_.settings, nullptr);
  }

  Result<std::string> answer(std::uint64_t affected, const std::vector<RecordRef>& documents, bool single) {
    return shape_.render(view_, *collection_, affected, documents, single, context_.settings);
  }

  Status end() const {
    const auto status = end_statement(view_, mark_);
    if (status) return {};
    return bindings_.error(field_.name.at, status.error().code(), status.error().message());
  }

  Error in_field(const Error& error) const {
    return bindings_.error(field_.name.at, error.code(), in_collection(*collection_, error).message());
  }

  // True when a document was written.
  Result<bool> insert_one(Object input, const std::optional<std::string>& on_conflict,
                          std::vector<RecordRef>& written) {
    const Object given = on_conflict == "UPDATE" ? input : Object();
    auto whole = with_parts(std::move(input));
    if (!whole) return in_field(whole.error());
    auto record = make_record(view_, *collection_, *whole);
    if (!record) return in_field(record.error());
    const auto mark = view_.savepoint();
    if (on_conflict) {
      AURORA_ASSIGN(const auto holders, conflicting(record->view()));
      if (!holders.empty()) {
        AURORA_ASSIGN(const bool wrote,
                      resolve_conflict(*on_conflict, holders, given, *std::move(record), written));
        AURORA_TRY(view_.check_unique(mark));
        return wrote;
      }
    }
    AURORA_ASSIGN(const auto ordinal, view_.insert(*collection_, *std::move(record)));
    // The documents after it meet its values.
    if (on_conflict) AURORA_TRY(view_.check_unique(mark));
    AURORA_ASSIGN(auto stored, view_.record(collection_->id, ordinal));
    written.push_back(std::move(stored));
    return true;
  }

  // Documents that hold a unique value of `record`, the primary key's holder first.
  Result<std::vector<Ordinal>> conflicting(RecordView record) {
    std::vector<Ordinal> holders;
    std::vector<std::string> keys;
    for (const auto kind : {IndexKind::kPrimary, IndexKind::kUnique})
      for (const auto& index : collection_->indexes) {
        if (index.kind != kind) continue;
        if (auto read = view_.keeps_reads() ? holder_filter(collection_, index, record) : nullptr)
          view_.on_read(collection_->id, std::move(read));
        extract_keys(*collection_, index, record, keys);
        for (const auto& key : keys) {
          AURORA_ASSIGN(const auto holder, view_.holder(*collection_, index, key, UINT32_MAX));
          if (holder && std::find(holders.begin(), holders.end(), *holder) == holders.end())
            holders.push_back(*holder);
        }
      }
    return holders;
  }

  Result<bool> resolve_conflict(const std::string& how, const std::vector<Ordinal>& holders, const Object& given,
                                RecordRef record, std::vector<RecordRef>& written) {
    const auto first = holders.front();
    bool wrote = true;
    if (how == "IGNORE") {
      wrote = false;
    } else if (how == "REPLACE") {
      AURORA_TRY(view_.replace(*collection_, first, std::move(record)));
      for (std::size_t i = 1; i < holders.size(); ++i) AURORA_TRY(view_.erase(*collection_, holders[i]));
    } else {
      AURORA_ASSIGN(const auto current, view_.record(collection_->id, first));
      const auto before = current.view();
      std::vector<Modifier> modifiers;
      for (const auto& member : given) {
        modifiers.push_back(assignment(*collection_, {member.name, field_.name.at}));
        modifiers.back().operand = member.value;
      }
      AURORA_ASSIGN(auto changed, apply_modifiers(*collection_, modifiers, &before, bindings_));
      AURORA_TRY(write_changed({first, current}, std::move(changed)));
    }
    AURORA_ASSIGN(auto stored, view_.record(collection_->id, first));
    written.push_back(std::move(stored));
    return wrote;
  }

  Status write_changed(const Row& row, Object changed) {
    auto checked = check_update(*collection_, std::move(changed), view_.now());
    if (!checked) return in_field(checked.error());
    AURORA_ASSIGN(auto record, merge_record(*collection_, row.record.view(), *checked, view_.max_document_bytes()));
    return view_.replace(*collection_, row.ordinal, std::move(record));
  }

  Status update_row(const Row& row, const std::vector<Modifier>& modifiers, std::vector<RecordRef>& written) {
    const auto current = row.record.view();
    AURORA_ASSIGN(auto changed, apply_modifiers(*collection_, modifiers, &current, bindings_));
    AURORA_TRY(write_changed(row, std::move(changed)));
    AURORA_ASSIGN(auto stored, view_.record(collection_->id, row.ordinal));
    written.push_back(std::move(stored));
    return {};
  }

  // Puts the parts of an object into another one, whose other parts stay.
  static void merge(Value& into, Value from) {
    auto* object = into.if_object();
    auto* parts = from.if_object();
    if (object == nullptr || parts == nullptr) {
      into = std::move(from);
      return;
    }
    for (auto& part : *parts) merge((*object)[part.name], std::move(part.value));
  }

  // The `eq` conditions of an upsert's `where`, those inside `and` too, become fields of the new document.
  Status add_equalities(const Literal& where, Object& made) const {
    for (const auto& member : where.members) {
      const auto& name = member.name.text;
      const auto& value = *member.value;
      if (name == "and") {
        if (value.kind == Literal::Kind::kObject) AURORA_TRY(add_equalities(value, made));
        for (const auto& part : value.items) AURORA_TRY(add_equalities(part, made));
        continue;
      }
      if (name == "_sid")
        return bindings_.error(member.name.at, ErrorCode::kValidationError,
                               "no document has that '_sid', and a new one cannot be given it: the system assigns it");
      if (name == "or" || name == "not") continue;
      AURORA_TRY(add_equality(name, value, made));
    }
    return {};
  }

  Status add_equality(const std::string& name, const Literal& value, Object& made) const {
    const Literal* equal = &value;
    if (value.kind == Literal::Kind::kObject) {
      equal = value.find("eq");
      if (equal == nullptr) {
        const auto* field = collection_->find(name.substr(0, name.find('.')));
        const bool nested = field != nullptr && field->type.type == FieldType::kNested;
        if (nested)
          for (const auto& part : value.members)
            AURORA_TRY(add_equality(name + "." + part.name.text, *part.value, made));
        return {};
      }
    }
    AURORA_ASSIGN(auto data, resolve(*equal, bindings_));
    bool fresh = true;
    set_at(made, name, std::move(data), fresh);
    if (!fresh)
      return bindings_.error(value.at, ErrorCode::kValidationError,
                             "'where' asks for two values of '" + name + "', which no new document can have");
    return {};
  }

  WriteView& view_;
  const Selection& field_;
  const MutationContext& context_;
  const Bindings& bindings_;
  const Savepoint mark_;
  std::shared_ptr<const CollectionDef> collection_;
  MutationShape shape_;
};

constexpr std::array<std::string_view, 4> kInsertArguments{"collection", "data", "set", "onConflict"};
constexpr std::array<std::string_view, 6> kUpdateArguments{"collection", "where", "filter", "data", "set", "all"};
constexpr std::array<std::string_view, 5> kUpsertArguments{"collection", "where", "filter", "data", "set"};
constexpr std::array<std::string_view, 4> kDeleteArguments{"collection", "where", "filter", "all"};

Result<std::string> run_transaction(WriteView& view, const Selection& field, const MutationContext& context) {
  const auto checked = check_arguments(field.arguments, {}, "'transaction'", context.bindings);
  if (!checked) return checked.error().under(field.key());
  std::string out = "{";
  for (const auto& step : field.selections) {
    const auto failed = [&](const Error& error) { return error.under(step.key()).under(field.key()); };
    if (step.name.text == "transaction")
      return failed(context.bindings.error(step.name.at, ErrorCode::kInvalidOperation,
                                           "a transaction inside a transaction is not allowed"));
    auto included = is_included(step.directives, context.bindings);
    if (!included) return failed(included.error());
    if (!*included) continue;
    auto result = run_mutation(view, step, context);
    if (!result) return failed(result.error());
    if (out.size() > 1) out += ',';
    out += json_key(step.key()) + *result;
  }
  out += '}';
  return out;
}

Result<std::string> run_operation(WriteView& view, const Selection& field, const MutationContext& context) {
  const auto& name = field.name.text;
  if (context.transfer && (name == "import" || name == "export")) return context.transfer(view, field, context);
  if (is_job_operation(name)) return run_job_operation(view, field, context);
  Operation operation(view, field, context);
  if (name == "insertInto" || name == "insert" || name == "insertMany") {
    AURORA_TRY(operation.open(kInsertArguments));
    return operation.insert(name == "insertMany");
  }
  if (name == "update") {
    AURORA_TRY(operation.open(kUpdateArguments));
    return operation.update();
  }
  if (name == "upsert") {
    AURORA_TRY(operation.open(kUpsertArguments));
    return operation.upsert();
  }
  if (name == "deleteFrom" || name == "delete") {
    AURORA_TRY(operation.open(kDeleteArguments));
    return operation.remove();
  }
  return context.bindings.error(field.name.at, ErrorCode::kInvalidOperation, "'" + name + "' is not supported yet");
}

}  // namespace

Result<std::string> run_mutation(WriteView& view, const Selection& field, const MutationContext& context) {
  if (field.name.text == "transaction") return run_transaction(view, field, context);
  const auto mark = view.savepoint();
  AURORA_ASSIGN(auto result, run_operation(view, field, context));
  if (context.handlers != nullptr) {
    const auto fired = context.handlers->fire(view, mark, context.bindings, context.settings, context.depth);
    if (!fired) return context.bindings.error(field.name.at, fired.error().code(), fired.error().message());
  }
  return result;
}

}  // namespace aurora::exec
