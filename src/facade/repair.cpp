// Body of repair and salvage. Called by `aurora check`; stores are put together below, in storage and commit.
#include <aurora/repair.hpp>

#include <aurora/base/try.hpp>
#include <aurora/commit/check_rows.hpp>
#include <aurora/commit/salvage.hpp>
#include <aurora/database.hpp>
#include <aurora/storage/survey.hpp>
#include <aurora/value.hpp>

#include "storage/database_directory.hpp"
#include "storage/directory_lock.hpp"
#include "storage/log_losses.hpp"
#include "storage/staging.hpp"

#include "open.hpp"

namespace aurora {

namespace {

Config for_existing(Config config) {
  config.create_if_missing = false;
  return config;
}

Result<VerifyReport> verified(Result<Database> opened) {
  try {
    auto database = std::move(opened).value();
    auto report = database.verify();
    database.close();
    return report;
  } catch (const Error& error) {
    return error;
  }
}

Result<VerifyReport> verify_unchanged(const std::string& path, const Config& config) {
  return verified(Database::try_open_read_only(path, for_existing(config)));
}

// Indexes that are missing are made anew by this.
Result<std::vector<std::string>> problems_of(const std::string& path, const Config& config) {
  AURORA_ASSIGN(auto report, verified(Database::try_open(path, for_existing(config))));
  return std::move(report.problems);
}

std::string unnamed(std::string_view table, storage::Family family) {
  return "the MANIFEST lost its end: it does not name the table " + std::string(table) + " of " +
         std::string(to_string(family)) + ", which opening for writing removes";
}

// What is wrong with documents and log, and whatever an opening for writing would take away. Opens for reading only.
// Errors: those of opening the store.
Result<std::vector<std::string>> find_damage(const std::string& path, const Config& config) {
  AURORA_ASSIGN(auto damage, storage::survey_logs(path));
  auto options = facade::store_options(path, for_existing(config));
  options.read_only = true;
  AURORA_ASSIGN(const auto store, storage::open_rocksdb_store(options));
  commit::RowCheck rows(*store);
  std::string told;
  auto sound = rows.run();
  if (sound) {
    sound = storage::read_forgotten_tables(path, [&](auto table, auto family, auto key, auto value) -> Status {
      if (table == told) return {};
      AURORA_ASSIGN(const bool known, rows.knows(family, key, value));
      if (known) return {};
      told = table;
      damage.push_back(unnamed(table, family));
      return {};
    });
  }
  if (!sound) damage.push_back(sound.error().message());
  AURORA_TRY(store->close());
  return damage;
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

Result<CheckReport> try_check(const std::string& path, const Config& config) {
  // First of all: locking makes a file, which nothing but a database should get.
  AURORA_ASSIGN(const auto state, storage::inspect_directory(path));
  if (state != storage::DirectoryState::kReady)
    return Error(ErrorCode::kNotFound, "there is no database in '" + path + "'");
  AURORA_ASSIGN(const auto lock, storage::DirectoryLock::acquire(path));
  CheckReport report;
  report.kept_logs = storage::kept_logs(path);
  AURORA_ASSIGN(const auto logs, storage::survey_logs(path));
  auto verified = verify_unchanged(path, config);
  // What is missing then may stand behind the damage: even the row that says that there is a database.
  if (!verified && !logs.empty())
    return Error(ErrorCode::kCorruption, logs.front() + "; " + verified.error().message());
  if (!verified) {
    // When everything but the index pages is whole, those are what could not be read, and are made anew by a repair.
    if (verified.error().code() != ErrorCode::kCorruption) return verified.error();
    const auto damage = find_damage(path, config);
    if (!damage || !damage->empty() || !storage::check_other_tables(path, storage::Family::kPages)) return verified.error();
    report.verified.problems.push_back(verified.error().message());
    return report;
  }
  report.verified = *std::move(verified);
  AURORA_ASSIGN(report.damage, find_damage(path, config));
  return report;
}

Remedy remedy_for(const std::string& path, const Error& error) {
  if (error.code() != ErrorCode::kCorruption) return Remedy::kNone;
  const auto newer = storage::newer_format(path);
  return newer && *newer ? Remedy::kNone : Remedy::kSalvage;
}

Result<RepairReport> try_repair(const std::string& path, const Config& config) {
  RepairReport report;
  const auto options = facade::store_options(path, for_existing(config));
  AURORA_ASSIGN(const bool lacks_pages, storage::lacks_family(options, storage::Family::kPages));
  if (!lacks_pages) {
    if (auto found = try_check(path, config); found) {
      report.problems = std::move(found->verified.problems);
      report.problems.insert(report.problems.end(), found->damage.begin(), found->damage.end());
      if (!found->damage.empty()) {
        report.outcome = RepairOutcome::kDamaged;
        return report;
      }
    } else if (found.error().code() == ErrorCode::kCorruption) {
      report.problems.push_back(found.error().message());   // of index pages, maybe: the rest tells
      AURORA_ASSIGN(const auto lock, storage::DirectoryLock::acquire(path));
      AURORA_ASSIGN(const auto damage, find_damage(path, config));
      report.problems.insert(report.problems.end(), damage.begin(), damage.end());
      if (!damage.empty()) {
        report.outcome = RepairOutcome::kDamaged;
        return report;
      }
    } else {
      return found.error();
    }
    if (report.problems.empty()) return report;
    report.outcome = RepairOutcome::kDamaged;
    if (const auto discarded = storage::discard_family(options, storage::Family::kPages); !discarded) {
      if (discarded.error().code() != ErrorCode::kCorruption) return discarded.error();
      report.problems.push_back(discarded.error().message());
      return report;
    }
  } else {
    report.problems.push_back("the index pages are gone");
    report.outcome = RepairOutcome::kDamaged;
    std::string told;
    AURORA_ASSIGN(const auto logs, storage::survey_logs(path));
    report.problems.insert(report.problems.end(), logs.begin(), logs.end());
    AURORA_TRY(storage::read_forgotten_tables(path, [&](auto table, auto family, auto, auto) -> Status {
      if (family == storage::Family::kPages || table == told) return {};
      told = table;
      report.problems.push_back(unnamed(table, family));
      return {};
    }));
    if (report.problems.size() > 1) return report;
  }
  AURORA_ASSIGN(auto after, problems_of(path, config));
  if (after.empty())
    report.outcome = RepairOutcome::kRebuilt;
  else
    report.problems = std::move(after);
  return report;
}

Result<SalvageReport> try_salvage(const std::string& path, const std::string& target, const Config& config) {
  AURORA_TRY(storage::check_outside(target, path, "the damaged database"));
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
