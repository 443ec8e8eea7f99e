// Body of interactive transactions at the door. Called by users; calls runner and document calls.
#include <aurora/transaction.hpp>

#include <aurora/base/out_of_memory.hpp>
#include <aurora/base/try.hpp>
#include <aurora/expr/computed_fields.hpp>

#include "documents.hpp"
#include "transaction_state.hpp"

namespace aurora::facade {

Result<WriteView*> TransactionState::open() {
  if (!transaction_)
    return Error(ErrorCode::kInvalidOperation, "the transaction has ended; begin another one");
  return &transaction_->context();
}

Status TransactionState::read(const std::function<Status(View&)>& work) {
  AURORA_ASSIGN(auto* view, open());
  try {
    AURORA_TRY(work(*view));
    return transaction_->check_size();
  } catch (const Error& error) {   // of an index page that can be neither read nor recovered
    return error;
  }
}

Status TransactionState::write(const std::function<Status(WriteView&)>& work) {
  AURORA_ASSIGN(auto* view, open());
  const auto mark = view->savepoint();
  try {
    auto status = work(*view);
    if (status) status = transaction_->check_size();
    if (!status) view->rollback(mark);
    return status;
  } catch (...) {
    view->rollback(mark);
    throw;
  }
}

Status TransactionState::change_schema(const std::function<Status(WriteView&)>&) {
  return Error(ErrorCode::kInvalidOperation,
               "the schema cannot be changed inside a transaction; change it before or after");
}

Result<std::uint64_t> TransactionState::commit(const commit::Mutation& also) {
  AURORA_TRY(open());
  auto result = transaction_->commit(also);
  transaction_.reset();
  return result;
}

}  // namespace aurora::facade

namespace aurora {

using facade::TransactionState;

Transaction::Transaction(std::shared_ptr<TransactionState> state) : state_(std::move(state)) {}

Transaction::~Transaction() { rollback(); }

Result<QueryResult> Transaction::try_execute(std::string_view text, const Object& variables,
                                             const ExecuteOptions& options) {
  return within_memory([&]() -> Result<QueryResult> {
    auto& shared = *state_->state();
    AURORA_ASSIGN(const auto entry, shared.engine().enter());
    AURORA_ASSIGN(const auto parsed, shared.parse(text));
    QueryResult result;
    AURORA_TRY(facade::run_text(shared, *state_, *parsed, {variables, options}, result));
    return result;
  });
}

Query Transaction::query(std::string collection) {
  return Query(state_->state(), state_, std::move(collection));
}

Document Transaction::insert(std::string_view collection, const Object& document) {
  auto& shared = *state_->state();
  const auto entry = shared.engine().enter().value();
  Document stored;
  state_->write([&](WriteView& view) -> Status {
    AURORA_ASSIGN(const auto definition, facade::writable_collection(view, collection));
    AURORA_ASSIGN(stored, facade::insert_document(shared, view, definition, document));
    return {};
  }).value();
  return stored;
}

std::optional<Document> Transaction::get(std::string_view collection, const Value& id) {
  auto& shared = *state_->state();
  const auto entry = shared.engine().enter().value();
  std::optional<Document> found;
  state_->read([&](View& view) -> Status {
    AURORA_ASSIGN(const auto definition, view.catalog().require(collection));
    AURORA_ASSIGN(const auto row, facade::find_by_id(shared, view, definition, id));
    if (row) {
      AURORA_ASSIGN(const auto record, with_virtuals(*definition, row->record, view.now()));
      found = Document(definition, record);
    }
    return {};
  }).value();
  return found;
}

std::optional<Document> Transaction::update(std::string_view collection, const Value& id, const Object& data) {
  auto& shared = *state_->state();
  const auto entry = shared.engine().enter().value();
  std::optional<Document> changed;
  state_->write([&](WriteView& view) -> Status {
    AURORA_ASSIGN(changed, facade::update_document(shared, view, collection, id, data));
    return {};
  }).value();
  return changed;
}

bool Transaction::remove(std::string_view collection, const Value& id) {
  auto& shared = *state_->state();
  const auto entry = shared.engine().enter().value();
  bool removed = false;
  state_->write([&](WriteView& view) -> Status {
    AURORA_ASSIGN(removed, facade::remove_document(shared, view, collection, id));
    return {};
  }).value();
  return removed;
}

Result<std::uint64_t> Transaction::try_commit() {
  return within_memory([&]() -> Result<std::uint64_t> {
    AURORA_ASSIGN(const auto entry, state_->state()->engine().enter());
    return state_->commit();
  });
}

void Transaction::rollback() noexcept {
  if (state_) state_->end();
}

}  // namespace aurora
