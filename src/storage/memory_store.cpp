// The store in memory: one copy-on-write tree a family.
// For databases without a directory and for tests; same contract as the RocksDB store.
#include "storage/cow_tree.hpp"
#include "storage/health.hpp"

#include <aurora/base/try.hpp>
#include <aurora/storage/store.hpp>

#include <algorithm>
#include <array>
#include <mutex>
#include <new>
#include <shared_mutex>

#include <pthread.h>

namespace aurora::storage {

namespace {

/// A reader-writer lock in which a waiting writer goes first: with std::shared_mutex a few busy
/// readers keep the one committer out for good. Requires: no thread takes it shared twice at once.
class WriterFirstMutex {
 public:
  WriterFirstMutex() {
    pthread_rwlockattr_t attributes;
    pthread_rwlockattr_init(&attributes);
    pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    pthread_rwlock_init(&lock_, &attributes);
    pthread_rwlockattr_destroy(&attributes);
  }
  WriterFirstMutex(const WriterFirstMutex&) = delete;
  WriterFirstMutex& operator=(const WriterFirstMutex&) = delete;
  ~WriterFirstMutex() { pthread_rwlock_destroy(&lock_); }

  void lock() { pthread_rwlock_wrlock(&lock_); }
  void unlock() { pthread_rwlock_unlock(&lock_); }
  void lock_shared() { pthread_rwlock_rdlock(&lock_); }
  void unlock_shared() { pthread_rwlock_unlock(&lock_); }

 private:
  pthread_rwlock_t lock_;
};

/// Copies keys and values when they are added, so that writing only links them in.
class MemoryBatch final : public WriteBatch {
 public:
  struct Change {
    Family family;
    std::string key;
    CowTree::Value value;  // null: remove
  };

  void put(Family family, std::string_view key, std::string_view value) override {
    changes_.push_back({family, std::string(key), std::make_shared<const std::string>(value)});
    bytes_ += key.size() + value.size();
  }
  void remove(Family family, std::string_view key) override {
    changes_.push_back({family, std::string(key), nullptr});
    bytes_ += key.size();
  }
  [[nodiscard]] std::size_t byte_size() const override { return bytes_; }
  void clear() override {
    changes_.clear();
    bytes_ = 0;
  }
  [[nodiscard]] const std::vector<Change>& changes() const noexcept { return changes_; }

 private:
  std::vector<Change> changes_;
  std::size_t bytes_ = 0;
};

class SharedBytes final : public PinnedBytes {
 public:
  explicit SharedBytes(CowTree::Value value) : value_(std::move(value)) {}
  [[nodiscard]] std::string_view bytes() const noexcept override { return *value_; }

 private:
  const CowTree::Value value_;
};

class MemoryCursor final : public Cursor {
 public:
  MemoryCursor(CowTree::Iterator iterator, const CursorOptions& options)
      : iterator_(std::move(iterator)), lower_(options.lower), upper_(options.upper) {}

  void seek(std::string_view key) override {
    iterator_.seek(std::max(key, std::string_view(lower_)));
    clip();
  }
  void seek_for_prev(std::string_view key) override {
    if (!upper_.empty() && key >= upper_) {
      iterator_.seek(upper_);
      if (iterator_.valid())
        iterator_.prev();
      else
        iterator_.seek_to_last();
    } else {
      iterator_.seek_for_prev(key);
    }
    clip();
  }
  void next() override {
    if (!valid()) return;
    iterator_.next();
    clip();
  }
  void prev() override {
    if (!valid()) return;
    iterator_.prev();
    clip();
  }
  [[nodiscard]] bool valid() const override { return inside_; }
  [[nodiscard]] std::string_view key() const override { return iterator_.key(); }
  [[nodiscard]] std::string_view value() const override { return iterator_.value(); }
  [[nodiscard]] Status status() const override { return {}; }

 private:
  void clip() {
    inside_ = iterator_.valid() && iterator_.key() >= lower_ &&
              (upper_.empty() || iterator_.key() < upper_);
  }

