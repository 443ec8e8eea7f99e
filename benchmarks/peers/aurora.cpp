// Aurora as a store under measurement: the calls that an application makes, through the public
// door.
#include "peers/store.hpp"

#include <optional>

namespace aurora::bench {

namespace {

constexpr std::string_view kGetText =
    "query($id: Uuid!) { orders(where: { id: $id }) { customer city amount } }";
constexpr std::string_view kGroupIndexedText =
    "{ orders { groupBy(field: \"city\") { key count aggregate { mean: avg(field: \"score\") } } } "
    "}";
constexpr std::string_view kGroupPlainText =
    "{ orders { groupBy(field: \"status\") { key count aggregate { mean: avg(field: \"amount\") } "
    "} } }";
constexpr std::string_view kPageText =
    "query($first: Int, $after: String) { orders(orderBy: { score: ASC }, first: $first, after: "
    "$after) { edges { node { customer city amount } } pageInfo { endCursor } } }";
constexpr std::string_view kJoinText =
    "{ visits { id person: lookup(collection: \"people\", localField: \"person_id\", foreignField: "
    "\"id\") { name } } }";
constexpr std::string_view kUpsertText =
    "mutation($id: Uuid!, $data: Object!) { upsert(collection: \"orders\", where: { id: $id }, "
    "data: $data) }";

const Value& member(const Value& object, std::string_view name) {
  const auto* const found = object.if_object()->find(name);
  if (found == nullptr) throw std::runtime_error("aurora: no '" + std::string(name) + "'");
  return *found;
}

// Of a list of documents in a response.
std::uint64_t digest_of(const Value& documents) {
  std::uint64_t sum = 0;
  for (const auto& document : *documents.if_list()) {
    sum += digest(*member(document, "customer").if_string(), *member(document, "city").if_string(),
                  member(document, "amount").as<std::int64_t>());
  }
  return sum;
}
std::uint64_t digest_of(const Document& document) {
  return digest(document["customer"].as<std::string_view>(),
                document["city"].as<std::string_view>(), document["amount"].as<std::int64_t>());
}
std::uint64_t digest_of(const Documents& documents) {
  std::uint64_t sum = 0;
  for (const auto& document : documents) sum += digest_of(document);
  return sum;
}
std::uint64_t digest_of(const Rows& rows) {
  std::uint64_t sum = 0;
  for (const auto row : rows)
    sum += digest(row[0].as<std::string_view>(), row[1].as<std::string_view>(),
                  row[2].as<std::int64_t>());
  return sum;
}
std::uint64_t digest_of_groups(const Value& data) {
  std::uint64_t sum = 0;
  for (const auto& group : *member(member(data, "orders"), "groupBy").if_list()) {
    sum +=
        group_digest(*member(group, "key").if_string(), member(group, "count").as<std::int64_t>(),
                     member(member(group, "aggregate"), "mean").as<double>());
  }
  return sum;
}

// Reads in the fluent form, three named fields of each document; texts where there is no such form, and
// then what is timed leaves the JSON text unread, as an application that passes it on does.
class AuroraSession final : public Session {
 public:
  explicit AuroraSession(Database& db) : db_(db) {}

