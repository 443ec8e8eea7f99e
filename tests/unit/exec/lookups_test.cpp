// Random lookups over random documents against a naive join, with every kind of index on the foreign field, committed
// and inside transactions.
#include <aurora/aurora.hpp>

#include <catch2/catch_test_macros.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace {

using aurora::Database;
using nlohmann::json;

// Of rows `a` and of what is looked up, `b`: numbers, texts, lists and undeclared values.
const std::vector<std::string> kFields{"n", "f", "t", "ns", "ts", "any"};

std::string definition(const std::string& name, const std::string& indexes) {
  return " define collection " + name +
         " { n: Int  f: Float  t: String  ns: [Int]  ts: [String]  any: Any  z: Int " + indexes + " }";
}

struct Lookup {
  std::string local, foreign;
  std::optional<int> least;    // where: {z: {gte: …}}
  int order = 0;               // by z: 1 rising, -1 falling
  std::optional<std::size_t> limit;
  bool many = false;

  [[nodiscard]] std::string text(const std::string& selection) const {
    auto out = "l: lookup(collection: \"b\", localField: \"" + local + "\", foreignField: \"" + foreign + "\"";
    if (least) out += ", where: {z: {gte: " + std::to_string(*least) + "}}";
    if (order != 0) out += std::string(", orderBy: {z: ") + (order > 0 ? "ASC" : "DESC") + "}";
    if (limit) out += ", limit: " + std::to_string(*limit);
    if (many) out += ", many: true";
    return out + ") { " + selection + " }";
  }
};

// The values that a field joins by.
std::vector<json> keys_of(const json& value) {
  std::vector<json> keys;
  if (value.is_array()) {
    for (const auto& each : value)
      if (!each.is_null()) keys.push_back(each);
  } else if (!value.is_null()) {
    keys.push_back(value);
  }
  return keys;
}

bool meet(const json& a, const json& b) {
  for (const auto& x : keys_of(a))
    for (const auto& y : keys_of(b))
      if (x == y) return true;
  return false;
}

bool is_list(const Lookup& lookup, const json& row) {
  return lookup.many || lookup.local == "ns" || lookup.local == "ts" || row[lookup.local].is_array();
}

// Nulls come first rising, last falling.
bool sorts_before(const json& a, const json& b, int order) {
  if (order == 0 || a["z"] == b["z"]) return false;
  const bool less = a["z"].is_null() || (!b["z"].is_null() && a["z"].get<int>() < b["z"].get<int>());
  return less == (order > 0);
}

json joined(const Lookup& lookup, const json& row, const json& others) {
  std::vector<json> found;
  for (const auto& other : others) {
    if (!meet(row[lookup.local], other[lookup.foreign])) continue;
    if (lookup.least && (other["z"].is_null() || other["z"].get<int>() < *lookup.least)) continue;
    found.push_back(other);
  }
  std::stable_sort(found.begin(), found.end(),
                   [&](const json& a, const json& b) { return sorts_before(a, b, lookup.order); });
  if (lookup.limit && found.size() > *lookup.limit) found.resize(*lookup.limit);
  if (is_list(lookup, row)) return json(found);
  return found.empty() ? json() : found.front();
}

class Run {
 public:
  explicit Run(std::uint64_t seed) : random_(seed), database_(Database::open_in_memory()) {
    const std::vector<std::string> indexes{"", "@@index(fields: [\"n\"]) @@index(fields: [\"ts\"])",
                                           "@@index(fields: [\"n\", \"z\"]) @@index(fields: [\"ns\", \"t\"])",
                                           "@@index(fields: [\"f\"]) @@index(fields: [\"t\", \"n\"]) @@index(fields: [\"any\"])"};
    database_.execute("schema {" + definition("a", "") + definition("b", indexes[random_() % indexes.size()]) + " }");
    for (const auto* name : {"a", "b"}) add(database_, name, 25);
  }

  void check() {
    compare(database_);
    auto transaction = database_.begin_transaction();
    add(transaction, "a", 4);
    add(transaction, "b", 6);
    transaction.execute("mutation { c: update(collection: \"b\", where: {z: " + std::to_string(below(5)) +
                        "}, data: {n: " + std::to_string(below(6)) + "}) d: deleteFrom(collection: \"b\", where: {z: " +
                        std::to_string(below(5)) + "}) }");
    compare(transaction);
    transaction.commit();
    compare(database_);
  }

 private:
  int below(int end) { return static_cast<int>(random_() % static_cast<std::uint64_t>(end)); }
  bool one_in(int n) { return below(n) == 0; }

  std::string number() { return one_in(5) ? "null" : std::to_string(below(6)); }
  std::string word() { return one_in(5) ? "null" : "\"w" + std::to_string(below(6)) + "\""; }

  template <class Make>
  std::string list(Make make) {
    if (one_in(6)) return "null";
    std::string text = "[";
    for (int i = below(4); i > 0; --i) text += (text.size() > 1 ? ", " : "") + make();
    return text + "]";
  }

  template <class Door>
  void add(Door& door, const std::string& name, int count) {
    std::string text = "mutation { insertMany(collection: \"" + name + "\", data: [";
    const auto a_number = [&] { return number(); };
    const auto a_word = [&] { return word(); };
    for (int i = 0; i < count; ++i)
      text += "{n: " + number() + " f: " + number() + " t: " + word() + " ns: " + list(a_number) + " ts: " +
              list(a_word) + " any: " + (one_in(2) ? list(a_number) : one_in(2) ? word() : number()) +
              " z: " + number() + "} ";
    door.execute(text + "]) }");
  }

  Lookup some_lookup() {
    Lookup lookup;
    lookup.local = kFields[random_() % kFields.size()];
    lookup.foreign = kFields[random_() % kFields.size()];
    if (one_in(3)) lookup.least = below(6);
    lookup.order = below(3) - 1;
    if (one_in(3)) lookup.limit = static_cast<std::size_t>(below(4));
    lookup.many = one_in(2);
    return lookup;
  }

  template <class Door>
  void compare(Door& door) {
    const std::string all = "n f t ns ts any z";
    const auto plain = json::parse(door.execute("{ a { " + all + " } b { " + all + " } }").data_text());
    for (int i = 0; i < 12; ++i) {
      const auto outer = some_lookup();
      const auto inner = some_lookup();
      const auto text = "{ a { " + all + " " + outer.text(all + " " + inner.text(all)) + " } }";
      INFO(text);
      auto expected = plain["a"];
      for (auto& row : expected) {
        auto found = joined(outer, row, plain["b"]);
        const auto extend = [&](json& document) { document["l"] = joined(inner, document, plain["b"]); };
        if (found.is_array())
          for (auto& each : found) extend(each);
        else if (!found.is_null())
          extend(found);
        row["l"] = found;
      }
      REQUIRE(json::parse(door.execute(text).data_text())["a"] == expected);
    }
  }

  std::mt19937_64 random_;
  Database database_;
};

void run(std::uint64_t first, std::uint64_t seeds) {
  for (auto seed = first; seed < first + seeds; ++seed) {
    INFO("seed " << seed);
    Run(seed).check();
  }
}

}  // namespace

TEST_CASE("random lookups do what a naive join does", "[exec]") { run(1, 25); }

TEST_CASE("random lookups do what a naive join does, for long", "[exec][long]") { run(1000, 1500); }
