// Interactive transactions: reads of one state, writes of their own on top, committed all or nothing.
#pragma once

#include <aurora/query.hpp>
#include <aurora/query_result.hpp>
#include <aurora/statement.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace aurora {

/// Serialisable: commit gives Conflict when another commit changed what this transaction read. A failed
/// operation undoes only itself. Rolls back when destroyed without commit. Movable.
/// Threads: one at a time. Errors: InvalidOperation once committed or rolled back; Closed.
class Transaction {
 public:
  Transaction(Transaction&&) noexcept = default;
  Transaction& operator=(Transaction&&) noexcept = default;
  ~Transaction();

  [[nodiscard]] Result<QueryResult> try_execute(std::string_view text, const Object& variables = {},
                                                const ExecuteOptions& options = {});
  QueryResult execute(std::string_view text, const Object& variables = {}, const ExecuteOptions& options = {}) {
    return try_execute(text, variables, options).value();
  }
  [[nodiscard]] Query query(std::string collection);
  /// As in Database.
  Document insert(std::string_view collection, const Object& document);
  [[nodiscard]] std::optional<Document> get(std::string_view collection, const Value& id);
  std::optional<Document> update(std::string_view collection, const Value& id, const Object& data);
  bool remove(std::string_view collection, const Value& id);

  /// Makes the writes durable and visible. Returns the commit's sequence.
  /// Errors: Conflict, and whatever a commit can give; the transaction is over either way.
  [[nodiscard]] Result<std::uint64_t> try_commit();
  std::uint64_t commit() { return try_commit().value(); }
  void rollback() noexcept;

 private:
  friend class Database;
  friend class Job;
  friend class Workers;
  explicit Transaction(std::shared_ptr<facade::TransactionState> state);
  std::shared_ptr<facade::TransactionState> state_;
};

}  // namespace aurora
