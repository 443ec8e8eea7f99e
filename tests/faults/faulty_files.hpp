// A file system that fails at a chosen operation, or loses its power there.
// Put under RocksDB by the children of the fault test, through storage::Environment.
//
// The model of a disk: bytes that were not synced may be gone after a cut, from any point on; a torn or foreign
// tail may stand in their place; what was synced stays. Names (create, rename, remove) are durable at once.
#pragma once

#include <rocksdb/file_system.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace aurora::testing {

/// Operations of a file system that may fail. kAny: any that changes something.
enum class Site : std::uint8_t { kAppend, kSync, kRead, kCreate, kRename, kRemove, kSyncDirectory, kAny };
inline constexpr std::size_t kSites = 7;   ///< without kAny

enum class Fault : std::uint8_t {
  kNone,
  kIoError,       ///< EIO
  kRetryable,     ///< EIO that RocksDB may try again
  kNoSpace,       ///< ENOSPC
  kShortRead,     ///< half of what was asked for and is there; of tables only: a log that is read short has ended
  kFlippedBit,    ///< one bit of what was read is wrong
  kCut,           ///< the power goes: the process ends there
  kKill,          ///< the process is killed there; the file system keeps what it was given
};

struct FaultPlan {
  Site site = Site::kAny;
  Fault fault = Fault::kNone;
  std::uint64_t at = 0;         ///< the operation of that site that fails, counted from 1; 0: none
  std::uint64_t length = 1;     ///< so many in a row
  std::uint64_t seed = 1;       ///< of the flipped bit and the torn byte
  std::string report;           ///< where a cut writes what each file had synced
};

/// Threads: as every FileSystem, any at once.
class FaultyFiles final : public rocksdb::FileSystemWrapper {
 public:
  explicit FaultyFiles(FaultPlan plan);

  /// True once something was made to fail.
  [[nodiscard]] bool has_failed() const noexcept { return failed_.load(); }

  const char* Name() const override { return "FaultyFiles"; }
  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* context) override;
  rocksdb::IOStatus ReopenWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* file,
                                       rocksdb::IODebugContext* context) override;
  rocksdb::IOStatus NewSequentialFile(const std::string& name, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSSequentialFile>* file,
                                      rocksdb::IODebugContext* context) override;
  rocksdb::IOStatus NewRandomAccessFile(const std::string& name, const rocksdb::FileOptions& options,
                                        std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                                        rocksdb::IODebugContext* context) override;
  rocksdb::IOStatus NewDirectory(const std::string& name, const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* directory,
                                 rocksdb::IODebugContext* context) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* context) override;
  rocksdb::IOStatus DeleteFile(const std::string& name, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* context) override;

  // For the files it hands out.

  /// What the operation that begins now gives; ends the process when it is the one to be cut at.
  [[nodiscard]] rocksdb::IOStatus before(Site site);
  /// Spoils `bytes` that were read, if this is the operation: shorter, or with a bit flipped.
  [[nodiscard]] rocksdb::IOStatus after_read(rocksdb::Slice& bytes, char* scratch, bool may_be_short);
  /// Appends through `append`, all of it or, at a cut, a part.
  template <class Append>
  rocksdb::IOStatus append(const std::string& name, const rocksdb::Slice& data, Append append);
  void note_written(const std::string& name, std::uint64_t bytes);
  void note_synced(const std::string& name);
  void note_size(const std::string& name, std::uint64_t bytes);

 private:
  struct Extent {
    std::uint64_t written = 0;
    std::uint64_t synced = 0;
  };

  [[nodiscard]] bool is_due(Site site);
  [[nodiscard]] rocksdb::IOStatus failure() const;
  [[noreturn]] void cut();

  const FaultPlan plan_;
  std::array<std::atomic<std::uint64_t>, kSites + 1> seen_{};
  std::atomic<bool> failed_{false};
  std::mutex mutex_;
  std::map<std::string, Extent> files_;   // guarded by mutex_
};

/// Takes from the files named in a cut's report a random part of what was not synced, or puts foreign bytes in its
/// place. Returns how many files lost something. Throws std::runtime_error when the report cannot be read.
std::uint64_t lose_unsynced(const std::string& report, std::uint64_t seed);

}  // namespace aurora::testing
