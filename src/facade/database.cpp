// Body of the Database facade. Called by users; opens stores and engines, runs texts, calls the document calls.
#include <aurora/database.hpp>

#include <aurora/base/out_of_memory.hpp>
#include <aurora/base/try.hpp>
#include <aurora/build_info.hpp>
#include <aurora/expr/computed_fields.hpp>
#include <aurora/jobs/dispatcher.hpp>
#include <aurora/workers.hpp>

#include "storage/log_losses.hpp"

#include "announcer.hpp"
#include "documents.hpp"
#include "fetch.hpp"
#include "hot_read.hpp"
#include "open.hpp"
#include "point_plan.hpp"
#include "runner.hpp"
#include "topics.hpp"
#include "transaction_state.hpp"

#include <algorithm>
#include <random>
#include <thread>

namespace aurora {

using facade::DatabaseTarget;
using facade::State;

namespace {

// Once at open, for people who wonder where the time goes.
void warn_of_slow_libraries(const commit::Engine& engine, bool is_slow_store) {
  const auto& log = engine.options().log;
  if (!log) return;
  if (is_slow_store)
    log(static_cast<int>(LogLevel::kWarning),
        "this RocksDB was built with assertions or without hardware CRC: writes take up to three times "
        "as long; see docs/benchmarks.md for how to get an optimised build");
  if (build_info().roaring_scalar)
    log(static_cast<int>(LogLevel::kWarning),
        "this CRoaring was built without vector instructions: combining conditions that have indexes takes "
        "up to ten times as long; see docs/benchmarks.md for how to get an optimised build");
}

// `directory`: where the database lies; empty for one in memory. Damage among jobs must not keep the rest from being read.
void rescue_jobs(commit::Engine& engine, const std::string& directory) {
  const auto rescued = jobs::rescue_orphans(engine, directory);
  const auto& log = engine.options().log;
  if (!log) return;
  if (!rescued)
    log(static_cast<int>(LogLevel::kWarning), "jobs that were running cannot be found: " + rescued.error().message());
  else if (rescued->lost + rescued->unbegun > 0)
    log(static_cast<int>(LogLevel::kInfo),
        std::to_string(rescued->lost) + " jobs were running when the database was last in use: their attempts count as lost; " +
            std::to_string(rescued->unbegun) + " were claimed and not begun: they wait again");
}

Result<std::shared_ptr<State>> start(std::unique_ptr<storage::Store> store, commit::EngineOptions options,
                                     const Config& config, const std::string& directory = {}) {
  const bool slow = store->stats().slow_build;
  AURORA_ASSIGN(auto engine, commit::Engine::open(std::move(store), std::move(options)));
  warn_of_slow_libraries(*engine, slow);
  if (!engine->options().read_only) rescue_jobs(*engine, directory);
  auto state = std::make_shared<State>(std::move(engine), config);
  state->workers().keep_marks_in(directory);
  return state;
}

}  // namespace

namespace facade {
namespace {

Status execute(State& state, const ParsedText& parsed, const RunOptions& options, QueryResult& result) {
  DatabaseTarget target(state.engine());
  AURORA_TRY(run_text(state, target, parsed, options, result));
  if (parsed.points) parsed.points->learn(state, parsed);
  return {};
}

Status execute_text(State& state, std::string_view text, const Object& variables, const ExecuteOptions& options,
                    QueryResult& result) {
  AURORA_ASSIGN(const auto entry, state.engine().enter());
  AURORA_ASSIGN(const auto parsed, state.parse(text));
  if (parsed->points) {
    if (auto known = parsed->points->answer(state, variables)) {
      result = *std::move(known);
      return {};
    }
  }
  return execute(state, *parsed, {variables, options}, result);
}

}  // namespace
}  // namespace facade

Database::Database(std::shared_ptr<State> state) : state_(std::move(state)) {}

Database::~Database() {
  // Failures while closing went to the logger; a destructor must not throw them.
  if (!state_) return;
  static_cast<void>(state_->workers().close());
  state_->topics().close();
  static_cast<void>(state_->engine().close());
  state_->announcer().join();
}

Database& Database::operator=(Database&& other) noexcept {
  // The one that is replaced goes out of scope here.
  Database moved(std::move(other));
  std::swap(state_, moved.state_);
  return *this;
}

namespace {
Result<std::shared_ptr<State>> open_directory(const std::string& path, const Config& config, facade::OpenFor use) {
  AURORA_ASSIGN(auto options, facade::engine_options(config));
  options.read_only = use == facade::OpenFor::kReading;
  auto store = facade::store_options(path, config);
  store.read_only = use == facade::OpenFor::kReading;
  if (options.log)
    store.on_message = [log = options.log](std::string_view message) { log(static_cast<int>(LogLevel::kInfo), message); };
  std::vector<std::string> losses;
  AURORA_ASSIGN(auto opened, storage::open_rocksdb_store(store, losses));
  const auto log = options.log;
  auto state = start(std::move(opened), std::move(options), config, path);
  if (state && log)
    for (const auto& loss : losses)
      log(static_cast<int>(LogLevel::kError),
          loss + "; the newest commit that is left is " + std::to_string((*state)->engine().stats().sequence));
  return state;
}
}  // namespace

Result<Database> Database::try_open(const std::string& path, const Config& config) {
  return within_memory([&]() -> Result<Database> {
    AURORA_ASSIGN(auto state, open_directory(path, config, facade::OpenFor::kWriting));
    return Database(std::move(state));
  });
}

Result<Database> Database::try_open_read_only(const std::string& path, const Config& config) {
  return within_memory([&]() -> Result<Database> {
    AURORA_ASSIGN(auto state, open_directory(path, config, facade::OpenFor::kReading));
    return Database(std::move(state));
  });
}

storage::StoreOptions facade::store_options(const std::string& path, const Config& config) {
  storage::StoreOptions store;
  store.path = path;
  store.mode = config.storage_mode == StorageMode::kLowSpace ? storage::StorageMode::kLowSpace
                                                             : storage::StorageMode::kHighThroughput;
  store.create_if_missing = config.create_if_missing;
  store.unlogged = config.durability == Durability::kNone;
  store.block_cache_bytes = config.cold_cache_bytes;
  store.write_buffer_bytes = config.write_buffer_bytes;
  store.max_log_bytes = config.max_log_bytes;
  store.open_deadline = config.open_deadline;
  return store;
}

Result<Database> facade::open_database(std::unique_ptr<storage::Store> store, const Config& config, OpenFor use) {
  AURORA_ASSIGN(auto options, engine_options(config));
  options.read_only = use == OpenFor::kReading;
  AURORA_ASSIGN(auto state, start(std::move(store), std::move(options), config));
  return Database(std::move(state));
}

Result<Database> Database::try_open_in_memory(const Config& config) {
  return within_memory([&]() -> Result<Database> {
    AURORA_ASSIGN(auto options, facade::engine_options(config));
    options.in_memory = true;
    AURORA_ASSIGN(auto state, start(storage::make_memory_store(), std::move(options), config));
    return Database(std::move(state));
  });
}

// ---------------------------------------------------------------- AQL

Result<QueryResult> Database::try_execute(std::string_view text, const Object& variables,
                                          const ExecuteOptions& options) {
  return within_memory([&]() -> Result<QueryResult> {
    QueryResult result;
    AURORA_TRY(facade::execute_text(*state_, text, variables, options, result));
    return result;
  });
}

Result<QueryResult> Database::try_execute(std::string_view text, const Object& variables,
                                          const ExecuteOptions& options, QueryResult& partial) {
  return within_memory([&]() -> Result<QueryResult> {
    AURORA_TRY(facade::execute_text(*state_, text, variables, options, partial));
    // What is copied for the caller may be the answer of a mutation that is stored.
    try {
      return partial;
    } catch (const std::bad_alloc&) {
      return answer_lost();
    }
  });
}

Result<Statement> Database::try_prepare(std::string_view text) {
  return within_memory([&]() -> Result<Statement> {
    AURORA_ASSIGN(const auto entry, state_->engine().enter());
    AURORA_ASSIGN(auto parsed, state_->parse(text));
    return Statement(state_, std::move(parsed));
  });
}

Result<QueryResult> Database::try_explain(std::string_view text, const Object& variables,
                                          const ExplainOptions& options) {
  return within_memory([&]() -> Result<QueryResult> {
    AURORA_ASSIGN(const auto entry, state_->engine().enter());
    AURORA_ASSIGN(const auto parsed, state_->parse(text));
    DatabaseTarget target(state_->engine());
    QueryResult result;
    AURORA_TRY(facade::run_text(*state_, target, *parsed, {variables, options.execute, true, options.analyze}, result));
    return result;
  });
}

Statement::Statement(std::shared_ptr<State> state, std::shared_ptr<const facade::ParsedText> parsed)
    : state_(std::move(state)), parsed_(std::move(parsed)) {}

const std::string& Statement::text() const noexcept { return parsed_->text; }

Result<QueryResult> Statement::try_execute(const Object& variables, const ExecuteOptions& options) const {
  return within_memory([&]() -> Result<QueryResult> {
    if (parsed_->points)
      if (auto known = parsed_->points->answer(*state_, variables)) return *std::move(known);
    AURORA_ASSIGN(const auto entry, state_->engine().enter());
    QueryResult result;
    AURORA_TRY(facade::execute(*state_, *parsed_, {variables, options}, result));
    return result;
  });
}

Result<Documents> Statement::try_fetch(const Object& variables, const ExecuteOptions& options) const {
  return within_memory([&]() -> Result<Documents> {
    if (parsed_->points)
      if (auto known = parsed_->points->fetch(*state_, variables)) return *std::move(known);
    AURORA_ASSIGN(const auto entry, state_->engine().enter());
    AURORA_ASSIGN(auto documents, facade::fetch_documents(*state_, *parsed_, {variables, options}));
    if (parsed_->points) parsed_->points->learn(*state_, *parsed_);
    return documents;
  });
}

Result<Rows> Statement::try_fetch_rows(const Object& variables, const ExecuteOptions& options) const {
  return within_memory([&]() -> Result<Rows> {
    AURORA_ASSIGN(const auto entry, state_->engine().enter());
    return facade::fetch_rows(*state_, *parsed_, {variables, options});
  });
}

QueryResult Statement::execute(const Object& variables, const ExecuteOptions& options) const {
  return try_execute(variables, options).value();
}

// ---------------------------------------------------------------- documents

Query Database::query(std::string collection) { return Query(state_, nullptr, std::move(collection)); }

Result<std::optional<Document>> Database::try_get(std::string_view collection, const Value& id) {
  return within_memory([&]() -> Result<std::optional<Document>> {
    if (auto hot = facade::read_hot(*state_, collection, id)) return std::optional(std::move(hot));
    AURORA_ASSIGN(const auto entry, state_->engine().enter());
    auto view = state_->engine().view();
    AURORA_ASSIGN(const auto definition, view.catalog().require(collection));
    AURORA_ASSIGN(const auto stored, facade::read_by_id(*state_, view, definition, id));
    AURORA_ASSIGN(const auto record, with_virtuals(*definition, stored, view.now()));
    return record ? std::optional(Document(definition, record)) : std::nullopt;
  });
}

Result<std::optional<Document>> Database::try_update(std::string_view collection, const Value& id,
                                                     const Object& data) {
  return within_memory([&]() -> Result<std::optional<Document>> {
    AURORA_ASSIGN(const auto entry, state_->engine().enter());
    std::optional<Document> changed;
    AURORA_TRY(DatabaseTarget(state_->engine()).write([&](WriteView& view) -> Status {
      AURORA_ASSIGN(changed, facade::update_document(*state_, view, collection, id, data));
      return {};
    }));
    return changed;
  });
}

Result<bool> Database::try_remove(std::string_view collection, const Value& id) {
  return within_memory([&]() -> Result<bool> {
    AURORA_ASSIGN(const auto entry, state_->engine().enter());
    bool removed = false;
    AURORA_TRY(DatabaseTarget(state_->engine()).write([&](WriteView& view) -> Status {
      AURORA_ASSIGN(removed, facade::remove_document(*state_, view, collection, id));
      return {};
    }));
    return removed;
  });
}

// ---------------------------------------------------------------- transactions

Result<Transaction> Database::try_begin_transaction() {
  return within_memory([&]() -> Result<Transaction> {
    AURORA_ASSIGN(const auto entry, state_->engine().enter());
    return Transaction(std::make_shared<facade::TransactionState>(state_));
  });
}

void Database::run_transaction(const std::function<void(Transaction&)>& work, int attempts) {
  thread_local std::minstd_rand random{std::random_device{}()};
  for (int attempt = 1;; ++attempt) {
    auto transaction = begin_transaction();
    work(transaction);
    if (transaction.state_->has_ended()) return;
    auto committed = transaction.try_commit();
    if (committed) return;
    if (committed.error().code() != ErrorCode::kConflict || attempt >= attempts) throw committed.error();
    // Growing pauses with jitter, so that rivals do not meet again and again.
    const auto longest = std::min(1 << std::min(attempt, 10), 1'000) * 10;
    std::this_thread::sleep_for(std::chrono::microseconds(std::uniform_int_distribution(1, longest)(random)));
  }
}

// ---------------------------------------------------------------- upkeep

std::vector<std::string> Database::collections() const {
  const auto entry = state_->engine().enter().value();
  const auto view = state_->engine().view();
  std::vector<std::string> names;
  for (const auto& collection : view.catalog().collections())
    if (!collection->system) names.push_back(collection->name);
  return names;
}

void Database::flush() {
  const auto entry = state_->engine().enter().value();
  state_->engine().flush().value();
}

void Database::checkpoint(const std::string& path) {
  const auto entry = state_->engine().enter().value();
  state_->engine().backup(path).value();
}

void Database::compact() {
  const auto entry = state_->engine().enter().value();
  state_->engine().compact().value();
}

VerifyReport Database::verify() const {
  const auto entry = state_->engine().enter().value();
  auto found = state_->engine().verify().value();
  return {found.collections, found.documents, found.index_entries, found.log_rows, std::move(found.problems)};
}

std::vector<IndexStats> Database::index_stats(std::string_view collection) const {
  const auto entry = state_->engine().enter().value();
  auto view = state_->engine().view();
  const auto definition = view.catalog().require(collection).value();
  const auto* const version = view.collection(definition->id).value();
  std::vector<IndexStats> found;
  for (std::size_t i = 0; i < version->indexes.size(); ++i) {
    const IndexDef& index = definition->indexes[i];
    const IndexVersion& keys = version->indexes[i];
    IndexStats& stats = found.emplace_back();
    stats.name = index.name;
    for (const auto& path : index.paths) stats.fields.push_back(path.text());
    stats.keys = keys.key_count();
    stats.entries = keys.entry_count();
    stats.memory_bytes = keys.memory_bytes();
  }
  return found;
}

Stats Database::stats() const {
  const auto entry = state_->engine().enter().value();
  const auto found = state_->engine().stats();
  Stats stats;
  stats.sequence = found.sequence;
  stats.commits = found.commits;
  stats.groups = found.groups;
  stats.checkpoints = found.checkpoints;
  stats.snapshots = found.snapshots;
  stats.history_versions = found.history_versions;
  stats.history_bytes = found.history_bytes;
  stats.cache_hits = found.cache.hits;
  stats.cache_misses = found.cache.misses;
  stats.cache_evictions = found.cache.evictions;
  stats.cache_entries = found.cache.entries;
  stats.cache_bytes = found.cache.bytes;
  stats.column_bytes = found.column_bytes;
  stats.disk_bytes = found.store.disk_bytes;
  stats.store_memory_bytes = found.store.memory_bytes;
  stats.log_bytes = found.store.log_bytes;
  stats.engine = found.store.engine;
  stats.slow_build = found.store.slow_build;
  return stats;
}

void Database::close() {
  state_->workers().close().value();
  state_->topics().close();
  state_->engine().close().value();
}

Workers& Database::workers() { return state_->workers(); }

bool Database::is_open() const noexcept { return state_ && state_->engine().enter().has_value(); }

}  // namespace aurora
