// Body of repair and salvage. Called by `aurora check`; stores are put together below, in storage and commit.
#include <aurora/repair.hpp>

#include <aurora/base/try.hpp>
#include <aurora/commit/salvage.hpp>
#include <aurora/database.hpp>
#include <aurora/value.hpp>

#include "storage/database_directory.hpp"
#include "storage/staging.hpp"

#include "open.hpp"

namespace aurora {

namespace {

Config for_existing(Config config) {
  config.create_if_missing = false;
  return config;
}

Result<std::vector<std::string>> problems_of(const std::string& path, const Config& config) {
  try {
    auto database = Database::open(path, for_existing(config));
    auto report = database.verify();
    database.close();
    return std::move(report.problems);
  } catch (const Error& error) {
    return error;
  }
}

// Indexes that were thrown away can only be made of documents that can all be read. What is wrong with these, or nothing.
// Errors: those of opening the store.
Result<std::string> find_damage(const storage::StoreOptions& options) {
  AURORA_ASSIGN(const auto store, storage::open_rocksdb_store(options));
  const auto sound = commit::check_rows(*store);
  AURORA_TRY(store->close());
  return sound ? std::string() : sound.error().message();
}

Result<commit::SalvageReport> fill(const std::string& path, const storage::Staging& staging, const Config& config,
                                   std::vector<std::string>& notes) {
  AURORA_TRY(storage::make_directory(staging.scratch()));
  AURORA_ASSIGN(const auto from, storage::open_for_salvage(path, staging.scratch()));
  auto options = facade::store_options(staging.copy(), config);
  options.create_if_missing = true;
  options.unlogged = false;
  AURORA_ASSIGN(const auto to, storage::open_rocksdb_store(options));
  auto report = commit::salvage(*from, *to, config.clock ? DateTime(config.clock()) : system_now());
  notes = from->notes();
  const auto closed = to->close();
  if (report && !closed) return closed.error();
  return report;
}

}  // namespace

Result<RepairReport> try_repair(const std::string& path, const Config& config) {
  RepairReport report;
  if (auto found = problems_of(path, config); found)
    report.problems = *std::move(found);
  else if (found.error().code() == ErrorCode::kCorruption)
    report.problems.push_back(found.error().message());   // of index pages, maybe: the store tells whether of more
  else
    return found.error();
  if (report.problems.empty()) return report;
  const auto options = facade::store_options(path, for_existing(config));
  report.outcome = RepairOutcome::kDamaged;
  AURORA_ASSIGN(const auto damage, find_damage(options));
  if (!damage.empty()) {
    report.problems.push_back(damage);
    return report;
  }
  if (const auto discarded = storage::discard_family(options, storage::Family::kPages); !discarded) {
    if (discarded.error().code() != ErrorCode::kCorruption) return discarded.error();
    report.problems.push_back(discarded.error().message());
    return report;
  }
  AURORA_ASSIGN(auto after, problems_of(path, config));
  if (after.empty())
    report.outcome = RepairOutcome::kRebuilt;
  else
    report.problems = std::move(after);
  return report;
}

Result<SalvageReport> try_salvage(const std::string& path, const std::string& target, const Config& config) {
  AURORA_ASSIGN(const auto staging, storage::Staging::beside(target));
  SalvageReport report;
  AURORA_ASSIGN(auto saved, fill(path, staging, config, report.notes));
  report.collections = saved.collections;
  report.documents = saved.documents;
  report.lost_count = saved.lost_count;
  for (auto& lost : saved.lost) report.lost.push_back({std::move(lost.collection), lost.ordinal, std::move(lost.why)});
  AURORA_ASSIGN(report.problems, problems_of(staging.copy(), config));   // makes the indexes, too
  AURORA_TRY(staging.publish());
  return report;
}

}  // namespace aurora
