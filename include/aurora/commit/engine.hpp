// The engine: one open database below the facade. Owns store, caches, snapshots and the commit pipeline.
//
//   reads   ── view() ──► pinned snapshot ──► indexes in memory; records from cache, store, history
//   writes  ── commit(mutation) ──► queue ──► leader: run, batch, write once, publish each ──► tail
//
// Invariants (docs/architecture.md numbers): I1 one WriteBatch a group, holding whole commits; I2 sequences are
// dense, given by the leader; I3 see snapshots.hpp, history.hpp; I4 publishing follows the durable write; after a
// failed write the engine refuses writes with that error until reopened, and its outcome is unknown; I7 no lock
// is held while mutations run, the store writes or the log speaks. Memory that runs out before the durable write fails
// the group and nothing else; after it, while publishing, writes are refused until reopened, and a collection that was
// being changed in place is not read again before.
#pragma once

#include <aurora/commit/change_tail.hpp>
#include <aurora/commit/options.hpp>
#include <aurora/commit/records.hpp>
#include <aurora/commit/snapshots.hpp>
#include <aurora/commit/write_context.hpp>
#include <aurora/index/column.hpp>
#include <aurora/index/field_columns.hpp>
#include <aurora/index/ordered_index.hpp>
#include <aurora/schema/build.hpp>
#include <aurora/schema/system_collections.hpp>
#include <aurora/storage/store.hpp>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <unordered_map>

namespace aurora::commit {

struct IndexEdits;   // engine_parts.hpp

/// A mutation: reads and writes through the context. Runs in the pipeline, on the thread of whichever writer
/// leads, maybe after others of its group. An error leaves nothing of it behind.
using Mutation = std::function<Status(WriteContext&)>;

/// How a commit treats its group.
enum class CommitKind : std::uint8_t {
  kShared,      ///< may share a write with others
  kExclusive,   ///< alone in its group: changes the catalog
};

/// A long read outside any single call, e.g. of an interactive transaction, keeps the engine alive by a
/// shared_ptr and enters through `enter` for each call, so that closing can wait for calls, not for handles.
class Engine : public std::enable_shared_from_this<Engine> {
 public:
  /// Recovers and starts. Errors: Corruption, IoError, StorageFull.
  [[nodiscard]] static Result<std::shared_ptr<Engine>> open(std::unique_ptr<storage::Store> store,
                                                            EngineOptions options);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Held during one call into the engine; while any is held, `close` waits.
  class Entry {
   public:
    explicit Entry(std::atomic<std::int64_t>* count) noexcept : count_(count) {}
    Entry(Entry&& other) noexcept : count_(std::exchange(other.count_, nullptr)) {}
    Entry& operator=(Entry&&) = delete;
    ~Entry() {
      if (count_ != nullptr && count_->fetch_sub(1, std::memory_order_acq_rel) == 1) count_->notify_all();
    }

   private:
    std::atomic<std::int64_t>* count_;
  };
  /// Errors: Closed.
  [[nodiscard]] Result<Entry> enter();
  /// For reads of nothing but memory that the engine keeps until it is destroyed: they may run beside closing.
  [[nodiscard]] bool is_closing() const noexcept { return closing_.load(std::memory_order_acquire); }

  /// The current state. Requires: an Entry is held while the view is used.
  [[nodiscard]] SnapshotView view() { return view(now()); }
  [[nodiscard]] SnapshotView view(DateTime now);
  /// The definitions as they are now.
  [[nodiscard]] std::shared_ptr<const Catalog> catalog() { return snapshots_.catalog(); }

  /// Runs `mutation` and commits what it wrote. Returns the commit's sequence, or the current one when it wrote
  /// nothing. Requires: an Entry is held. Errors: the mutation's own; IoError or StorageFull with an unknown
  /// outcome; LimitExceeded for too large a write.
  [[nodiscard]] Result<Sequence> commit(const Mutation& mutation, CommitKind kind = CommitKind::kShared);

  /// Makes all that is committed durable against power loss and writes indexes out.
  [[nodiscard]] Status flush();
  [[nodiscard]] Status checkpoint_indexes();
  /// Removes the documents that @@ttl expired, but for those a relation holds, in batches that let other writers in between.
  [[nodiscard]] Status remove_expired();
  [[nodiscard]] Status compact() { return store_->compact(); }
  /// A copy of the database that opens by itself (I3 at one sequence).
  [[nodiscard]] Status backup(const std::string& path);
  /// Ends background work, waits for calls under way, writes everything out. A failure goes to the log, too, and is the
  /// answer of every later call.
  [[nodiscard]] Status close();

