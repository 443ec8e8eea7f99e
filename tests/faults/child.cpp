// Bodies of the processes that meet faults. They use the facade over a store of their own making.
#include "faults/child.hpp"

#include <aurora/aurora.hpp>
#include <aurora/base/try.hpp>

#include <cstdio>
#include <memory>
#include <thread>
#include <vector>

#include <unistd.h>

#include "crash/child.hpp"
#include "crash/writer.hpp"
#include "facade/open.hpp"
#include "faults/status.hpp"
#include "storage/rocksdb_environment.hpp"

namespace aurora::testing {

namespace {

int wrong(const std::string& what) {
  std::fprintf(stderr, "child: %s\n", what.c_str());
  return kWrong;
}

Result<Database> open_on(const std::shared_ptr<storage::Environment>& environment, const FaultChild& child) {
  const auto config = random_config(child.seed, child.durability);
  auto options = facade::store_options(child.database, config);
  options.environment = environment;
  AURORA_ASSIGN(auto store, storage::open_rocksdb_store(options));
  return facade::open_database(std::move(store), config);
}

bool is_of_a_fault(const Error& error) {
  switch (error.code()) {
    case ErrorCode::kIoError:
    case ErrorCode::kStorageFull:
    case ErrorCode::kCorruption: return true;
    default: return false;
  }
}

// What a failed call has left: an open database that refuses writes, and reads if it can.
Status check_aftermath(Database& database, const Error& failure, const FaultPlan& plan) {
  const bool reads_fail = plan.site == Site::kRead;
  if (!reads_fail) {
    const auto counted = database.query("w").try_count();
    // Nothing could be declared yet when making the collection failed.
    if (!counted && counted.error().code() != ErrorCode::kCollectionNotFound)
      return Error(ErrorCode::kInternal, std::string("reading fails after a failed write: ") + counted.error().what());
  }
  if (failure.code() == ErrorCode::kCorruption) return {};
  const auto written = database.try_execute("schema { define collection later if not exists { a: Int } }");
  if (written)
    return Error(ErrorCode::kInternal, std::string("a write succeeded after: ") + failure.what());
  if (!is_of_a_fault(written.error()))
    return Error(ErrorCode::kInternal, std::string("a later write gives: ") + written.error().what());
  return {};
}

// Work until something fails. The error that did, or nothing.
Status work(Database& database, AckLog& log, const FaultChild& child, unsigned opening) {
  try {
    make_collection(database);
    Writer writer(database, log, 0, child.seed * 31 + opening);
    for (unsigned step = 0; step < child.steps; ++step) writer.step();
    database.flush();
  } catch (const Error& error) {
    return error;
  }
  return {};
}

}  // namespace

int run_until_cut(const FaultChild& child) {
  AckLog log(child.log);
  const auto files = std::make_shared<FaultyFiles>(child.plan);
  auto opened = open_on(std::make_shared<storage::Environment>(files), child);
  if (!opened) return wrong(std::string("does not open: ") + opened.error().what());
  make_collection(*opened);
  std::vector<std::unique_ptr<Writer>> writers;
  for (unsigned thread = 0; thread < child.threads; ++thread)
    writers.push_back(std::make_unique<Writer>(*opened, log, thread, child.seed * 31 + thread));
  log.ready();
  std::vector<std::jthread> threads;
  for (const auto& writer : writers)
    threads.emplace_back([&writer] {
      try {
        for (;;) writer->step();
      } catch (const std::exception& error) {
        ::_exit(wrong(error.what()));   // the other threads go on writing: no orderly end
      }
    });
  threads.clear();
  return kWrong;
}

int run_with_fault(const FaultChild& child) {
  AckLog log(child.log);
  const auto files = std::make_shared<FaultyFiles>(child.plan);
  const auto environment = std::make_shared<storage::Environment>(files);
  const auto ended = [&] { return files->has_failed() ? kAsAllowed : kNothingFailed; };
  for (unsigned opening = 0; opening < 2; ++opening) {
    auto opened = open_on(environment, child);
    if (!opened) {
      if (!files->has_failed()) return wrong(std::string("does not open without a fault: ") + opened.error().what());
      return is_of_a_fault(opened.error()) ? kAsAllowed : wrong(std::string("opening gives: ") + opened.error().what());
    }
    if (const auto done = work(*opened, log, child, opening); !done) {
      if (!files->has_failed()) return wrong(std::string("an error without a fault: ") + done.error().what());
      if (!is_of_a_fault(done.error())) return wrong(std::string("a step gives: ") + done.error().what());
      if (const auto after = check_aftermath(*opened, done.error(), child.plan); !after) return wrong(after.error().what());
      return ended();
    }
    try {
      opened->close();
    } catch (const Error& error) {
      if (!files->has_failed() || !is_of_a_fault(error)) return wrong(std::string("closing gives: ") + error.what());
      return kAsAllowed;
    }
  }
  return ended();
}

}  // namespace aurora::testing
