// LMDB as a peer: rows by number, the ids, and two indexes with many values a key, written in one
// transaction a call. NOSYNC: like Aurora under Wal, what returned survives the death of the
// process. A run of reads is one transaction.
#include "peers/packed.hpp"
#include "peers/store.hpp"

#include <lmdb.h>

#include <optional>
#include <utility>

namespace aurora::bench {

namespace {

constexpr std::size_t kMapBytes = std::size_t{64} << 30;  // address space, not memory
constexpr unsigned kReaders = 512;

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

struct Environment {
  std::unique_ptr<MDB_env, EnvironmentCloser> env;
  MDB_dbi rows = 0, ids = 0, city = 0, score = 0;
  std::int64_t last = 0;  // written by whoever holds the write transaction
};

class LmdbSession final : public Session {
 public:
  explicit LmdbSession(Environment& in) : in_(in) {}

  void begin_reads() override { reads_.emplace(in_.env.get(), MDB_RDONLY); }
  void end_reads() override { reads_.reset(); }

  Ask ask(Operation operation) override {
    switch (operation) {
      case Operation::kGet:
        return [this](const Question& q) {
          MDB_val number;
          if (!find(*reads_, in_.ids, bytes_of(q.id), number)) return std::uint64_t{0};
          return row_digest(view_of(number));
        };
      case Operation::kGetByNumber:
        return [this](const Question& q) {
          return row_digest(big_endian(static_cast<std::int64_t>(q.number) + 1));
        };
      case Operation::kCity:
      case Operation::kCityDocuments:
        return [this](const Question& q) {
          const std::string& city = city_name(q.city);
          return digests(in_.city, city, city);
        };
      case Operation::kRangeFetch:
      case Operation::kRangeDocuments:
        return [this](const Question& q) {
          return digests(in_.score, big_endian(q.low), big_endian(q.high));
        };
      case Operation::kRangeCount:
        return [this](const Question& q) {
          std::uint64_t count = 0;
          visit(in_.score, big_endian(q.low), big_endian(q.high),
                [&count](std::string_view) { ++count; });
          return count;
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
  std::uint64_t insert(std::span<const Row> rows) {
    Transaction txn(in_.env.get(), 0);
    for (const auto& row : rows) {
      const std::string number = big_endian(++in_.last);
      put(txn, in_.ids, bytes_of(row.order.id), number, MDB_NOOVERWRITE);
      put(txn, in_.rows, number, packed(row), MDB_APPEND);
      put(txn, in_.city, row.order.city, number, 0);
      put(txn, in_.score, big_endian(row.order.score), number, 0);
    }
    txn.commit();
    return 0;
  }

  std::uint64_t update(const Question& q) {
    Transaction txn(in_.env.get(), 0);
    MDB_val found;
    if (!find(txn, in_.ids, bytes_of(q.id), found)) return 0;
    const std::string number(view_of(found));
    std::string bytes = row_of(txn, number);
    PackedHead head;
    std::memcpy(&head, bytes.data(), sizeof head);
    take(txn, in_.score, big_endian(head.score), number);
    head.score = q.low;
    std::memcpy(bytes.data(), &head, sizeof head);
    put(txn, in_.rows, number, bytes, 0);
    put(txn, in_.score, big_endian(q.low), number, 0);
    txn.commit();
    return 0;
  }

  std::uint64_t remove(const Uuid& id) {
    Transaction txn(in_.env.get(), 0);
    MDB_val found;
    if (!find(txn, in_.ids, bytes_of(id), found)) return 0;
    const std::string number(view_of(found));
    const std::string bytes = row_of(txn, number);
    PackedHead head;
    std::memcpy(&head, bytes.data(), sizeof head);
    take(txn, in_.city,
         std::string_view(bytes).substr(sizeof head + head.customer_size, head.city_size), number);
    take(txn, in_.score, big_endian(head.score), number);
    MDB_val key = value_of(number);
    check(mdb_del(txn.get(), in_.rows, &key, nullptr));
    MDB_val id_key = value_of(bytes_of(id));
    check(mdb_del(txn.get(), in_.ids, &id_key, nullptr));
    txn.commit();
    return 0;
  }

  template <class Visit>
  void visit(MDB_dbi dbi, std::string_view first, std::string_view last, Visit visit) {
    const Cursor cursor = open_cursor(dbi);
    MDB_val key = value_of(first);
    MDB_val number;
    int status = mdb_cursor_get(cursor.get(), &key, &number, MDB_SET_RANGE);
    for (; status == MDB_SUCCESS && view_of(key) <= last;
         status = mdb_cursor_get(cursor.get(), &key, &number, MDB_NEXT))
      visit(view_of(number));
  }
  std::uint64_t digests(MDB_dbi dbi, std::string_view first, std::string_view last) {
    std::uint64_t sum = 0;
    visit(dbi, first, last, [&](std::string_view number) { sum += row_digest(number); });
    return sum;
  }
  std::uint64_t scan(std::int64_t below) {
    const Cursor cursor = open_cursor(in_.rows);
    std::uint64_t count = 0;
    MDB_val key;
    MDB_val row;
    while (mdb_cursor_get(cursor.get(), &key, &row, MDB_NEXT) == MDB_SUCCESS) {
      PackedHead head;
      std::memcpy(&head, row.mv_data, sizeof head);
      count += head.amount < below ? 1 : 0;
    }
    return count;
  }

  static void put(const Transaction& txn, MDB_dbi dbi, std::string_view key, std::string_view value,
                  unsigned flags) {
    MDB_val key_value = value_of(key);
    MDB_val data = value_of(value);
    check(mdb_put(txn.get(), dbi, &key_value, &data, flags));
  }
  static void take(const Transaction& txn, MDB_dbi dbi, std::string_view key,
                   std::string_view value) {
    MDB_val key_value = value_of(key);
    MDB_val data = value_of(value);
    check(mdb_del(txn.get(), dbi, &key_value, &data));
  }
  static bool find(const Transaction& txn, MDB_dbi dbi, std::string_view key, MDB_val& out) {
    MDB_val key_value = value_of(key);
    const int status = mdb_get(txn.get(), dbi, &key_value, &out);
    if (status == MDB_NOTFOUND) return false;
    check(status);
    return true;
  }
  std::string row_of(const Transaction& txn, std::string_view number) const {
    MDB_val row;
    if (!find(txn, in_.rows, number, row)) throw std::runtime_error("lmdb: an id without its row");
    return std::string(view_of(row));
  }
  Cursor open_cursor(MDB_dbi dbi) const {
    MDB_cursor* cursor = nullptr;
    check(mdb_cursor_open(reads_->get(), dbi, &cursor));
    return Cursor(cursor);
  }
  std::uint64_t row_digest(std::string_view number) const {
    MDB_val row;
    return find(*reads_, in_.rows, number, row) ? packed_digest(view_of(row)) : 0;
  }

  Environment& in_;
  std::optional<Transaction> reads_;
};

class LmdbStore final : public Store {
 public:
  explicit LmdbStore(const Place& place) : path_((place.directory / "lmdb").string()) {
    static_cast<void>(LmdbStore::open(Mode::kPlain));
  }

  std::unique_ptr<Session> session() override { return std::make_unique<LmdbSession>(in_); }
  void close() override { in_.env.reset(); }
  std::uint64_t disk_bytes() override { return tree_bytes(path_); }

  bool open(Mode mode) override {
    MDB_env* env = nullptr;
    check(mdb_env_create(&env));
    in_.env.reset(env);
    check(mdb_env_set_mapsize(env, kMapBytes));
    check(mdb_env_set_maxdbs(env, 4));
    check(mdb_env_set_maxreaders(env, kReaders));
    const unsigned sync = mode == Mode::kSynced ? 0 : MDB_NOSYNC;
    check(mdb_env_open(env, path_.c_str(), sync | MDB_NOSUBDIR | MDB_NOTLS, 0600));
    Transaction txn(env, 0);
    check(mdb_dbi_open(txn.get(), "rows", MDB_CREATE, &in_.rows));
    check(mdb_dbi_open(txn.get(), "ids", MDB_CREATE, &in_.ids));
    check(mdb_dbi_open(txn.get(), "city", MDB_CREATE | MDB_DUPSORT | MDB_DUPFIXED, &in_.city));
    check(mdb_dbi_open(txn.get(), "score", MDB_CREATE | MDB_DUPSORT | MDB_DUPFIXED, &in_.score));
    txn.commit();
    return true;
  }

 private:
  std::string path_;
  Environment in_;
};

}  // namespace

Peer lmdb_peer() {
  return {"lmdb",
          std::to_string(MDB_VERSION_MAJOR) + "." + std::to_string(MDB_VERSION_MINOR) + "." +
              std::to_string(MDB_VERSION_PATCH),
          "bytes, not documents; NOSYNC (SYNC where synced)", true,
          [](const Place& place) -> std::unique_ptr<Store> {
            return std::make_unique<LmdbStore>(place);
          }};
}

}  // namespace aurora::bench
