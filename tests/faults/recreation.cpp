// The index pages thrown away, as repair does it: their family is dropped and made again, and every operation on a file
// fails in turn, or is the last before the process is killed. Opened without faults after each, the database must be whole:
// with its old pages, or with new ones made of the documents. So must one whose family was dropped and not made again,
// when the opening that makes it fails.
#include "faults/campaign.hpp"

#include <aurora/aurora.hpp>
#include <aurora/storage/survey.hpp>

#include <array>
#include <cstdio>
#include <string_view>

#include <signal.h>

#include "facade/open.hpp"
#include "faults/child.hpp"
#include "faults/status.hpp"
#include "storage/rocksdb_environment.hpp"
#include "support/self.hpp"

namespace aurora::testing {

namespace {

namespace fs = std::filesystem;

constexpr int kDocuments = 300;

struct Case {
  std::string_view name;
  Site site;
  Fault fault;
};

constexpr std::array<Case, 9> kCases{{
    {"append EIO", Site::kAppend, Fault::kIoError},
    {"append ENOSPC", Site::kAppend, Fault::kNoSpace},
    {"sync EIO", Site::kSync, Fault::kIoError},
    {"read EIO", Site::kRead, Fault::kIoError},
    {"create EIO", Site::kCreate, Fault::kIoError},
    {"rename EIO", Site::kRename, Fault::kIoError},
    {"remove EIO", Site::kRemove, Fault::kIoError},
    {"directory sync EIO", Site::kSyncDirectory, Fault::kIoError},
    {"killed", Site::kAny, Fault::kKill},
}};

std::string ask(Database& database) {
  std::string text;
  for (const auto* query : {"{ a(orderBy: {k: ASC}) { k n t } }", "{ a(where: {n: {gte: 5}}, orderBy: {n: ASC}) { k n } }",
                            "{ a(where: {t: {startsWith: \"t1\"}}) { k } }", "{ b { totalCount } }"})
    text += database.execute(query).data_text();
  return text;
}

class Recreation {
 public:
  explicit Recreation(const FaultOptions& options) : options_(options), scratch_("recreation") {}

  bool run() {
    prepare();
    for (const auto& each : kCases) sweep("whole", each);
    if (!has_half_) {
      ++wrong_;
      std::printf("recreation: no kill left the database without the family: what makes it again was not tried\n");
    }
    for (const auto& each : kCases)
      if (has_half_) sweep("half", each);
    std::printf("recreation: every %llu: faults %llu, left without the family %llu, wrong %llu\n", number(options_.stride),
                number(faults_), number(halves_), number(wrong_));
    std::fflush(stdout);
    return wrong_ == 0;
  }

 private:
  static unsigned long long number(std::uint64_t value) { return value; }

  void prepare() {
    auto database = Database::open(scratch_ / "whole");
    database.execute("schema { define collection a { k: Int! @primary  n: Int @indexed  t: String @indexed } "
                     "define collection b { n: Int @indexed } }");
    for (std::int64_t k = 0; k < kDocuments; ++k) {
      database.insert("a", Object{{"k", k}, {"n", k % 17}, {"t", "t" + std::to_string(k)}});
      database.insert("b", Object{{"n", k}});
      if (k == kDocuments / 2) database.flush();   // what comes later is in the log as well
    }
    database.remove("a", std::int64_t{7});
    wanted_ = ask(database);
    database.close();
  }

  void sweep(const std::string& from, const Case& each) {
    const auto before = faults_;
    for (std::uint64_t at = 1; inject(from, each, at);) at += options_.stride;
    std::printf("recreation: %-5s %-20s %llu\n", from.c_str(), std::string(each.name).c_str(), number(faults_ - before));
    std::fflush(stdout);
  }

  // False when all was done before that operation came.
  bool inject(const std::string& from, const Case& each, std::uint64_t at) {
    const auto place = scratch_ / "db";
    fs::remove_all(place);
    fs::copy(scratch_ / from, place, fs::copy_options::recursive);
    const auto ended = run_self({"--recreate", place, from, std::to_string(static_cast<unsigned>(each.site)),
                                 std::to_string(static_cast<unsigned>(each.fault)), std::to_string(at)});
    const bool killed = each.fault == Fault::kKill && ended.signal == SIGKILL && !ended.hung;
    if (!killed && ended.status == kNothingFailed && ended.signal == 0) return false;
    if (!killed && (ended.hung || ended.signal != 0 || ended.status != kAsAllowed)) {
      fail(from, each, at, ended.hung ? "hung" : "ended with status " + std::to_string(ended.status) + ", signal " + std::to_string(ended.signal));
      return true;
    }
    ++faults_;
    keep_half(place);
    try {
      auto database = Database::open(place);
      for (const auto& problem : database.verify().problems) return fail(from, each, at, "verify: " + problem), true;
      if (ask(database) != wanted_) return fail(from, each, at, "other documents are there"), true;
      database.close();
    } catch (const Error& error) {
      fail(from, each, at, error.what());
    }
    return true;
  }

  // The first that lacks the family is where the second part begins.
  void keep_half(const std::string& place) {
    const auto lacks = storage::lacks_family(facade::store_options(place, Config()), storage::Family::kPages);
    if (!lacks || !*lacks) return;
    ++halves_;
    if (has_half_) return;
    fs::copy(place, scratch_ / "half", fs::copy_options::recursive);
    has_half_ = true;
  }

  void fail(const std::string& from, const Case& each, std::uint64_t at, const std::string& what) {
    ++wrong_;
    scratch_.keep();
    std::printf("recreation: %s, %s at operation %llu: %s\n", from.c_str(), std::string(each.name).c_str(), number(at), what.c_str());
    std::fflush(stdout);
  }

  const FaultOptions& options_;
  Scratch scratch_;
  std::string wanted_;
  bool has_half_ = false;
  std::uint64_t faults_ = 0, halves_ = 0, wrong_ = 0;
};

}  // namespace

bool recreate_pages(const FaultOptions& options) { return Recreation(options).run(); }

int run_recreation(const std::string& path, bool whole, const FaultPlan& plan) {
  const auto files = std::make_shared<FaultyFiles>(plan);
  const auto environment = std::make_shared<storage::Environment>(files);
  const auto end = [&](const Error* error) {
    if (error == nullptr) return files->has_failed() ? kAsAllowed : kNothingFailed;
    const bool named = error->code() == ErrorCode::kIoError || error->code() == ErrorCode::kStorageFull ||
                       error->code() == ErrorCode::kCorruption;
    if (files->has_failed() && named) return kAsAllowed;
    std::fprintf(stderr, "child: %s\n", error->what());
    return kWrong;
  };
  try {
    auto options = facade::store_options(path, Config());
    options.environment = environment;
    if (whole) storage::discard_family(options, storage::Family::kPages).value();
    auto database = facade::open_database(storage::open_rocksdb_store(options).value(), Config()).value();
    static_cast<void>(ask(database));
    database.close();
  } catch (const Error& error) {
    return end(&error);
  }
  return end(nullptr);
}

}  // namespace aurora::testing
