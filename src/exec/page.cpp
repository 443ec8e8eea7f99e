// Body of pages. Called by queries.
#include <aurora/exec/page.hpp>

#include <aurora/base/try.hpp>
#include <aurora/exec/arguments.hpp>
#include <aurora/exec/cursor.hpp>
#include <aurora/exec/search.hpp>

#include "places.hpp"

#include <array>

namespace aurora::exec {

namespace {

Position position_of(const DocumentQuery& query, const Row& row) {
  Position position;
  position.ordinal = row.ordinal;
  position.sid = row.record.view().sid();
  for (const auto& term : query.order) position.values.emplace_back(Value(sort_value(query, term, row)));
  return position;
}

Status read_cursor(const std::vector<aql::Argument>& arguments, std::string_view name,
                   const plan::Bindings& bindings, const DocumentQuery& query, std::optional<Position>& position) {
  AURORA_ASSIGN(const auto text, text_argument(arguments, {name}, bindings));
  if (!text) return {};
  auto decoded = decode_cursor(query, *text);
  if (decoded) {
    position = *std::move(decoded);
    return {};
  }
  for (const auto& argument : arguments)
    if (argument.name.text == name)
      return bindings.error(argument.value.at, decoded.error().code(), decoded.error().message());
  return decoded.error();
}

}  // namespace

Status read_page_arguments(const std::vector<aql::Argument>& arguments, const plan::Bindings& bindings,
                           DocumentQuery& query) {
  AURORA_ASSIGN(const auto first, count_argument(arguments, "first", bindings));
  AURORA_ASSIGN(const auto last, count_argument(arguments, "last", bindings));
  if (first && last)
    for (const auto& argument : arguments)
      if (argument.name.text == "last")
        return bindings.error(argument.name.at, ErrorCode::kInvalidQuery, "'first' and 'last' exclude each other");
  AURORA_TRY(read_cursor(arguments, "after", bindings, query, query.after));
  AURORA_TRY(read_cursor(arguments, "before", bindings, query, query.before));
  query.backward = last.has_value();
  if (const auto size = first ? first : last) query.limit = query.limit ? std::min(*query.limit, *size) : *size;
  return {};
}

Result<const std::vector<Row>*> Page::rows(plan::Explanation* explanation) {
  if (!rows_) {
    auto wider = query_;
    wider.one_more = looks_ahead_;
    AURORA_ASSIGN(auto found, select(view_, wider, settings_, explanation));
    more_ahead_ = query_.limit && found.size() > *query_.limit;
    if (more_ahead_) query_.backward ? static_cast<void>(found.erase(found.begin())) : found.pop_back();
    rows_ = std::move(found);
  }
  return &*rows_;
}

Result<bool> Page::has_next() {
  AURORA_TRY(rows(nullptr));
  if (!query_.backward && more_ahead_) return true;
  if (!query_.before && !(query_.backward && query_.offset > 0)) return false;   // nothing cut that end off
  return exists_beyond(true);
}

Result<bool> Page::has_previous() {
  AURORA_TRY(rows(nullptr));
  if (query_.backward && more_ahead_) return true;
  if (!query_.after && (query_.backward || query_.offset == 0)) return false;
  return exists_beyond(false);
}

Result<bool> Page::still_there(const Position& position) {
  AURORA_ASSIGN(const auto record, view_.record(query_.collection->id, position.ordinal));
  if (!record || record.view().sid() != position.sid || !query_.filter->matches(record.view())) return false;
  if (!query_.search) return true;
  const std::array only{position.ordinal};
  const auto here = OrdinalSet::of_sorted(only);
  AURORA_ASSIGN(const auto hits, run_search(view_, *query_.search, &here));
  return !hits.empty();
}

Result<bool> Page::exists_beyond(bool behind) {
  // The row a cursor was made of answers at once, when it still matches.
  const auto& cursor = behind ? query_.before : query_.after;
  if (cursor && !query_.distinct) {
    AURORA_ASSIGN(const bool there, still_there(*cursor));
    if (there) return true;
  }
  auto beyond = query_;
  beyond.offset = 0;
  beyond.limit = 1;
  beyond.backward = false;
  beyond.after.reset();
  beyond.before.reset();
  auto& bound = behind ? beyond.after : beyond.before;
  if (!rows_->empty()) {
    bound = position_of(query_, behind ? rows_->back() : rows_->front());
  } else {
    // Without a cursor at this end, the offset went past all there are from the other cursor on.
    bound = cursor ? cursor : behind ? query_.after : query_.before;
  }
  AURORA_ASSIGN(const auto found, select(view_, beyond, settings_, nullptr));
  return !found.empty();
}

}  // namespace aurora::exec
