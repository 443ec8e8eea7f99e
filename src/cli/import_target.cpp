// Body of import_target.hpp.
#include "cli/import_target.hpp"

#include <aurora/import.hpp>

namespace aurora::cli {

namespace {

class BatchedTarget final : public ImportTarget {
 public:
  BatchedTarget(Database& database, std::string collection, OnFailure on_failure)
      : database_(database), collection_(std::move(collection)), on_failure_(std::move(on_failure)) {}

  Result<void> add(std::vector<Incoming>& batch) override {
    documents_.clear();
    documents_.reserve(batch.size());
    for (auto& incoming : batch) documents_.push_back(std::move(incoming.fields));
    const auto inserted = attempt([&] { return database_.insert_many(collection_, documents_); });
    if (inserted) {
      counts_.imported += documents_.size();
      return {};
    }
    if (!io::is_of_record(inserted.error().code())) return inserted.error();
    for (std::size_t i = 0; i < documents_.size(); ++i) {
      const auto one = database_.try_insert(collection_, documents_[i]);
      if (one) {
        ++counts_.imported;
      } else if (one.error().code() == ErrorCode::kUniqueConstraintViolation) {
        ++counts_.duplicates;
      } else if (io::is_of_record(one.error().code())) {
        ++counts_.failed;
        on_failure_(batch[i].line, one.error());
      } else {
        return one.error();
      }
    }
    return {};
  }
  Result<void> finish() override { return {}; }

 private:
  Database& database_;
  std::string collection_;
  OnFailure on_failure_;
  std::vector<Object> documents_;
};

class AtomicTarget final : public ImportTarget {
 public:
  AtomicTarget(Transaction transaction, std::string collection, OnFailure on_failure)
      : transaction_(std::move(transaction)), collection_(std::move(collection)), on_failure_(std::move(on_failure)) {}

  Result<void> add(std::vector<Incoming>& batch) override {
    for (const auto& incoming : batch) {
      const auto inserted = attempt([&] { return transaction_.insert(collection_, incoming.fields); });
      if (!inserted) {
        ++counts_.failed;
        on_failure_(incoming.line, inserted.error());
        return inserted.error();
      }
      ++inserted_;
    }
    return {};
  }
  Result<void> finish() override {
    const auto committed = transaction_.try_commit();
    if (!committed) return committed.error();
    counts_.imported = inserted_;
    return {};
  }

 private:
  Transaction transaction_;
  std::string collection_;
  OnFailure on_failure_;
  std::uint64_t inserted_ = 0;
};

}  // namespace

std::unique_ptr<ImportTarget> make_batched_target(Database& database, std::string collection, OnFailure on_failure) {
  return std::make_unique<BatchedTarget>(database, std::move(collection), std::move(on_failure));
}

Result<std::unique_ptr<ImportTarget>> make_atomic_target(Database& database, std::string collection,
                                                         OnFailure on_failure) {
  auto transaction = database.try_begin_transaction();
  if (!transaction) return transaction.error();
  return std::unique_ptr<ImportTarget>(std::make_unique<AtomicTarget>(
      *std::move(transaction), std::move(collection), std::move(on_failure)));
}

}  // namespace aurora::cli
