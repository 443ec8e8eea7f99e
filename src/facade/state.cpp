// Body of the shared state: statement cache and configuration checks. Called by Database.
#include "state.hpp"

#include "announcer.hpp"
#include "commit_events.hpp"
#include "point_plan.hpp"
#include "topics.hpp"
#include "transfer.hpp"

#include <aurora/aql/clone.hpp>
#include <aurora/aql/parser.hpp>
#include <aurora/base/try.hpp>
#include <aurora/exec/read_shapes.hpp>
#include <aurora/expr/record_program.hpp>
#include <aurora/runtime/periodic.hpp>
#include <aurora/workers.hpp>

#include <atomic>

namespace aurora {

Config Config::read_optimized() {
  Config config;
  config.hot_cache_bytes = 1024ull << 20;
  config.cold_cache_bytes = 2048ull << 20;
  return config;
}

Config Config::write_optimized() {
  Config config;
  config.write_buffer_bytes = 256ull << 20;
  config.max_log_bytes = 1024ull << 20;
  config.checkpoint_interval = std::chrono::seconds(30);
  config.checkpoint_changes = 1'000'000;
  return config;
}

Config Config::realtime() {
  Config config;
  config.write_buffer_operations = 256;
  config.checkpoint_interval = std::chrono::seconds(2);
  config.checkpoint_changes = 50'000;
  return config;
}

}  // namespace aurora

