// Body of kept_store.hpp.
#include "kept_store.hpp"

#include "allocation.hpp"

#include <utility>

namespace aurora::testing {
namespace {

using storage::Family;

class KeptStore final : public storage::Store {
 public:
  explicit KeptStore(std::shared_ptr<storage::Store> kept) : kept_(std::move(kept)) {}

  std::unique_ptr<storage::WriteBatch> make_batch() override { return kept_->make_batch(); }
  Status write(storage::WriteBatch& batch, storage::Sync sync) override {
    const Plenty plenty;
    return kept_->write(batch, sync);
  }
  Status sync_log() override { return kept_->sync_log(); }
  Result<std::unique_ptr<storage::PinnedBytes>> get(Family family, std::string_view key) override {
    return kept_->get(family, key);
  }
  Result<bool> get(Family family, std::string_view key, std::string& out) override { return kept_->get(family, key, out); }
  Status get_each(Family family, std::span<const std::string_view> keys, const VisitEach& visit) override {
    return kept_->get_each(family, keys, visit);
  }
  std::unique_ptr<storage::Cursor> cursor(Family family, const storage::CursorOptions& options) override {
    return kept_->cursor(family, options);
  }
  Status flush() override { return kept_->flush(); }
  Status flush(Family family) override { return kept_->flush(family); }
  Status compact() override { return kept_->compact(); }
  Status checkpoint(const std::string& path) override { return kept_->checkpoint(path); }
  Status verify_checksums() override { return kept_->verify_checksums(); }
  Status verify_checksums(Family family) override { return kept_->verify_checksums(family); }
  Status healthy() const override { return kept_->healthy(); }
  storage::StoreStats stats() const override { return kept_->stats(); }
  Status close() override { return {}; }   // it would forget everything

 private:
  const std::shared_ptr<storage::Store> kept_;
};

}  // namespace

std::shared_ptr<storage::Store> make_kept() { return storage::make_memory_store(); }
std::unique_ptr<storage::Store> store_over(std::shared_ptr<storage::Store> kept) {
  return std::make_unique<KeptStore>(std::move(kept));
}

}  // namespace aurora::testing
