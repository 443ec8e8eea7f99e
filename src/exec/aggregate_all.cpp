// The aggregates over all matches of a query. Called by queries for every matching document.
#include <aurora/base/try.hpp>
#include <aurora/exec/group.hpp>

#include "aggregate_columns.hpp"

#include <algorithm>

namespace aurora::exec {

namespace {

class AggregateAll final : public Consumer {
 public:
  AggregateAll(const ConsumerContext& context, std::vector<AggregateItem> items)
      : context_(context), items_(std::move(items)), accumulator_(items_) {}

  Status add(const Row& row) override {
    accumulator_.add(items_, context_.collection, row.record.view());
    return check_memory();
  }
  Result<bool> add_indexed(IndexedMatches& matches) override {
    const auto columns = ItemColumns::find(items_, matches);
    if (!columns) return false;
    accumulator_.add(items_, *columns, {{}, &matches.ordinals}, matches.ordinals.size());
    AURORA_TRY(check_memory());
    return true;
  }
  Result<bool> exchange(const Row* before, const Row* after) override {
    const auto old_record = before != nullptr ? before->record.view() : RecordView();
    const auto record = after != nullptr ? after->record.view() : RecordView();
    if (!accumulator_.exchange(items_, context_.collection, before != nullptr ? &old_record : nullptr,
                               after != nullptr ? &record : nullptr))
      return false;
    AURORA_TRY(check_memory());
    return true;
  }
  Status append(std::string& out) override { return accumulator_.append(out, items_, context_.bindings); }
  std::vector<FieldId> reads() const override {
    std::vector<FieldId> fields;
    for (const auto& item : items_) fields.push_back(item.path.field);
    return fields;
  }
  Step step() const override { return {"Aggregate", aggregate_text(items_), 1}; }
  bool needs_order() const override {
    return std::any_of(items_.begin(), items_.end(), [](const AggregateItem& item) {
      return item.function == AggregateFunction::kFirst || item.function == AggregateFunction::kLast;
    });
  }

 private:
  Status check_memory() const {
    if (accumulator_.memory_bytes() <= context_.memory_bytes) return {};
    return Error(ErrorCode::kLimitExceeded, "the aggregate needs more than " + std::to_string(context_.memory_bytes) +
                                                " bytes (max_sort_bytes)");
  }

  const ConsumerContext context_;
  std::vector<AggregateItem> items_;
  Accumulator accumulator_;
};

}  // namespace

Result<std::unique_ptr<Consumer>> make_aggregate(const aql::Selection& selection, const ConsumerContext& context) {
  AURORA_TRY(check_aggregate(selection, context.bindings));
  AURORA_ASSIGN(const auto parts, expand_selections(selection.selections, context.collection.name, context.bindings,
                                                    context.fragments));
  AURORA_ASSIGN(auto items, compile_aggregate(context.collection, parts, context.bindings));
  return std::unique_ptr<Consumer>(std::make_unique<AggregateAll>(context, std::move(items)));
}

}  // namespace aurora::exec
