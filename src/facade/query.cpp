// Body of the fluent query. Called by users; runs on a view, in a commit, or inside a transaction.
#include <aurora/query.hpp>

#include <aurora/base/out_of_memory.hpp>
#include <aurora/base/try.hpp>
#include <aurora/expr/computed_fields.hpp>

#include "document_collector.hpp"
#include "documents.hpp"
#include "transaction_state.hpp"

#include <algorithm>

namespace aurora {

using facade::State;

Query::Query(std::shared_ptr<State> state, std::shared_ptr<facade::TransactionState> transaction,
             std::string collection)
    : state_(std::move(state)), transaction_(std::move(transaction)) {
  specification_.collection = std::move(collection);
}

Query& Query::where(Condition condition) & {
  specification_.conditions.emplace_back(condition.where());
  plan_.reset();
  return *this;
}

Query& Query::order_by(std::string path, Direction direction) & {
  specification_.order.emplace_back(std::move(path), direction);
  plan_.reset();
  return *this;
}

Query& Query::limit(std::uint64_t count) & {
  specification_.limit = count;
  plan_.reset();
  return *this;
}

Query& Query::offset(std::uint64_t count) & {
  specification_.offset = count;
  plan_.reset();
  return *this;
}

namespace facade {

namespace {
Status with_target(State& state, TransactionState* transaction, const std::function<Status(Target&)>& work) {
  AURORA_ASSIGN(const auto entry, state.engine().enter());
  if (transaction != nullptr) return work(*transaction);
  DatabaseTarget target(state.engine());
  return work(target);
}
}  // namespace

}  // namespace facade

Status Query::read(const std::function<Status(View&, const exec::DocumentQuery&)>& work) const {
  return facade::with_target(*state_, transaction_.get(), [&](facade::Target& target) {
    return target.read([&](View& view) -> Status {
      AURORA_ASSIGN(const auto query, make(view));
      return work(view, *query);
    });
  });
}

Status Query::write(const std::function<Status(WriteView&, const exec::DocumentQuery&)>& work) const {
  return facade::with_target(*state_, transaction_.get(), [&](facade::Target& target) {
    return target.write([&](WriteView& view) -> Status {
      AURORA_ASSIGN(const auto query, make(view));
      AURORA_TRY(facade::writable_collection(view, specification_.collection));
      return work(view, *query);
    });
  });
}

namespace {
// A moment may have been written relative to the time of the query.
bool may_read_time(const plan::FilterNode& node) {
  if (node.kind == plan::FilterNode::Kind::kValidate) return true;
  const auto is_moment = [](const EncodedValue& operand) {
    const auto type = operand.view().type();
    return type == Type::kDate || type == Type::kTime || type == Type::kDateTime;
  };
  return std::any_of(node.operands.begin(), node.operands.end(), is_moment) ||
         std::any_of(node.children.begin(), node.children.end(), may_read_time);
}
}  // namespace

Result<Query::Plan> Query::make(View& view) const {
  if (plan_ && view.catalog().find(specification_.collection) == plan_->collection) return plan_;
  const auto bindings = facade::bindings_without_text(*state_, view);
  AURORA_ASSIGN(auto query, facade::make_query(view, specification_.collection, specification_.conditions,
                                               specification_.order, bindings));
  query.limit = specification_.limit;
  query.offset = specification_.offset;
  auto plan = std::make_shared<const exec::DocumentQuery>(std::move(query));
  if (!may_read_time(plan->filter->root())) plan_ = plan;
  return plan;
}

Result<Documents> Query::try_fetch() const {
  return within_memory([&]() -> Result<Documents> {
    std::optional<facade::DocumentCollector> documents;
    AURORA_TRY(read([&](View& view, const exec::DocumentQuery& query) -> Status {
      documents.emplace(query.collection);
      const bool computes = query.collection->computed_fields != nullptr;
      return exec::each_row(view, query, state_->settings(), [&, computes](const exec::RowAtHand& row) -> Status {
        if (!computes) {
          documents->add(row.record, row.most);
          return {};
        }
        AURORA_ASSIGN(const auto record, with_virtuals(*query.collection, row.record, view.now()));
        documents->add(record, row.most);
        return {};
      });
    }));
    return Documents(documents->take());
  });
}

std::optional<Document> Query::first() const {
  auto one = *this;
  one.limit(specification_.limit == 0u ? 0 : 1);
  const auto documents = one.fetch();
  return documents.empty() ? std::nullopt : std::optional(documents[0]);
}

Result<std::uint64_t> Query::try_count() const {
  return within_memory([&]() -> Result<std::uint64_t> {
    std::uint64_t total = 0;
    AURORA_TRY(read([&](View& view, const exec::DocumentQuery& query) -> Status {
      AURORA_ASSIGN(total, exec::count(view, query, state_->settings(), nullptr));
      return {};
    }));
    return total;
  });
}

std::uint64_t Query::update(const Object& data) const {
  std::uint64_t changed = 0;
  write([&](WriteView& view, const exec::DocumentQuery& query) -> Status {
    AURORA_ASSIGN(changed, facade::update_rows(*state_, view, query, data));
    return {};
  }).value();
  return changed;
}

std::uint64_t Query::remove() const {
  std::uint64_t removed = 0;
  write([&](WriteView& view, const exec::DocumentQuery& query) -> Status {
    AURORA_ASSIGN(removed, facade::remove_rows(*state_, view, query));
    return {};
  }).value();
  return removed;
}

std::string Query::explain() const {
  plan::Explanation explanation;
  explanation.analyze = true;
  read([&](View& view, const exec::DocumentQuery& query) -> Status {
    AURORA_TRY(exec::select(view, query, state_->settings(), &explanation));
    return {};
  }).value();
  return explanation.to_json();
}

}  // namespace aurora