  CowTree::Iterator iterator_;
  const std::string lower_;
  const std::string upper_;
  bool inside_ = false;
};

class MemoryStore final : public Store {
 public:
  std::unique_ptr<WriteBatch> make_batch() override { return std::make_unique<MemoryBatch>(); }
  Status write(WriteBatch& batch, Sync sync) override;
  Status sync_log() override { return health_.refusal(); }

  Result<std::unique_ptr<PinnedBytes>> get(Family family, std::string_view key) override {
    CowTree::Value value = find(family, key);
    if (!value) return std::unique_ptr<PinnedBytes>();
    return std::unique_ptr<PinnedBytes>(std::make_unique<SharedBytes>(std::move(value)));
  }
  Result<bool> get(Family family, std::string_view key, std::string& out) override {
    const CowTree::Value value = find(family, key);
    if (value) out.assign(*value);
    return value != nullptr;
  }
  Status get_each(Family family, std::span<const std::string_view> keys, const VisitEach& visit) override {
    for (std::size_t i = 0; i < keys.size(); ++i)
      if (const CowTree::Value value = find(family, keys[i])) AURORA_TRY(visit(i, *value));
    return {};
  }
  std::unique_ptr<Cursor> cursor(Family family, const CursorOptions& options) override {
    // Exclusive: a snapshot ends the tree's generation.
    std::unique_lock guard(mutex_);
    CowTree::Iterator iterator = tree(family).snapshot();
    guard.unlock();
    return std::make_unique<MemoryCursor>(std::move(iterator), options);
  }

  Status flush() override { return health_.refusal(); }
  Status flush(Family) override { return health_.refusal(); }
  Status compact() override { return health_.refusal(); }
  Status checkpoint(const std::string&) override {
    return Error(ErrorCode::kInvalidOperation,
                 "a database in memory has no files to copy; export it instead");
  }
  Status verify_checksums() override { return {}; }
  Status verify_checksums(Family) override { return {}; }
  Status healthy() const override { return health_.status(); }
  StoreStats stats() const override;
  Status close() override;

 private:
  CowTree& tree(Family family) { return trees_[static_cast<std::size_t>(family)]; }
  CowTree::Value find(Family family, std::string_view key) {
    const std::shared_lock guard(mutex_);
    return tree(family).get(key);
  }
  void apply(const MemoryBatch& batch);

  Health health_;
  mutable WriterFirstMutex mutex_;
  std::array<CowTree, kFamilyCount> trees_;  // guarded by mutex_
};

void MemoryStore::apply(const MemoryBatch& batch) {
  const std::lock_guard guard(mutex_);
  for (const MemoryBatch::Change& change : batch.changes()) {
    if (change.value)
      tree(change.family).put(change.key, change.value);
    else
      tree(change.family).remove(change.key);
  }
}

Status MemoryStore::write(WriteBatch& batch, Sync) {
  AURORA_TRY(health_.refusal());
  const auto* const own = dynamic_cast<const MemoryBatch*>(&batch);
  if (own == nullptr) return Error(ErrorCode::kInternal, "writing: the batch is another store's");
  try {
    apply(*own);
  } catch (const std::bad_alloc&) {  // half the batch may be in: nothing more goes on top of it
    const Error error(ErrorCode::kInternal, "writing a batch: out of memory");
    health_.fail(error);
    return error;
  }
  return {};
}

StoreStats MemoryStore::stats() const {
  StoreStats stats;
  stats.engine = "memory";
  const std::shared_lock guard(mutex_);
  for (const CowTree& tree : trees_) stats.memory_bytes += tree.byte_size();
  return stats;
}

Status MemoryStore::close() {
  std::array<CowTree, kFamilyCount> dropped;  // freed after the lock is
  const std::lock_guard guard(mutex_);
  std::swap(trees_, dropped);
  return {};
}

}  // namespace

std::unique_ptr<Store> make_memory_store() { return std::make_unique<MemoryStore>(); }

}  // namespace aurora::storage
