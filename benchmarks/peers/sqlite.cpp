// SQLite as a peer. WAL, every statement prepared once. Reads run inside a transaction and on a
// connection a thread; writes share one connection in turns, which is faster than several that
// wait for each other's locks; a call is a commit.
#include "peers/sqlite_query.hpp"
#include "peers/sqlite_texts.hpp"
#include "peers/store.hpp"

#include <mutex>
#include <optional>

namespace aurora::bench {

namespace {

using sqlite::Connection;
using sqlite::execute;
using sqlite::Query;
using sqlite::Texts;

enum class Form : std::uint8_t { kColumns, kJson };

constexpr std::string_view kJoinText =
    "SELECT v.id, p.name FROM visits v LEFT JOIN people p ON p.id = v.person_id";

// The connection that writes, and what is asked of it.
struct Writer {
  Connection db;
  std::optional<Query> insert, update, remove, upsert, read_amount, add_amount;
  std::mutex mutex;
};

void bind_row(Query& query, Form form, const Row& row) {
  const Order& order = row.order;
  if (form == Form::kJson) {
    query.bind(1, order.id).bind(2, row.json);
    return;
  }
  query.bind(1, order.id).bind(2, order.customer).bind(3, order.city);
  query.bind(4, std::int64_t{order.active}).bind(5, order.status).bind(6, order.score);
  query.bind(7, order.amount).bind(8, row.tags).bind(9, order.address.street);
  query.bind(10, order.address.zip).bind(11, order.address.note);
}

class SqliteSession final : public Session {
 public:
  SqliteSession(Form form, Writer& writer, std::function<Connection()> connect)
      : form_(form),
        texts_(form == Form::kColumns ? sqlite::kColumns : sqlite::kJson),
        writer_(writer),
        connect_(std::move(connect)) {}

  void begin_reads() override { execute(reader(), "BEGIN"); }
  void end_reads() override { execute(reader(), "COMMIT"); }

  Ask ask(Operation operation) override {
    switch (operation) {
      case Operation::kGet:
      case Operation::kGetPrepared:
      case Operation::kGetPreparedView:
        return [query = prepare(texts_.get)](const Question& q) {
          return query->bind(1, q.id).first_digest();
        };
      case Operation::kGetText:
        return [this](const Question& q) {
          return Query(reader(), texts_.get).bind(1, q.id).first_digest();
        };
      case Operation::kCity:
      case Operation::kCityDocuments:
        return [query = prepare(texts_.city)](const Question& q) {
          return query->bind(1, std::string_view(city_name(q.city))).digests();
        };
      case Operation::kCountTwo:
        return [query = prepare(texts_.count_two)](const Question& q) {
          return query->bind(1, std::string_view(city_name(q.city))).count();
        };
      case Operation::kRangeCount:
        return [query = prepare(texts_.range_count)](const Question& q) {
          return query->bind(1, q.low).bind(2, q.high).count();
        };
      case Operation::kRangeFetch:
      case Operation::kRangeDocuments:
        return [query = prepare(texts_.range_fetch)](const Question& q) {
          return query->bind(1, q.low).bind(2, q.high).digests();
        };
      case Operation::kTopIndexed:
      case Operation::kTopDocuments:
        return [query = prepare(texts_.top_indexed)](const Question&) { return query->digests(); };
      case Operation::kTopPlain:
        return [query = prepare(texts_.top_plain)](const Question&) { return query->digests(); };
      case Operation::kScan:
        return [query = prepare(texts_.scan)](const Question& q) {
          return query->bind(1, q.amount).count();
        };
      case Operation::kGroupIndexed:
        return [query = prepare(texts_.group_indexed)](const Question&) {
          return query->group_digests();
        };
      case Operation::kGroupPlain:
        return [query = prepare(texts_.group_plain)](const Question&) {
          return query->group_digests();
        };
      case Operation::kPage:
        return [this, query = prepare(texts_.page)](const Question& q) {
          return query->bind(1, end_before(q.page)).bind(2, std::int64_t{kPageRows}).digests();
        };
      case Operation::kJoin:
        return [query = prepare(kJoinText)](const Question&) {
          std::uint64_t sum = 0;
          while (query->step()) sum += visit_digest(query->number(0), query->text(1));
          return sum;
        };
      default:
        return ask_write(operation);
    }
  }

