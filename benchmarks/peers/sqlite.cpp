// SQLite as a peer, in the two forms that people use for documents: a table with a column a field,
// and a column of JSON with indexes on expressions. WAL, synchronous=NORMAL, every statement
// prepared once, each call its own transaction.
#include "peers/store.hpp"

#include <sqlite3.h>

namespace aurora::bench {

namespace {

enum class Form : std::uint8_t { kColumns, kJson };

// A prepared statement; binding counts from 1.
class Query {
 public:
  Query(sqlite3* db, std::string_view text) : db_(db) {
    if (sqlite3_prepare_v2(db, text.data(), static_cast<int>(text.size()), &statement_, nullptr) !=
        SQLITE_OK) {
      throw std::runtime_error("sqlite: " + std::string(sqlite3_errmsg(db)));
    }
  }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  ~Query() { sqlite3_finalize(statement_); }

  Query& bind(int at, std::string_view text) {
    sqlite3_bind_text(statement_, at, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
    return *this;
  }
  Query& bind(int at, std::int64_t number) {
    sqlite3_bind_int64(statement_, at, number);
    return *this;
  }
  Query& bind(int at, const Uuid& id) {
    sqlite3_bind_blob(statement_, at, id.bytes.data(), 16, SQLITE_STATIC);
    return *this;
  }
  /// True when there is a row; after the last the statement is ready for another run.
  bool step() {
    const int status = sqlite3_step(statement_);
    if (status == SQLITE_ROW) return true;
    sqlite3_reset(statement_);
    if (status != SQLITE_DONE)
      throw std::runtime_error("sqlite: " + std::string(sqlite3_errmsg(db_)));
    return false;
  }
  void run() {
    while (step()) {
    }
  }
  void reset() { sqlite3_reset(statement_); }
  [[nodiscard]] std::string_view text(int column) {
    const auto* const data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
  }
  [[nodiscard]] std::int64_t number(int column) { return sqlite3_column_int64(statement_, column); }

 private:
  sqlite3* db_;
  sqlite3_stmt* statement_ = nullptr;
};

struct Texts {
  std::string_view schema, insert, get, count, range, update;
};

constexpr Texts kColumnTexts{
    "CREATE TABLE orders(id BLOB PRIMARY KEY, customer TEXT, city TEXT, status TEXT, amount "
    "INTEGER,"
    " created_at INTEGER, tags TEXT, street TEXT, zip TEXT, note TEXT);"
    "CREATE INDEX by_city ON orders(city); CREATE INDEX by_amount ON orders(amount);",
    "INSERT INTO orders VALUES(?,?,?,?,?,?,?,?,?,?)",
    "SELECT customer, city, amount, id, status, created_at, tags, street, zip, note"
    " FROM orders WHERE id = ?",
    "SELECT count(*) FROM orders WHERE city = ?",
    "SELECT customer, city, amount, id, status, created_at, tags, street, zip, note"
    " FROM orders WHERE amount BETWEEN ? AND ?",
    "UPDATE orders SET amount = ? WHERE id = ?"};

constexpr Texts kJsonTexts{
    "CREATE TABLE orders(id BLOB PRIMARY KEY, doc TEXT);"
    "CREATE INDEX by_city ON orders(json_extract(doc, '$.city'));"
    "CREATE INDEX by_amount ON orders(json_extract(doc, '$.amount'));",
    "INSERT INTO orders VALUES(?,?)",
    "SELECT json_extract(doc, '$.customer'), json_extract(doc, '$.city'),"
    " json_extract(doc, '$.amount') FROM orders WHERE id = ?",
    "SELECT count(*) FROM orders WHERE json_extract(doc, '$.city') = ?",
    "SELECT json_extract(doc, '$.customer'), json_extract(doc, '$.city'),"
    " json_extract(doc, '$.amount') FROM orders WHERE json_extract(doc, '$.amount') BETWEEN ? AND "
    "?",
    "UPDATE orders SET doc = json_set(doc, '$.amount', ?) WHERE id = ?"};

struct Closer {
  void operator()(sqlite3* db) const { sqlite3_close(db); }
};

class SqliteStore final : public Store {
 public:
  SqliteStore(const std::filesystem::path& directory, Form form)
      : form_(form), texts_(form == Form::kColumns ? kColumnTexts : kJsonTexts) {
    const auto path = directory / (form == Form::kColumns ? "sqlite.db" : "sqlite_json.db");
    sqlite3* opened = nullptr;
    const int status = sqlite3_open(path.c_str(), &opened);
    db_.reset(opened);
    if (status != SQLITE_OK) throw std::runtime_error("sqlite cannot open " + path.string());
    execute("PRAGMA journal_mode=WAL");
    execute("PRAGMA synchronous=NORMAL");
    execute("PRAGMA cache_size=-262144");  // 256 MiB, as Aurora's hot cache
    execute("PRAGMA mmap_size=1073741824");
    execute(texts_.schema.data());
    insert_.emplace(db_.get(), texts_.insert);
    get_.emplace(db_.get(), texts_.get);
    count_.emplace(db_.get(), texts_.count);
    range_.emplace(db_.get(), texts_.range);
    update_.emplace(db_.get(), texts_.update);
  }

