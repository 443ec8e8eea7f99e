// groupBy and downsample: documents gathered by the values of fields, or by intervals of time.
// Fed one document at a time by the query; answers as JSON.
#pragma once

#include <aurora/exec/aggregate.hpp>
#include <aurora/exec/projection.hpp>
#include <aurora/exec/select.hpp>
#include <aurora/schema/duration.hpp>

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace aurora::exec {

/// The start of the interval of `length` that `instant` falls into: UTC, weeks from Monday, months and years from
/// the calendar.
[[nodiscard]] DateTime interval_start(DateTime instant, const Duration& length) noexcept;

/// What consumes the matches of a query beside its rows.
class Consumer {
 public:
  virtual ~Consumer() = default;
  /// Errors: LimitExceeded when the groups outgrow their memory.
  [[nodiscard]] virtual Status add(const Row& row) = 0;
  /// Appends the value of its key.
  [[nodiscard]] virtual Status append(std::string& out) = 0;
  /// True when the order of the query matters to it.
  [[nodiscard]] virtual bool needs_order() const = 0;
};

struct ConsumerContext {
  const CollectionDef& collection;
  const plan::Bindings& bindings;
  const std::vector<aql::FragmentDefinition>& fragments;
  std::uint64_t memory_bytes;              ///< most that groups may hold
};

/// Errors: InvalidQuery with its place.
[[nodiscard]] Result<std::unique_ptr<Consumer>> make_aggregate(const aql::Selection& selection,
                                                               const ConsumerContext& context);
[[nodiscard]] Result<std::unique_ptr<Consumer>> make_group(const aql::Selection& selection,
                                                           const ConsumerContext& context);

}  // namespace aurora::exec
