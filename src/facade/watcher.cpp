// Body of watchers. Called by users and the line protocol; calls live queries.
#include "documents.hpp"
#include "watcher_state.hpp"

#include <aurora/base/out_of_memory.hpp>
#include <aurora/base/try.hpp>
#include <aurora/database.hpp>
#include <aurora/plan/bindings.hpp>

#include "runner.hpp"

#include <algorithm>
#include <utility>

namespace aurora::facade {

namespace {

Error not_one_query(const ParsedText& parsed, const aql::Operation& operation) {
  plan::Bindings bindings;
  bindings.text = parsed.text;
  return bindings.error(operation.at, ErrorCode::kInvalidOperation,
                        "what is watched is one query { … } and its fragments, nothing else");
}

Result<std::shared_ptr<WatcherState>> open_watcher(std::shared_ptr<State> state, std::shared_ptr<const ParsedText> parsed,
                                                   const Object& variables, WatchOptions options) {
  const auto& operations = parsed->document.operations;
  for (const auto& operation : operations)
    if (operation.kind != aql::Operation::Kind::kQuery || &operation != &operations.front())
      return not_one_query(*parsed, operation);
  if (parsed->defers)
    return Error(ErrorCode::kInvalidOperation, "@defer has no meaning for a watched query: its rows are whole");
  AURORA_TRY(check_supplied(parsed->document, variables));
  const auto now = state->engine().now();
  AURORA_ASSIGN(auto bound, plan::bind_variables(operations.front().variables, variables, parsed->text, now));
  auto watcher = std::make_shared<WatcherState>(std::move(state), std::move(parsed), std::move(bound),
                                                std::move(options), now);
  AURORA_TRY(watcher->open());
  return watcher;
}

aql::Argument argument(std::string name, const Value& value) {
  return {{std::move(name), 0}, plan::to_literal(value, 0)};
}

}  // namespace

}  // namespace aurora::facade

namespace aurora {

std::string_view to_string(WatchChangeType type) noexcept {
  switch (type) {
    case WatchChangeType::kAdded: return "Added";
    case WatchChangeType::kRemoved: return "Removed";
    case WatchChangeType::kModified: return "Modified";
  }
  return "Modified";
}

std::string WatchChange::to_json() const {
  std::string out = R"({"type":")" + std::string(to_string(type)) + '"';
  if (type == WatchChangeType::kModified) return out + R"(,"old":)" + old_row.text() + R"(,"new":)" + row.text() + "}";
  return out + R"(,"node":)" + (row ? row : old_row).text() + "}";
}

Value WatchedRow::data() const {
  // Our own text: deeper than a stored value can be, with the selection around it.
  constexpr std::uint32_t kDeepest = 500;
  return parse_json(*text_, kDeepest).value();
}

void WatchUpdate::apply_to(std::vector<WatchedRow>& list) const {
  std::vector<bool> gone(list.size());
  std::vector<std::pair<std::size_t, const WatchedRow*>> come;
  for (const auto& change : changes) {
    if (change.type != WatchChangeType::kAdded) gone.at(change.old_position) = true;
    if (change.type != WatchChangeType::kRemoved) come.emplace_back(change.position, &change.row);
  }
  std::vector<WatchedRow> next;
  next.reserve(list.size() + come.size());
  auto put_in = come.begin();
  const auto put_waiting = [&] {
    for (; put_in != come.end() && put_in->first == next.size(); ++put_in) next.push_back(*put_in->second);
  };
  for (std::size_t i = 0; i < list.size(); ++i) {
    put_waiting();
    if (!gone[i]) next.push_back(std::move(list[i]));
  }
  put_waiting();
  list = std::move(next);
}

const std::vector<WatchedRow>& Watcher::initial_results() const noexcept { return state_->initial(); }
Result<std::optional<WatchUpdate>> Watcher::poll(std::chrono::milliseconds timeout) { return state_->poll(timeout); }
Result<std::optional<WatchUpdate>> Watcher::poll_sum() { return state_->poll_sum(); }
std::vector<WatchedRow> Watcher::current() const { return state_->current(); }
std::uint64_t Watcher::sequence() const noexcept { return state_->sequence(); }
WatchStats Watcher::stats() const noexcept { return state_->stats(); }

Watcher Database::watch(std::string_view query, const Object& variables) {
  return try_watch(query, variables, {}).value();
}

Watcher Database::watch(std::string_view query, const Object& variables, const WatchOptions& options) {
  return try_watch(query, variables, options).value();
}

Result<Watcher> Database::try_watch(std::string_view query, const Object& variables, const WatchOptions& options) {
  return within_memory([&]() -> Result<Watcher> {
    AURORA_ASSIGN(const auto entry, state_->engine().enter());
    AURORA_ASSIGN(auto parsed, state_->parse(query));
    AURORA_ASSIGN(auto watcher, facade::open_watcher(state_, std::move(parsed), variables, options));
    return Watcher(std::move(watcher));
  });
}

Query& Query::debounce(std::chrono::milliseconds shortest) & {
  specification_.debounce = shortest;
  return *this;
}

Watcher Query::watch() const { return try_watch().value(); }

Result<Watcher> Query::try_watch() const {
  return within_memory([&]() -> Result<Watcher> {
    if (transaction_)
      return Error(ErrorCode::kInvalidOperation,
                   "a query of a transaction cannot be watched: nobody hears of what is not committed");
    AURORA_ASSIGN(const auto entry, state_->engine().enter());
    aql::Selection field;
    field.name.text = specification_.collection;
    if (!specification_.conditions.empty())
      field.arguments.push_back(facade::argument("where", Value(Object{{"and", Value(specification_.conditions)}})));
    if (!specification_.order.empty()) field.arguments.push_back(facade::argument("orderBy", facade::written_order(specification_.order)));
    if (specification_.limit)
      field.arguments.push_back(facade::argument("limit", Value(static_cast<std::int64_t>(
                                                              std::min<std::uint64_t>(*specification_.limit, INT64_MAX)))));
    if (specification_.offset > 0)
      field.arguments.push_back(facade::argument("offset", Value(static_cast<std::int64_t>(
                                                               std::min<std::uint64_t>(specification_.offset, INT64_MAX)))));
    auto parsed = std::make_shared<facade::ParsedText>();
    parsed->document.operations.emplace_back();
    parsed->document.operations.front().selections.push_back(std::move(field));
    AURORA_ASSIGN(auto watcher, facade::open_watcher(state_, std::move(parsed), {}, {specification_.debounce, {}}));
    return Watcher(std::move(watcher));
  });
}

}  // namespace aurora
