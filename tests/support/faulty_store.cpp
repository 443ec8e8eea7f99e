// Body of the store that fails when it is told to.
#include "support/faulty_store.hpp"

#include <aurora/base/try.hpp>

#include <utility>

namespace aurora::testing {

namespace {

const char* name_of(FaultPoint point) {
  switch (point) {
    case FaultPoint::kWrite:
      return "write";
    case FaultPoint::kWriteSync:
      return "sync of a write";
    case FaultPoint::kSyncLog:
      return "sync";
    case FaultPoint::kGet:
      return "get";
    case FaultPoint::kCursor:
      return "cursor step";
    case FaultPoint::kFlush:
      return "flush";
    case FaultPoint::kCheckpoint:
      return "checkpoint";
  }
  return "call";
}

class FaultyCursor final : public storage::Cursor {
 public:
  /// `end`: going forward it ends there; empty: it does not.
  FaultyCursor(std::unique_ptr<storage::Cursor> inner, std::shared_ptr<FaultPlan> plan, std::string end)
      : inner_(std::move(inner)), plan_(std::move(plan)), end_(std::move(end)) {}

  void seek(std::string_view key) override {
    if (enter()) inner_->seek(key);
    forward_ = true;
  }
  void seek_for_prev(std::string_view key) override {
    if (enter()) inner_->seek_for_prev(key);
    forward_ = false;
  }
  void next() override {
    if (enter()) inner_->next();
    forward_ = true;
  }
  void prev() override {
    if (enter()) inner_->prev();
    forward_ = false;
  }
  bool valid() const override {
    if (!failure_ || !inner_->valid()) return false;
    return end_.empty() || !forward_ || inner_->key() < end_;
  }
  std::string_view key() const override { return inner_->key(); }
  std::string_view value() const override { return inner_->value(); }
  Status status() const override { return failure_.has_value() ? inner_->status() : failure_; }

 private:
  bool enter() {
    plan_->enter_step();
    if (failure_) failure_ = plan_->enter(FaultPoint::kCursor);
    return failure_.has_value();
  }

  const std::unique_ptr<storage::Cursor> inner_;
  const std::shared_ptr<FaultPlan> plan_;
  const std::string end_;
  bool forward_ = true;
  Status failure_;  // ok until the fault, the error for good after it
};

}  // namespace

void FaultPlan::plan(const Fault& fault) {
  const std::lock_guard guard(mutex_);
  fault_ = fault;
}

void FaultPlan::plan_next(FaultPoint point, ErrorCode code, std::uint64_t times) {
  const std::lock_guard guard(mutex_);
  fault_ = Fault{point, calls_[static_cast<std::size_t>(point)] + 1, times, code};
}

void FaultPlan::clear() {
  const std::lock_guard guard(mutex_);
  fault_.reset();
}

std::uint64_t FaultPlan::calls(FaultPoint point) const {
  const std::lock_guard guard(mutex_);
  return calls_[static_cast<std::size_t>(point)];
}

bool FaultPlan::has_fired() const {
  const std::lock_guard guard(mutex_);
  return fired_;
}

void FaultPlan::enter_step() {
  if (!before_steps_ || is_between_) return;
  is_between_ = true;
  before_steps_();
  is_between_ = false;
}

Status FaultPlan::enter(FaultPoint point) {
  const std::lock_guard guard(mutex_);
  const std::uint64_t call = ++calls_[static_cast<std::size_t>(point)];
  const bool fails =
      fault_ && fault_->point == point && call >= fault_->nth && call - fault_->nth < fault_->times;
  if (!fails) return {};
  fired_ = true;
  return Error(fault_->code,
               "injected: " + std::string(name_of(point)) + " " + std::to_string(call));
}

FaultyStore::FaultyStore(std::unique_ptr<storage::Store> inner, std::shared_ptr<FaultPlan> plan)
    : inner_(std::move(inner)), plan_(std::move(plan)) {}
FaultyStore::~FaultyStore() = default;

std::unique_ptr<storage::Store> FaultyStore::release() { return std::move(inner_); }

Status FaultyStore::refusal() const {
  const Status health = healthy();
  if (health) return {};
  return health.error().with_prefix("writes stopped until reopen, after: ");
}

Status FaultyStore::stop_writes(Status failed) {
  const std::lock_guard guard(mutex_);
  if (!failed && health_) health_ = failed;
  return failed;
}

std::unique_ptr<storage::WriteBatch> FaultyStore::make_batch() { return inner_->make_batch(); }

Status FaultyStore::write(storage::WriteBatch& batch, storage::Sync sync) {
  AURORA_TRY(refusal());
  AURORA_TRY(stop_writes(plan_->enter(FaultPoint::kWrite)));
  AURORA_TRY(stop_writes(inner_->write(batch, sync)));
  if (sync != storage::Sync::kSynced) return {};
  return stop_writes(plan_->enter(FaultPoint::kWriteSync));
}

Status FaultyStore::sync_log() {
  AURORA_TRY(refusal());
  AURORA_TRY(stop_writes(plan_->enter(FaultPoint::kSyncLog)));
  return stop_writes(inner_->sync_log());
}

Result<std::unique_ptr<storage::PinnedBytes>> FaultyStore::get(storage::Family family,
                                                               std::string_view key) {
  AURORA_TRY(plan_->enter(FaultPoint::kGet));
  return inner_->get(family, key);
}

Result<bool> FaultyStore::get(storage::Family family, std::string_view key, std::string& out) {
  AURORA_TRY(plan_->enter(FaultPoint::kGet));
  return inner_->get(family, key, out);
}

Status FaultyStore::get_each(storage::Family family, std::span<const std::string_view> keys,
                             const VisitEach& visit) {
  AURORA_TRY(plan_->enter(FaultPoint::kGet));
  return inner_->get_each(family, keys, visit);
}

std::unique_ptr<storage::Cursor> FaultyStore::cursor(storage::Family family,
                                                     const storage::CursorOptions& options) {
  return std::make_unique<FaultyCursor>(inner_->cursor(family, options), plan_,
                                        silent_ && silent_->first == family ? silent_->second : std::string());
}

Status FaultyStore::flush() {
  AURORA_TRY(refusal());
  AURORA_TRY(stop_writes(plan_->enter(FaultPoint::kFlush)));
  return stop_writes(inner_->flush());
}

Status FaultyStore::flush(storage::Family family) {
  AURORA_TRY(refusal());
  AURORA_TRY(stop_writes(plan_->enter(FaultPoint::kFlush)));
  return stop_writes(inner_->flush(family));
}

Status FaultyStore::compact() {
  AURORA_TRY(refusal());
  return inner_->compact();
}

Status FaultyStore::checkpoint(const std::string& path) {
  AURORA_TRY(plan_->enter(FaultPoint::kCheckpoint));
  return inner_->checkpoint(path);
}

Status FaultyStore::verify_checksums() { return inner_->verify_checksums(); }

Status FaultyStore::verify_checksums(storage::Family family) {
  if (silent_ && silent_->first == family) return Error(ErrorCode::kCorruption, "injected: a checksum is wrong");
  return inner_->verify_checksums(family);
}

Status FaultyStore::healthy() const {
  const std::lock_guard guard(mutex_);
  if (!health_) return health_;
  return inner_->healthy();
}

storage::StoreStats FaultyStore::stats() const { return inner_->stats(); }

Status FaultyStore::close() {
  const Status health = healthy();
  const Status closed = keep_ ? Status() : inner_->close();
  return health ? closed : health;
}

}  // namespace aurora::testing
