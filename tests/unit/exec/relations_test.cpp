// Random relations over random documents against a naive twin: after every statement both hold the same documents,
// and no checked reference is without a target. Also transactions that meet over a reference.
#include <aurora/aurora.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace {

using aurora::Database;
using aurora::ErrorCode;
using aurora::Transaction;

enum class OnDelete { kRestrict, kSetNull, kCascade };

struct Field {
  std::string name;
  std::size_t to = 0;
  char key = 'k';   // k: the primary key; z: another field, not unique
  bool list = false;
  bool indexed = false;
  bool check = true;
  OnDelete on_delete = OnDelete::kRestrict;
};

// References are kept as a list; a null field is nullopt.
using References = std::optional<std::vector<int>>;

struct Document {
  int k = 0;
  std::optional<int> z;
  std::vector<References> fields;
  std::size_t born = 0;   // tells documents apart when keys change
};

using State = std::vector<std::vector<Document>>;   // of each collection, in natural order

struct Schema {
  std::vector<std::vector<Field>> collections;
  bool z_indexed = false;
};

std::string name_of(std::size_t collection) { return "c" + std::to_string(collection); }

std::set<int> keys_of(const std::vector<Document>& documents, char key) {
  std::set<int> keys;
  for (const auto& document : documents) {
    if (key == 'k') keys.insert(document.k);
    if (key == 'z' && document.z) keys.insert(*document.z);
  }
  return keys;
}

bool refers(const References& held, const std::set<int>& keys) {
  return held && std::any_of(held->begin(), held->end(), [&](int each) { return keys.contains(each); });
}

class Twin {
 public:
  Twin(const Schema& schema, State state) : schema_(schema), before_(state), state_(std::move(state)) {}

  State& state() { return state_; }

  // What the statement's end makes of what was written; false: refused.
  bool settle(bool deletes) {
    if (!keys_are_unique()) return false;
    if (deletes)
      while (follow()) {}
    return !leaves_behind(deletes) && new_references_are_met();
  }

 private:
  std::set<int> gone(const Field& field) const {
    std::set<int> gone;
    const auto now = keys_of(state_[field.to], field.key);
    for (const int key : keys_of(before_[field.to], field.key))
      if (!now.contains(key)) gone.insert(key);
    return gone;
  }

  bool keys_are_unique() const {
    return std::all_of(state_.begin(), state_.end(), [](const auto& documents) {
      return keys_of(documents, 'k').size() == documents.size();
    });
  }

  bool follow() {
    bool changed = false;
    for (std::size_t c = 0; c < state_.size(); ++c)
      for (std::size_t f = 0; f < schema_.collections[c].size(); ++f) {
        const auto& field = schema_.collections[c][f];
        const auto lost = gone(field);
        if (field.on_delete == OnDelete::kCascade) {
          changed = std::erase_if(state_[c], [&](const Document& each) { return refers(each.fields[f], lost); }) > 0 ||
                    changed;
        } else if (field.on_delete == OnDelete::kSetNull) {
          for (auto& document : state_[c]) {
            auto& held = document.fields[f];
            if (!refers(held, lost)) continue;
            changed = true;
            std::erase_if(*held, [&](int each) { return lost.contains(each); });
            if (!field.list) held.reset();
          }
        }
      }
    return changed;
  }

  bool leaves_behind(bool deletes) const {
    for (std::size_t c = 0; c < state_.size(); ++c)
      for (std::size_t f = 0; f < schema_.collections[c].size(); ++f) {
        const auto& field = schema_.collections[c][f];
        if (deletes ? field.on_delete != OnDelete::kRestrict : !field.check) continue;
        const auto lost = gone(field);
        for (const auto& document : state_[c])
          if (refers(document.fields[f], lost)) return true;
      }
    return false;
  }