  void insert(const Row& row) override {
    const Order& order = row.order;
    if (form_ == Form::kJson) {
      insert_->bind(1, order.id).bind(2, row.json).run();
      return;
    }
    insert_->bind(1, order.id).bind(2, order.customer).bind(3, order.city).bind(4, order.status);
    insert_->bind(5, order.amount).bind(6, order.created_at.micros).bind(7, row.tags);
    insert_->bind(8, order.address.street).bind(9, order.address.zip).bind(10, order.note).run();
  }

  void insert_many(std::span<const Row> rows) override {
    execute("BEGIN IMMEDIATE");
    for (const auto& row : rows) insert(row);
    execute("COMMIT");
  }

  std::uint64_t get(const Uuid& id) override { return get_by(*get_, id); }
  std::uint64_t get_prepared(const Uuid& id) override { return get_by(*get_, id); }
  std::uint64_t get_text(const Uuid& id) override {
    Query query(db_.get(), texts_.get);
    return get_by(query, id);
  }

  std::uint64_t count(const std::string& city) override {
    count_->bind(1, std::string_view(city));
    std::uint64_t count = 0;
    while (count_->step()) count = static_cast<std::uint64_t>(count_->number(0));
    return count;
  }

  std::uint64_t range(std::int64_t low, std::int64_t high) override {
    range_->bind(1, low).bind(2, high);
    std::uint64_t sum = 0;
    while (range_->step()) sum += digest_of(*range_);
    return sum;
  }

  void update(const Row& row, std::int64_t amount) override {
    update_->bind(1, amount).bind(2, row.order.id).run();
  }

 private:
  static std::uint64_t digest_of(Query& query) {
    return digest(query.text(0), query.text(1), query.number(2));
  }
  static std::uint64_t get_by(Query& query, const Uuid& id) {
    query.bind(1, id);
    const std::uint64_t found = query.step() ? digest_of(query) : 0;
    query.reset();
    return found;
  }

  void execute(const char* text) {
    if (sqlite3_exec(db_.get(), text, nullptr, nullptr, nullptr) != SQLITE_OK) {
      throw std::runtime_error("sqlite: " + std::string(sqlite3_errmsg(db_.get())));
    }
  }

  Form form_;
  const Texts& texts_;
  std::unique_ptr<sqlite3, Closer> db_;
  std::optional<Query> insert_, get_, count_, range_, update_;
};

template <Form form>
std::unique_ptr<Store> open(const std::filesystem::path& directory) {
  return std::make_unique<SqliteStore>(directory, form);
}

}  // namespace

Peer sqlite_peer() {
  return {"sqlite", sqlite3_libversion(), "WAL, synchronous=NORMAL", true, &open<Form::kColumns>};
}

Peer sqlite_json_peer() {
  return {"sqlite_json", sqlite3_libversion(), "WAL, synchronous=NORMAL", true, &open<Form::kJson>};
}

}  // namespace aurora::bench
