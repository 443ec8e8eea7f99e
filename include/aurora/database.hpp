// The database: open it, run AQL, work with documents, close it.
#pragma once

#include <aurora/bind.hpp>
#include <aurora/cache_stats.hpp>
#include <aurora/computed.hpp>
#include <aurora/config.hpp>
#include <aurora/listener.hpp>
#include <aurora/optimize.hpp>
#include <aurora/query.hpp>
#include <aurora/query_result.hpp>
#include <aurora/statement.hpp>
#include <aurora/transaction.hpp>

#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace aurora {

class Database;
class TopicListener;
class Watcher;
struct WatchOptions;
class Workers;
namespace storage {
class Store;
}
namespace facade {
enum class OpenFor : bool { kWriting, kReading };
[[nodiscard]] Result<Database> open_database(std::unique_ptr<storage::Store> store, const Config& config, OpenFor use);
}

/// What verify() found.
struct VerifyReport {
  std::uint64_t collections = 0;
  std::uint64_t documents = 0;
  std::uint64_t index_entries = 0;
  std::uint64_t log_rows = 0;
  std::vector<std::string> problems;     ///< empty: everything agrees
};

/// Figures of a database.
struct Stats {
  std::uint64_t sequence = 0;            ///< of the newest commit
  std::uint64_t commits = 0;             ///< since open
  std::uint64_t groups = 0;              ///< store writes those took
  std::uint64_t checkpoints = 0;
  std::uint64_t snapshots = 0;           ///< states kept for readers
  std::uint64_t history_versions = 0;
  std::uint64_t history_bytes = 0;       ///< and what they hold; see Config::max_history_bytes
  std::uint64_t cache_hits = 0, cache_misses = 0, cache_evictions = 0, cache_entries = 0, cache_bytes = 0;
  std::uint64_t column_bytes = 0;        ///< of forward columns, which aggregates read instead of documents
  std::uint64_t disk_bytes = 0, store_memory_bytes = 0, log_bytes = 0;
  std::string engine;                    ///< name and version of the store
  bool slow_build = false;               ///< the store was built with assertions or without hardware CRC
};

/// Figures of one index.
struct IndexStats {
  std::string name;
  std::vector<std::string> fields;       ///< dotted; several: compound
  std::uint64_t keys = 0;                ///< different values
  std::uint64_t entries = 0;             ///< a document counts once for each of its values
  std::uint64_t memory_bytes = 0;
};

struct ExplainOptions {
  bool analyze = false;                  ///< measure rows and time of each step
  ExecuteOptions execute;
};

/// One open database. Movable; closes in its destructor. Handles that outlive it report Closed.
/// Threads: every call may come from any thread at once.
/// Errors: calls throw aurora::Error; each try_ form returns the same as a Result.
class Database {
 public:
  /// Opens the database in directory `path`, making it when missing.
  /// Errors: Busy when another process (named in the message) or this one has it open; InvalidInput when the
  /// path is a file or another program's directory, or an option is out of range; IoError; Corruption; Timeout.
  [[nodiscard]] static Database open(const std::string& path, const Config& config = {}) {
    return try_open(path, config).value();
  }
  [[nodiscard]] static Result<Database> try_open(const std::string& path, const Config& config = {});
  /// The database in directory `path` as it is now, beside a process that writes it or without one. What is committed
  /// later is not seen: open it again. Writing, flushing and copying give InvalidOperation; nothing in the directory
  /// is changed. Cost: the log that its writer has not written out yet is read into memory.
  /// Errors: as open, but for Busy; NotFound when there is none.
  [[nodiscard]] static Database open_read_only(const std::string& path, const Config& config = {}) {
    return try_open_read_only(path, config).value();
  }
  [[nodiscard]] static Result<Database> try_open_read_only(const std::string& path, const Config& config = {});
  /// A database in memory, gone when closed.
  [[nodiscard]] static Database open_in_memory(const Config& config = {}) {
    return try_open_in_memory(config).value();
  }
  [[nodiscard]] static Result<Database> try_open_in_memory(const Config& config = {});

  Database(Database&&) noexcept = default;
  /// Closes the database that is replaced, as the destructor does.
  Database& operator=(Database&& other) noexcept;
  ~Database();