  bool new_references_are_met() const {
    for (std::size_t c = 0; c < state_.size(); ++c)
      for (const auto& document : state_[c])
        for (std::size_t f = 0; f < document.fields.size(); ++f) {
          const auto& field = schema_.collections[c][f];
          if (!field.check || !document.fields[f]) continue;
          const auto targets = keys_of(state_[field.to], field.key);
          const auto old = std::find_if(before_[c].begin(), before_[c].end(),
                                        [&](const Document& each) { return each.born == document.born; });
          for (const int key : *document.fields[f]) {
            const bool held = old != before_[c].end() && refers(old->fields[f], {key});
            if (!held && !targets.contains(key)) return false;
          }
        }
    return true;
  }

  const Schema& schema_;
  const State before_;
  State state_;
};

class Run {
 public:
  explicit Run(std::uint64_t seed) : random_(seed), database_(Database::open_in_memory()) {
    make_schema();
    state_.resize(schema_.collections.size());
  }

  void step() {
    if (!one_in(6)) return statement(nullptr, state_);
    auto transaction = database_.begin_transaction();
    auto state = state_;
    for (int i = 0; i < 4; ++i) statement(&transaction, state);
    if (one_in(3)) {
      transaction.rollback();
    } else {
      transaction.commit();
      state_ = state;
    }
    compare(nullptr, state_);
  }

  void finish() { CHECK(database_.verify().problems.empty()); }

 private:
  int below(int end) { return static_cast<int>(random_() % static_cast<std::uint64_t>(end)); }
  bool one_in(int n) { return below(n) == 0; }

  void make_schema() {
    const auto count = 2 + static_cast<std::size_t>(below(3));
    schema_.z_indexed = one_in(2);
    std::string text = "schema {";
    for (std::size_t c = 0; c < count; ++c) {
      auto& fields = schema_.collections.emplace_back();
      text += " define collection " + name_of(c) + " { k: Int! @primary  z: Int" + (schema_.z_indexed ? " @indexed" : "");
      for (int f = 0; f < 1 + below(3); ++f) {
        Field field;
        field.name = "f" + std::to_string(f);
        field.to = static_cast<std::size_t>(below(static_cast<int>(count)));
        field.key = one_in(4) ? 'z' : 'k';
        field.list = one_in(3);
        field.indexed = one_in(2);
        field.check = !one_in(5);
        field.on_delete = static_cast<OnDelete>(below(3));
        text += "  " + field.name + ": " + (field.list ? "[Int]" : "Int") + (field.indexed ? " @indexed" : "") +
                " @relation(to: \"" + name_of(field.to) + "\", key: \"" + field.key +
                "\", check: " + (field.check ? "true" : "false") + ", onDelete: " +
                (field.on_delete == OnDelete::kCascade   ? "CASCADE"
                 : field.on_delete == OnDelete::kSetNull ? "SET_NULL"
                                                         : "RESTRICT") +
                ")";
        fields.push_back(field);
      }
      // Answers for the field it begins with, too.
      if (one_in(3)) text += "  @@index(fields: [\"" + fields.back().name + "\", \"z\"])";
      text += " }";
    }
    INFO(text);
    database_.execute(text + " }");
  }

  References some_references(const Field& field, const State& state) {
    if (one_in(4)) return std::nullopt;
    const auto existing = keys_of(state[field.to], field.key);
    std::vector<int> chosen;
    for (int i = 0; i < (field.list ? below(4) : 1); ++i) {
      auto key = below(kKeys);
      if (!existing.empty() && !one_in(8))
        key = *std::next(existing.begin(), below(static_cast<int>(existing.size())));
      chosen.push_back(key);
    }
    return chosen;
  }

  static std::string text_of(const Field& field, const References& held) {
    if (!held) return "null";
    std::string text;
    for (const int key : *held) text += (text.empty() ? "" : ",") + std::to_string(key);
    return field.list ? "[" + text + "]" : text;
  }