  struct VerifyReport {
    std::uint64_t collections = 0, documents = 0, index_entries = 0, log_rows = 0;
    std::vector<std::string> problems;
  };
  /// Compares documents, live sets and indexes, reads every stored byte. Runs beside readers and writers: when they
  /// outdate the state it looks at, it goes on with a fresh one, and a smaller part of a collection in each.
  /// Errors: Conflict when even the smallest part is outdated again and again.
  [[nodiscard]] Result<VerifyReport> verify();

  struct Stats {
    Sequence sequence = 0;
    std::uint64_t snapshots = 0, history_versions = 0, history_bytes = 0, tail_bytes = 0, column_bytes = 0;
    std::uint64_t commits = 0, groups = 0, checkpoints = 0;
    CacheStats cache;
    storage::StoreStats store;
  };
  [[nodiscard]] Stats stats();

  // ---- for views, contexts and transactions
  [[nodiscard]] Records& records() noexcept { return records_; }
  [[nodiscard]] ColumnPool& columns() noexcept { return columns_; }
  [[nodiscard]] FieldColumns& field_columns() noexcept { return field_columns_; }
  [[nodiscard]] SnapshotList& snapshots() noexcept { return snapshots_; }
  [[nodiscard]] const ChangeTail& tail() const noexcept { return *tail_; }
  [[nodiscard]] const EngineOptions& options() const noexcept { return options_; }
  [[nodiscard]] DateTime now() const { return options_.clock(); }
  [[nodiscard]] storage::Store& store() noexcept { return *store_; }
  [[nodiscard]] Uuid next_sid() { return sids_.next(); }
  [[nodiscard]] Uuid7Generator& ids() noexcept { return ids_; }
  /// Loads live set and indexes of a collection that no snapshot holds yet.
  [[nodiscard]] Result<const CollectionVersion*> load(const SnapshotList::Pin& pin, CollectionId id);
  /// Told of each commit that changed documents of `_jobs`, once it is published, by the thread that did: must neither
  /// take long nor throw. Empty: nobody is told; after that returns, nobody is being told.
  using JobListener = std::function<void(const std::shared_ptr<const Commit>&)>;
  void set_job_listener(JobListener listener);
  /// Next ids of collections and indexes; changed only by exclusive mutations.
  DefinitionIds schema_ids{kFirstUserId, kFirstUserId};

 private:
  struct Request;
  /// Writers in order, linked through themselves: neither waiting nor leading needs memory.
  struct RequestList {
    Request* first = nullptr;
    Request* last = nullptr;
    std::size_t size = 0;
    void push_back(Request& request) noexcept;
    Request* pop_front() noexcept;
  };
  struct GroupCommit;
  struct Heads;
  struct Replay;
  struct HeldBack;
  class Verification;

  Engine(std::unique_ptr<storage::Store> store, EngineOptions options);

  // recovery.cpp
  [[nodiscard]] Status recover();
  [[nodiscard]] Status check_empty();
  [[nodiscard]] Status disown_pages();
  [[nodiscard]] Status recover_catalog(std::shared_ptr<const Catalog>& catalog);
  [[nodiscard]] Status recover_log(Sequence& last);
  [[nodiscard]] Status advance_ids(const Catalog& catalog);

  // loading.cpp
  [[nodiscard]] Result<std::shared_ptr<CollectionVersion>> load_version(Catalog::Entry definition, const Replay* replay,
                                                                        Heads& heads);
  [[nodiscard]] Status load_live(const CollectionDef& definition, const Replay* replay, Heads& heads,
                                 CollectionVersion& version);
  [[nodiscard]] Result<OrderedIndex> load_index(const CollectionDef& definition, const IndexDef& index,
                                                const Replay* replay);
  [[nodiscard]] Result<OrderedIndex> rebuild_index(const CollectionDef& definition, const IndexDef& index,
                                                   const CollectionVersion& version);
  [[nodiscard]] Status prove_documents();

  // pipeline.cpp
  [[nodiscard]] bool lead(std::unique_lock<std::mutex>& lock, const Request& own);
  void await_writers(std::unique_lock<std::mutex>& lock);
  void run_group(const RequestList& group);
  void prepare_group(const RequestList& group, std::vector<GroupCommit>& commits);
  [[nodiscard]] std::uint64_t fill_batch(std::vector<GroupCommit>& commits);
  void finish_group(const RequestList& group, std::vector<GroupCommit>& commits, std::uint64_t log_bytes);
  static void answer(const RequestList& group, Sequence after, const Error& error) noexcept;
  void trim_history(Sequence newest);
  void refuse_writes(const Error& why) noexcept;
  void say_failure(std::string_view prefix) noexcept;
  [[nodiscard]] Status write_group(const std::vector<GroupCommit>& commits, std::uint64_t log_bytes);
  void publish(GroupCommit& commit, Sequence oldest_reader);
  void tell_of_jobs(const std::shared_ptr<const Commit>& commit);

