// Body of migrations. Called by the statement runner; calls schema statements, expressions and document writing.
#include <aurora/exec/migrate.hpp>

#include <aurora/base/checksum.hpp>
#include <aurora/base/try.hpp>
#include <aurora/exec/document_write.hpp>
#include <aurora/exec/modifiers.hpp>
#include <aurora/exec/relations.hpp>
#include <aurora/exec/schema_change.hpp>
#include <aurora/expr/computed_fields.hpp>
#include <aurora/expr/program.hpp>
#include <aurora/plan/filter_compiler.hpp>
#include <aurora/schema/path.hpp>
#include <aurora/schema/system_collections.hpp>

#include <array>

namespace aurora::exec {

namespace {

using plan::Bindings;

// The checksum stands for the text whose blanks, commas and comments do not count.
std::string checksum_of(const aql::MigrationVersion& version) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto hash = hash128(version.normal_text);
  std::string text;
  for (const auto half : {hash.high, hash.low})
    for (int shift = 60; shift >= 0; shift -= 4) text += kDigits[(half >> shift) & 15u];
  return text;
}

Error misused(const Bindings& bindings, aql::Offset at, std::string message) {
  return bindings.error(at, ErrorCode::kInvalidQuery, std::move(message));
}

// Any field: the collection may not be there before the version runs.
class TextScope final : public expr::Scope {
 public:
  explicit TextScope(const Bindings& bindings) : bindings_(bindings) {}
  Result<expr::Slot> resolve(const std::vector<std::string>&, aql::Offset) override { return expr::Slot{0}; }
  Error error(aql::Offset at, std::string message) const override { return misused(bindings_, at, std::move(message)); }

 private:
  const Bindings& bindings_;
};

// The fields of one collection, and of the document at hand.
class DocumentScope final : public expr::Scope, public expr::Inputs {
 public:
  DocumentScope(const CollectionDef& collection, const Bindings& bindings)
      : collection_(collection), bindings_(bindings) {}

  Result<expr::Slot> resolve(const std::vector<std::string>& path, aql::Offset at) override {
    std::string dotted;
    for (const auto& name : path) dotted += (dotted.empty() ? "" : ".") + name;
    if (dotted == "_sid") return kSid;
    auto found = resolve_path(collection_, dotted);
    if (!found) return misused(bindings_, at, found.error().message());
    const auto slot = static_cast<expr::Slot>(paths_.size());
    paths_.push_back(*std::move(found));
    return slot;
  }

  [[nodiscard]] const std::vector<FieldPath>& paths() const noexcept { return paths_; }
  void look_at(RecordView record) { record_ = record; }

  Result<Value> value(expr::Slot slot) override {
    return slot == kSid ? Value(record_->sid_view()) : Value(read_path(collection_, paths_[slot], *record_));
  }
  Value variable(std::string_view) override { return {}; }   // a migration declares none
  DateTime now() const override { return bindings_.now; }
  Error error(aql::Offset at, ErrorCode code, std::string message) const override {
    return bindings_.error(at, code, std::move(message));
  }
  Error error(aql::Offset at, std::string message) const override { return misused(bindings_, at, std::move(message)); }

 private:
  static constexpr expr::Slot kSid = UINT32_MAX;
  const CollectionDef& collection_;
  const Bindings& bindings_;
  std::vector<FieldPath> paths_;
  std::optional<RecordView> record_;
};

// `set a = … b = … where {…}`: every right side reads the document as it was before the rule.
class Rule {
 public:
  Rule(WriteView& view, Catalog::Entry collection, const Bindings& bindings, const ExecSettings& settings)
      : view_(view),
        collection_(std::move(collection)),
        bindings_(bindings),
        settings_(settings),
        scope_(*collection_, bindings) {}

  Status run(const aql::MigrationData::Rule& rule) {
    for (const auto& set : rule.sets) AURORA_TRY(compile(set));
    DocumentQuery query;
    query.collection = collection_;
    query.filter = plan::match_all(collection_);
    if (rule.where) {
      AURORA_ASSIGN(query.filter, plan::compile_filter(collection_, *rule.where, bindings_));
    }
    for (const auto& path : scope_.paths()) add_if_virtual(*collection_, path.field, query.computed);
    AURORA_ASSIGN(const auto rows, select(view_, query, settings_, nullptr));
    const auto mark = view_.savepoint();
    for (const auto& row : rows) AURORA_TRY(change(row));
    const auto ended = end_statement(view_, mark);
    return ended ? Status() : Status(at_rule(ended.error()));
  }

 private:
  Status compile(const aql::MigrationSet& set) {
    if (set.field.text == "_sid")
      return bindings_.error(set.field.at, ErrorCode::kValidationError, "'_sid' is given by the system and never changes");
    if (const auto path = resolve_path(*collection_, set.field.text); !path)
      return misused(bindings_, set.field.at, path.error().message());
    AURORA_ASSIGN(auto program, expr::Program::compile(set.value, scope_));
    programs_.push_back(std::move(program));
    assignments_.push_back(assignment(*collection_, set.field));
    return {};
  }