namespace aurora::facade {

namespace {
exec::ExecSettings exec_settings(const Config& config, exec::ReadShapes& shapes) {
  exec::ExecSettings settings;
  settings.shapes = &shapes;
  settings.use_indexes = config.use_indexes;
  settings.sort_bytes = config.max_sort_bytes;
  return settings;
}
}  // namespace

namespace {
std::uint64_t next_number() noexcept {
  static std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}
}  // namespace

State::State(std::shared_ptr<commit::Engine> engine, const Config& config)
    : engine_(std::move(engine)),
      number_(next_number()),
      shapes_(std::make_shared<exec::ReadShapes>()),
      settings_(exec_settings(config, *shapes_)),
      file_roots_(io::FileRoots::under(config.file_roots).value()),
      handlers_(transfer()),
      texts_(config.statement_cache_entries),
      event_shelf_(std::make_shared<EventShelf>()),
      topics_(std::make_unique<Topics>()),
      announcer_(std::make_unique<Announcer>(engine_, event_shelf_)),
      workers_(std::make_unique<Workers>(*this, config.workers)) {}

State::~State() = default;

exec::TransferOperation State::transfer() const {
  return [&roots = file_roots_](WriteView& view, const aql::Selection& field, const exec::MutationContext& context) {
    return run_transfer(view, field, context, roots);
  };
}

Result<std::shared_ptr<const ParsedText>> State::parse(std::string_view text) {
  if (auto found = texts_.find(text)) return std::static_pointer_cast<const ParsedText>(std::move(found));
  AURORA_ASSIGN(auto document, aql::parse(text, limits()));
  AURORA_TRY(expr::check_functions(document, text));
  auto parsed = std::make_shared<ParsedText>();
  parsed->text = std::string(text);
  parsed->document = std::move(document);
  parsed->defers = aql::uses_directive(parsed->document, "defer");
  if (PointPlans::may_suit(parsed->document)) parsed->points = std::make_shared<PointPlans>();
  std::shared_ptr<const ParsedText> shared = std::move(parsed);
  texts_.insert(shared->text, shared);
  return shared;
}

Result<commit::EngineOptions> engine_options(const Config& config) {
  std::string problems;
  const auto require = [&](bool holds, std::string_view problem) {
    if (!holds) problems.append(problems.empty() ? "" : "; ").append(problem);
  };
  using namespace std::chrono_literals;
  require(config.cold_cache_bytes >= 1u << 20, "cold_cache_bytes must be at least 1 MiB");
  require(config.write_buffer_bytes >= 64u << 10, "write_buffer_bytes must be at least 64 KiB");
  require(config.max_log_bytes >= 1u << 20, "max_log_bytes must be at least 1 MiB");
  require(config.write_buffer_operations >= 1, "write_buffer_operations must be at least 1");
  require(config.checkpoint_interval >= 10ms && config.checkpoint_interval <= 24h,
          "checkpoint_interval must be between 10 ms and 24 h");
  require(config.checkpoint_changes >= 1, "checkpoint_changes must be at least 1");
  require(config.expiry_interval >= 10ms && config.expiry_interval <= 24h,
          "expiry_interval must be between 10 ms and 24 h");
  require(config.change_log_max_age >= 0s, "change_log_max_age must not be negative");
  require(config.max_document_bytes >= 1024 && config.max_document_bytes <= 256u << 20,
          "max_document_bytes must be between 1 KiB and 256 MiB");
  require(config.max_transaction_bytes >= config.max_document_bytes,
          "max_transaction_bytes must be at least max_document_bytes");
  require(config.max_history_bytes >= 64u << 10, "max_history_bytes must be at least 64 KiB");
  require(config.max_sort_bytes >= 1u << 20, "max_sort_bytes must be at least 1 MiB");
  require(config.text_limits.text_bytes >= 64, "text_limits.text_bytes must be at least 64");
  require(config.text_limits.depth >= 4 && config.text_limits.depth <= 1'000,
          "text_limits.depth must be between 4 and 1000");
  const auto& workers = config.workers;
  require(workers.threads >= 1 && workers.threads <= 1'024, "workers.threads must be between 1 and 1024");
  require(workers.lease >= 100ms && workers.lease <= 12h, "workers.lease must be between 100 ms and 12 h");
  require(workers.heartbeat >= 10ms && workers.heartbeat <= workers.lease / 2,
          "workers.heartbeat must be between 10 ms and half the lease");
  require(workers.backoff_base >= 0ms && workers.backoff_cap >= workers.backoff_base && workers.backoff_cap <= 24h * 365,
          "workers.backoff_base must not be negative, and backoff_cap between it and a year");
  require(workers.backoff_factor >= 1.0 && workers.backoff_factor <= 100.0,
          "workers.backoff_factor must be between 1 and 100");
  require(workers.backoff_jitter >= 0.0 && workers.backoff_jitter <= 1.0, "workers.backoff_jitter must be between 0 and 1");
  require(workers.cleanup_age >= 0s && workers.cleanup_age <= 24h * 36'500,
          "workers.cleanup_age must be between zero and a hundred years");
  require(workers.close_grace >= 0ms && workers.close_grace <= 24h, "workers.close_grace must be between zero and 24 h");
  for (const auto& [queue, limit] : workers.queue_concurrency)
    require(limit >= 1, "workers.queue_concurrency of \"" + queue + "\" must be at least 1");
  for (const auto& [queue, rate] : workers.queue_rates)
    require(rate.jobs >= 1 && rate.per >= 1ms && rate.per <= 24h,
            "workers.queue_rates of \"" + queue + "\" must allow at least one job in 1 ms to 24 h");
  require(workers.coroutines >= 1 && workers.coroutines <= 1'000'000, "workers.coroutines must be between 1 and 1,000,000");
  require(config.open_deadline > 0ms, "open_deadline must be positive");
  if (const auto roots = io::FileRoots::under(config.file_roots); !roots) require(false, roots.error().message());
  if (!problems.empty()) return Error(ErrorCode::kInvalidInput, "the configuration is not usable: " + problems);

  commit::EngineOptions options;
  switch (config.durability) {
    case Durability::kNone: options.durability = commit::Durability::kNone; break;
    case Durability::kWal: options.durability = commit::Durability::kWal; break;
    case Durability::kStrict: options.durability = commit::Durability::kStrict; break;
    case Durability::kSynchronous: options.durability = commit::Durability::kSynchronous; break;
  }
  options.hot_cache_bytes = config.hot_cache_bytes;
  options.eviction_policy = config.eviction_policy;
  options.start_periodic = runtime::start_periodic;
  options.group_changes = config.write_buffer_operations;
  options.checkpoint_interval = config.checkpoint_interval;
  options.checkpoint_changes = config.checkpoint_changes;
  options.expiry_interval = config.expiry_interval;
  options.log_max_age = config.change_log_max_age;
  options.log_max_bytes = config.change_log_max_bytes;
  options.max_document_bytes = config.max_document_bytes;
  options.max_transaction_bytes = config.max_transaction_bytes;
  options.history_bytes = config.max_history_bytes;
  options.limits.text_bytes = config.text_limits.text_bytes;
  options.limits.depth = config.text_limits.depth;
  options.limits.selections = config.text_limits.selections;
  options.limits.list_length = config.text_limits.list_length;
  options.limits.regex_bytes = config.text_limits.regex_bytes;
  // Neither may throw. When one does, it must not take commits with it.
  if (config.logger)
    options.log = [logger = config.logger](int level, std::string_view message) {
      try {
        logger(static_cast<LogLevel>(level), message);
      } catch (...) {
        return;   // there is nobody to tell
      }
    };
  if (config.clock)
    options.clock = [clock = config.clock, log = options.log] {
      try {
        return DateTime(clock());
      } catch (...) {
        if (log) log(static_cast<int>(LogLevel::kWarning), "Config::clock threw; the system clock stands in for it");
        return system_now();
      }
    };
  return options;
}

}  // namespace aurora::facade
