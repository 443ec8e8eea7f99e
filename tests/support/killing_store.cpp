// Body of the store that takes its process with it.
#include "support/killing_store.hpp"

#include <array>
#include <utility>

#include <signal.h>
#include <unistd.h>

namespace aurora::testing {

namespace {

class KillingStore final : public storage::Store {
 public:
  KillingStore(std::unique_ptr<storage::Store> inner, std::shared_ptr<KillPlan> plan)
      : inner_(std::move(inner)), plan_(std::move(plan)) {}

  std::unique_ptr<storage::WriteBatch> make_batch() override { return inner_->make_batch(); }
  Status write(storage::WriteBatch& batch, storage::Sync sync) override {
    return around(KillPoint::kBeforeWrite, KillPoint::kAfterWrite, [&] { return inner_->write(batch, sync); });
  }
  Status sync_log() override {
    return around(KillPoint::kBeforeSync, KillPoint::kAfterSync, [&] { return inner_->sync_log(); });
  }
  Result<std::unique_ptr<storage::PinnedBytes>> get(storage::Family family, std::string_view key) override {
    return inner_->get(family, key);
  }
  Result<bool> get(storage::Family family, std::string_view key, std::string& out) override {
    return inner_->get(family, key, out);
  }
  Status get_each(storage::Family family, std::span<const std::string_view> keys, const VisitEach& visit) override {
    return inner_->get_each(family, keys, visit);
  }
  std::unique_ptr<storage::Cursor> cursor(storage::Family family, const storage::CursorOptions& options) override {
    return inner_->cursor(family, options);
  }
  Status flush() override {
    return around(KillPoint::kBeforeFlush, KillPoint::kAfterFlush, [&] { return inner_->flush(); });
  }
  Status flush(storage::Family family) override {
    return around(KillPoint::kBeforePages, KillPoint::kAfterPages, [&] { return inner_->flush(family); });
  }
  Status compact() override {
    plan_->pass(KillPoint::kBeforeCompact);
    return inner_->compact();
  }
  Status checkpoint(const std::string& path) override {
    return around(KillPoint::kBeforeCopy, KillPoint::kAfterCopy, [&] { return inner_->checkpoint(path); });
  }
  Status verify_checksums() override { return inner_->verify_checksums(); }
  Status verify_checksums(storage::Family family) override { return inner_->verify_checksums(family); }
  Status healthy() const override { return inner_->healthy(); }
  storage::StoreStats stats() const override { return inner_->stats(); }
  Status close() override {
    return around(KillPoint::kBeforeClose, KillPoint::kAfterClose, [&] { return inner_->close(); });
  }

 private:
  template <class Call>
  Status around(KillPoint before, KillPoint after, Call call) {
    plan_->pass(before);
    auto status = call();
    plan_->pass(after);
    return status;
  }

  const std::unique_ptr<storage::Store> inner_;
  const std::shared_ptr<KillPlan> plan_;
};

}  // namespace

std::string_view to_string(KillPoint point) noexcept {
  constexpr std::array<std::string_view, kKillPoints> kNames{
      "at any time",   "before a write", "after a write",    "before a sync", "after a sync", "before index pages", "after index pages",
      "before a flush", "after a flush", "before compacting", "before a copy", "after a copy", "before closing",     "after closing"};
  return kNames[static_cast<std::size_t>(point)];
}

void KillPlan::pass(KillPoint here) {
  if (here != point || seen.fetch_add(1) + 1 != nth) return;
  ::kill(::getpid(), SIGKILL);
  for (;;) ::pause();
}

std::unique_ptr<storage::Store> make_killing_store(std::unique_ptr<storage::Store> inner, std::shared_ptr<KillPlan> plan) {
  return std::make_unique<KillingStore>(std::move(inner), std::move(plan));
}

}  // namespace aurora::testing
