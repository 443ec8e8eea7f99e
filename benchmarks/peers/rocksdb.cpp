// RocksDB by itself as a peer: what Aurora stands on, used directly, with a key for every index
// entry as one would without bitmaps. One batch a call through the WAL, synced where asked.
#include "peers/packed.hpp"
#include "peers/store.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/version.h>

#include <atomic>

namespace aurora::bench {

namespace {

void check(const rocksdb::Status& status) {
  if (!status.ok()) throw std::runtime_error("rocksdb: " + status.ToString());
}
rocksdb::Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

enum Family : std::size_t { kRows, kIds, kCity, kScore };

struct Handles {
  std::unique_ptr<rocksdb::DB> db;
  std::vector<rocksdb::ColumnFamilyHandle*> families;
  rocksdb::WriteOptions write;
  std::atomic<std::int64_t> last = 0;
};

class RocksdbSession final : public Session {
 public:
  explicit RocksdbSession(Handles& in) : in_(in) {}

  Ask ask(Operation operation) override {
    switch (operation) {
      case Operation::kGet:
        return [this](const Question& q) {
          rocksdb::PinnableSlice number;
          const auto status = in_.db->Get({}, family(kIds), slice(bytes_of(q.id)), &number);
          if (status.IsNotFound()) return std::uint64_t{0};
          check(status);
          return row_digest(number);
        };
      case Operation::kGetByNumber:
        return [this](const Question& q) {
          return row_digest(big_endian(static_cast<std::int64_t>(q.number) + 1));
        };
      case Operation::kCity:
      case Operation::kCityDocuments:
        return [this](const Question& q) {
          const std::string& city = city_name(q.city);
          return visit(kCity, city, city,
                       [this](const rocksdb::Slice& row) { return row_digest(row); });
        };
      case Operation::kRangeFetch:
      case Operation::kRangeDocuments:
        return [this](const Question& q) {
          return visit(kScore, big_endian(q.low), big_endian(q.high),
                       [this](const rocksdb::Slice& row) { return row_digest(row); });
        };
      case Operation::kRangeCount:
        return [this](const Question& q) {
          return visit(kScore, big_endian(q.low), big_endian(q.high),
                       [](const rocksdb::Slice&) { return std::uint64_t{1}; });
        };
      case Operation::kScan:
        return [this](const Question& q) { return scan(q.amount); };
      case Operation::kInsert:
      case Operation::kInsertMany:
        return [this](const Question& q) { return insert(q.rows); };
      case Operation::kUpdate:
        return [this](const Question& q) { return update(q); };
      case Operation::kRemove:
        return [this](const Question& q) { return remove(q.id); };
      default:
        return {};
    }
  }

 private:
  // No look whether the id is there already: a floor.
  std::uint64_t insert(std::span<const Row> rows) {
    rocksdb::WriteBatch batch;
    for (const auto& row : rows) {
      const std::string number = big_endian(++in_.last);
      check(batch.Put(family(kRows), number, packed(row)));
      check(batch.Put(family(kIds), slice(bytes_of(row.order.id)), number));
      check(batch.Put(family(kCity), row.order.city + number, ""));
      check(batch.Put(family(kScore), big_endian(row.order.score) + number, ""));
    }
    check(in_.db->Write(in_.write, &batch));
    return 0;
  }

  std::uint64_t update(const Question& q) {
    std::string number, bytes;
    PackedHead head = read(q.id, number, bytes);
    rocksdb::WriteBatch batch;
    check(batch.Delete(family(kScore), big_endian(head.score) + number));
    head.score = q.low;
    std::memcpy(bytes.data(), &head, sizeof head);
    check(batch.Put(family(kRows), number, bytes));
    check(batch.Put(family(kScore), big_endian(q.low) + number, ""));
    check(in_.db->Write(in_.write, &batch));
    return 0;
  }

  std::uint64_t remove(const Uuid& id) {
    std::string number, bytes;
    const PackedHead head = read(id, number, bytes);
    rocksdb::WriteBatch batch;
    check(batch.Delete(family(kRows), number));
    check(batch.Delete(family(kIds), slice(bytes_of(id))));
    check(batch.Delete(family(kCity),
                       bytes.substr(sizeof head + head.customer_size, head.city_size) + number));
    check(batch.Delete(family(kScore), big_endian(head.score) + number));
    check(in_.db->Write(in_.write, &batch));
    return 0;
  }

