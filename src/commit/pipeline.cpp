// The commit pipeline: one leader at a time runs waiting mutations, writes them in one batch, publishes each.
// Called through Engine::commit by every writer; calls the store, the snapshots and the caches.
//
//   queued ──lead──► running ──ok──► batched ──write──► published ──► answered
//                       └─error─► rolled back ─────────────────────► answered
//                                             └─write fails──► unknown: engine refuses writes ──► answered
#include <aurora/base/try.hpp>
#include <aurora/commit/keys.hpp>
#include <aurora/commit/log_codec.hpp>

#include "definition_rows.hpp"
#include "engine_parts.hpp"

#include <algorithm>
#include <chrono>

namespace aurora::commit {

namespace {

// From here on a commit's index changes are built beside readers instead of holding them off.
constexpr std::size_t kLargeCommit = 64;
// Up to here that is so only when there are readers: one that comes just then waits for a few milliseconds.
constexpr std::size_t kLargestInPlace = 2048;
constexpr std::size_t kLargeEdits = 1024;

// What was thrown, as an error. Called while it is handled.
Error thrown_error() {
  try {
    throw;
  } catch (const Error& error) {
    return error;
  } catch (const std::bad_alloc&) {
    return Error(ErrorCode::kLimitExceeded, "out of memory while running the mutation; write less at once");
  } catch (const std::exception& error) {
    return Error(ErrorCode::kInternal, std::string("the mutation threw: ") + error.what());
  } catch (...) {
    return Error(ErrorCode::kInternal, "the mutation threw what is no exception of the standard library");
  }
}

Status guarded(const Mutation& mutation, WriteContext& context) {
  try {
    AURORA_TRY(mutation(context));
    return context.renew_built_indexes();
  } catch (...) {
    return thrown_error();
  }
}

storage::Sync sync_of(Durability durability) {
  switch (durability) {
    case Durability::kNone: return storage::Sync::kNoLog;
    case Durability::kWal: return storage::Sync::kLogged;
    case Durability::kStrict:
    case Durability::kSynchronous: return storage::Sync::kSynced;
  }
  return storage::Sync::kSynced;
}

}  // namespace

Result<Sequence> Engine::commit(const Mutation& mutation, CommitKind kind) {
  if (options_.read_only)
    return Error(ErrorCode::kInvalidOperation, "the database is open read-only; open it without, where nobody else writes it");
  thread_local Sleeper sleeper;
  Request request;
  request.mutation = &mutation;
  request.kind = kind;
  request.sleeper = &sleeper;
  std::unique_lock lock(queue_mutex_);
  queue_.push_back(&request);
  if (queue_.size() == gathering_) gathered_.notify_one();
  for (;; lock.lock()) {
    // Without a mutation it was run by a leader who is about to say so.
    if (!leading_ && request.mutation != nullptr) {
      if (lead(lock, request)) return std::move(request.result);
    } else {
      lock.unlock();
      if (sleeper.wait() == Sleeper::Word::kDone) return std::move(request.result);
    }
  }
}

// Runs what waits, and wakes whom it answered and who may lead next. True when `own`, which waits too, was among them.
// Requires: nobody leads, the lock is held; it is not after.
bool Engine::lead(std::unique_lock<std::mutex>& lock, const Request& own) {
  leading_ = true;
  await_writers(lock);
  std::vector<Request*> group;
  const bool alone = options_.durability == Durability::kSynchronous || queue_.front()->kind == CommitKind::kExclusive;
  auto end = queue_.begin() + 1;
  if (!alone)
    end = std::find_if(queue_.begin(), queue_.end(),
                       [](const Request* request) { return request->kind == CommitKind::kExclusive; });
  group.assign(queue_.begin(), end);
  queue_.erase(queue_.begin(), end);
  lock.unlock();
  try {
    run_group(group);
  } catch (const std::exception& error) {
    // Out of memory between writing and publishing: nobody can say what was done. Refuse writes until reopening.
    abandon(group, error.what());
  } catch (...) {
    abandon(group, "by what is no exception of the standard library");
  }
  lock.lock();
  // What the group left over (it was full) goes first next time.
  const auto left = std::stable_partition(group.begin(), group.end(),
                                          [](const Request* request) { return request->mutation == nullptr; });
  queue_.insert(queue_.begin(), left, group.end());
  group.erase(left, group.end());
  writers_ = group.size() + queue_.size();
  leading_ = false;
  const bool done = own.mutation == nullptr;
  // Any writer that comes before it has woken may lead in its place; it then finds out.
  auto* const next = queue_.empty() ? nullptr : queue_.front()->sleeper;
  if (next != nullptr) next->tell(Sleeper::Word::kLead);
  lock.unlock();
  for (auto* request : group)
    if (request != &own) request->sleeper->tell(Sleeper::Word::kDone);
  return done;
}

// A sync costs as much for many writers as for one: those that the last group answered are given the time to come back,
// up to a part of what a sync takes.
void Engine::await_writers(std::unique_lock<std::mutex>& lock) {
  constexpr int kPartOfSync = 2;
  constexpr std::chrono::microseconds kLongest{500};
  if (options_.durability != Durability::kStrict || queue_.size() >= writers_) return;
  if (queue_.front()->kind == CommitKind::kExclusive) return;
  gathering_ = writers_;
  const auto most = std::min<std::chrono::nanoseconds>(last_sync_ / kPartOfSync, kLongest);
  gathered_.wait_for(lock, most, [&] { return queue_.size() >= gathering_; });
  gathering_ = 0;
}

void Engine::abandon(std::vector<Request*>& group, std::string_view why) {
  failed_ = Error(ErrorCode::kInternal, "the commit pipeline broke off (" + std::string(why) + ")");
  has_failed_.store(true, std::memory_order_release);
  log(kLogError, failed_.error().message());
  for (auto* request : group) {
    request->mutation = nullptr;
    request->result = failed_.error().with_prefix("the outcome is unknown until the database is reopened: ");
  }
}

void Engine::run_group(std::vector<Request*>& group) {
  if (has_failed_.load(std::memory_order_acquire)) {
    for (auto* request : group) {
      request->result = failed_.error().with_prefix("the database refuses writes until it is reopened: ");
      request->mutation = nullptr;
    }
    return;
  }
  std::vector<GroupCommit> commits;
  try {
    prepare_group(group, commits);
  } catch (...) {
    // Nothing has left this memory yet: those without an answer failed, and writing goes on.
    const auto failure = thrown_error();
    for (const auto& commit : commits) commit.request->result = failure;
    for (auto* request : group)
      if (std::exchange(request->mutation, nullptr) != nullptr) request->result = failure;
    return;
  }
  if (!commits.empty()) finish_group(commits);
}

// Runs the mutations in order, on what those before them made. Those that no longer fit into the group stay undone.
void Engine::prepare_group(std::vector<Request*>& group, std::vector<GroupCommit>& commits) {
  WriteSet writes;
  std::size_t changes = 0;
  SnapshotView base(*this, snapshots_.pin_own(), now());
  WriteContext context(*this, base, writes);
  for (auto* request : group) {
    if (changes >= options_.group_changes) break;
    const auto mark = writes.mark();
    GroupCommit commit;
    commit.sequence = last_sequence_ + commits.size() + 1;
    commit.time = now();
    context.set_commit_sequence(commit.sequence, commit.time);
    auto status = guarded(*request->mutation, context);
    if (status && writes.byte_size() > options_.max_transaction_bytes)
      status = transaction_too_large(options_.max_transaction_bytes);
    if (!status) {
      writes.rollback(mark);
      request->result = status.error();
      request->mutation = nullptr;
      continue;
    }
    commit.changes = writes.collect(mark);
    commit.schema = std::move(context.schema_edit());
    if (commit.changes.empty() && !commit.schema.catalog) {
      request->result = commit.sequence - 1;
      request->mutation = nullptr;
      continue;
    }
    commit.catalog = commit.schema.catalog ? commit.schema.catalog : base.catalog_ref();
    commit.request = request;
    changes += commit.changes.size();
    commits.push_back(std::move(commit));
    request->mutation = nullptr;
  }
}

void Engine::finish_group(std::vector<GroupCommit>& commits) {
  if (auto status = write_group(commits); !status) {
    failed_ = status;
    has_failed_.store(true, std::memory_order_release);
    log(kLogError, "a commit failed and its outcome is unknown until reopening: " + status.error().message());
    for (auto& commit : commits)
      commit.request->result =
          status.error().with_prefix("the commit failed and its outcome is unknown until the database is reopened: ");
    return;
  }
  const auto oldest_reader = snapshots_.oldest_reader();
  std::size_t changes = 0;
  for (auto& commit : commits) {
    changes += commit.changes.size();
    publish(commit, oldest_reader);
    commit.request->result = commit.sequence;
  }
  trim_history(commits.front().sequence - 1);
  groups_.fetch_add(1, std::memory_order_relaxed);
  commits_.fetch_add(commits.size(), std::memory_order_relaxed);
  if (changes_since_checkpoint_.fetch_add(changes, std::memory_order_relaxed) + changes >=
          options_.checkpoint_changes &&
      background_)
    background_->wake();
}

// `newest`: up to where versions may go though somebody reads; those that this group superseded stay in any case.
void Engine::trim_history(Sequence newest) {
  auto& history = records_.history();
  const auto oldest_reader = snapshots_.oldest_reader();
  history.trim(oldest_reader);
  if (history.memory_bytes() <= options_.history_bytes) return;
  const auto floor = history.shed(options_.history_bytes, newest);
  if (floor <= oldest_reader || oldest_reader == reported_reader_) return;
  reported_reader_ = oldest_reader;
  log(kLogWarning, "somebody reads the state of commit " + std::to_string(oldest_reader) + " since, while more than " +
                       std::to_string(options_.history_bytes) + " bytes of older versions of documents piled up (" +
                       "max_history_bytes); its next read of a document that changed is a Conflict. Is a transaction "
                       "left open?");
}

void Engine::append_schema(GroupCommit& commit, storage::WriteBatch& batch) {
  if (!commit.schema.catalog) return;
  for (const auto id : commit.schema.changed)
    put_definition(batch, id, encode_definition(*commit.schema.catalog->find(id)));
  for (const auto id : commit.schema.dropped) {
    remove_definition(batch, id);
    std::string at;
    append_be<std::uint64_t>(at, commit.sequence);
    batch.put(storage::Family::kMeta, meta_key(kDroppedPrefix, id), at);
  }
  std::string ids;
  append_be<std::uint32_t>(ids, schema_ids.next_collection);
  append_be<std::uint32_t>(ids, schema_ids.next_index);
  batch.put(storage::Family::kMeta, kIdsKey, ids);
}

Status Engine::write_group(std::vector<GroupCommit>& commits) {
  constexpr std::size_t kKeptBatch = 1u << 20;
  if (!batch_) batch_ = store_->make_batch();
  auto* const batch = batch_.get();
  batch->clear();
  std::uint64_t log_bytes = 0;
  for (auto& commit : commits) {
    for (const auto& change : commit.changes) {
      const DocumentKey key(change.collection, change.ordinal);
      if (change.after)
        batch->put(storage::Family::kDocs, key.view(), change.after.bytes());
      else
        batch->remove(storage::Family::kDocs, key.view());
      if (change.before)
        records_.history().put(change.collection, change.ordinal, commit.sequence, change.before);
      records_.cache().begin_write(change.collection, change.ordinal, commit.sequence);
      field_columns_.begin_write(change.collection, change.ordinal, commit.sequence);
    }
    append_schema(commit, *batch);
    encode_log(commit.changes, commit.time, commit.schema.catalog != nullptr,
               [&](std::uint32_t part, std::string_view row) {
                 batch->put(storage::Family::kLog, LogKey(commit.sequence, part).view(), row);
                 log_bytes += row.size();
               });
  }
  // After a failed write the history stays: what was stored all the same (a sync that failed) must not be seen
  // before reopening, and no later commit needs the room.
  const auto start = std::chrono::steady_clock::now();
  AURORA_TRY(store_->write(*batch, sync_of(options_.durability)));
  last_sync_ = std::chrono::steady_clock::now() - start;
  if (batch->byte_size() > kKeptBatch) batch_.reset();
  last_sequence_ = commits.back().sequence;
  log_bytes_written_.fetch_add(log_bytes, std::memory_order_relaxed);
  return {};
}

void Engine::publish(GroupCommit& commit, Sequence oldest_reader) {
  for (const auto& change : commit.changes)
    records_.cache().end_write(change.collection, change.ordinal, change.after);
  hint_keys(commit);
  const auto size = commit.changes.size();
  bool large = size > kLargestInPlace || (size > kLargeCommit && snapshots_.has_readers()) || commit.schema.catalog;
  if (!commit.schema.catalog) find_heads(commit);
  // What can be found out before readers are held off is found out before.
  if (!large) large = gather_edits(commit) > kLargeEdits;
  // Nor is a page read under the lock of the snapshots.
  if (!large)
    large = std::any_of(commit.heads.begin(), commit.heads.end(),
                        [](const auto& entry) { return !entry.second->unread.is_whole(); });
  // Of indexes that go, older snapshots have their pages in the store no longer.
  std::vector<std::shared_ptr<StoredPages>> going;
  if (commit.schema.catalog) {
    std::lock_guard lock(heads_mutex_);
    going = unread_of(heads_, [&](CollectionId id) {
      return commit.schema.dropped.contains(id) || commit.schema.changed.contains(id);
    });
  }
  for (const auto& pages : going)
    if (auto read = read_rest(*pages); !read) log(kLogWarning, "before an index goes: " + read.error().message());
  // The mutation's own view is gone by now, so a commit without readers is applied in place.
  snapshots_.publish(commit.sequence, large,
                     [&](Snapshot& next, const EditScope& scope) { apply(commit, next, scope); });
  auto published = std::make_shared<Commit>();
  published->sequence = commit.sequence;
  published->time = commit.time;
  published->changes = std::move(commit.changes);
  published->catalog = commit.catalog;
  published->catalog_changed = commit.schema.catalog != nullptr;
  const std::shared_ptr<const Commit> told = std::move(published);
  tail_->append(told, oldest_reader);
  if (std::any_of(told->changes.begin(), told->changes.end(),
                  [](const Change& change) { return change.collection == kJobsCollection; }))
    tell_of_jobs(told);
}

void Engine::set_job_listener(JobListener listener) {
  const std::lock_guard lock(job_listener_mutex_);
  job_listener_ = std::move(listener);
}

void Engine::tell_of_jobs(const std::shared_ptr<const Commit>& commit) {
  const std::lock_guard lock(job_listener_mutex_);
  if (job_listener_) job_listener_(commit);
}

}  // namespace aurora::commit
