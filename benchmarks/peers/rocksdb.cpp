// RocksDB by itself as a peer: what Aurora stands on, used directly, with a key for every index
// entry as one would without bitmaps. One batch a call through the WAL, not synced.
#include "peers/packed.hpp"
#include "peers/store.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/table.h>
#include <rocksdb/version.h>

namespace aurora::bench {

namespace {

constexpr std::size_t kCacheBytes = std::size_t{256} << 20;

void check(const rocksdb::Status& status) {
  if (!status.ok()) throw std::runtime_error("rocksdb: " + status.ToString());
}

class RocksdbStore final : public Store {
 public:
  explicit RocksdbStore(const std::filesystem::path& directory) {
    rocksdb::BlockBasedTableOptions table;
    table.block_cache = rocksdb::NewLRUCache(kCacheBytes);
    rocksdb::ColumnFamilyOptions family;
    family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    rocksdb::DBOptions options;
    options.create_if_missing = true;
    options.create_missing_column_families = true;
    const std::vector<rocksdb::ColumnFamilyDescriptor> families{
        {rocksdb::kDefaultColumnFamilyName, family},
        {"ids", family},
        {"city", family},
        {"amount", family}};
    rocksdb::DB* db = nullptr;
    check(rocksdb::DB::Open(options, (directory / "rocksdb").string(), families, &families_, &db));
    db_.reset(db);
  }

  ~RocksdbStore() override {
    for (auto* family : families_) db_->DestroyColumnFamilyHandle(family);
  }

  void insert(const Row& row) override { insert_many({&row, 1}); }

  // No look whether the id is there already: a floor.
  void insert_many(std::span<const Row> rows) override {
    rocksdb::WriteBatch batch;
    for (const auto& row : rows) {
      const std::string number = big_endian(++last_);
      check(batch.Put(family(kRows), number, packed(row)));
      check(batch.Put(family(kIds), slice(bytes_of(row.order.id)), number));
      check(batch.Put(family(kCity), row.order.city + number, ""));
      check(batch.Put(family(kAmount), big_endian(row.order.amount) + number, ""));
    }
    check(db_->Write({}, &batch));
  }

  std::uint64_t get(const Uuid& id) override {
    rocksdb::PinnableSlice number;
    const auto status = db_->Get({}, family(kIds), slice(bytes_of(id)), &number);
    if (status.IsNotFound()) return 0;
    check(status);
    return digest_of(number);
  }

  std::uint64_t count(const std::string& city) override {
    std::uint64_t count = 0;
    const auto cursor = iterate(kCity);
    for (cursor->Seek(city); cursor->Valid() && cursor->key().starts_with(city); cursor->Next())
      ++count;
    return count;
  }

  std::uint64_t range(std::int64_t low, std::int64_t high) override {
    std::uint64_t sum = 0;
    const auto cursor = iterate(kAmount);
    const std::string end = big_endian(high + 1);
    for (cursor->Seek(big_endian(low)); cursor->Valid() && cursor->key().compare(end) < 0;
         cursor->Next()) {
      auto number = cursor->key();
      number.remove_prefix(8);
      sum += digest_of(number);
    }
    return sum;
  }

  void update(const Row& row, std::int64_t amount) override {
    std::string number;
    check(db_->Get({}, family(kIds), slice(bytes_of(row.order.id)), &number));
    std::string bytes;
    check(db_->Get({}, family(kRows), number, &bytes));
    PackedHead head;
    std::memcpy(&head, bytes.data(), sizeof head);
    rocksdb::WriteBatch batch;
    check(batch.Delete(family(kAmount), big_endian(head.amount) + number));
    head.amount = amount;
    std::memcpy(bytes.data(), &head, sizeof head);
    check(batch.Put(family(kRows), number, bytes));
    check(batch.Put(family(kAmount), big_endian(amount) + number, ""));
    check(db_->Write({}, &batch));
  }

 private:
  enum Family : std::size_t { kRows, kIds, kCity, kAmount };

  static rocksdb::Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
  [[nodiscard]] rocksdb::ColumnFamilyHandle* family(Family at) const { return families_[at]; }
  [[nodiscard]] std::unique_ptr<rocksdb::Iterator> iterate(Family at) const {
    return std::unique_ptr<rocksdb::Iterator>(db_->NewIterator({}, family(at)));
  }
  std::uint64_t digest_of(const rocksdb::Slice& number) const {
    rocksdb::PinnableSlice row;
    check(db_->Get({}, family(kRows), number, &row));
    return packed_digest(row.ToStringView());
  }

  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
  std::int64_t last_ = 0;
};

}  // namespace

Peer rocksdb_peer() {
  return {"rocksdb", rocksdb::GetRocksVersionAsString(), "WAL, not synced; bytes, not documents",
          false, [](const std::filesystem::path& directory) -> std::unique_ptr<Store> {
            return std::make_unique<RocksdbStore>(directory);
          }};
}

}  // namespace aurora::bench
