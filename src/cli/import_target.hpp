// Where imported documents go: in commits of their own, or all in one transaction.
// Called by import.cpp; calls the facade.
#pragma once

#include "cli/open.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace aurora::cli {

/// A document on its way, with the line it came from.
struct Incoming {
  std::uint64_t line = 0;
  Object fields;
};

struct ImportCounts {
  std::uint64_t imported = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t failed = 0;
};

/// Hears of each document that was not imported. Duplicates are not failures and are not told.
using OnFailure = std::function<void(std::uint64_t line, const Error& error)>;

class ImportTarget {
 public:
  virtual ~ImportTarget() = default;
  /// Errors: those after which going on makes no sense (the disk, a closed database; with one
  /// transaction, any).
  [[nodiscard]] virtual Result<void> add(std::vector<Incoming>& batch) = 0;
  [[nodiscard]] virtual Result<void> finish() = 0;
  [[nodiscard]] const ImportCounts& counts() const noexcept { return counts_; }

 protected:
  ImportCounts counts_;
};

/// Each batch is a commit. When it fails its documents are tried one by one; a document whose unique
/// value is taken is a duplicate.
[[nodiscard]] std::unique_ptr<ImportTarget> make_batched_target(Database& database, std::string collection,
                                                                OnFailure on_failure);
/// One transaction for all: nothing is imported unless finish() succeeds. The first document that cannot
/// be inserted is the error, duplicates too. Holds all documents in memory, up to
/// Config::max_transaction_bytes.
[[nodiscard]] Result<std::unique_ptr<ImportTarget>> make_atomic_target(Database& database, std::string collection,
                                                                       OnFailure on_failure);

}  // namespace aurora::cli