  // apply.cpp
  void find_heads(GroupCommit& commit);
  [[nodiscard]] static std::size_t gather_edits(GroupCommit& commit);
  static void apply_edits(IndexEdits& edits, const std::vector<std::pair<CollectionId, Heads*>>& known_heads,
                          Snapshot& next, const EditScope& scope);
  void apply(GroupCommit& commit, Snapshot& next, const EditScope& scope);
  void hint_keys(const GroupCommit& commit);
  void apply_schema(GroupCommit& commit, Snapshot& next);
  void append_schema(GroupCommit& commit, storage::WriteBatch& batch);

  // expired.cpp
  [[nodiscard]] Status remove_expired_from(CollectionId id);

  // checkpoint.cpp
  [[nodiscard]] Status checkpoint_locked();
  [[nodiscard]] Status append_gone_indexes(const std::set<std::uint32_t>& present, storage::WriteBatch& batch);
  [[nodiscard]] Status trim_log();
  [[nodiscard]] Result<bool> trim_log_batch();
  [[nodiscard]] Status purge_dropped();
  [[nodiscard]] Result<bool> purge_dropped_batch();
  void start_background();
  void run_upkeep(std::chrono::steady_clock::time_point& last, std::chrono::steady_clock::time_point& swept);

  void log(int level, std::string_view message) const {
    if (options_.log) options_.log(level, message);
  }

  const std::unique_ptr<storage::Store> store_;
  const EngineOptions options_;
  Records records_;
  ColumnPool columns_;                               // outlives the columns, which snapshots and heads hold
  FieldColumns field_columns_;
  SnapshotList snapshots_;
  std::unique_ptr<ChangeTail> tail_;
  Uuid7Generator sids_;
  Uuid7Generator ids_;

  // Calls under way. Entering and closing look at each other's flag after setting their own: both sequentially
  // consistent.
  std::atomic<std::int64_t> entries_{0};
  std::atomic<bool> closing_{false};
  std::mutex close_mutex_;
  std::optional<Status> closed_;                     // guarded by close_mutex_: how closing went

  std::mutex queue_mutex_;
  RequestList queue_;                                // guarded by queue_mutex_
  bool leading_ = false;                             // guarded by queue_mutex_: some thread leads
  std::size_t writers_ = 0;                          // guarded by queue_mutex_: of the last group and those that waited then
  std::size_t gathering_ = 0;                        // guarded by queue_mutex_: how many the leader waits for; 0: it does not
  std::condition_variable gathered_;

  // Touched only by the leader.
  Sequence last_sequence_ = 0;
  std::unique_ptr<storage::WriteBatch> batch_;       // kept for its memory
  std::chrono::nanoseconds last_sync_{0};            // how long the last write of the store took
  Sequence reported_reader_ = 0;                     // whose old state was complained of last; the leader's
  Status failed_;                                    // why writes are refused
  std::atomic<bool> has_failed_{false};

  // Loaded collections' writable indexes. The map and each `unsaved` are guarded; the indexes belong to the leader
  // once loaded. The replay of a dropped collection stays until no reader is left that may load it.
  std::mutex heads_mutex_;
  std::unordered_map<CollectionId, std::unique_ptr<Heads>> heads_;      // guarded by heads_mutex_
  std::mutex load_mutex_;
  std::condition_variable loaded_;
  std::set<CollectionId> loading_;                                      // guarded by load_mutex_
  std::unordered_map<CollectionId, std::unique_ptr<Replay>> replays_;   // guarded by load_mutex_; from recovery
  bool rebuild_all_ = false;                         // set by recovery
  bool has_pages_ = false;                           // set by recovery: a checkpoint was made
  std::mutex proof_mutex_;
  bool documents_proven_ = false;                    // guarded by proof_mutex_
  Sequence opened_at_ = 0;                           // set by recovery

  std::mutex checkpoint_mutex_;
  Sequence checkpointed_ = 0;                        // guarded by checkpoint_mutex_
  std::uint64_t log_bytes_ = 0;                      // guarded by checkpoint_mutex_
  bool log_measured_ = false;                        // guarded by checkpoint_mutex_
  std::atomic<std::uint64_t> log_bytes_written_{0};
  std::atomic<std::uint64_t> changes_since_checkpoint_{0};
  std::atomic<std::uint64_t> commits_{0}, groups_{0}, checkpoints_{0};

  std::unique_ptr<HeldBack> held_back_;

  std::mutex job_listener_mutex_;
  JobListener job_listener_;                         // guarded by job_listener_mutex_

  std::unique_ptr<PeriodicTask> background_;
  std::atomic<bool> background_known_{false};        // to its own thread
};

}  // namespace aurora::commit