  // ---- AQL
  /// Runs a text; see the AQL reference. What was done before a failing operation stays done.
  QueryResult execute(std::string_view text, const Object& variables = {}, const ExecuteOptions& options = {}) {
    return try_execute(text, variables, options).value();
  }
  [[nodiscard]] Result<QueryResult> try_execute(std::string_view text, const Object& variables = {},
                                                const ExecuteOptions& options = {});
  /// As try_execute, but what was done before an error comes back too, as the data of `partial`.
  [[nodiscard]] Result<QueryResult> try_execute(std::string_view text, const Object& variables,
                                                const ExecuteOptions& options, QueryResult& partial);
  [[nodiscard]] Statement prepare(std::string_view text) { return try_prepare(text).value(); }
  [[nodiscard]] Result<Statement> try_prepare(std::string_view text);
  /// Runs a text of queries as if @explain stood on each: the plans are in extensions.explain, the data come too.
  /// Errors: InvalidOperation for anything but queries, before anything runs; else as try_execute.
  [[nodiscard]] QueryResult explain(std::string_view text, const Object& variables = {},
                                    const ExplainOptions& options = {}) {
    return try_explain(text, variables, options).value();
  }
  [[nodiscard]] Result<QueryResult> try_explain(std::string_view text, const Object& variables = {},
                                                const ExplainOptions& options = {});

  // ---- changes
  /// The events of a subscription, from now on or from what it says with `after`. `options.deadline` is not for it:
  /// each call of the stream has a timeout of its own.
  [[nodiscard]] Stream stream(std::string_view subscription, const Object& variables = {},
                              const ExecuteOptions& options = {}) {
    return try_stream(subscription, variables, options).value();
  }
  [[nodiscard]] Result<Stream> try_stream(std::string_view subscription, const Object& variables = {},
                                          const ExecuteOptions& options = {});
  /// Every committed change of the documents of a collection.
  [[nodiscard]] Listener listen(const std::string& collection, const ListenOptions& options = {}) {
    return try_listen(collection, options).value();
  }
  /// Those of all collections but the system's.
  [[nodiscard]] Listener listen_all(const ListenOptions& options = {}) {
    return try_listen(std::nullopt, options).value();
  }
  /// Without a name: listen_all. Errors: CollectionNotFound; InvalidInput for a sequence not reached yet;
  /// LimitExceeded when the change log no longer reaches back to `options.after`.
  [[nodiscard]] Result<Listener> try_listen(const std::optional<std::string>& collection,
                                            const ListenOptions& options = {});

  /// How many listeners hear a collection, those of all collections included; and how many there are.
  [[nodiscard]] std::size_t listener_count(std::string_view collection) const;
  [[nodiscard]] std::size_t total_listeners() const;
  /// The result of a query, and every change of it from then on (watcher.hpp): a text that is one query with one root
  /// field, and its fragments. Errors: those of the query; InvalidOperation for other texts.
  [[nodiscard]] Watcher watch(std::string_view query, const Object& variables = {});
  [[nodiscard]] Watcher watch(std::string_view query, const Object& variables, const WatchOptions& options);
  [[nodiscard]] Result<Watcher> try_watch(std::string_view query, const Object& variables, const WatchOptions& options);

  // ---- topics of the application (topic.hpp)
  /// Tells `payload` to all who listen to `topic` now, in the order of the calls, and returns how many they are. Nothing
  /// is stored, and no commit made. Errors: Closed, InvalidInput for a topic without a name.
  std::size_t publish(std::string_view topic, const Value& payload) { return try_publish(topic, payload).value(); }
  [[nodiscard]] Result<std::size_t> try_publish(std::string_view topic, const Value& payload);
  /// The same with the payload as JSON text, which must be whole. Errors: InvalidInput too.
  [[nodiscard]] Result<std::size_t> try_publish_json(std::string_view topic, std::string_view payload);
  /// Hears what is published on a topic from now on.
  [[nodiscard]] TopicListener listen_topic(std::string_view topic);
  [[nodiscard]] Result<TopicListener> try_listen_topic(std::string_view topic);

  // ---- queries and documents
  [[nodiscard]] Query query(std::string collection);
  /// Adds a document and returns it as stored (defaults and ids filled in).
  Document insert(std::string_view collection, const Object& document) {
    return try_insert(collection, document).value();
  }
  [[nodiscard]] Result<Document> try_insert(std::string_view collection, const Object& document);
  template <class T>
    requires bindable<T>
  Document insert(std::string_view collection, const T& document) {
    return insert(collection, to_object(document));
  }
  /// All or nothing, in one commit.
  std::vector<Document> insert_many(std::string_view collection, const std::vector<Object>& documents);
  /// Adds the document that each JSON text is, all or nothing, in one commit, and returns how many. Records are made of
  /// the texts themselves: this is the fastest way in. Errors: InvalidInput for what is no JSON, else as `insert`, saying
  /// which document.
  std::uint64_t insert_json(std::string_view collection, std::span<const std::string_view> documents) {
    return try_insert_json(collection, documents).value();
  }
  [[nodiscard]] Result<std::uint64_t> try_insert_json(std::string_view collection,
                                                      std::span<const std::string_view> documents);
  /// The document with that primary key (or `_sid`, when the collection has no primary key).
  [[nodiscard]] std::optional<Document> get(std::string_view collection, const Value& id) {
    return try_get(collection, id).value();
  }
  [[nodiscard]] Result<std::optional<Document>> try_get(std::string_view collection, const Value& id);
  template <class T>
    requires bindable<T>
  [[nodiscard]] std::optional<T> get(std::string_view collection, const Value& id) {
    const auto document = get(collection, id);
    return document ? std::optional<T>(document->template as<T>()) : std::nullopt;
  }
  /// Changes the document by AQL update data (modifiers included); returns its new state, nothing when there is
  /// no such document.
  std::optional<Document> update(std::string_view collection, const Value& id, const Object& data) {
    return try_update(collection, id, data).value();
  }
  [[nodiscard]] Result<std::optional<Document>> try_update(std::string_view collection, const Value& id,
                                                           const Object& data);
  /// True when there was such a document.
  bool remove(std::string_view collection, const Value& id) { return try_remove(collection, id).value(); }
  [[nodiscard]] Result<bool> try_remove(std::string_view collection, const Value& id);

