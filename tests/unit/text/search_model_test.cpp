// Searches against a slow twin: random documents, changes, transactions and reopening; sets, order and scores must be
// those of a straightforward BM25.
#include <aurora/aurora.hpp>

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <filesystem>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

namespace aurora {
namespace {

using Words = std::vector<std::string>;

Words split(const std::string& text) {
  Words words;
  std::string word;
  for (const char c : text + " ") {
    if (c != ' ') {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::exchange(word, {}));
    }
  }
  return words;
}

struct Twin {
  struct Doc {
    std::int64_t k;
    std::int64_t n;
    std::map<std::string, Words> fields;
  };
  std::vector<Doc> docs;   // in natural order

  struct Part {
    Words words;           // more than one: a phrase
    bool prefix = false;
    bool excluded = false;
  };
  struct Ask {
    std::vector<Part> parts;
    std::vector<std::string> fields;
    bool all = true;
    std::int64_t least_n = 0;

    [[nodiscard]] std::string query() const {
      std::string text;
      for (const auto& part : parts) {
        if (!text.empty()) text += ' ';
        if (part.excluded) text += '-';
        std::string words;
        for (const auto& word : part.words) words += (words.empty() ? "" : " ") + word;
        text += part.words.size() > 1 ? "\"" + words + "\"" : words;
        if (part.prefix) text += '*';
      }
      return text;
    }
  };

  static bool stands(const Part& part, const std::string& word, const std::string& token) {
    return part.prefix ? token.starts_with(word) : token == word;
  }
  static bool holds(const Part& part, const Words& tokens) {
    for (std::size_t i = 0; i + part.words.size() <= tokens.size(); ++i) {
      bool all = true;
      for (std::size_t j = 0; j < part.words.size(); ++j) all = all && stands(part, part.words[j], tokens[i + j]);
      if (all) return true;
    }
    return false;
  }
  [[nodiscard]] double score(const Doc& doc, const Part& part, const std::string& field) const {
    const auto& tokens = doc.fields.at(field);
    if (!holds(part, tokens)) return 0;
    double total = 0;
    for (const auto& other : docs) total += static_cast<double>(other.fields.at(field).size());
    const auto mean = total / static_cast<double>(docs.size());
    double sum = 0;
    for (const auto& word : part.words) {
      const auto count = [&](const Words& in) {
        return static_cast<double>(
            std::count_if(in.begin(), in.end(), [&](const auto& token) { return stands(part, word, token); }));
      };
      double n = 0;
      for (const auto& other : docs) n += count(other.fields.at(field)) > 0 ? 1 : 0;
      const auto idf = std::log(1 + (static_cast<double>(docs.size()) - n + 0.5) / (n + 0.5));
      const auto tf = count(tokens);
      sum += idf * tf * 2.2 / (tf + 1.2 * (0.25 + 0.75 * static_cast<double>(tokens.size()) / mean));
    }
    return sum;
  }

  [[nodiscard]] std::vector<std::pair<std::int64_t, double>> answer(const Ask& ask) const {
    std::vector<std::pair<std::int64_t, double>> found;
    for (const auto& doc : docs) {
      if (doc.n < ask.least_n) continue;
      bool any = false;
      bool all = true;
      bool out = false;
      double sum = 0;
      for (const auto& part : ask.parts) {
        bool here = false;
        for (const auto& field : ask.fields) {
          here = here || holds(part, doc.fields.at(field));
          if (!part.excluded) sum += score(doc, part, field) * (field == "title" ? 2 : 1);
        }
        if (part.excluded) {
          out = out || here;
        } else {
          any = any || here;
          all = all && here;
        }
      }
      if (any && !out && (all || !ask.all)) found.emplace_back(doc.k, sum);
    }
    std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    return found;
  }
};

class Play {
 public:
  explicit Play(std::uint32_t seed) : random_(seed) {}

  std::size_t below(std::size_t count) { return random_() % count; }
  std::string word() {
    static const Words kWords{"tar", "rope", "ropes", "kelp", "kelpie", "mast", "master", "sail", "sailor", "oar"};
    return kWords[std::min(below(kWords.size()), below(kWords.size()))];
  }
  std::string text() {
    std::string text;
    for (auto count = below(9); count > 0; --count) text += word() + " ";
    return text;
  }
  Object document(std::int64_t k) {
    Object object{{"k", Value(k)}, {"n", Value(static_cast<std::int64_t>(below(10)))}};
    if (below(5) > 0) object.append("title", Value(text()));
    if (below(5) > 0) object.append("body", Value(text()));
    return object;
  }
  static Twin::Doc twin_of(const Object& object) {
    Twin::Doc doc{*object.find("k")->if_int(), *object.find("n")->if_int(), {}};
    for (const auto* field : {"title", "body"}) {
      const auto* value = object.find(field);
      doc.fields[field] = value != nullptr ? split(*value->if_string()) : Words{};
    }
    return doc;
  }
  Twin::Ask ask() {
    Twin::Ask ask;
    for (auto count = 1 + below(3); count > 0; --count) {
      Twin::Part part;
      part.words.push_back(word());
      part.excluded = !ask.parts.empty() && below(4) == 0;
      if (below(4) == 0)
        part.words.push_back(word());
      else if (below(4) == 0) {
        part.prefix = true;
        part.words.front().resize(2 + below(2));
      }
      ask.parts.push_back(part);
    }
    ask.fields = below(3) == 0   ? std::vector<std::string>{"title"}
                 : below(2) == 0 ? std::vector<std::string>{"body"}
                                 : std::vector<std::string>{"title", "body"};
    ask.all = below(2) == 0;
    ask.least_n = below(3) == 0 ? static_cast<std::int64_t>(below(10)) : 0;
    return ask;
  }

