// From `alter collection …` to a new definition and the work its documents need.
// Called by the executor of schema statements, migrations and the facade; touches no document.
//
//   plan_alter ──► AlterPlan ──► refuses_documents()?      any document: stop with that error
//                            ──► revises_documents()?      revise() each; nothing when one fails
//                            ──► built_indexes             fill from the revised documents
//                            ──► dropped_indexes           forget
#pragma once

#include <aurora/aql/tree.hpp>
#include <aurora/base/ids.hpp>
#include <aurora/schema/build.hpp>
#include <aurora/schema/coerce.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aurora {

struct AlterPlan {
  CollectionDef before;
  CollectionDef after;                         ///< version + 1; kept fields keep their ids
  std::vector<std::uint32_t> built_indexes;    ///< ids in `after` that hold nothing yet
  std::vector<std::uint32_t> dropped_indexes;  ///< ids in `before` that are gone
  std::vector<std::string>
      required_added;                     ///< required fields without a default: need no documents
  std::vector<FieldId> checked;           ///< fields whose stored values must pass `after` again
  std::vector<std::string> claimed_open;  ///< open names that became declared names
  DateTime now;

  /// The error to give when the collection holds documents; empty when that is no obstacle.
  [[nodiscard]] std::optional<Error> refuses_documents() const;
  /// True when each document must be given to `revise`.
  [[nodiscard]] bool revises_documents() const noexcept {
    return !checked.empty() || !claimed_open.empty();
  }
  /// The document as `after` stores it, whole; empty when its record can stay as it is.
  /// Errors: ValidationError saying which field cannot be kept.
  [[nodiscard]] Result<std::optional<StoredFields>> revise(RecordView record) const;
};

/// The error of an alter that `count` documents cannot follow, `first` being one of them and `why`
/// its error.
[[nodiscard]] Error alter_refused(const CollectionDef& collection, std::string_view first,
                                  const Error& why, std::uint64_t count);

/// Plans all steps in order, each seeing the effects of those before it. `modify` states a field
/// anew: what it does not repeat (default, directives) is dropped. `ids` moves only on success.
/// Errors: InvalidDefinition with line and column in `text`.
[[nodiscard]] Result<AlterPlan> plan_alter(const CollectionDef& current,
                                           const aql::SchemaStatement& statement,
                                           std::string_view text, DefinitionIds& ids,
                                           DateTime now = system_now());

}  // namespace aurora