  Ask ask(Operation operation) override {
    switch (operation) {
      case Operation::kGet:
        return [this](const Question& q) {
          const auto document = db_.get("orders", q.id);
          return document ? digest_of(*document) : 0;
        };
      case Operation::kGetPrepared:
        return [statement = db_.prepare(kGetText)](const Question& q) {
          return size(statement.execute({{"id", q.id}}));
        };
      case Operation::kGetPreparedView:
        return [statement = db_.prepare(kGetText)](const Question& q) {
          return digest_of(statement.fetch({{"id", q.id}}));
        };
      case Operation::kGetText:
        return [this](const Question& q) { return size(db_.execute(kGetText, {{"id", q.id}})); };
      case Operation::kCity:
        return [this](const Question& q) {
          return digest_of(fields(orders().where(field("city") == city_name(q.city))).fetch());
        };
      case Operation::kCityDocuments:
        return [this](const Question& q) {
          return digest_of(orders().where(field("city") == city_name(q.city)).fetch());
        };
      case Operation::kCountTwo:
        return [this](const Question& q) {
          return orders()
              .where(field("city") == city_name(q.city) && field("active") == Value(true))
              .count();
        };
      case Operation::kRangeCount:
        return [this](const Question& q) {
          return orders().where(field("score").between(q.low, q.high)).count();
        };
      case Operation::kRangeFetch:
        return [this](const Question& q) {
          return digest_of(fields(orders().where(field("score").between(q.low, q.high))).fetch());
        };
      case Operation::kRangeDocuments:
        return [this](const Question& q) {
          return digest_of(orders().where(field("score").between(q.low, q.high)).fetch());
        };
      case Operation::kTopIndexed:  // kept, as SQLite's statement is
        return [query = fields(orders().order_by("score", desc).limit(10))](const Question&) {
          return digest_of(query.fetch());
        };
      case Operation::kTopDocuments:
        return [this](const Question&) {
          return digest_of(orders().order_by("score", desc).limit(10).fetch());
        };
      case Operation::kTopPlain:
        return [query = fields(orders().order_by("amount", desc).limit(10))](const Question&) {
          return digest_of(query.fetch());
        };
      case Operation::kScan:
        return [this](const Question& q) {
          return orders().where(field("amount") < Value(q.amount)).count();
        };
      case Operation::kGroupIndexed:
        return [statement = db_.prepare(kGroupIndexedText)](const Question&) {
          return size(statement.execute());
        };
      case Operation::kGroupPlain:
        return [statement = db_.prepare(kGroupPlainText)](const Question&) {
          return size(statement.execute());
        };
      case Operation::kPage:
        return [this, statement = db_.prepare(kPageText)](const Question& q) {
          return size(statement.execute({{"first", kPageRows}, {"after", cursor_of(q.page)}}));
        };
      case Operation::kJoin:
        return [statement = db_.prepare(kJoinText)](const Question&) {
          return size(statement.execute());
        };
      default:
        return ask_write(operation);
    }
  }

  Ask answer(Operation operation) override {
    switch (operation) {
      case Operation::kGetPrepared:
      case Operation::kGetText:
        return [this](const Question& q) {
          return digest_of(member(db_.execute(kGetText, {{"id", q.id}}).data(), "orders"));
        };
      case Operation::kGroupIndexed:
        return [this](const Question&) {
          return digest_of_groups(db_.execute(kGroupIndexedText).data());
        };
      case Operation::kGroupPlain:
        return [this](const Question&) {
          return digest_of_groups(db_.execute(kGroupPlainText).data());
        };
      case Operation::kPage:
        return [this](const Question& q) {
          const auto page = page_after(cursor_of(q.page), kPageRows);
          List nodes;
          for (const auto& edge : *member(page, "edges").if_list())
            nodes.push_back(member(edge, "node"));
          return digest_of(Value(std::move(nodes)));
        };
      case Operation::kJoin:
        return [this](const Question&) {
          const Value data = db_.execute(kJoinText).data();
          std::uint64_t sum = 0;
          for (const auto& visit : *member(data, "visits").if_list()) {
            sum += visit_digest(member(visit, "id").as<std::int64_t>(),
                                *member(member(visit, "person"), "name").if_string());
          }
          return sum;
        };
      default:
        return ask(operation);
    }
  }

 private:
  [[nodiscard]] Query orders() const { return db_.query("orders"); }
  static FieldQuery fields(const Query& query) {
    return query.select({"customer", "city", "amount"});
  }
  static std::uint64_t size(const QueryResult& result) { return result.data_text().size(); }

  Ask ask_write(Operation operation) {
    switch (operation) {
      case Operation::kInsert:
        return [this](const Question& q) { return done(db_.insert("orders", q.rows[0].order)); };
      case Operation::kInsertMany:
        return [this](const Question& q) {
          std::vector<Object> documents;
          documents.reserve(q.rows.size());
          for (const auto& row : q.rows) documents.push_back(to_object(row.order));
          return done(db_.insert_many("orders", documents));
        };
      case Operation::kInsertJson:
        return [this](const Question& q) {
          std::vector<std::string_view> documents;
          documents.reserve(q.rows.size());
          for (const auto& row : q.rows) documents.push_back(row.json);
          return done(db_.insert_json("orders", documents));
        };
      case Operation::kUpdate:
        return [this](const Question& q) {
          return done(db_.update("orders", q.id, {{"score", q.low}}));
        };
      case Operation::kRemove:
        return [this](const Question& q) { return done(db_.remove("orders", q.id)); };
      case Operation::kUpsert:
        return [statement = db_.prepare(kUpsertText)](const Question& q) {
          const Order& order = q.rows[0].order;
          Object data = to_object(order);
          data.remove("id");
          return done(statement.execute({{"id", order.id}, {"data", std::move(data)}}));
        };
      case Operation::kTransfer:
        return [this](const Question& q) {
          db_.transaction([&q](Transaction& tx) {
            const auto from = tx.get("orders", q.id);
            const std::int64_t has = (*from)["amount"].as<std::int64_t>();
            tx.update("orders", q.id, {{"amount", has - q.amount}});
            tx.update("orders", q.other, {{"amount", Object{{"increment", q.amount}}}});
          });
          return std::uint64_t{0};
        };
      default:
        return {};
    }
  }
  template <class T>
  static std::uint64_t done(const T&) {
    return 0;
  }

