// Checks of a whole text: fragments, variables, result keys.
// Called by parse(); the graph of fragments does the counting.
#include "aql/check.hpp"

#include <aurora/aql/parser.hpp>

#include "aql/fragment_scope.hpp"
#include "aql/fragments.hpp"
#include "aql/merge.hpp"
#include "aql/unique.hpp"

#include <aurora/base/nearest.hpp>
#include <aurora/base/try.hpp>

#include <algorithm>
#include <utility>

namespace aurora::aql {

namespace {

class Checker {
 public:
  Checker(const Document& document, const Notes& notes, const Limits& limits, std::string_view text)
      : document_(document), notes_(notes), text_(text), graph_(document, notes, limits, text) {}

  Status run() {
    AURORA_TRY(graph_.build());
    AURORA_TRY(check_all_variables());
    if (!notes_.spreads.empty() || notes_.has_inline_fragment) {
      AURORA_TRY(check_fragment_scopes(document_, graph_, text_));
      for (const Operation& operation : document_.operations) {
        AURORA_TRY(check_set(operation.selections));
        AURORA_TRY(check_set(operation.handler.action.selections));
      }
    }
    return check_result_keys();
  }

 private:
  // ---- variables

  Status check_all_variables() {
    reached_.assign(document_.fragments.size(), 0);
    for (const Part& part : notes_.parts)
      if (!part.is_fragment) AURORA_TRY(check_variables(part));
    return {};
  }

  /// One operation as written, with the fragments it reaches.
  Status check_variables(const Part& part) {
    const bool none_used = part.first_use == part.last_use && part.first_spread == part.last_spread;
    const std::vector<VariableDefinition>& declared = document_.operations[part.first].variables;
    if (none_used && declared.empty()) return {};

    declared_.clear();
    for (const VariableDefinition& variable : declared)
      declared_.push_back({variable.name.text, variable.name.at, false});
    std::sort(declared_.begin(), declared_.end(),
              [](const Declared& a, const Declared& b) { return a.name < b.name; });
    ++round_;
    std::vector<const Part*> todo{&part};
    while (!todo.empty()) {
      const Part& each = *todo.back();
      todo.pop_back();
      for (std::size_t i = each.first_use; i < each.last_use; ++i)
        AURORA_TRY(mark_used(notes_.uses[i]));
      for (std::size_t i = each.first_spread; i < each.last_spread; ++i) {
        const std::size_t target = graph_.target(i);
        if (std::exchange(reached_[target], round_) != round_) todo.push_back(&graph_.part(target));
      }
    }
    const Declared* unused = nullptr;
    for (const Declared& variable : declared_)
      if (!variable.used && (unused == nullptr || variable.at < unused->at)) unused = &variable;
    if (unused == nullptr) return {};
    return error_at(text_, unused->at, ErrorCode::kInvalidQuery,
                    "variable '$" + std::string(unused->name) + "' is declared and never used");
  }

  Status mark_used(const VariableUse& use) {
    const auto found =
        std::lower_bound(declared_.begin(), declared_.end(), use.name,
                         [](const Declared& d, const std::string& name) { return d.name < name; });
    if (found != declared_.end() && found->name == use.name) {
      found->used = true;
      return {};
    }
    std::vector<std::string_view> names;
    for (const Declared& variable : declared_) names.push_back(variable.name);
    std::string message = "variable '$" + use.name + "' is not declared by its operation";
    const std::string_view nearest = nearest_name(use.name, names);
    if (!nearest.empty()) message += "; did you mean '$" + std::string(nearest) + "'?";
    return error_at(text_, use.at, ErrorCode::kUndefinedVariable, std::move(message));
  }

  // ---- fields selected twice through fragments

  Status check_set(const std::vector<Selection>& set) {
    std::vector<const Selection*> fields;
    if (gather(set, fields)) AURORA_TRY(check_repeated(fields, text_));
    for (const Selection* field : fields)
      if (field->has_selections) AURORA_TRY(check_set(field->selections));
    return {};
  }

  /// The fields of a set with its fragments laid out; true when there were any fragments.
  bool gather(const std::vector<Selection>& set, std::vector<const Selection*>& fields) const {
    bool fragments = false;
    for (const Selection& selection : set) {
      if (selection.kind == Selection::Kind::kSpread) {
        gather(graph_.find(selection.name.text).selections, fields);
        fragments = true;
      } else if (selection.kind == Selection::Kind::kInlineFragment) {
        gather(selection.selections, fields);
        fragments = true;
      } else {
        fields.push_back(&selection);
      }
    }
    return fragments;
  }

  // ---- result keys of the whole text

  struct ResultKey {
    std::string_view key;
    Offset at = 0;
  };

  Status check_result_keys() const {
    if (document_.operations.size() == 1 &&
        document_.operations.front().kind == Operation::Kind::kQuery)
      return {};  // its selection set was checked
    std::vector<ResultKey> keys;
    bool has_schema = false;
    for (const Operation& operation : document_.operations) {
      const bool is_schema = operation.kind == Operation::Kind::kSchema;
      if (is_schema && std::exchange(has_schema, true)) continue;  // their lists are joined
      add_keys(operation, keys);
    }
    const auto twice = find_repetition(
        keys.size(), [&](std::size_t i) -> std::string_view { return keys[i].key; });
    if (!twice) return {};
    const ResultKey& second = keys[twice->second];
    return error_at(text_, second.at, ErrorCode::kInvalidQuery,
                    "result key '" + std::string(second.key) +
                        "' is given twice in one text; give one of them another alias");
  }

  static void add_keys(const Operation& operation, std::vector<ResultKey>& keys) {
    switch (operation.kind) {
      case Operation::Kind::kQuery:
      case Operation::Kind::kMutation:
      case Operation::Kind::kSubscription:
        for (const Selection& field : operation.selections) keys.push_back({field.key(), field.at});
        return;
      case Operation::Kind::kSchema:
        keys.push_back({"schema", operation.at});
        return;
      case Operation::Kind::kMigrate:
        keys.push_back({"migrate", operation.at});
        return;
      case Operation::Kind::kDefineHandler:
        keys.push_back({"define", operation.at});
        return;
      case Operation::Kind::kSchedule:
        keys.push_back({"schedule", operation.at});
        return;
      case Operation::Kind::kDefineQuery:
        keys.push_back({"define", operation.at});
        return;
      case Operation::Kind::kDropSchedule:
      case Operation::Kind::kDropQuery:
      case Operation::Kind::kDropHandler:
        keys.push_back({"drop", operation.at});
        return;
    }
  }

  struct Declared {
    std::string_view name;
    Offset at;
    bool used;
  };

  const Document& document_;
  const Notes& notes_;
  std::string_view text_;
  FragmentGraph graph_;
  std::vector<Declared> declared_;      // of the operation being checked, sorted by name
  std::vector<std::uint32_t> reached_;  // the round in which each fragment was last reached
  std::uint32_t round_ = 0;
};

}  // namespace

Status check(const Document& document, const Notes& notes, const Limits& limits,
             std::string_view text) {
  return Checker(document, notes, limits, text).run();
}

}  // namespace aurora::aql
