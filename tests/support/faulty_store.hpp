// A store that fails when it is told to: the injector of the storage seam.
// Wraps any Store; used by tests of everything that writes.
#pragma once

#include <aurora/storage/store.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace aurora::testing {

/// What may fail. Calls are counted separately for each point, from 1.
enum class FaultPoint : std::uint8_t {
  kWrite,       ///< write(): nothing of the batch is stored
  kWriteSync,   ///< the sync of write(kSynced): the batch is stored all the same, as seen with real
                ///< disks
  kSyncLog,     ///< sync_log()
  kGet,         ///< both forms of get(), and get_each()
  kCursor,      ///< a seek or step of any cursor: it becomes invalid with the error as its status
  kFlush,       ///< both forms of flush()
  kCheckpoint,  ///< checkpoint()
};
inline constexpr std::size_t kFaultPointCount = 7;

struct Fault {
  FaultPoint point = FaultPoint::kWrite;
  std::uint64_t nth = 1;    ///< the first call that fails
  std::uint64_t times = 1;  ///< how many fail in a row
  ErrorCode code = ErrorCode::kIoError;
};
inline constexpr std::uint64_t kForGood = std::numeric_limits<std::uint64_t>::max();

/// The fault to come and the calls so far. Shared by a test and its store; outlives reopening.
/// Threads: any.
class FaultPlan {
 public:
  /// Replaces the planned fault; counting goes on.
  void plan(const Fault& fault);
  /// Plans that the next call at `point` fails, whatever was counted.
  void plan_next(FaultPoint point, ErrorCode code, std::uint64_t times = 1);
  void clear();
  [[nodiscard]] std::uint64_t calls(FaultPoint point) const;
  /// Whether any call was made to fail.
  [[nodiscard]] bool has_fired() const;

  /// Requires: one thread uses cursors.
  void before_steps(std::function<void()> work) { before_steps_ = std::move(work); }
  void enter_step();

  /// Counts a call; its error when it is to fail. For the store.
  [[nodiscard]] Status enter(FaultPoint point);

 private:
  mutable std::mutex mutex_;
  std::array<std::uint64_t, kFaultPointCount> calls_{};  // guarded by mutex_, as below
  std::optional<Fault> fault_;
  bool fired_ = false;
  std::function<void()> before_steps_;
  bool is_between_ = false;
};

/// Honours Store's contract: after a failed write or sync it refuses writes until it is wrapped
/// anew.
class FaultyStore final : public storage::Store {
 public:
  FaultyStore(std::unique_ptr<storage::Store> inner, std::shared_ptr<FaultPlan> plan);
  ~FaultyStore() override;

  /// The wrapped store, unharmed, for a "reopen" of a store in memory. The wrapper is dead
  /// afterwards.
  [[nodiscard]] std::unique_ptr<storage::Store> release();

  /// Closing the wrapper then leaves the wrapped store open: one in memory would forget everything.
  void keep_when_closed() noexcept { keep_ = true; }

  /// As RocksDB 7.8 does where a block is damaged: cursors over the family end before `key` without an error, and only its
  /// checksums tell.
  void end_cursors_at(storage::Family family, std::string key) { silent_ = {family, std::move(key)}; }

  /// Called before each step of a cursor, by its thread: work that comes between the steps of a long read. May call
  /// whatever owns the store; not called then.
  void before_steps(std::function<void()> work) { plan_->before_steps(std::move(work)); }

  std::unique_ptr<storage::WriteBatch> make_batch() override;
  Status write(storage::WriteBatch& batch, storage::Sync sync) override;
  Status sync_log() override;
  Result<std::unique_ptr<storage::PinnedBytes>> get(storage::Family family,
                                                    std::string_view key) override;
  Result<bool> get(storage::Family family, std::string_view key, std::string& out) override;
  Status get_each(storage::Family family, std::span<const std::string_view> keys, const VisitEach& visit) override;
  std::unique_ptr<storage::Cursor> cursor(storage::Family family,
                                          const storage::CursorOptions& options) override;
  Status flush() override;
  Status flush(storage::Family family) override;
  Status compact() override;
  Status checkpoint(const std::string& path) override;
  Status verify_checksums() override;
  Status verify_checksums(storage::Family family) override;
  Status healthy() const override;
  storage::StoreStats stats() const override;
  Status close() override;

 private:
  [[nodiscard]] Status refusal() const;
  [[nodiscard]] Status stop_writes(Status failed);

  std::unique_ptr<storage::Store> inner_;
  const std::shared_ptr<FaultPlan> plan_;
  bool keep_ = false;
  std::optional<std::pair<storage::Family, std::string>> silent_;
  mutable std::mutex mutex_;
  Status health_;  // guarded by mutex_
};

}  // namespace aurora::testing
