// aurora_rocksdb_options: what each option that Aurora gives RocksDB is worth. Aurora's set-up, and the
// same with one option changed, do the same work in turns; docs/performance.md argues from the table.
// The work is the store's, not Aurora's: rows by ordinal, their change log, keys of callers.
#include "storage/rocksdb_options.hpp"

#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using aurora::storage::EngineOptions;
using aurora::storage::Family;
using aurora::storage::OpenAs;

// The processor time of the process, flushes and compactions included: what a store costs, however
// busy the machine is. Waiting does not count.
struct Clock {
  using time_point = double;
  static time_point now() {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
  }
};

constexpr std::uint32_t kBatch = 100;
constexpr std::uint32_t kReads = 100'000;
constexpr std::size_t kCacheBytes = std::size_t{32} << 20;

// ---------------------------------------------------------------- the set-ups compared

struct Variant {
  const char* name;
  std::function<void(EngineOptions&)> change;
};

// Every family's table options, changed. Each has a factory of its own.
void change_tables(EngineOptions& options,
                   const std::function<void(rocksdb::BlockBasedTableOptions&)>& change) {
  for (auto& family : options.families)
    change(*family.options.table_factory->GetOptions<rocksdb::BlockBasedTableOptions>());
}

const std::vector<Variant>& variants() {
  static const std::vector<Variant> all{
      {"as Aurora does", [](EngineOptions&) {}},
      {"blocks of 4 KiB",
       [](EngineOptions& o) { change_tables(o, [](auto& t) { t.block_size = 4 << 10; }); }},
      {"blocks of 32 KiB",
       [](EngineOptions& o) { change_tables(o, [](auto& t) { t.block_size = 32 << 10; }); }},
      {"not compressed",
       [](EngineOptions& o) {
         for (auto& f : o.families) f.options.compression = rocksdb::kNoCompression;
       }},
      {"last level zstd",
       [](EngineOptions& o) {
         for (auto& f : o.families) f.options.bottommost_compression = rocksdb::kZSTD;
       }},
      {"no filters",
       [](EngineOptions& o) { change_tables(o, [](auto& t) { t.filter_policy.reset(); }); }},
      {"filters everywhere",
       [](EngineOptions& o) {
         for (auto& f : o.families) f.options.optimize_filters_for_hits = false;
       }},
      {"index outside cache",
       [](EngineOptions& o) {
         change_tables(o, [](auto& t) { t.cache_index_and_filter_blocks = false; });
       }},
      {"fixed level sizes",
       [](EngineOptions& o) {
         for (auto& f : o.families) f.options.level_compaction_dynamic_level_bytes = false;
       }},
      {"one background job", [](EngineOptions& o) { o.db.max_background_jobs = 1; }},
      {"four background jobs", [](EngineOptions& o) { o.db.max_background_jobs = 4; }},
      {"bytes_per_sync 0", [](EngineOptions& o) { o.db.bytes_per_sync = 0; }},
      {"pipelined write", [](EngineOptions& o) { o.db.enable_pipelined_write = true; }},
      {"log of 64 MiB", [](EngineOptions& o) { o.db.max_total_wal_size = 64 << 20; }},
      {"log unbounded",
       [](EngineOptions& o) {
         o.db.max_total_wal_size = std::uint64_t{1} << 40;
         o.db.db_write_buffer_size = 0;
       }},
  };
  return all;
}

// ---------------------------------------------------------------- the work

void check(const rocksdb::Status& status) {
  if (!status.ok()) throw std::runtime_error(status.ToString());
}

std::string key_of(std::uint64_t number) {
  std::string key(8, '\0');
  for (int i = 7; i >= 0; --i, number >>= 8) key[static_cast<std::size_t>(i)] = static_cast<char>(number);
  return key;
}

// Some 300 bytes that compress to about half, as records do.
std::string row_of(std::uint64_t number, std::uint64_t version) {
  std::uint64_t state = number * 31 + version;
  std::string row;
  while (row.size() < 300) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    row += "field " + std::to_string(state >> 44) + " of a row, ";
  }
  return row;
}

std::string kv_key(std::uint64_t number) {
  return "caller/" + std::to_string(number * 0x9E3779B97F4A7C15ull);
}

class Store {
 public:
  Store(const std::string& path, const Variant& variant, OpenAs as) {
    aurora::storage::StoreOptions asked;
    asked.path = path;
    asked.block_cache_bytes = kCacheBytes;
    asked.write_buffer_bytes = 16 << 20;
    auto options = make_engine_options(asked, as);
    variant.change(options);
    rocksdb::DB* db = nullptr;
    check(rocksdb::DB::Open(options.db, path, options.families, &handles_, &db));
    db_.reset(db);
  }
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  ~Store() {
    for (auto* handle : handles_) db_->DestroyColumnFamilyHandle(handle);
  }
  rocksdb::DB& db() { return *db_; }
  // The unused default family is the first.
  rocksdb::ColumnFamilyHandle* family(Family family) {
    return handles_[static_cast<std::size_t>(family) + 1];
  }

 private:
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
};

double per_piece(Clock::time_point start, std::uint64_t pieces) {
  return (Clock::now() - start) / static_cast<double>(pieces);
}

