// Aurora as a store under measurement: the calls that an application makes, through the public
// door.
#include "peers/store.hpp"

#include <charconv>

namespace aurora::bench {

namespace {

constexpr std::string_view kGetText =
    "query($id: Uuid!) { orders(where: { id: $id }) { customer city amount } }";

class AuroraStore final : public Store {
 public:
  explicit AuroraStore(const std::filesystem::path& directory)
      : db_(Database::open((directory / "aurora.db").string())) {
    db_.execute(R"(schema { define collection orders {
      id: Uuid! @primary  customer: String  city: String @indexed  status: String
      amount: Int @indexed  created_at: DateTime  tags: [String]
      address: { street: String, zip: String }  note: String } })");
    get_ = db_.prepare(kGetText);
  }

  void insert(const Row& row) override { db_.insert("orders", row.order); }

  void insert_many(std::span<const Row> rows) override {
    std::vector<Object> documents;
    documents.reserve(rows.size());
    for (const auto& row : rows) documents.push_back(to_object(row.order));
    db_.insert_many("orders", documents);
  }

  std::uint64_t get(const Uuid& id) override {
    const auto document = db_.get("orders", id);
    return document ? digest_of(*document) : 0;
  }

  std::uint64_t get_prepared(const Uuid& id) override {
    return digest_of(get_->execute({{"id", id}}));
  }
  std::uint64_t get_text(const Uuid& id) override {
    return digest_of(db_.execute(kGetText, {{"id", id}}));
  }

  std::uint64_t count(const std::string& city) override {
    return db_.query("orders").where(field("city") == city).count();
  }

  std::uint64_t range(std::int64_t low, std::int64_t high) override {
    std::uint64_t sum = 0;
    for (const auto& document :
         db_.query("orders").where(field("amount").between(low, high)).fetch()) {
      sum += digest_of(document);
    }
    return sum;
  }

  void update(const Row& row, std::int64_t amount) override {
    db_.update("orders", row.order.id, {{"amount", amount}});
  }

 private:
  static std::uint64_t digest_of(const Document& document) {
    return digest(document["customer"].as<std::string_view>(),
                  document["city"].as<std::string_view>(), document["amount"].as<std::int64_t>());
  }

  // The response is read where it stands, as an application that passes it on would not even do.
  static std::uint64_t digest_of(const QueryResult& result) {
    const std::string_view text = result.data_text();
    const auto after = [text](std::string_view name) {
      const auto at = text.find(name);
      return at == std::string_view::npos ? text.substr(text.size())
                                          : text.substr(at + name.size());
    };
    const auto quoted = [&after](std::string_view name) {
      const auto value = after(name);
      const auto begin = value.find('"');
      if (begin == std::string_view::npos) return std::string_view();
      return value.substr(begin + 1, value.find('"', begin + 1) - begin - 1);
    };
    auto number = after("\"amount\":");
    if (number.empty()) return 0;
    if (number.front() == ' ') number.remove_prefix(1);
    std::int64_t amount = 0;
    std::from_chars(number.data(), number.data() + number.size(), amount);
    return digest(quoted("\"customer\":"), quoted("\"city\":"), amount);
  }

  Database db_;
  std::optional<Statement> get_;
};

}  // namespace

Peer aurora_peer() {
  return {"aurora", std::string(version()), "Wal", true,
          [](const std::filesystem::path& directory) -> std::unique_ptr<Store> {
            return std::make_unique<AuroraStore>(directory);
          }};
}

}  // namespace aurora::bench
