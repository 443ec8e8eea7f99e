// Body of schema statements. Called by the statement runner; the schema room plans, this room does the work on
// documents.
#include <aurora/exec/schema_change.hpp>

#include <aurora/aql/parser.hpp>
#include <aurora/base/try.hpp>
#include <aurora/exec/document_write.hpp>
#include <aurora/exec/expiry.hpp>
#include <aurora/expr/computed_fields.hpp>
#include <aurora/exec/relations.hpp>
#include <aurora/schema/alter.hpp>
#include <aurora/schema/build.hpp>

#include <algorithm>
#include <optional>

namespace aurora::exec {

namespace {

std::string outcome(std::string_view operation, std::string_view collection, std::string_view status) {
  std::string out = "{\"operation\":";
  append_json_string(out, operation);
  out += ",\"collection\":";
  append_json_string(out, collection);
  out += ",\"status\":";
  append_json_string(out, status);
  return out + "}";
}

Status refuse_unsupported(const CollectionDef& definition, std::string_view text, aql::Offset at) {
  const auto features = unsupported_features(definition);
  if (features.empty()) return {};
  return aql::error_at(text, at, ErrorCode::kInvalidOperation, features.front() + " is not supported yet");
}

// The place of the @computed of a field, when the statement holds it; else of the statement.
aql::Offset place_of(const aql::SchemaStatement& statement, std::string_view field) {
  const auto place = [&](const aql::FieldDefinition& written) -> std::optional<aql::Offset> {
    if (written.name.text != field) return std::nullopt;
    for (const auto& directive : written.directives)
      if (directive.name.text == "computed") return directive.name.at;
    return written.name.at;
  };
  for (const auto& written : statement.definition.fields)
    if (const auto at = place(written)) return *at;
  for (auto step = statement.steps.rbegin(); step != statement.steps.rend(); ++step)
    if (const auto at = place(step->field)) return *at;
  return statement.steps.empty() ? statement.at : statement.steps.front().at;
}

Status check_computed(const CollectionDef& definition, const aql::SchemaStatement& statement, std::string_view text) {
  FieldId culprit = 0;
  const auto made = ComputedFields::make(definition, &culprit);
  if (made) return {};
  const auto* field = definition.find(culprit);
  return aql::error_at(text, place_of(statement, field != nullptr ? field->name : std::string()),
                       made.error().code(), made.error().message());
}

// True when the values of stored computed fields may differ from what the records hold.
bool restores_computed(const AlterPlan& plan, const ComputedFields* before, const ComputedFields* after) {
  if (after == nullptr || after->stored().empty()) return false;
  if (plan.revises_documents() || before == nullptr || before->stored() != after->stored()) return true;
  return std::any_of(plan.after.fields.begin(), plan.after.fields.end(), [&](const FieldDef& field) {
    if (!field.computed) return false;
    const auto* old = plan.before.find(field.id);
    return old == nullptr || old->computed != field.computed || old->type.text() != field.type.text();
  });
}

Result<std::string> define(WriteView& view, const aql::SchemaStatement& statement, std::string_view text) {
  const auto& wanted = statement.definition;
  const auto existing = view.catalog().find(wanted.name.text);
  // A definition that exists is checked all the same; its ids are not used up.
  auto ids = view.schema_ids();
  AURORA_ASSIGN(auto definition, build_collection(wanted, text, ids));
  AURORA_TRY(refuse_unsupported(definition, text, wanted.name.at));
  AURORA_TRY(check_computed(definition, statement, text));
  if (existing) {
    if (wanted.if_not_exists || same_definition(*existing, definition))
      return outcome("define", wanted.name.text, "unchanged");
    return aql::error_at(text, wanted.name.at, ErrorCode::kCollectionAlreadyExists,
                         "collection '" + wanted.name.text +
                             "' exists with another definition; alter it, or define it 'if not exists'");
  }
  view.schema_ids() = ids;
  const auto id = definition.id;
  AURORA_TRY(view.put_collection(std::move(definition)));
  AURORA_TRY(check_relation_definitions(view.catalog(), *view.catalog().find(id), statement, text));
  return outcome("define", wanted.name.text, "created");
}

enum class Rewrite : std::uint8_t { kChanged, kAll };

// Every document as the new definition stores it. Reads all first, so that nothing changes when one fails.
// kAll: those that stay as they are too, so that their stored computed fields are made anew.
Status revise_documents(WriteView& view, const AlterPlan& plan, const OrdinalSet& documents, Rewrite rewrite) {
  std::vector<std::pair<Ordinal, RecordRef>> revised;
  std::uint64_t refused = 0;
  std::optional<Error> first;
  std::string first_name;
  Status failed;
  AURORA_TRY(view.scan(plan.before.id, documents, [&](Ordinal ordinal, const RecordRef& record) {
    const auto refuse = [&](const Error& error) {
      if (!first) {
        first = error;
        first_name = record.view().sid().text();
      }
      ++refused;
      return true;
    };
    auto stored = plan.revise(record.view());
    if (!stored) return refuse(stored.error());
    if (!*stored && rewrite == Rewrite::kChanged) return true;
    auto made = *stored ? build_record(plan.after, **stored, view.max_document_bytes())
                        : merge_record(plan.after, record.view(), {}, view.max_document_bytes());
    if (made) {
      revised.emplace_back(ordinal, *std::move(made));
      return true;
    }
    if (made.error().code() == ErrorCode::kTypeError) return refuse(made.error());
    failed = made.error();
    return false;
  }));
  AURORA_TRY(failed);
  if (first) return alter_refused(plan.before, first_name, *first, refused);
  for (auto& [ordinal, record] : revised) AURORA_TRY(view.replace(plan.after, ordinal, std::move(record)));
  return {};
}

Result<std::string> alter(WriteView& view, const aql::SchemaStatement& statement, std::string_view text) {
  const auto& name = statement.collection;
  auto found = view.catalog().require(name.text);
  if (!found) return aql::error_at(text, name.at, found.error().code(), found.error().message());
  if ((*found)->system)
    return aql::error_at(text, name.at, ErrorCode::kInvalidOperation, "a system collection cannot be altered");
  AURORA_ASSIGN(auto plan, plan_alter(**found, statement, text, view.schema_ids(), view.now()));
  AURORA_TRY(refuse_unsupported(plan.after, text, name.at));
  AURORA_TRY(check_computed(plan.after, statement, text));
  AURORA_TRY(attach_computed_fields(plan.after));
  const auto mark = view.savepoint();
  AURORA_ASSIGN(const auto* version, view.collection(plan.before.id));
  // Documents that nobody sees any more are not asked.
  std::vector<Ordinal> expired;
  expired_documents(*version, view.now()).append_to(expired);
  if (!expired.empty()) AURORA_TRY(remove_expired(view, **found, expired));
  const auto documents = all_documents(*version, view.pending(plan.before.id));
  if (!documents.empty()) {
    if (const auto refusal = plan.refuses_documents()) return *refusal;
    const bool restores = restores_computed(plan, (*found)->computed_fields.get(), plan.after.computed_fields.get());
    if (restores || plan.revises_documents())
      AURORA_TRY(revise_documents(view, plan, documents, restores ? Rewrite::kAll : Rewrite::kChanged));
  }
  const auto built = plan.built_indexes;
  const auto id = plan.after.id;
  AURORA_TRY(view.put_collection(std::move(plan.after)));
  AURORA_TRY(follow_renamed_keys(view, plan.before, statement, text));
  const auto definition = view.catalog().find(id);
  AURORA_TRY(check_relation_definitions(view.catalog(), *definition, statement, text));
  for (const auto& index : definition->indexes)
    if (std::find(built.begin(), built.end(), index.id) != built.end())
      AURORA_TRY(view.build_index(*definition, index));
  // Values that were made anew may clash in unique indexes that stay.
  AURORA_TRY(view.check_unique(mark));
  AURORA_TRY(check_new_relations(view, plan.before, *definition));
  return outcome("alter", name.text, "altered");
}

Result<std::string> drop(WriteView& view, const aql::SchemaStatement& statement, std::string_view text) {
  const auto& name = statement.collection;
  auto found = view.catalog().require(name.text);
  if (!found) {
    if (statement.if_exists) return outcome("drop", name.text, "unchanged");
    return aql::error_at(text, name.at, found.error().code(), found.error().message());
  }
  if ((*found)->system)
    return aql::error_at(text, name.at, ErrorCode::kInvalidOperation, "a system collection cannot be dropped");
  if (auto status = check_not_referred_to(view, **found); !status)
    return aql::error_at(text, name.at, status.error().code(), status.error().message());
  AURORA_TRY(view.drop_collection(**found));
  return outcome("drop", name.text, "dropped");
}

}  // namespace

Result<std::string> run_schema(WriteView& view, const aql::SchemaStatement& statement, std::string_view text) {
  switch (statement.kind) {
    case aql::SchemaStatement::Kind::kDefine: return define(view, statement, text);
    case aql::SchemaStatement::Kind::kAlter: return alter(view, statement, text);
    case aql::SchemaStatement::Kind::kDrop: return drop(view, statement, text);
  }
  return Error(ErrorCode::kInternal, "unknown schema statement");
}

}  // namespace aurora::exec