// Inserts `rows`, then updates as many at random: each a row, and a log entry with the row before.
double write_all(Store& store, std::uint64_t rows) {
  std::mt19937_64 random(1);
  const auto start = Clock::now();
  for (std::uint64_t change = 0; change < 2 * rows;) {
    rocksdb::WriteBatch batch;
    const auto sequence = key_of(change);
    std::string log;
    for (std::uint32_t i = 0; i < kBatch; ++i, ++change) {
      const bool is_insert = change < rows;
      const std::uint64_t number = is_insert ? change : random() % rows;
      const auto row = row_of(number, change);
      check(batch.Put(store.family(Family::kDocs), key_of(number), row));
      if (!is_insert) log += row;
      if (is_insert && number % 4 == 0)
        check(batch.Put(store.family(Family::kKv), kv_key(number), key_of(number)));
    }
    check(batch.Put(store.family(Family::kLog), sequence, log));
    check(store.db().Write({}, &batch));
  }
  return per_piece(start, 2 * rows);
}

double get_all(Store& store, Family family, const std::function<std::string(std::uint64_t)>& key,
               bool is_there) {
  std::mt19937_64 random(2);
  const auto start = Clock::now();
  for (std::uint32_t i = 0; i < kReads; ++i) {
    rocksdb::PinnableSlice value;
    const auto status = store.db().Get({}, store.family(family), key(random()), &value);
    if (status.ok() != is_there) throw std::runtime_error("a get went wrong: " + status.ToString());
  }
  return per_piece(start, kReads);
}

double scan_all(Store& store, std::uint64_t rows) {
  const auto start = Clock::now();
  rocksdb::ReadOptions read;
  read.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> cursor(
      store.db().NewIterator(read, store.family(Family::kDocs)));
  std::uint64_t seen = 0;
  for (cursor->SeekToFirst(); cursor->Valid(); cursor->Next()) ++seen;
  if (seen != rows) throw std::runtime_error("a scan went wrong");
  return per_piece(start, rows);
}

double disk_bytes(const std::string& path, std::uint64_t rows) {
  std::uint64_t bytes = 0;
  for (const auto& file : std::filesystem::directory_iterator(path))
    if (file.path().extension() == ".sst") bytes += file.file_size();
  return static_cast<double>(bytes) / static_cast<double>(rows);
}

constexpr std::size_t kFigures = 6;
using Figures = std::array<double, kFigures>;
constexpr std::array<const char*, kFigures> kTitles{"write ns", "reopen ms", "get ns", "absent ns",
                                                    "scan ns", "disk B"};

// Fills figures in a process of its own, which ends without closing anything, as by SIGKILL. This
// process never opens a store: the threads of one would be missing in the next child.
void in_child(Figures& figures, const std::function<void(Figures&)>& work) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("no pipe");
  const pid_t child = fork();
  if (child == 0) {
    try {
      work(figures);
      _exit(write(ends[1], figures.data(), sizeof figures) == sizeof figures ? 0 : 1);
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s\n", error.what());
      _exit(1);
    }
  }
  close(ends[1]);
  const bool got = read(ends[0], figures.data(), sizeof figures) == sizeof figures;
  close(ends[0]);
  int status = 0;
  if (waitpid(child, &status, 0) != child || status != 0 || !got)
    throw std::runtime_error("a process that measured failed");
}

Figures measure(const std::string& path, const Variant& variant, std::uint64_t rows) {
  std::filesystem::remove_all(path);
  Figures figures{};
  in_child(figures, [&](Figures& out) {
    // Never closed: closing would flush, and leave nothing to replay.
    auto* store = new Store(path, variant, OpenAs::kNew);
    out[0] = write_all(*store, rows);
  });
  in_child(figures, [&](Figures& out) {
    const auto start = Clock::now();
    Store store(path, variant, OpenAs::kExisting);
    out[1] = per_piece(start, 1'000'000);
    out[2] = get_all(store, Family::kDocs, [&](auto r) { return key_of(r % rows); }, true);
    out[3] = get_all(store, Family::kKv, [&](auto r) { return kv_key(r % rows * 4 + 1); }, false);
    out[4] = scan_all(store, rows);
    out[5] = disk_bytes(path, rows);
  });
  return figures;
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

void run(const std::string& directory, std::uint64_t rows, int rounds) {
  std::map<std::string, std::array<std::vector<double>, kFigures>> all;
  for (int round = 0; round < rounds; ++round)
    for (const auto& variant : variants()) {
      const auto figures = measure(directory + "/store", variant, rows);
      for (std::size_t i = 0; i < kFigures; ++i) all[variant.name][i].push_back(figures[i]);
    }
  std::printf("%-22s", "");
  for (const auto* title : kTitles) std::printf("%16s", title);
  const auto& base = all[variants().front().name];
  for (const auto& variant : variants()) {
    std::printf("\n%-22s", variant.name);
    for (std::size_t i = 0; i < kFigures; ++i) {
      const double value = median(all[variant.name][i]);
      std::printf("%9.0f (%.2f)", value, value / median(base[i]));
    }
  }
  std::printf("\n");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || std::strcmp(argv[1], "--help") == 0) {
    std::fprintf(stderr, "usage: aurora_rocksdb_options DIRECTORY [ROWS (300000)] [ROUNDS (3)]\n"
                         "Prints medians of processor time, and how many times those of Aurora's set-up\n"
                         "they are.\n");
    return argc < 2 ? 2 : 0;
  }
  try {
    const std::string directory = std::string(argv[1]) + "/aurora_rocksdb_options";
    std::filesystem::create_directories(directory);
    run(directory, argc > 2 ? std::stoull(argv[2]) / kBatch * kBatch : 300'000,
        argc > 3 ? std::stoi(argv[3]) : 3);
    std::filesystem::remove_all(directory);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "aurora_rocksdb_options: %s\n", error.what());
    return 1;
  }
}
