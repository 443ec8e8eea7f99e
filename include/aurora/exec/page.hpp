// One page of a query: first/after/last/before on top of a selection, with what lies on either side.
#pragma once

#include <aurora/aql/tree.hpp>
#include <aurora/exec/select.hpp>
#include <aurora/plan/bindings.hpp>

#include <optional>
#include <string>
#include <vector>

namespace aurora::exec {

/// Reads first, after, last and before into `query`. Errors: InvalidQuery for both first and last, for broken
/// cursors; TypeError.
[[nodiscard]] Status read_page_arguments(const std::vector<aql::Argument>& arguments, const plan::Bindings& bindings,
                                         DocumentQuery& query);

/// The rows of a page, fetched once and asked by edges, nodes and pageInfo.
class Page {
 public:
  Page(View& view, const DocumentQuery& query, const ExecSettings& settings)
      : view_(view), query_(query), settings_(settings) {}

  /// Lets rows() fetch one row more, so that has_next and has_previous can be asked. Requires: before rows().
  void look_ahead() noexcept { looks_ahead_ = true; }
  [[nodiscard]] Result<const std::vector<Row>*> rows(plan::Explanation* explanation);
  /// Whether matching rows exist behind the last row, or before the first. Requires: look_ahead().
  [[nodiscard]] Result<bool> has_next();
  [[nodiscard]] Result<bool> has_previous();

 private:
  [[nodiscard]] Result<bool> exists_beyond(bool behind);
  [[nodiscard]] Result<bool> still_there(const Position& position);

  View& view_;
  const DocumentQuery& query_;
  const ExecSettings& settings_;
  std::optional<std::vector<Row>> rows_;
  bool looks_ahead_ = false;
  bool more_ahead_ = false;    // in the direction of the walk
};

}  // namespace aurora::exec
