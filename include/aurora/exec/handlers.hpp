// Handlers: mutations that are run by changes, in the commit of the change. Stored in `_handlers`; defined and dropped by
// statements; fired at the end of every mutation, document call and data step of a migration.
#pragma once

#include <aurora/aql/tree.hpp>
#include <aurora/exec/mutate.hpp>
#include <aurora/exec/select.hpp>
#include <aurora/exec/write_view.hpp>
#include <aurora/plan/bindings.hpp>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace aurora::exec {

/// Stores the handler, in the place of one of that name; returns {"name","status"} as JSON.
/// Errors: InvalidDefinition for an unknown event, CollectionNotFound, InvalidOperation for a system collection, NotFound
/// for an unknown named query; those of `where`; InvalidQuery for a placeholder that names no field.
[[nodiscard]] Result<std::string> define_handler(WriteView& view, const aql::HandlerDefinition& handler,
                                                 const plan::Bindings& bindings, const ExecSettings& settings);

/// Returns {"name","status"} as JSON. Errors: NotFound with the nearest name.
[[nodiscard]] Result<std::string> drop_handler(WriteView& view, const aql::Name& name, const plan::Bindings& bindings,
                                               const ExecSettings& settings);

/// Threads: any. Owns: the handlers of the last state it fired on, read and parsed.
class Handlers {
 public:
  /// Most handlers that may fire one another.
  static constexpr std::size_t kMaxDepth = 16;

  explicit Handlers(TransferOperation transfer) : transfer_(std::move(transfer)) {}

  /// Runs the actions of all handlers that what was written since `since` fires: change by change, handlers in the order
  /// of their definition. `depth`: 0 for the caller's statement, else how many handlers led here. `bindings`: of that
  /// statement; its role, time and limits are those of the actions.
  /// Errors: those of the actions, naming the handler, without a place; LimitExceeded.
  [[nodiscard]] Status fire(WriteView& view, Savepoint since, const plan::Bindings& bindings,
                            const ExecSettings& settings, std::size_t depth) const;

  struct Handler;

 private:
  using Set = std::vector<std::shared_ptr<const Handler>>;
  [[nodiscard]] Result<std::shared_ptr<const Set>> load(WriteView& view, const plan::Bindings& bindings,
                                                                const ExecSettings& settings) const;

  const TransferOperation transfer_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<const Set> known_;   // guarded by mutex_; null: nothing was read yet
  mutable Sequence known_at_ = 0;              // guarded by mutex_: the state of `_handlers` and `_queries` they are of
};

}  // namespace aurora::exec
