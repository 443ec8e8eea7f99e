// Documents of system collections that are known by their names: handlers, schedules, named queries.
// Private to their statements.
#pragma once

#include <aurora/aql/tree.hpp>
#include <aurora/exec/select.hpp>
#include <aurora/exec/write_view.hpp>
#include <aurora/plan/bindings.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aurora::exec {

/// The one of that name, if there is one; all, when `name` is null.
[[nodiscard]] Result<std::vector<Row>> named_records(WriteView& view, CollectionId id, const std::string* name,
                                                     const plan::Bindings& bindings, const ExecSettings& settings);

/// Stores the fields, which have that name, in the place of `known`, if there is one.
[[nodiscard]] Status put_named(WriteView& view, CollectionId id, const Row* known, Object fields);

/// Returns the answer of the statement. Errors: NotFound with the nearest name; `what` is what it is called.
[[nodiscard]] Result<std::string> drop_named(WriteView& view, CollectionId id, std::string_view what, const aql::Name& name,
                                             const plan::Bindings& bindings, const ExecSettings& settings);

/// {"name","status"} as JSON.
[[nodiscard]] std::string named_answer(std::string_view name, std::string_view status);

}  // namespace aurora::exec