 private:
  Ask ask_write(Operation operation) {
    switch (operation) {
      case Operation::kInsert:
        return [this](const Question& q) {
          const std::lock_guard lock(writer_.mutex);
          return insert(q.rows[0]);
        };
      case Operation::kInsertMany:
      case Operation::kInsertJson:
        if (operation == Operation::kInsertJson && form_ == Form::kColumns) return {};
        return in_transaction([this](const Question& q) {
          for (const auto& row : q.rows) insert(row);
        });
      case Operation::kUpdate:
        return [this](const Question& q) {
          const std::lock_guard lock(writer_.mutex);
          return writer_.update->bind(1, q.low).bind(2, q.id).run();
        };
      case Operation::kRemove:
        return [this](const Question& q) {
          const std::lock_guard lock(writer_.mutex);
          return writer_.remove->bind(1, q.id).run();
        };
      case Operation::kUpsert:
        return [this](const Question& q) {
          const std::lock_guard lock(writer_.mutex);
          bind_row(*writer_.upsert, form_, q.rows[0]);
          return writer_.upsert->run();
        };
      case Operation::kTransfer:
        return in_transaction([this](const Question& q) {
          if (writer_.read_amount->bind(1, q.id).count() == 0) return;
          writer_.add_amount->bind(1, -q.amount).bind(2, q.id).run();
          writer_.add_amount->bind(1, q.amount).bind(2, q.other).run();
        });
      default:
        return {};
    }
  }

  template <class Work>
  Ask in_transaction(Work work) {
    return [this, work](const Question& q) {
      const std::lock_guard lock(writer_.mutex);
      execute(writer_.db.get(), "BEGIN IMMEDIATE");
      work(q);
      execute(writer_.db.get(), "COMMIT");
      return std::uint64_t{0};
    };
  }
  std::uint64_t insert(const Row& row) {
    bind_row(*writer_.insert, form_, row);
    return writer_.insert->run();
  }

  // Made when first read: sessions that only write have none.
  sqlite3* reader() {
    if (!reader_) reader_ = connect_();
    return reader_.get();
  }
  std::shared_ptr<Query> prepare(std::string_view text) {
    return std::make_shared<Query>(reader(), text);
  }
  // The last score of the page before; found at the first question, which is none that is timed.
  double end_before(std::uint32_t page) {
    if (page <= 1) return -1;
    if (page != end_page_) {
      Query query(reader(), texts_.page_end);
      query.bind(1, std::int64_t{(page - 1) * kPageRows - 1});
      query.step();
      end_ = query.real(0);
      end_page_ = page;
    }
    return end_;
  }

  Form form_;
  const Texts& texts_;
  Writer& writer_;
  std::function<Connection()> connect_;
  Connection reader_;
  std::uint32_t end_page_ = 0;
  double end_ = 0;
};

class SqliteStore final : public Store {
 public:
  SqliteStore(const Place& place, Form form)
      : form_(form),
        path_(
            (place.directory / (form == Form::kColumns ? "sqlite.db" : "sqlite_json.db")).string()),
        cache_kib_(place.cache_bytes() >> 10) {
    const Connection db = connect();
    execute(db.get(), std::string(texts().schema));
    open_writer();
  }

  std::unique_ptr<Session> session() override {
    return std::make_unique<SqliteSession>(form_, *writer_, [this] { return connect(); });
  }

  void close() override { writer_.reset(); }
  bool open(Mode mode) override {
    synchronous_ = mode == Mode::kSynced ? "FULL" : "NORMAL";
    open_writer();
    return true;
  }

  void settle() override {
    execute(writer_->db.get(), "ANALYZE");
    execute(writer_->db.get(), "PRAGMA wal_checkpoint(TRUNCATE)");
  }

