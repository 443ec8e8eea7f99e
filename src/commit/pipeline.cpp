// The commit pipeline: one leader at a time runs waiting mutations, writes them in one batch, publishes each.
// Called through Engine::commit by every writer; calls the store, the snapshots and the caches.
//
//   queued ──lead──► running ──ok──► batched ──write──► published ──► answered
//                       └─error─► rolled back ─────────────────────► answered
//                                             ├─write fails──► unknown: engine refuses writes ──► answered
//                                             └─published in part: stored; engine refuses writes ──► answered
#include <aurora/base/out_of_memory.hpp>
#include <aurora/base/try.hpp>
#include <aurora/commit/keys.hpp>
#include <aurora/commit/log_codec.hpp>

#include "definition_rows.hpp"
#include "engine_parts.hpp"

#include <algorithm>
#include <chrono>
#include <new>
#include <stdexcept>

namespace aurora::commit {

namespace {

// From here on a commit's index changes are built beside readers instead of holding them off.
constexpr std::size_t kLargeCommit = 64;
// Up to here that is so only when there are readers: one that comes just then waits for a few milliseconds.
constexpr std::size_t kLargestInPlace = 2048;
constexpr std::size_t kLargeEdits = 1024;

// What was thrown, as an error. Called while it is handled.
Error thrown_error() noexcept {
  try {
    try {
      throw;
    } catch (const Error& error) {
      return error;
    } catch (const std::bad_alloc&) {
      return out_of_memory();
    } catch (const std::length_error&) {
      return out_of_memory();
    } catch (const std::exception& error) {
      return Error(ErrorCode::kInternal, std::string("the mutation threw: ") + error.what());
    } catch (...) {
      return Error(ErrorCode::kInternal, "the mutation threw what is no exception of the standard library");
    }
  } catch (...) {
    return out_of_memory();
  }
}

// Made beforehand, for when there is no memory left to say it.
const Error kBrokenOff(ErrorCode::kInternal, "the database refuses writes until it is reopened: memory ran out while a "
                                             "commit that is stored was published");
const Error kUnpublished(ErrorCode::kInternal,
                         "memory ran out while the commit was published: it is stored, and seen once the database is reopened");

constexpr std::string_view kRefused = "the database refuses writes until it is reopened: ";

// `error`, said to be one of the kind that `prefix` tells of, as far as there is memory to say it.
Error prefixed(const Error& error, std::string_view prefix) noexcept {
  try {
    return error.with_prefix(prefix);
  } catch (...) {
    return error;
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
  queue_.push_back(request);
  if (queue_.size == gathering_) gathered_.notify_one();
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

void Engine::RequestList::push_back(Request& request) noexcept {
  request.next = nullptr;
  (last != nullptr ? last->next : first) = &request;
  last = &request;
  ++size;
}

Engine::Request* Engine::RequestList::pop_front() noexcept {
  auto* const front = first;
  if (front == nullptr) return nullptr;
  first = front->next;
  if (first == nullptr) last = nullptr;
  --size;
  return front;
}

// Runs what waits, and wakes whom it answered and who may lead next. True when `own`, which waits too, was among them.
// Requires: nobody leads, the lock is held; it is not after. Nothing here may fail: the others would wait for ever.
bool Engine::lead(std::unique_lock<std::mutex>& lock, const Request& own) {
  leading_ = true;
  await_writers(lock);
  const bool alone = options_.durability == Durability::kSynchronous || queue_.first->kind == CommitKind::kExclusive;
  RequestList group;
  do {
    group.push_back(*queue_.pop_front());
  } while (!alone && queue_.first != nullptr && queue_.first->kind != CommitKind::kExclusive);
  lock.unlock();
  run_group(group);
  lock.lock();
  // What the group left over (it was full) goes first next time.
  RequestList left;
  RequestList answered;
  while (auto* const request = group.pop_front()) (request->mutation != nullptr ? left : answered).push_back(*request);
  while (auto* const request = queue_.pop_front()) left.push_back(*request);
  queue_ = left;
  writers_ = answered.size + queue_.size;
  leading_ = false;
  const bool done = own.mutation == nullptr;
  // Any writer that comes before it has woken may lead in its place; it then finds out.
  auto* const next = queue_.first != nullptr ? queue_.first->sleeper : nullptr;
  if (next != nullptr) next->tell(Sleeper::Word::kLead);
  lock.unlock();
  // Whoever was told may be gone right after, and with it its request.
  while (auto* const request = answered.pop_front())
    if (request != &own) request->sleeper->tell(Sleeper::Word::kDone);
  return done;
}

// A sync costs as much for many writers as for one: those that the last group answered are given the time to come back,
// up to a part of what a sync takes.
void Engine::await_writers(std::unique_lock<std::mutex>& lock) {
  constexpr int kPartOfSync = 2;
  constexpr std::chrono::microseconds kLongest{500};
  if (options_.durability != Durability::kStrict || queue_.size >= writers_) return;
  if (queue_.first->kind == CommitKind::kExclusive) return;
  gathering_ = writers_;
  const auto most = std::min<std::chrono::nanoseconds>(last_sync_ / kPartOfSync, kLongest);
  gathered_.wait_for(lock, most, [&] { return queue_.size >= gathering_; });
  gathering_ = 0;
}

void Engine::refuse_writes(const Error& why) noexcept {
  failed_ = why;
  has_failed_.store(true, std::memory_order_release);
}

// Those that were told a sequence after `after`, which is not to be, and those not told anything yet.
void Engine::answer(const RequestList& group, Sequence after, const Error& error) noexcept {
  for (auto* request = group.first; request != nullptr; request = request->next) {
    if (request->mutation == nullptr && (!request->result || *request->result <= after)) continue;
    request->result = error;
    request->mutation = nullptr;
  }
}

void Engine::run_group(const RequestList& group) {
  if (has_failed_.load(std::memory_order_acquire)) {
    answer(group, 0, failed_.error());
    return;
  }
  std::vector<GroupCommit> commits;
  std::uint64_t log_bytes = 0;
  try {
    prepare_group(group, commits);
    if (commits.empty()) return;
    log_bytes = fill_batch(commits);
  } catch (...) {
    // Nothing has left this memory yet: those without an answer failed, and so did those that saw what they wrote.
    answer(group, last_sequence_, thrown_error());
    return;
  }
  finish_group(group, commits, log_bytes);
}

// Runs the mutations in order, on what those before them made. Those that no longer fit into the group stay undone.
void Engine::prepare_group(const RequestList& group, std::vector<GroupCommit>& commits) {
  WriteSet writes;
  std::size_t changes = 0;
  SnapshotView base(*this, snapshots_.pin_own(), now());
  WriteContext context(*this, base, writes);
  for (auto* request = group.first; request != nullptr; request = request->next) {
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
    commit.told = std::make_shared<Commit>();
    changes += commit.changes.size();
    request->result = commit.sequence;
    commits.push_back(std::move(commit));
    request->mutation = nullptr;
  }
}

// From the durable write on; nothing is undone any more.
void Engine::finish_group(const RequestList& group, std::vector<GroupCommit>& commits, std::uint64_t log_bytes) {
  const auto before = last_sequence_;
  auto written = Status();
  try {
    written = write_group(commits, log_bytes);
  } catch (...) {
    written = thrown_error();
  }
  if (!written) {
    refuse_writes(prefixed(written.error(), kRefused));
    answer(group, before,
           prefixed(written.error(), "the commit failed and its outcome is unknown until the database is reopened: "));
    say_failure("a commit failed and its outcome is unknown: ");
    return;
  }
  const auto oldest_reader = snapshots_.oldest_reader();
  std::size_t changes = 0;
  for (auto& commit : commits) {
    changes += commit.changes.size();
    try {
      publish(commit, oldest_reader);
    } catch (...) {
      const auto thrown = thrown_error();
      const bool memory = thrown.code() == ErrorCode::kLimitExceeded;
      refuse_writes(memory ? kBrokenOff : prefixed(thrown, kRefused));
      answer(group, commit.sequence - 1,
             memory ? kUnpublished : prefixed(thrown, "the commit is stored, and seen once the database is reopened: "));
      say_failure("publishing a commit broke off: ");
      return;
    }
  }
  groups_.fetch_add(1, std::memory_order_relaxed);
  commits_.fetch_add(commits.size(), std::memory_order_relaxed);
  // Both can wait for the next commit when there is no memory for them.
  try {
    if (changes_since_checkpoint_.fetch_add(changes, std::memory_order_relaxed) + changes >=
            options_.checkpoint_changes &&
        background_)
      background_->wake();
    trim_history(commits.front().sequence - 1);
  } catch (const std::bad_alloc&) {
  }
}

void Engine::say_failure(std::string_view prefix) noexcept {
  try {
    log(kLogError, std::string(prefix) + failed_.error().message());
  } catch (...) {   // its writers were told
  }
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

// All that the group writes, and what publishing it will need; the bytes of its rows of the log. An exception leaves nothing
// that anybody sees: versions kept too early are those that are kept again.
std::uint64_t Engine::fill_batch(std::vector<GroupCommit>& commits) {
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
    }
    append_schema(commit, *batch);
    encode_log(commit.changes, commit.time, commit.schema.catalog != nullptr,
               [&](std::uint32_t part, std::string_view row) {
                 batch->put(storage::Family::kLog, LogKey(commit.sequence, part).view(), row);
                 log_bytes += row.size();
               });
    if (commit.schema.catalog) continue;
    find_heads(commit);
    if (commit.changes.size() <= kLargestInPlace) commit.edit_count = gather_edits(commit);
  }
  return log_bytes;
}

Status Engine::write_group(const std::vector<GroupCommit>& commits, std::uint64_t log_bytes) {
  constexpr std::size_t kKeptBatch = 1u << 20;
  for (const auto& commit : commits) {
    for (const auto& change : commit.changes) {
      records_.cache().begin_write(change.collection, change.ordinal, commit.sequence);
      field_columns_.begin_write(change.collection, change.ordinal, commit.sequence);
    }
  }
  // After a failed write the history stays: what was stored all the same (a sync that failed) must not be seen
  // before reopening, and no later commit needs the room.
  const auto start = std::chrono::steady_clock::now();
  AURORA_TRY(store_->write(*batch_, sync_of(options_.durability)));
  last_sync_ = std::chrono::steady_clock::now() - start;
  if (batch_->byte_size() > kKeptBatch) batch_.reset();
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
  if (!large) large = commit.edit_count > kLargeEdits;
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
  auto published = std::move(commit.told);
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
