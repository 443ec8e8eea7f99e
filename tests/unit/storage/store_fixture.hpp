// What the tests of the storage room share: a scratch directory, short forms of put and get, and
// child processes for what one process cannot show (locks, kills, full disks).
#pragma once

#include <aurora/storage/store.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace aurora::storage::testing {

/// A new directory, removed with all it holds.
class ScratchDirectory {
 public:
  ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  ~ScratchDirectory();
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] std::string operator/(std::string_view name) const {
    return path_ + "/" + std::string(name);
  }

 private:
  std::string path_;
};

/// Options for a small store in `path`.
[[nodiscard]] StoreOptions small_options(const std::string& path);
/// Opens with small_options; throws the Error.
[[nodiscard]] std::unique_ptr<Store> open_small(const std::string& path);

/// Writes one pair; throws the Error.
void put(Store& store, Family family, std::string_view key, std::string_view value,
         Sync sync = Sync::kLogged);
/// The value, or "(absent)"; throws the Error.
[[nodiscard]] std::string get(Store& store, Family family, std::string_view key);
/// "key=value key=value …" in order, by a cursor within the bounds; throws the Error.
[[nodiscard]] std::string dump(Store& store, Family family, const CursorOptions& options = {});
/// Fills docs with `count` rows "row000000" … of `value_bytes` each, in batches; throws the Error.
void fill_docs(Store& store, std::size_t count, std::size_t value_bytes);

/// The whole content of a file; throws when it cannot be read.
[[nodiscard]] std::string slurp(const std::string& path);
void spit(const std::string& path, std::string_view content);
/// Names and contents of a directory's files.
[[nodiscard]] std::map<std::string, std::string> snapshot_files(const std::string& directory);
/// Paths of the files whose name starts and ends so, in order.
[[nodiscard]] std::vector<std::string> files_like(const std::string& directory,
                                                  std::string_view start, std::string_view end);
void copy_directory(const std::string& from, const std::string& to);

/// This test program run again for one hidden case, which finds its directory in child_directory().
/// A new program rather than a fork: RocksDB's threads do not survive a fork.
class Child {
 public:
  Child(const std::string& test_case, const std::string& directory);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  /// What the child says next with say_to_parent; "" when it ended without.
  [[nodiscard]] std::string hear();
  /// Ends it by SIGKILL and waits.
  void kill();
  [[nodiscard]] pid_t pid() const noexcept { return pid_; }

 private:
  pid_t pid_ = -1;
  int from_child_ = -1;
};

[[nodiscard]] std::string child_directory();
/// One line.
void say_to_parent(std::string_view line);
[[noreturn]] void sleep_for_ever();

}  // namespace aurora::storage::testing
