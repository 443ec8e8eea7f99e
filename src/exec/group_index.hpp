// Groups as the keys of an index tell them, or a column of values: no document is opened. Private to groups.
#pragma once

#include <aurora/exec/indexed.hpp>
#include <aurora/schema/duration.hpp>

#include <functional>
#include <optional>
#include <vector>

namespace aurora::exec {

struct IndexedGroup {
  std::vector<Value> keys;                 ///< one a path
  std::uint64_t count = 0;
  OrdinalSpan ordinals;                    ///< none when only the count was asked for
};

struct GroupWalk {
  std::vector<const FieldPath*> paths;     ///< one or more
  const std::optional<Duration>& interval; ///< only with one path
  bool counts_only = false;
};

/// Calls `visit` for each group of the matches by the values at the paths, or by intervals of one, in rising order of the
/// keys. False, without any call that counts, when neither index nor column tells the groups, or reading the matches
/// costs less.
/// Errors: those of `visit`.
[[nodiscard]] Result<bool> for_each_group(IndexedMatches& matches, const GroupWalk& walk,
                                          const std::function<Status(IndexedGroup&)>& visit);
/// Likewise, from columns alone. group_column.cpp.
[[nodiscard]] Result<bool> for_each_column_group(IndexedMatches& matches, const GroupWalk& walk,
                                                 const std::function<Status(IndexedGroup&)>& visit);

}  // namespace aurora::exec