  Error at_rule(const Error& error) const {
    if (error.line() != 0) return error;
    return bindings_.error(assignments_.front().at, error.code(),
                           "collection '" + collection_->name + "': " + error.message());
  }

  Status change(const Row& row) {
    const auto current = row.record.view();
    scope_.look_at(current);
    for (std::size_t i = 0; i < programs_.size(); ++i) {
      AURORA_ASSIGN(assignments_[i].operand, programs_[i].evaluate(scope_));
    }
    AURORA_ASSIGN(auto changed, apply_modifiers(*collection_, assignments_, &current, bindings_));
    auto checked = check_update(*collection_, std::move(changed), bindings_.now);
    if (!checked) return at_rule(checked.error());
    AURORA_ASSIGN(auto record, merge_record(*collection_, current, *checked, view_.max_document_bytes()));
    return view_.replace(*collection_, row.ordinal, std::move(record));
  }

  WriteView& view_;
  const Catalog::Entry collection_;
  const Bindings& bindings_;
  const ExecSettings& settings_;
  DocumentScope scope_;
  std::vector<Modifier> assignments_;
  std::vector<expr::Program> programs_;
};

class Version {
 public:
  Version(WriteView& view, const aql::MigrationVersion& version, const Bindings& bindings, const ExecSettings& settings,
          const Handlers& handlers)
      : view_(view), version_(version), bindings_(bindings), settings_(settings), handlers_(handlers) {
    bindings_.now = view.now();
    // Definitions of a version under way are nobody else's.
    bindings_.compiled = nullptr;
  }

  Result<bool> run() {
    AURORA_ASSIGN(const bool done, applied_before());
    if (done) return false;
    for (const auto& step : version_.steps) {
      if (step.schema) {
        AURORA_TRY(run_schema(view_, *step.schema, bindings_.text));
      } else {
        AURORA_TRY(run_data(*step.data));
      }
    }
    AURORA_TRY(record_version());
    return true;
  }

 private:
  Catalog::Entry migrations() const { return view_.catalog().find(kMigrationsCollection); }

  Result<bool> applied_before() {
    const Value wanted(Object{{"version", Value(version_.version.text)}});
    DocumentQuery query;
    query.collection = migrations();
    AURORA_ASSIGN(query.filter, plan::compile_filter(query.collection, plan::to_literal(wanted, 0), bindings_));
    AURORA_ASSIGN(const auto rows, select(view_, query, settings_, nullptr));
    if (rows.empty()) return false;
    if (stored_text(*query.collection, "checksum", rows.front().record.view()) == checksum_of(version_)) return true;
    return bindings_.error(version_.version.at, ErrorCode::kMigrationChanged,
                           "version \"" + version_.version.text +
                               "\" was applied with another text; leave what was applied as it was and write the "
                               "change as a new version");
  }

  Status run_data(const aql::MigrationData& data) {
    const auto& name = data.collection;
    for (const auto& rule : data.rules) {
      auto found = view_.catalog().require(name.text);
      if (!found) return bindings_.error(name.at, found.error().code(), found.error().message());
      if ((*found)->system)
        return bindings_.error(name.at, ErrorCode::kInvalidOperation,
                               "the system collection '" + name.text + "' can only be read");
      const auto mark = view_.savepoint();
      AURORA_TRY(Rule(view_, *std::move(found), bindings_, settings_).run(rule));
      if (const auto fired = handlers_.fire(view_, mark, bindings_, settings_, 0); !fired)
        return bindings_.error(name.at, fired.error().code(), fired.error().message());
    }
    return {};
  }

  Status record_version() {
    const auto collection = migrations();
    AURORA_ASSIGN(auto record, make_record(view_, *collection,
                                           Object{{"version", Value(version_.version.text)},
                                                  {"checksum", Value(checksum_of(version_))},
                                                  {"appliedAt", Value(bindings_.now)}}));
    const auto mark = view_.savepoint();
    AURORA_TRY(view_.insert(*collection, std::move(record)));
    return view_.check_unique(mark);
  }

  WriteView& view_;
  const aql::MigrationVersion& version_;
  Bindings bindings_;
  const ExecSettings& settings_;
  const Handlers& handlers_;
};

}  // namespace

Status check_migration(const aql::MigrationVersion& version, const Bindings& bindings) {
  TextScope scope(bindings);
  for (const auto& step : version.steps) {
    if (!step.data) continue;
    for (const auto& rule : step.data->rules)
      for (const auto& set : rule.sets) AURORA_TRY(expr::Program::compile(set.value, scope));
  }
  return {};
}

Result<bool> run_migration(WriteView& view, const aql::MigrationVersion& version, const Bindings& bindings,
                           const ExecSettings& settings, const Handlers& handlers) {
  return Version(view, version, bindings, settings, handlers).run();
}

}  // namespace aurora::exec