  PackedHead read(const Uuid& id, std::string& number, std::string& bytes) {
    check(in_.db->Get({}, family(kIds), slice(bytes_of(id)), &number));
    check(in_.db->Get({}, family(kRows), number, &bytes));
    PackedHead head;
    std::memcpy(&head, bytes.data(), sizeof head);
    return head;
  }

  // Keys are a value and the eight bytes of a row's number.
  template <class Each>
  std::uint64_t visit(Family at, const std::string& first, const std::string& last, Each each) {
    const auto cursor = iterate(at);
    std::uint64_t sum = 0;
    for (cursor->Seek(first); cursor->Valid(); cursor->Next()) {
      const auto key = cursor->key().ToStringView();
      const std::size_t value_size = key.size() - sizeof(std::int64_t);
      if (key.substr(0, value_size) > last) break;
      sum += each(slice(key.substr(value_size)));
    }
    return sum;
  }

  std::uint64_t scan(std::int64_t below) {
    const auto cursor = iterate(kRows);
    std::uint64_t count = 0;
    for (cursor->SeekToFirst(); cursor->Valid(); cursor->Next()) {
      PackedHead head;
      std::memcpy(&head, cursor->value().data(), sizeof head);
      count += head.amount < below ? 1 : 0;
    }
    return count;
  }

  [[nodiscard]] rocksdb::ColumnFamilyHandle* family(Family at) const { return in_.families[at]; }
  [[nodiscard]] std::unique_ptr<rocksdb::Iterator> iterate(Family at) const {
    return std::unique_ptr<rocksdb::Iterator>(in_.db->NewIterator({}, family(at)));
  }
  std::uint64_t row_digest(const rocksdb::Slice& number) const {
    rocksdb::PinnableSlice row;
    check(in_.db->Get({}, family(kRows), number, &row));
    return packed_digest(row.ToStringView());
  }

  Handles& in_;
};

class RocksdbStore final : public Store {
 public:
  explicit RocksdbStore(const Place& place)
      : path_((place.directory / "rocksdb").string()), cache_bytes_(place.cache_bytes()) {
    static_cast<void>(RocksdbStore::open(Mode::kPlain));
  }
  ~RocksdbStore() override { RocksdbStore::close(); }

  std::unique_ptr<Session> session() override { return std::make_unique<RocksdbSession>(in_); }

  void close() override {
    for (auto* family : in_.families) in_.db->DestroyColumnFamilyHandle(family);
    in_.families.clear();
    in_.db.reset();
  }
  bool open(Mode mode) override {
    rocksdb::BlockBasedTableOptions table;
    table.block_cache = rocksdb::NewLRUCache(cache_bytes_);
    table.block_size = 16 << 10;
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    rocksdb::ColumnFamilyOptions family;
    family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    family.compression = rocksdb::kLZ4Compression;
    rocksdb::DBOptions options;
    options.create_if_missing = true;
    options.create_missing_column_families = true;
    const std::vector<rocksdb::ColumnFamilyDescriptor> families{
        {rocksdb::kDefaultColumnFamilyName, family},
        {"ids", family},
        {"city", family},
        {"score", family}};
    rocksdb::DB* db = nullptr;
    check(rocksdb::DB::Open(options, path_, families, &in_.families, &db));
    in_.db.reset(db);
    in_.write.sync = mode == Mode::kSynced;
    return true;
  }
  void settle() override {
    for (auto* family : in_.families) {
      check(in_.db->Flush({}, family));
      check(in_.db->CompactRange({}, family, nullptr, nullptr));
    }
  }
  std::uint64_t disk_bytes() override {
    settle();
    return tree_bytes(path_);
  }

 private:
  std::string path_;
  std::uint64_t cache_bytes_;
  Handles in_;
};

}  // namespace

Peer rocksdb_peer() {
  return {"rocksdb", rocksdb::GetRocksVersionAsString(),
          "bytes, not documents; WAL (synced where synced)", true,
          [](const Place& place) -> std::unique_ptr<Store> {
            return std::make_unique<RocksdbStore>(place);
          }};
}

}  // namespace aurora::bench
