// Damaged files: a byte of a closed database is changed, a block zeroed, or a file cut short, and another process
// opens it, verifies it and reads everything. It must say so, or show exactly what was there. What it complains of is
// mended by a third: repair or salvage must bring back every document that was not hit, and tell of the others.
#include "faults/campaign.hpp"

#include <rocksdb/sst_file_reader.h>
#include <rocksdb/table_properties.h>

#include <cstdio>
#include <fstream>
#include <map>
#include <random>

#include "crash/child.hpp"
#include "crash/writer.hpp"
#include "faults/mending.hpp"
#include "faults/status.hpp"
#include "support/self.hpp"

namespace aurora::testing {

namespace {

namespace fs = std::filesystem;

constexpr int kSame = 20;       ///< no complaint, and what is there is what was there
constexpr int kComplains = 21;  ///< a named error, or problems found by verify
constexpr int kDiffers = 22;    ///< no complaint, and something else is there

std::string to_text(const KeyValues& state) {
  std::string text;
  for (const auto& [key, value] : state) text += key + ' ' + std::to_string(value) + '\n';
  return text;
}

class Damage {
 public:
  explicit Damage(const FaultOptions& options) : options_(options), random_(options.seed), scratch_("damage") {}

  bool run() {
    prepare();
    for (std::uint64_t i = 0; i < options_.damages; ++i) {
      if (i % 8 == 7)
        spoil_log();
      else
        spoil_one();
    }
    const auto number = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
    for (const auto& [kind, count] : kinds_) std::printf("damage: %-10s %llu\n", kind.c_str(), number(count));
    std::printf("damage: seed %llu: files damaged %llu, detected %llu, harmless %llu, wrong %llu, crashed %llu, "
                "hung %llu\n",
                number(options_.seed), number(options_.damages), number(detected_), number(harmless_), number(wrong_),
                number(crashed_), number(hung_));
    std::printf("damage: mended %llu: rebuilt %llu, saved all %llu, saved in part %llu, without definitions %llu, wrong %llu\n",
                number(rebuilt_ + saved_ + partly_ + hopeless_), number(rebuilt_), number(saved_), number(partly_),
                number(hopeless_), number(unmended_));
    std::fflush(stdout);
    if (detected_ == 0) std::printf("damage: nothing was noticed: this harness would not see a wrong answer\n");
    return wrong_ + crashed_ + hung_ + unmended_ == 0 && detected_ > 0;
  }

 private:
  // Tables in several levels, index pages, and a clean end.
  void prepare() {
    AckLog log(scratch_ / "log");
    for (std::uint64_t opening = 0; opening < 3; ++opening) {
      auto config = random_config(options_.seed + opening, Durability::kWal);
      config.checkpoint_interval = std::chrono::milliseconds(10);
      config.checkpoint_changes = 50;
      auto database = Database::open(scratch_ / "db", config);
      make_collection(database);
      Writer writer(database, log, 0, options_.seed + opening);
      for (int step = 0; step < 300; ++step) writer.step();
      if (opening == 1) make_bulk(database);
      database.close();
    }
    Findings findings;
    {
      auto database = Database::open(scratch_ / "db");
      std::ofstream(scratch_ / "expected") << to_text(read_state(database, findings));
      database.close();
    }
    fs::copy(scratch_ / "db", scratch_ / "killed-db", fs::copy_options::recursive);
    auto database = Database::open(scratch_ / "killed-db");
    Writer writer(database, log, 0, options_.seed + 3);
    for (int step = 0; step < 300; ++step) writer.step();
    fs::copy(scratch_ / "killed-db", scratch_ / "killed", fs::copy_options::recursive);   // as a SIGKILL leaves it
    std::ofstream(scratch_ / "expected-killed") << to_text(read_state(database, findings));
  }

  // The family of a table that is whole, or nothing.
  [[nodiscard]] std::string family_of(const fs::path& name) const {
    if (name.extension() != ".sst") return {};
    rocksdb::SstFileReader table{rocksdb::Options()};
    if (!table.Open(scratch_ / ("db/" + name.filename().string())).ok()) return {};
    return table.GetTableProperties()->column_family_name;
  }

  void spoil_log() {
    const auto copy = scratch_ / "copy";
    fs::remove_all(copy);
    fs::copy(scratch_ / "killed", copy, fs::copy_options::recursive);
    for (const auto& entry : fs::directory_iterator(copy))
      if (entry.path().extension() == ".log" && entry.file_size() > 0) {
        const auto what = spoil(entry.path());
        mend_one(copy, entry.path(), what, "expected-killed", Spoiled::kLog);
        return;
      }
  }

