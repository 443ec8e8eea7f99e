// Bodies of the engine and of opening under a deadline.
#include "storage/rocksdb_engine.hpp"

#include "storage/clean_seal.hpp"
#include "storage/posix_file.hpp"
#include "storage/rocksdb_environment.hpp"
#include "storage/rocksdb_private_files.hpp"
#include "storage/rocksdb_status.hpp"

#include <aurora/base/try.hpp>

#include <rocksdb/convenience.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <thread>

namespace aurora::storage {

namespace {

using std::chrono::milliseconds;

// A writer may flush between a reader's look at the MANIFEST and its reading of the logs: rows would then stand in a
// table that the reader does not know, and no more in a log. It may also remove tables before they are opened. So the
// reader opens again until the MANIFEST was the same before and after.
constexpr std::chrono::seconds kReaderPatience{10};
constexpr int kMostFailures = 5;   // to open what was the same before and after, beside a writer
constexpr milliseconds kLongestReaderPause{3};

struct Standing {
  std::string manifest;        // as CURRENT names it
  std::uintmax_t bytes = 0;    // it only grows
  bool operator==(const Standing&) const = default;
};

Standing standing_of(const std::string& directory) {
  constexpr std::size_t kMostBytes = 4096;
  Standing standing;
  auto current = read_file(directory + "/CURRENT", kMostBytes);
  if (!current) return standing;
  standing.manifest = *std::move(current);
  std::error_code error;
  const auto name = standing.manifest.substr(0, standing.manifest.find('\n'));
  const auto bytes = std::filesystem::file_size(std::filesystem::path(directory) / name, error);
  if (!error) standing.bytes = bytes;
  return standing;
}

Error deadline_error(const StoreOptions& options) {
  return Error(
      ErrorCode::kTimeout,
      "opening '" + options.path + "' took longer than " +
          std::to_string(options.open_deadline.count()) +
          " ms. A large log needs time: raise open_deadline. If it never ends, the tail of the "
          "log may be garbage RocksDB cannot get over: copy the directory, cut the newest *.log "
          "file of the copy at its last good record, and open the copy. This process keeps the "
          "directory locked until the opening returns");
}

// Shared by the opening thread and the caller, who may have gone.
struct Opening {
  std::mutex mutex;
  std::condition_variable done_changed;
  bool done = false;               // guarded by mutex
  bool abandoned = false;          // guarded by mutex
  std::unique_ptr<Engine> engine;  // the thread's until done, then the caller's
  Status status;                   // as engine
};

void run_opening(Opening& opening) {
  Status status = guarded("opening the store", [&] { return opening.engine->open(); });
  if (!status) opening.engine.reset();  // frees the lock before the caller hears of it
  std::unique_ptr<Engine> unwanted;
  {
    const std::lock_guard guard(opening.mutex);
    opening.status = std::move(status);
    opening.done = true;
    if (opening.abandoned) unwanted = std::move(opening.engine);
  }
  opening.done_changed.notify_all();
}

bool wait_until_done(Opening& opening, milliseconds deadline) {
  std::unique_lock guard(opening.mutex);
  const auto is_done = [&] { return opening.done; };
  // A bound on the bound: `now() + deadline` must not overflow.
  constexpr milliseconds kLongest = std::chrono::hours(24 * 365);
  if (deadline == milliseconds::zero()) {
    opening.done_changed.wait(guard, is_done);
    return true;
  }
  opening.abandoned = !opening.done_changed.wait_for(guard, std::min(deadline, kLongest), is_done);
  return !opening.abandoned;
}

}  // namespace

Engine::Engine(const StoreOptions& options, OpenAs as, DirectoryLock lock)
    : options_(options),
      as_(as),
      lock_(std::move(lock)),
      messages_(std::make_shared<MessageSink>(options.on_message)) {}

Engine::~Engine() { static_cast<void>(close_database()); }

rocksdb::Status Engine::open_once() {
  EngineOptions setup = make_engine_options(options_, as_);
  setup.db.env = options_.environment ? options_.environment->env() : private_files().env();
  std::shared_ptr<rocksdb::Logger> file;
  if (as_ != OpenAs::kReadOnly) {
    const auto made = rocksdb::CreateLoggerFromOptions(options_.path, setup.db, &file);
    if (!made.ok()) return made;
  }
  const auto losses = std::make_shared<LogLosses>(options_.path, as_ == OpenAs::kExisting);
  losses->look_for_blanks();
  const auto logger = std::make_shared<StoreLogger>(std::move(file), losses);
  setup.db.info_log = logger;
  setup.db.listeners.push_back(std::make_shared<StoreListener>(health_, messages_));
  cache_ = std::move(setup.cache);

  rocksdb::DB* db = nullptr;
  const auto open = [&] {
    return as_ == OpenAs::kReadOnly
               ? rocksdb::DB::OpenForReadOnly(setup.db, options_.path, setup.families, &handles_, &db)
               : rocksdb::DB::Open(setup.db, options_.path, setup.families, &handles_, &db);
  };
  auto status = open();
  // A repair that was interrupted had thrown the index pages away and not made their family anew:
  // they are rebuilt. No other family may come to be by opening.
  if (status.IsInvalidArgument() && as_ == OpenAs::kExisting &&
      lacks_only(setup, options_.path, Family::kPages)) {
    messages_->say("storage: the index pages are gone: indexes are made anew");
    setup.db.create_missing_column_families = true;
    status = open();
  }
  db_.reset(db);
  slow_build_ = storage::is_slow_build(*logger);
  for (const std::string& warning : logger->take_opening_warnings())
    messages_->say("storage: while opening: " + warning);
  losses_ = losses->told();
  return status;
}

Status Engine::open() {
  if (as_ == OpenAs::kReadOnly) return open_beside_writer();
  const rocksdb::Status status = open_once();
  if (!status.ok()) return translate_open(status, options_.path);
  return health_->status();
}

Status Engine::open_beside_writer() {
  const auto begin = std::chrono::steady_clock::now();
  int failures = 0;
  for (int attempt = 1; attempt == 1 || std::chrono::steady_clock::now() - begin < kReaderPatience; ++attempt) {
    const auto before = standing_of(options_.path);
    const rocksdb::Status status = open_once();
    if (standing_of(options_.path) == before) {
      if (status.ok()) return health_->status();
      const bool has_writer = DirectoryLock::is_held(options_.path);
      if (!has_writer || ++failures == kMostFailures) return translate_open(status, options_.path);
    }
    static_cast<void>(release().ok());   // it has written nothing
    std::this_thread::sleep_for(std::min(milliseconds(attempt), kLongestReaderPause));
  }
  return Error(ErrorCode::kBusy, "'" + options_.path + "' cannot be read: its writer was changing files at each attempt to open them, for " +
                                     std::to_string(kReaderPatience.count()) + " s; try again");
}

rocksdb::Status Engine::release() {
  if (!db_) return rocksdb::Status::OK();
  rocksdb::CancelAllBackgroundWork(db_.get(), true);
  for (rocksdb::ColumnFamilyHandle* handle : handles_)
    static_cast<void>(db_->DestroyColumnFamilyHandle(handle).ok());
  handles_.clear();
  const rocksdb::Status status = db_->Close();
  db_.reset();
  return status;
}

Status Engine::close_database() {
  if (!db_) return {};
  messages_->mute();
  const rocksdb::Status status = release();
  if (status.IsNotSupported()) return {};
  return check(status, "closing '" + options_.path + "'");
}

Status Engine::close() {
  if (!db_) return {};
  Status status = close_database();
  // Without its seal the directory opens all the same, only less guarded: no failure of close.
  if (status && health_->ok() && as_ != OpenAs::kReadOnly)
    static_cast<void>(write_seal(options_.path).has_value());
  lock_ = DirectoryLock();
  return status;
}

Result<std::unique_ptr<Engine>> open_engine(const StoreOptions& options, OpenAs as,
                                            DirectoryLock lock) {
  const auto opening = std::make_shared<Opening>();
  opening->engine = std::make_unique<Engine>(options, as, std::move(lock));
  // A share of its own: after the deadline the engine is the thread's, and may be gone already.
  const std::shared_ptr<MessageSink> messages = opening->engine->share_messages();
  std::thread thread([opening] { run_opening(*opening); });
  if (!wait_until_done(*opening, options.open_deadline)) {
    messages->mute();
    thread.detach();
    return deadline_error(options);
  }
  thread.join();
  AURORA_TRY(opening->status);
  return std::move(opening->engine);
}

}  // namespace aurora::storage