  // Of the end of the page before; found at the first question, which is none that is timed.
  Value cursor_of(std::uint32_t page) {
    if (page <= 1) return {};
    if (page != cursor_page_) {
      const auto before = page_after({}, (page - 1) * kPageRows);
      cursor_ = member(member(before, "pageInfo"), "endCursor");
      cursor_page_ = page;
    }
    return cursor_;
  }
  Value page_after(const Value& cursor, std::uint32_t rows) {
    return member(db_.execute(kPageText, {{"first", rows}, {"after", cursor}}).data(), "orders");
  }

  Database& db_;
  std::uint32_t cursor_page_ = 0;
  Value cursor_;
};

class AuroraStore final : public Store {
 public:
  AuroraStore(const Place& place, bool in_memory)
      : path_((place.directory / "aurora.db").string()), in_memory_(in_memory) {
    config_.hot_cache_bytes = place.document_cache_bytes;
    config_.cold_cache_bytes = place.block_cache_bytes;
    static_cast<void>(AuroraStore::open(Mode::kPlain));
    db_->execute(R"(schema { define collection orders {
      id: Uuid! @primary  customer: String  city: String @indexed  active: Boolean  status: String
      score: Float @indexed  amount: Int  tags: [String]
      address: { street: String, zip: String, note: String } } })");
  }

  std::unique_ptr<Session> session() override { return std::make_unique<AuroraSession>(*db_); }

  void close() override {
    if (!in_memory_) db_.reset();
  }
  bool open(Mode mode) override {
    if (in_memory_) {
      if (!db_) db_.emplace(Database::open_in_memory(config_));
      return mode == Mode::kPlain;
    }
    Config config = config_;
    if (mode == Mode::kUncached) config.hot_cache_bytes = 0;
    if (mode == Mode::kSynced) config.durability = Durability::kStrict;
    db_.emplace(Database::open(path_, config));
    return true;
  }

  void settle() override {
    db_->flush();
    db_->compact();
  }

  void prewarm() override { db_->prewarm("orders"); }

  bool index_active(bool indexed) override {
    db_->execute(indexed ? "schema { alter collection orders { modify active: Boolean @indexed } }"
                         : "schema { alter collection orders { modify active: Boolean } }");
    return true;
  }

  bool make_people() override {
    db_->execute(
        "schema { define collection people { id: Int! @primary  name: String }"
        " define collection visits { id: Int! @primary  person_id: Int  minutes: Int } }");
    std::vector<Object> people, visits;
    for (std::int64_t i = 0; i < kPeople; ++i)
      people.push_back({{"id", i}, {"name", person_name(i)}});
    for (std::int64_t i = 0; i < kVisits; ++i)
      visits.push_back({{"id", i}, {"person_id", person_of(i)}, {"minutes", i % 60}});
    db_->insert_many("people", people);
    db_->insert_many("visits", visits);
    return true;
  }

  std::uint64_t disk_bytes() override {
    if (in_memory_) return 0;
    settle();
    return tree_bytes(path_);
  }

  double index_entry_bytes(std::string_view field) override {
    for (const auto& index : db_->index_stats("orders")) {
      if (index.fields.size() == 1 && index.fields[0] == field)
        return static_cast<double>(index.memory_bytes) / static_cast<double>(index.entries);
    }
    return 0;
  }

 private:
  std::string path_;
  bool in_memory_;
  Config config_;
  std::optional<Database> db_;
};

template <bool in_memory>
std::unique_ptr<Store> open(const Place& place) {
  return std::make_unique<AuroraStore>(place, in_memory);
}

}  // namespace

Peer aurora_peer() {
  return {"aurora", std::string(version()), "Wal (Strict where synced)", true, &open<false>};
}
Peer aurora_memory_peer() {
  return {"aurora_memory", std::string(version()), "in memory", true, &open<true>};
}

}  // namespace aurora::bench