 private:
  std::mt19937 random_;
};

constexpr std::string_view kSearch =
    "query($s: JSON, $n: Int) { notes(search: $s, where: {n: {gte: $n}}) { k score } }";

template <class Door>
void compare(Door& door, const Twin& twin, const Twin::Ask& ask) {
  List fields;
  for (const auto& field : ask.fields) fields.emplace_back(field);
  const auto data = door.execute(kSearch, Object{{"s", Value(Object{{"query", Value(ask.query())},
                                                                    {"fields", Value(std::move(fields))},
                                                                    {"operator", Value(ask.all ? "AND" : "OR")}})},
                                                 {"n", Value(ask.least_n)}})
                        .data();
  const auto& rows = *data.if_object()->find("notes")->if_list();
  const auto expected = twin.answer(ask);
  INFO("query [" << ask.query() << "] " << (ask.all ? "AND" : "OR") << " in " << ask.fields.front() << " of "
                 << ask.fields.size() << " n >= " << ask.least_n);
  std::map<std::int64_t, double> scores(expected.begin(), expected.end());
  REQUIRE(rows.size() == expected.size());
  double before = INFINITY;
  for (const auto& row : rows) {
    const auto k = *row.if_object()->find("k")->if_int();
    const auto score = *row.if_object()->find("score")->if_float();
    REQUIRE(scores.contains(k));
    REQUIRE(score == Catch::Approx(scores[k]).margin(1e-9).epsilon(1e-9));
    REQUIRE(score <= before + 1e-12);
    before = score;
  }
}

class Directory {
 public:
  Directory() : path_(std::filesystem::temp_directory_path() / ("aurora_search_" + std::to_string(getpid()))) {
    std::filesystem::remove_all(path_);
  }
  ~Directory() { std::filesystem::remove_all(path_); }
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

constexpr std::string_view kDefine =
    "schema { define collection notes { k: Int! @primary n: Int @indexed title: String @search(weight: 2) "
    "body: String @search } }";

void play(std::uint32_t seed) {
  Play play(seed);
  Directory directory;
  auto db = std::optional(Database::open(directory.path()));
  db->execute(kDefine);
  Twin twin;
  std::int64_t next = 0;
  INFO("seed " << seed);
  for (int round = 0; round < 40; ++round) {
    // Inside a transaction first: half of them are rolled back.
    auto after = twin;
    auto tx = db->begin_transaction();
    for (auto count = play.below(12) * (round % 7 == 0 ? 20 : 1); count > 0; --count) {
      const auto kind = play.below(4);
      if (kind < 2 || after.docs.empty()) {
        const auto object = play.document(next++);
        tx.insert("notes", object);
        after.docs.push_back(Play::twin_of(object));
      } else {
        const auto at = play.below(after.docs.size());
        const auto k = after.docs[at].k;
        if (kind == 2) {
          const auto text = play.text();
          tx.update("notes", Value(k), Object{{"body", Value(text)}});
          after.docs[at].fields["body"] = split(text);
        } else {
          tx.remove("notes", Value(k));
          after.docs.erase(after.docs.begin() + static_cast<std::ptrdiff_t>(at));
        }
      }
    }
    for (int i = 0; i < 4; ++i) {
      const auto ask = play.ask();
      compare(tx, after, ask);
      compare(*db, twin, ask);
    }
    if (play.below(3) > 0) {
      tx.commit();
      twin = std::move(after);
    } else {
      tx.rollback();
    }
    if (round % 5 == 4) {
      if (play.below(2) == 0) db->flush();
      db.reset();
      db.emplace(Database::open(directory.path()));
    }
    for (int i = 0; i < 4; ++i) compare(*db, twin, play.ask());
  }
  CHECK(db->verify().problems.empty());
}

TEST_CASE("searches answer as a straightforward BM25 does", "[text]") {
  for (const auto seed : {1u, 2u, 3u}) play(seed);
}

TEST_CASE("many random searches answer as a straightforward BM25 does", "[text][long]") {
  for (std::uint32_t seed = 100; seed < 160; ++seed) play(seed);
}

TEST_CASE("pages by score give each match once while others write", "[text]") {
  auto db = Database::open_in_memory();
  db.execute(kDefine);
  Play play(5);
  // Bodies of one length, so that what is added moves every score alike.
  std::vector<Object> documents;
  for (std::int64_t k = 0; k < 300; ++k) {
    std::string body;
    for (int i = 0; i < 6; ++i) body += play.word() + " ";
    documents.push_back(Object{{"k", Value(k)}, {"n", Value(1)}, {"body", Value(std::move(body))}});
  }
  db.insert_many("notes", documents);
  std::set<std::int64_t> seen;
  Value cursor;
  std::size_t total = 0;
  for (int page = 0; page < 100; ++page) {
    const auto data = db.execute("query($c: String) { notes(search: {query: \"tar\"}, first: 7, after: $c) "
                                 "{ edges { node { k } } pageInfo { endCursor hasNextPage } totalCount } }",
                                 Object{{"c", cursor}}).data();
    const auto& answer = *data.if_object()->find("notes")->if_object();
    if (page == 0) total = static_cast<std::size_t>(*answer.find("totalCount")->if_int());
    for (const auto& edge : *answer.find("edges")->if_list())
      CHECK(seen.insert(*edge.if_object()->find("node")->if_object()->find("k")->if_int()).second);
    const auto& info = *answer.find("pageInfo")->if_object();
    if (!*info.find("hasNextPage")->if_bool()) break;
    cursor = *info.find("endCursor");
    // Matches nothing.
    db.insert("notes", Object{{"k", Value(std::int64_t{1000 + page})}, {"n", Value(1)}, {"body", Value("zeppelin mast over the north sea")}});
  }
  CHECK(seen.size() == total);
}

TEST_CASE("searches beside writes see whole commits", "[text][threads]") {
  auto db = Database::open_in_memory();
  db.execute(kDefine);
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (std::int64_t round = 0; !stop; ++round) {
      // Each commit adds a pair and takes an older pair away, so that every state holds an even number.
      db.transaction([&](Transaction& tx) {
        for (std::int64_t i = 0; i < 2; ++i)
          tx.insert("notes", Object{{"k", Value(round * 2 + i)}, {"n", Value(1)}, {"body", Value("pair of words")}});
        for (std::int64_t i = 0; round >= 20 && i < 2; ++i) tx.remove("notes", Value((round - 20) * 2 + i));
      });
    }
  });
  std::vector<std::thread> readers;
  std::atomic<int> odd{0};
  for (int i = 0; i < 2; ++i)
    readers.emplace_back([&] {
      for (int round = 0; round < 300; ++round) {
        const auto data = db.execute("{ a: notes(search: {query: \"pair wor*\"}) { totalCount } "
                                     "b: notes(search: {query: \"\\\"pair of\\\"\", fields: [\"body\"]}) { totalCount } }").data();
        const auto count = [&](const char* key) {
          return *data.if_object()->find(key)->if_object()->find("totalCount")->if_int();
        };
        if (count("a") % 2 != 0 || count("a") != count("b")) ++odd;
      }
    });
  for (auto& reader : readers) reader.join();
  stop = true;
  writer.join();
  CHECK(odd == 0);
  CHECK(db.verify().problems.empty());
}