  void prewarm() override {
    const bool columns = form_ == Form::kColumns;
    const std::string city = columns ? "city" : "json_extract(doc, '$.city')";
    const std::string score = columns ? "score" : "json_extract(doc, '$.score')";
    execute(writer_->db.get(), "SELECT count(*) FROM orders INDEXED BY by_city WHERE " + city + " >= '';"
                               "SELECT count(*) FROM orders INDEXED BY by_score WHERE " + score + " >= 0;"
                               "SELECT sum(length(" + (columns ? "note" : "doc") + ")) FROM orders");
  }

  bool index_active(bool indexed) override {
    execute(writer_->db.get(),
            indexed ? std::string(texts().index_active) : "DROP INDEX by_active");
    execute(writer_->db.get(), "ANALYZE");
    return true;
  }

  bool make_people() override {
    sqlite3* const db = writer_->db.get();
    execute(db,
            "CREATE TABLE people(id INTEGER PRIMARY KEY, name TEXT);"
            "CREATE TABLE visits(id INTEGER PRIMARY KEY, person_id INTEGER, minutes INTEGER);"
            "BEGIN");
    Query person(db, "INSERT INTO people VALUES(?,?)");
    for (std::int64_t i = 0; i < kPeople; ++i) {
      const std::string name = person_name(i);
      person.bind(1, i).bind(2, std::string_view(name)).run();
    }
    Query visit(db, "INSERT INTO visits VALUES(?,?,?)");
    for (std::int64_t i = 0; i < kVisits; ++i)
      visit.bind(1, i).bind(2, person_of(i)).bind(3, i % 60).run();
    execute(db, "COMMIT");
    return true;
  }

  std::uint64_t disk_bytes() override {
    execute(writer_->db.get(), "VACUUM");
    execute(writer_->db.get(), "PRAGMA wal_checkpoint(TRUNCATE)");
    return tree_bytes(path_) + tree_bytes(path_ + "-wal");
  }

 private:
  [[nodiscard]] const Texts& texts() const {
    return form_ == Form::kColumns ? sqlite::kColumns : sqlite::kJson;
  }

  Connection connect() {
    sqlite3* opened = nullptr;
    const int status =
        sqlite3_open_v2(path_.c_str(), &opened,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    Connection db(opened);
    if (status != SQLITE_OK) throw std::runtime_error("sqlite cannot open " + path_);
    execute(opened, "PRAGMA journal_mode=WAL");
    execute(opened, std::string("PRAGMA synchronous=") + synchronous_);
    execute(opened, "PRAGMA cache_size=-" + std::to_string(cache_kib_));
    execute(opened, "PRAGMA mmap_size=" + std::to_string(cache_kib_ << 10));
    return db;
  }

  void open_writer() {
    writer_ = std::make_unique<Writer>();
    writer_->db = connect();
    sqlite3* const db = writer_->db.get();
    writer_->insert.emplace(db, texts().insert);
    writer_->update.emplace(db, texts().update);
    writer_->remove.emplace(db, "DELETE FROM orders WHERE id = ?");
    writer_->upsert.emplace(db, texts().upsert);
    writer_->read_amount.emplace(db, texts().read_amount);
    writer_->add_amount.emplace(db, texts().add_amount);
  }

  Form form_;
  std::string path_;
  std::uint64_t cache_kib_;
  const char* synchronous_ = "NORMAL";
  std::unique_ptr<Writer> writer_;
};

template <Form form>
std::unique_ptr<Store> open(const Place& place) {
  return std::make_unique<SqliteStore>(place, form);
}

std::string build() {
  std::string version = sqlite3_libversion();
  return sqlite3_compileoption_used("DEBUG") != 0 ? version + " (DEBUG BUILD)" : version;
}

}  // namespace

Peer sqlite_peer() {
  return {"sqlite", build(), "a column a field; WAL, synchronous=NORMAL (FULL where synced)", true,
          &open<Form::kColumns>};
}

Peer sqlite_json_peer() {
  return {"sqlite_json", build(),
          "a column of JSON text; WAL, synchronous=NORMAL (FULL where synced)", true,
          &open<Form::kJson>};
}

}  // namespace aurora::bench
