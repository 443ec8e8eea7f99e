// What a store under measurement can do. Aurora is one, every peer is another; a workload asks them
// all the same. Implemented in this folder, used by workloads.cpp.
#pragma once

#include "data.hpp"

#include <filesystem>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace aurora::bench {

enum class Operation : std::uint8_t {
  kInsertOne,
  kInsertMany,
  kGet,
  kGetPrepared,
  kGetText,
  kCount,
  kRange,
  kUpdate,
};

/// One open store with a collection of orders: unique by id, indexed by city and by amount.
/// Every call that writes is one commit, which survives the death of the process when it returns.
/// Threads: one at a time. Errors: throws std::exception for everything but a missing document.
class Store {
 public:
  virtual ~Store() = default;
  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  virtual void insert(const Row& row) = 0;
  virtual void insert_many(std::span<const Row> rows) = 0;

  // The document of an id, of which three fields are read. Returns their digest, 0 when absent.
  /// The shortest way to it.
  [[nodiscard]] virtual std::uint64_t get(const Uuid& id) = 0;
  /// By a statement of the query language, prepared once.
  [[nodiscard]] virtual std::uint64_t get_prepared(const Uuid&) { return unsupported(); }
  /// By the text of a statement, with the id as a parameter.
  [[nodiscard]] virtual std::uint64_t get_text(const Uuid&) { return unsupported(); }

  /// How many orders have that city, by the index.
  [[nodiscard]] virtual std::uint64_t count(const std::string& city) = 0;
  /// The sum of the digests of all orders with low <= amount <= high.
  [[nodiscard]] virtual std::uint64_t range(std::int64_t low, std::int64_t high) = 0;
  /// Gives the order another amount. `row` is its state before.
  virtual void update(const Row& row, std::int64_t amount) = 0;

 private:
  [[noreturn]] static std::uint64_t unsupported() {
    throw std::logic_error("the store has no statements");
  }
};

/// A kind of store.
struct Peer {
  std::string name;  ///< key in tables and JSON
  std::string version;
  std::string setting;  ///< what durability rests on
  bool has_statements;  ///< false: kGetPrepared and kGetText are left out
  std::unique_ptr<Store> (*open)(const std::filesystem::path& directory);
};

[[nodiscard]] Peer aurora_peer();
[[nodiscard]] Peer sqlite_peer();
[[nodiscard]] Peer sqlite_json_peer();
[[nodiscard]] Peer lmdb_peer();
[[nodiscard]] Peer rocksdb_peer();

}  // namespace aurora::bench