  // ---- schema
  /// Adds a permanent computed field of type Any to a collection, as `alter … add … @computed` does. The same
  /// expression again changes nothing, another one replaces it, so that a program may register at each start.
  /// Errors: InvalidDefinition for unknown names and functions, cycles, and a field of that name of another kind.
  void register_computed_field(std::string_view collection, std::string_view name,
                               const ComputedExpression& expression) {
    try_register_computed_field(collection, name, expression).value();
  }
  [[nodiscard]] Status try_register_computed_field(std::string_view collection, std::string_view name,
                                                   const ComputedExpression& expression);

  // ---- transactions
  [[nodiscard]] Transaction begin_transaction() { return try_begin_transaction().value(); }
  [[nodiscard]] Result<Transaction> try_begin_transaction();
  /// Runs `work(Transaction&)` and commits; on Conflict runs it again, up to `attempts` times with growing
  /// pauses. Rolls back and throws on when `work` throws. When `work` commits or rolls back itself, that is all.
  template <std::invocable<Transaction&> Work>
  void transaction(Work&& work, int attempts = 16) {
    run_transaction(std::function<void(Transaction&)>(std::ref(work)), attempts);
  }

  // ---- jobs
  /// What runs the jobs of this database. Lives as long as the database, also when that is moved.
  [[nodiscard]] Workers& workers();

  // ---- upkeep
  /// Names of the collections, sorted.
  [[nodiscard]] std::vector<std::string> collections() const;
  /// Makes every commit durable against power loss and writes indexes out.
  void flush();
  /// A copy of the database in a new directory that opens by itself.
  void checkpoint(const std::string& path);
  void compact();
  /// Compares documents, indexes and log with each other, reading every stored byte.
  [[nodiscard]] VerifyReport verify() const;
  [[nodiscard]] Stats stats() const;
  /// Of every index of a collection, which is loaded for that. Cost: walks the pages of the indexes.
  /// Errors: CollectionNotFound.
  [[nodiscard]] std::vector<IndexStats> index_stats(std::string_view collection) const;
  /// Which indexes the reads that this handle ran on a collection lacked, and which of its indexes they never used. Changes
  /// nothing unless `options.create`. Reads are remembered by shape, in memory, from open to close.
  /// Errors: CollectionNotFound; with `create` those of an alter.
  IndexAdvice optimize_collection(std::string_view collection, const OptimizeOptions& options = {}) {
    return try_optimize_collection(collection, options).value();
  }
  [[nodiscard]] Result<IndexAdvice> try_optimize_collection(std::string_view collection,
                                                            const OptimizeOptions& options = {});

  // ---- hot cache
  [[nodiscard]] CacheStats cache_stats() const;
  /// Whether the document with that primary key would be answered without the store. Neither counts nor marks it.
  /// Errors: CollectionNotFound, TypeError, InvalidOperation for a collection without a primary key.
  [[nodiscard]] bool is_hot(std::string_view collection, const Value& id) const;
  /// Reads the newest `documents` of a collection into the cache, and its indexes into memory, until the cache is
  /// full: nothing is evicted. Returns how many of them are in it now. Cost: one pass over them.
  std::uint64_t prewarm(std::string_view collection, std::uint64_t documents = UINT64_MAX);
  /// The same for all collections, in the order of their names.
  std::uint64_t prewarm_all();
  void clear_hot_cache();

  /// Waits for calls under way and closes. Errors: what the last writes gave; also from every later call. The logger gets
  /// them, too, as from the destructor, which throws none.
  void close();
  [[nodiscard]] bool is_open() const noexcept;

 private:
  friend Result<Database> facade::open_database(std::unique_ptr<storage::Store> store, const Config& config,
                                                 facade::OpenFor use);
  explicit Database(std::shared_ptr<facade::State> state);
  void run_transaction(const std::function<void(Transaction&)>& work, int attempts);
  std::shared_ptr<facade::State> state_;
};

}  // namespace aurora