  std::string insert(std::size_t c, State& state) {
    std::string text = "insertMany(collection: \"" + name_of(c) + "\", data: [";
    for (int i = 0; i < 1 + below(4); ++i) {
      Document document;
      document.k = below(kKeys);
      document.born = ++born_;
      if (!one_in(3)) document.z = below(8);
      text += "{k: " + std::to_string(document.k) + " z: " + (document.z ? std::to_string(*document.z) : "null");
      for (const auto& field : schema_.collections[c]) {
        document.fields.push_back(some_references(field, state));
        text += " " + field.name + ": " + text_of(field, document.fields.back());
      }
      text += "} ";
      state[c].push_back(document);   // so that later ones of the statement refer to it
    }
    return text + "])";
  }

  std::set<int> some_keys(std::size_t c, const State& state) {
    const auto existing = keys_of(state[c], 'k');
    std::set<int> chosen;
    for (int i = 0; i < 1 + below(3) && !existing.empty(); ++i)
      chosen.insert(*std::next(existing.begin(), below(static_cast<int>(existing.size()))));
    return chosen;
  }

  static std::string where(const std::set<int>& keys) {
    std::string text;
    for (const int key : keys) text += std::to_string(key) + " ";
    return "where: {k: {in: [" + text + "]}}";
  }

  std::string remove(std::size_t c, State& state) {
    const auto keys = some_keys(c, state);
    std::erase_if(state[c], [&](const Document& each) { return keys.contains(each.k); });
    return "deleteFrom(collection: \"" + name_of(c) + "\", " + where(keys) + ")";
  }

  std::string update(std::size_t c, State& state) {
    const auto keys = some_keys(c, state);
    auto text = "update(collection: \"" + name_of(c) + "\", " + where(keys) + ", data: {";
    const auto each = [&](const auto& change) {
      for (auto& document : state[c])
        if (keys.contains(document.k)) change(document);
    };
    switch (below(4)) {
      case 0: {
        // Keys move by one: within one statement they may trade places.
        text += "k: {increment: 1}";
        each([](Document& document) { ++document.k; });
        break;
      }
      case 1: {
        const auto z = below(8);
        text += "z: " + std::to_string(z);
        each([&](Document& document) { document.z = z; });
        break;
      }
      default: {
        const auto f = static_cast<std::size_t>(below(static_cast<int>(schema_.collections[c].size())));
        const auto& field = schema_.collections[c][f];
        const auto chosen = some_references(field, state);
        text += field.name + ": " + text_of(field, chosen);
        each([&](Document& document) { document.fields[f] = chosen; });
      }
    }
    return text + "})";
  }

  void statement(Transaction* transaction, State& state) {
    const auto c = static_cast<std::size_t>(below(static_cast<int>(state.size())));
    const auto what = below(10);
    State after = state;
    const bool deletes = what >= 7;
    const auto operation = what < 4 ? insert(c, after) : deletes ? remove(c, after) : update(c, after);
    Twin twin(schema_, state);
    twin.state() = std::move(after);
    const bool accepted = twin.settle(deletes);
    const auto text = "mutation { " + operation + " }";
    INFO(text);
    const auto result = transaction != nullptr ? transaction->try_execute(text) : database_.try_execute(text);
    if (!result) {
      INFO(result.error().what());
      REQUIRE_FALSE(accepted);
      const auto code = result.error().code();
      REQUIRE((code == ErrorCode::kValidationError || code == ErrorCode::kUniqueConstraintViolation));
    } else {
      REQUIRE(accepted);
      state = twin.state();
    }
    compare(transaction, state);
  }