TEST_CASE("hostile documents are indexed, found and taken away", "[text]") {
  auto db = Database::open_in_memory();
  db.execute(kDefine);
  std::string many;
  for (int i = 0; i < 100'000; ++i) many += "w" + std::to_string(i) + " ";
  std::string zero;
  for (int i = 0; i < 10'000; ++i) zero += "\u200B\u200D";
  db.insert("notes", Object{{"k", Value(1)}, {"n", Value(1)}, {"body", Value(many)}});
  db.insert("notes", Object{{"k", Value(2)}, {"n", Value(1)}, {"body", Value(std::string(1u << 20, 'x'))}});
  db.insert("notes", Object{{"k", Value(3)}, {"n", Value(1)}, {"body", Value(zero + "in" + zero + "side" + zero)}});
  const auto found = [&](const std::string& query) {
    const auto data = db.execute("query($q: String) { notes(search: {query: $q, fuzzy: 1}) { k } }",
                                 Object{{"q", Value(query)}}).data();
    return data.if_object()->find("notes")->if_list()->size();
  };
  CHECK(found("w99999") == 1);
  CHECK(found(std::string(1u << 20, 'x')) == 1);
  CHECK(found("\"w500 w501\"") == 1);
  CHECK(found("\"w501 w500\"") == 0);
  CHECK(found("inside") + found("\"in side\"") == 1);
  for (int k = 1; k <= 3; ++k) db.remove("notes", Value(k));
  CHECK(found("w99999") == 0);
  CHECK(db.verify().problems.empty());
}

}  // namespace
}  // namespace aurora
