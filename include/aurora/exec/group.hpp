// groupBy and downsample: documents gathered by the values of fields, or by intervals of time.
// Fed one document at a time by the query; answers as JSON.
#pragma once

#include <aurora/exec/aggregate.hpp>
#include <aurora/exec/indexed.hpp>
#include <aurora/exec/interval.hpp>
#include <aurora/exec/projection.hpp>
#include <aurora/exec/select.hpp>

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace aurora::exec {

/// What consumes the matches of a query beside its rows.
class Consumer {
 public:
  virtual ~Consumer() = default;
  /// Errors: LimitExceeded when the groups outgrow their memory.
  [[nodiscard]] virtual Status add(const Row& row) = 0;
  /// Takes all matches at once, without a document; false when it must be given them after all, as if never asked.
  /// Errors: as add.
  [[nodiscard]] virtual Result<bool> add_indexed(IndexedMatches& matches) = 0;
  /// Takes a document for another, either of which may be null: nothing. False when it must be given all documents anew; it
  /// is then of no use any more. Requires: matches came by `add`. Errors: as add.
  [[nodiscard]] virtual Result<bool> exchange(const Row* before, const Row* after);
  /// Appends the value of its key.
  [[nodiscard]] virtual Status append(std::string& out) = 0;
  /// The fields it reads of each row.
  [[nodiscard]] virtual std::vector<FieldId> reads() const = 0;
  /// What explain tells of it, once it has answered.
  struct Step {
    std::string op;                        ///< Aggregate or Group
    std::string condition;
    std::uint64_t rows = 0;                ///< in the answer
  };
  [[nodiscard]] virtual Step step() const = 0;
  /// True when the order of the query matters to it.
  [[nodiscard]] virtual bool needs_order() const = 0;
};

struct ConsumerContext {
  const CollectionDef& collection;
  const plan::Bindings& bindings;
  const std::vector<aql::FragmentDefinition>& fragments;
  std::uint64_t memory_bytes;              ///< most that groups may hold
  View& view;                              ///< of lookups beside the nodes of groups
  const ExecSettings& settings;
  plan::Explanation* explanation;          ///< gets what lookups do; null when nobody asked
  std::shared_ptr<const text::Search> search = nullptr;   ///< what found the documents
};

/// Errors: InvalidQuery with its place.
[[nodiscard]] Result<std::unique_ptr<Consumer>> make_aggregate(const aql::Selection& selection,
                                                               const ConsumerContext& context);
[[nodiscard]] Result<std::unique_ptr<Consumer>> make_group(const aql::Selection& selection,
                                                           const ConsumerContext& context);
/// downsample(field:, interval:, aggregation:, values:): a row { timestamp, count, value… } for each interval that has
/// documents, in the order of time. Errors: InvalidQuery with its place.
[[nodiscard]] Result<std::unique_ptr<Consumer>> make_downsample(const aql::Selection& selection,
                                                                const ConsumerContext& context);

/// Gives them the matches of `query`, whose `computed` gets the fields they read. Errors: those of the consumers.
[[nodiscard]] Status feed_consumers(View& view, DocumentQuery& query, std::vector<Consumer*> consumers,
                                    const ExecSettings& settings, plan::Explanation* explanation);

}  // namespace aurora::exec
