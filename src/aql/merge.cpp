// Finds fields of one result key. Short sets are compared pair by pair, long ones sorted.
// Called by the parser and by check.cpp.
#include "aql/merge.hpp"

#include <aurora/aql/parser.hpp>

#include "aql/equal.hpp"

#include <aurora/base/try.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace aurora::aql {

namespace {

bool is_field(const Selection& selection) noexcept {
  return selection.kind == Selection::Kind::kField ||
         selection.kind == Selection::Kind::kExpression;
}

Status check_same(const Selection& first, const Selection& second, bool may_merge,
                  std::string_view text) {
  if (may_merge && equal(first, second)) return {};
  std::string message = "result key '" + second.key() + "' is given twice";
  message += may_merge ? " with different fields; give one of them another alias"
                       : "; give one of them another alias";
  return error_at(text, second.at, ErrorCode::kInvalidQuery, std::move(message));
}

/// Calls visit(first, repeated) with indices for every field whose key an earlier field has.
template <class FieldAt, class Visit>
Status for_each_repeated(std::size_t count, FieldAt field_at, Visit visit) {
  constexpr std::size_t kShort = 12;
  if (count <= kShort) {
    for (std::size_t j = 1; j < count; ++j)
      for (std::size_t i = 0; i < j; ++i)
        if (is_field(field_at(i)) && is_field(field_at(j)) &&
            field_at(i).key() == field_at(j).key()) {
          AURORA_TRY(visit(i, j));
          break;
        }
    return {};
  }
  std::vector<std::size_t> order;
  order.reserve(count);
  for (std::size_t i = 0; i < count; ++i)
    if (is_field(field_at(i))) order.push_back(i);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return field_at(a).key() < field_at(b).key();
  });
  for (std::size_t i = 1, first = 0; i < order.size(); ++i) {
    if (field_at(order[first]).key() == field_at(order[i]).key())
      AURORA_TRY(visit(order[first], order[i]));
    else
      first = i;
  }
  return {};
}

}  // namespace

Status merge_repeated(std::vector<Selection>& selections, bool may_merge, std::string_view text) {
  std::vector<bool> drop;
  const auto visit = [&](std::size_t first, std::size_t second) -> Status {
    AURORA_TRY(check_same(selections[first], selections[second], may_merge, text));
    drop.resize(selections.size());
    drop[second] = true;
    return {};
  };
  AURORA_TRY(for_each_repeated(
      selections.size(), [&](std::size_t i) -> const Selection& { return selections[i]; }, visit));
  if (drop.empty()) return {};
  std::size_t kept = 0;
  for (std::size_t i = 0; i < selections.size(); ++i) {
    if (drop[i]) continue;
    if (kept != i) selections[kept] = std::move(selections[i]);
    ++kept;
  }
  selections.erase(selections.begin() + static_cast<std::ptrdiff_t>(kept), selections.end());
  return {};
}

Status check_repeated(const std::vector<const Selection*>& fields, std::string_view text) {
  return for_each_repeated(
      fields.size(), [&](std::size_t i) -> const Selection& { return *fields[i]; },
      [&](std::size_t first, std::size_t second) {
        return check_same(*fields[first], *fields[second], true, text);
      });
}

}  // namespace aurora::aql