  void mend_one(const std::string& copy, const fs::path& file, const std::string& what, const std::string& expected,
                Spoiled spoiled) {
    fs::remove_all(copy + ".saved");
    const auto ended = run_self({"--mend", copy, scratch_ / expected, std::to_string(static_cast<int>(spoiled))},
                                std::chrono::seconds(120));
    if (ended.hung) return fail(unmended_, file, what, "mending hangs");
    switch (ended.status) {
      case kRebuilt: ++rebuilt_; break;
      case kSavedAll: ++saved_; break;
      case kSavedPart: ++partly_; break;
      case kHopeless: ++hopeless_; break;
      default:
        fail(unmended_, file, what,
             "mending ends with status " + std::to_string(ended.status) + ", signal " + std::to_string(ended.signal));
    }
  }

  void spoil_one() {
    const auto copy = scratch_ / "copy";
    fs::remove_all(copy);
    fs::copy(scratch_ / "db", copy, fs::copy_options::recursive);
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(copy))
      if (entry.is_regular_file() && entry.file_size() > 0 && is_data(entry.path())) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    const auto& file = files[random_() % files.size()];
    const auto what = spoil(file);
    const auto untouched = scratch_ / "untouched";
    fs::remove_all(untouched);
    fs::copy(copy, untouched, fs::copy_options::recursive);
    const auto ended = run_self({"--examine", copy, scratch_ / "expected"}, std::chrono::seconds(60));
    const auto kind = file.extension().empty() ? file.stem().string().substr(0, 8) : file.extension().string();
    ++kinds_[kind];
    if (ended.hung) return fail(hung_, file, what, "it hangs");
    if (ended.status == kSame) ++harmless_;
    else if (ended.status == kComplains) {
      ++detected_;
      const auto family = family_of(file);
      const bool rows = family == "docs" || family == "meta";
      const bool cut = what.starts_with("cut") || family == "meta";
      mend_one(untouched, untouched / file.filename(), what, "expected",
               !rows ? Spoiled::kNotRows : cut ? Spoiled::kWholeTable : Spoiled::kRows);
    }
    else if (ended.status == kDiffers) fail(wrong_, file, what, "it shows something else and says nothing");
    else fail(crashed_, file, what, "it ends with status " + std::to_string(ended.status) + ", signal " + std::to_string(ended.signal));
  }

  // Not what RocksDB and Aurora only write for people.
  static bool is_data(const fs::path& path) {
    const auto name = path.filename().string();
    return !name.starts_with("LOG") && name != "LOCK" && !name.ends_with(".LOCK");
  }

  std::string spoil(const fs::path& path) {
    const auto size = fs::file_size(path);
    const auto at = random_() % size;
    if (random_() % 4 == 0) {
      fs::resize_file(path, at);
      return "cut to " + std::to_string(at) + " of " + std::to_string(size) + " bytes";
    }
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    if (random_() % 3 == 0) {
      const auto length = std::min<std::uint64_t>(size - at, 512);
      file.seekp(static_cast<std::streamoff>(at));
      file << std::string(static_cast<std::size_t>(length), '\0');
      return std::to_string(length) + " bytes zeroed at " + std::to_string(at);
    }
    file.seekg(static_cast<std::streamoff>(at));
    const auto byte = static_cast<char>(file.get());
    file.seekp(static_cast<std::streamoff>(at));
    file.put(static_cast<char>(byte ^ (1 << (random_() % 8))));
    return "a bit flipped at " + std::to_string(at);
  }

  void fail(std::uint64_t& counter, const fs::path& file, const std::string& what, const std::string& outcome) {
    ++counter;
    const auto kept = scratch_ / ("bad" + std::to_string(wrong_ + crashed_ + hung_ + unmended_));
    fs::remove_all(kept);
    fs::copy(file.parent_path(), kept, fs::copy_options::recursive);
    scratch_.keep();
    std::printf("damage: %s, %s: %s (copied to %s, as it is afterwards)\n", file.filename().c_str(), what.c_str(),
                outcome.c_str(), kept.c_str());
    std::fflush(stdout);
  }

  const FaultOptions& options_;
  std::mt19937_64 random_;
  Scratch scratch_;
  std::map<std::string, std::uint64_t> kinds_;
  std::uint64_t detected_ = 0, harmless_ = 0, wrong_ = 0, crashed_ = 0, hung_ = 0;
  std::uint64_t rebuilt_ = 0, saved_ = 0, partly_ = 0, hopeless_ = 0, unmended_ = 0;
};

}  // namespace

bool damage_files(const FaultOptions& options) { return Damage(options).run(); }

int examine(const std::string& path, const std::string& expected) {
  std::ifstream in(expected);
  const std::string wanted((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  try {
    auto database = Database::open(path);
    if (!database.verify().problems.empty()) return kComplains;
    Findings findings;
    const auto found = to_text(read_state(database, findings));
    database.close();
    return found == wanted && findings.torn == 0 ? kSame : kDiffers;
  } catch (const Error&) {
    return kComplains;
  }
}

}  // namespace aurora::testing
