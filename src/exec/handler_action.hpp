// The action of a handler: a mutation whose placeholders (`${field}`, `${old.field}`, `$_id`, `$_field`) are filled in
// from a change. They become variables of the action, so that what they hold is data and keeps its type.
// Private to the handlers.
#pragma once

#include <aurora/aql/tree.hpp>
#include <aurora/exec/write_view.hpp>
#include <aurora/plan/bindings.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace aurora::exec {

/// A name in a placeholder.
struct EventReference {
  enum class State : std::uint8_t {
    kId,    ///< the id of the event: the primary key, else `_sid`
    kNew,   ///< the state after the change; of a delete the last one
    kOld,   ///< the state before it; null for an insert
  };
  State state = State::kNew;
  std::string path;   ///< dotted; empty for kId
};

/// The variable of the action that takes the place of one literal.
struct Placeholder {
  struct Part {
    std::string text;            ///< as it is, unless `is_reference`
    EventReference reference;
    bool is_reference = false;
  };
  std::string variable;
  std::vector<Part> parts;       ///< joined as text, unless there is only one, a reference: its value
  /// The field that gets the value, when the action says so by names; empty otherwise. A Uuid or a date that goes into a
  /// text goes as its text.
  std::string collection, field;
};

/// Puts variables in the place of the literals that hold placeholders.
/// Errors: InvalidQuery for a placeholder that is no name.
[[nodiscard]] Result<std::vector<Placeholder>> take_placeholders(aql::Selection& action);

/// Errors: InvalidQuery for a field that the collection does not have.
[[nodiscard]] Status check_placeholders(const std::vector<Placeholder>& placeholders, const CollectionDef& collection);

/// A stored action as a text that parses: the grammar has a place for it inside a handler.
[[nodiscard]] std::string text_around(std::string_view action);

/// The collections that the action names must be there when it is defined. Errors: CollectionNotFound at `at`.
[[nodiscard]] Status check_collections(const Catalog& catalog, const aql::Selection& action,
                                       const plan::Bindings& bindings, aql::Offset at);

/// The variables of the action, when `value_of` says what is referred to. Errors: its errors.
using ReferenceValues = std::function<Result<Value>(const EventReference& reference)>;
[[nodiscard]] Result<Object> fill_placeholders(const std::vector<Placeholder>& placeholders, const Catalog& catalog,
                                               const ReferenceValues& value_of);

/// The variables of the action for one change. Errors: as check_placeholders; those of computed fields.
[[nodiscard]] Result<Object> fill_placeholders(const std::vector<Placeholder>& placeholders,
                                               const Catalog& catalog, const CollectionDef& collection,
                                               const Change& change, DateTime now);

}  // namespace aurora::exec
