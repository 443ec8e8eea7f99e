// LMDB as a peer: rows by number, the ids, and two indexes with many values a key, written in one
// transaction a call. NOSYNC: like Aurora under Wal, what returned survives the death of the
// process.
#include "peers/packed.hpp"
#include "peers/store.hpp"

#include <lmdb.h>

#include <utility>

namespace aurora::bench {

namespace {

constexpr std::size_t kMapBytes = std::size_t{16} << 30;  // address space, not memory

void check(int status) {
  if (status != MDB_SUCCESS) throw std::runtime_error("lmdb: " + std::string(mdb_strerror(status)));
}

MDB_val value_of(std::string_view bytes) {
  return {bytes.size(), const_cast<char*>(bytes.data())};  // LMDB does not write to it
}
std::string_view view_of(const MDB_val& value) {
  return {static_cast<const char*>(value.mv_data), value.mv_size};
}

class Transaction {
 public:
  Transaction(MDB_env* env, unsigned flags) { check(mdb_txn_begin(env, nullptr, flags, &txn_)); }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction() {
    if (txn_ != nullptr) mdb_txn_abort(txn_);
  }
  void commit() { check(mdb_txn_commit(std::exchange(txn_, nullptr))); }
  [[nodiscard]] MDB_txn* get() const noexcept { return txn_; }

 private:
  MDB_txn* txn_ = nullptr;
};

struct EnvironmentCloser {
  void operator()(MDB_env* env) const { mdb_env_close(env); }
};
struct CursorCloser {
  void operator()(MDB_cursor* cursor) const { mdb_cursor_close(cursor); }
};
using Cursor = std::unique_ptr<MDB_cursor, CursorCloser>;

class LmdbStore final : public Store {
 public:
  explicit LmdbStore(const std::filesystem::path& directory) {
    MDB_env* env = nullptr;
    check(mdb_env_create(&env));
    env_.reset(env);
    check(mdb_env_set_mapsize(env, kMapBytes));
    check(mdb_env_set_maxdbs(env, 4));
    check(mdb_env_open(env, (directory / "lmdb").c_str(), MDB_NOSYNC | MDB_NOSUBDIR, 0600));
    Transaction txn(env, 0);
    check(mdb_dbi_open(txn.get(), "rows", MDB_CREATE, &rows_));
    check(mdb_dbi_open(txn.get(), "ids", MDB_CREATE, &ids_));
    check(mdb_dbi_open(txn.get(), "city", MDB_CREATE | MDB_DUPSORT | MDB_DUPFIXED, &city_));
    check(mdb_dbi_open(txn.get(), "amount", MDB_CREATE | MDB_DUPSORT | MDB_DUPFIXED, &amount_));
    txn.commit();
  }

  void insert(const Row& row) override { insert_many({&row, 1}); }

  void insert_many(std::span<const Row> rows) override {
    Transaction txn(env_.get(), 0);
    for (const auto& row : rows) {
      const std::string number = big_endian(++last_);
      put(txn, ids_, bytes_of(row.order.id), number, MDB_NOOVERWRITE);
      put(txn, rows_, number, packed(row), 0);
      put(txn, city_, row.order.city, number, 0);
      put(txn, amount_, big_endian(row.order.amount), number, 0);
    }
    txn.commit();
  }

  std::uint64_t get(const Uuid& id) override {
    const Transaction txn(env_.get(), MDB_RDONLY);
    MDB_val number;
    if (!find(txn, ids_, bytes_of(id), number)) return 0;
    return digest_of(txn, number);
  }

  std::uint64_t count(const std::string& city) override {
    const Transaction txn(env_.get(), MDB_RDONLY);
    const Cursor cursor = open_cursor(txn, city_);
    MDB_val key = value_of(city);
    MDB_val number;
    if (mdb_cursor_get(cursor.get(), &key, &number, MDB_SET) != MDB_SUCCESS) return 0;
    std::size_t count = 0;
    check(mdb_cursor_count(cursor.get(), &count));
    return count;
  }

  std::uint64_t range(std::int64_t low, std::int64_t high) override {
    const Transaction txn(env_.get(), MDB_RDONLY);
    const Cursor cursor = open_cursor(txn, amount_);
    const std::string first = big_endian(low);
    const std::string last = big_endian(high);
    MDB_val key = value_of(first);
    MDB_val number;
    std::uint64_t sum = 0;
    int status = mdb_cursor_get(cursor.get(), &key, &number, MDB_SET_RANGE);
    while (status == MDB_SUCCESS && view_of(key) <= last) {
      sum += digest_of(txn, number);
      status = mdb_cursor_get(cursor.get(), &key, &number, MDB_NEXT);
    }
    return sum;
  }

  void update(const Row& row, std::int64_t amount) override {
    Transaction txn(env_.get(), 0);
    MDB_val found;
    if (!find(txn, ids_, bytes_of(row.order.id), found)) return;
    const std::string number(view_of(found));
    MDB_val old;
    if (!find(txn, rows_, number, old)) return;
    std::string bytes(view_of(old));
    PackedHead head;
    std::memcpy(&head, bytes.data(), sizeof head);
    const std::string old_key = big_endian(head.amount);
    head.amount = amount;
    std::memcpy(bytes.data(), &head, sizeof head);
    put(txn, rows_, number, bytes, 0);
    MDB_val key = value_of(old_key);
    MDB_val value = value_of(number);
    check(mdb_del(txn.get(), amount_, &key, &value));
    put(txn, amount_, big_endian(amount), number, 0);
    txn.commit();
  }

 private:
  static void put(const Transaction& txn, MDB_dbi dbi, std::string_view key, std::string_view value,
                  unsigned flags) {
    MDB_val key_value = value_of(key);
    MDB_val data = value_of(value);
    check(mdb_put(txn.get(), dbi, &key_value, &data, flags));
  }
  static bool find(const Transaction& txn, MDB_dbi dbi, std::string_view key, MDB_val& out) {
    MDB_val key_value = value_of(key);
    const int status = mdb_get(txn.get(), dbi, &key_value, &out);
    if (status == MDB_NOTFOUND) return false;
    check(status);
    return true;
  }
  static Cursor open_cursor(const Transaction& txn, MDB_dbi dbi) {
    MDB_cursor* cursor = nullptr;
    check(mdb_cursor_open(txn.get(), dbi, &cursor));
    return Cursor(cursor);
  }
  std::uint64_t digest_of(const Transaction& txn, const MDB_val& number) const {
    MDB_val row;
    return find(txn, rows_, view_of(number), row) ? packed_digest(view_of(row)) : 0;
  }

  std::unique_ptr<MDB_env, EnvironmentCloser> env_;
  MDB_dbi rows_ = 0, ids_ = 0, city_ = 0, amount_ = 0;
  std::int64_t last_ = 0;
};

}  // namespace

Peer lmdb_peer() {
  return {"lmdb",
          std::to_string(MDB_VERSION_MAJOR) + "." + std::to_string(MDB_VERSION_MINOR) + "." +
              std::to_string(MDB_VERSION_PATCH),
          "NOSYNC; bytes, not documents", false,
          [](const std::filesystem::path& directory) -> std::unique_ptr<Store> {
            return std::make_unique<LmdbStore>(directory);
          }};
}

}  // namespace aurora::bench
