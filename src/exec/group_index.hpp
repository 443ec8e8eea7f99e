// Groups as the keys of an index tell them, or a column of values: no document is opened. Private to groups.
#pragma once

#include <aurora/exec/indexed.hpp>
#include <aurora/schema/duration.hpp>

#include <functional>
#include <optional>

namespace aurora::exec {

struct IndexedGroup {
  Value key;
  std::uint64_t count = 0;
  OrdinalSpan ordinals;                    ///< none when only the count was asked for
};

struct GroupWalk {
  const FieldPath& path;
  const std::optional<Duration>& interval;
  bool counts_only = false;
};

/// Calls `visit` for each group of the matches by the values at a path, or by intervals of them, in rising order of the
/// key. False, without any call that counts, when neither index nor column tells the groups, or reading the matches
/// costs less.
/// Errors: those of `visit`.
[[nodiscard]] Result<bool> for_each_group(IndexedMatches& matches, const GroupWalk& walk,
                                          const std::function<Status(IndexedGroup&)>& visit);
/// Likewise, from a column alone. group_column.cpp.
[[nodiscard]] Result<bool> for_each_column_group(IndexedMatches& matches, const GroupWalk& walk,
                                                 const std::function<Status(IndexedGroup&)>& visit);

}  // namespace aurora::exec