  void compare(Transaction* transaction, const State& state) {
    std::string text = "{";
    std::string expected = "{";
    for (std::size_t c = 0; c < state.size(); ++c) {
      text += " " + name_of(c) + " { k z";
      expected += (c > 0 ? ",\"" : "\"") + name_of(c) + "\":[";
      for (const auto& field : schema_.collections[c]) text += " " + field.name;
      text += " }";
      for (const auto& document : state[c]) {
        if (expected.back() == '}') expected += ',';
        expected += "{\"k\":" + std::to_string(document.k) +
                    ",\"z\":" + (document.z ? std::to_string(*document.z) : "null");
        for (std::size_t f = 0; f < document.fields.size(); ++f) {
          const auto& field = schema_.collections[c][f];
          expected += ",\"" + field.name + "\":" + text_of(field, document.fields[f]);
        }
        expected += '}';
      }
      expected += ']';
    }
    const auto found = transaction != nullptr ? transaction->execute(text + " }") : database_.execute(text + " }");
    REQUIRE(found.data_text() == expected + "}");
  }

  static constexpr int kKeys = 30;
  std::mt19937_64 random_;
  Database database_;
  Schema schema_;
  State state_;
  std::size_t born_ = 0;
};

void run(std::uint64_t first, std::uint64_t seeds, int steps) {
  for (auto seed = first; seed < first + seeds; ++seed) {
    INFO("seed " << seed);
    Run run(seed);
    for (int i = 0; i < steps; ++i) run.step();
    run.finish();
  }
}

Database harbour() {
  auto db = Database::open_in_memory();
  db.execute(R"(schema {
    define collection docks { code: String! @primary }
    define collection boats { name: String! @primary  dock: String @relation(to: "docks", key: "code") } })");
  db.insert("docks", aurora::Object{{"code", "N"}});
  return db;
}

}  // namespace

TEST_CASE("random relations do what a naive twin does", "[exec]") { run(1, 30, 60); }

TEST_CASE("random relations do what a naive twin does, for long", "[exec][long]") { run(1000, 1500, 120); }

TEST_CASE("a reference and the removal of its target conflict, whichever commits first", "[exec]") {
  auto db = harbour();
  SECTION("the target goes first") {
    auto tx = db.begin_transaction();
    tx.insert("boats", aurora::Object{{"name", "Auk"}, {"dock", "N"}});
    CHECK(db.remove("docks", "N"));
    const auto done = tx.try_commit();
    REQUIRE_FALSE(done);
    CHECK(done.error().code() == ErrorCode::kConflict);
    CHECK(db.query("boats").count() == 0);
  }
  SECTION("the reference comes first") {
    auto tx = db.begin_transaction();
    CHECK(tx.remove("docks", "N"));
    db.insert("boats", aurora::Object{{"name", "Auk"}, {"dock", "N"}});
    const auto done = tx.try_commit();
    REQUIRE_FALSE(done);
    CHECK(done.error().code() == ErrorCode::kConflict);
    CHECK(db.query("docks").count() == 1);
  }
  SECTION("what does not meet commits") {
    db.insert("docks", aurora::Object{{"code", "S"}});
    auto tx = db.begin_transaction();
    tx.insert("boats", aurora::Object{{"name", "Auk"}, {"dock", "N"}});
    CHECK(db.remove("docks", "S"));
    CHECK(tx.try_commit());
  }
}

TEST_CASE("a lookup in a transaction is a read", "[exec]") {
  auto db = harbour();
  db.insert("boats", aurora::Object{{"name", "Auk"}, {"dock", "N"}});
  const std::string text = "{ boats(where: {name: \"Auk\"}) { dock { code } } }";
  auto tx = db.begin_transaction();
  CHECK(tx.execute(text).data_text() == R"({"boats":[{"dock":{"code":"N"}}]})");
  tx.insert("docks", aurora::Object{{"code", "W"}});
  db.execute("schema { alter collection docks { add depth: Int } }");
  CHECK_FALSE(tx.try_commit());

  auto second = db.begin_transaction();
  CHECK(second.execute(text).data_text() == R"({"boats":[{"dock":{"code":"N"}}]})");
  second.insert("docks", aurora::Object{{"code", "W"}});
  db.execute("mutation { update(collection: \"docks\", where: {code: \"N\"}, data: {depth: 3}) }");
  const auto done = second.try_commit();
  REQUIRE_FALSE(done);
  CHECK(done.error().code() == ErrorCode::kConflict);
}
