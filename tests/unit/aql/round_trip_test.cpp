// Properties over random texts: what is printed parses to the same tree; blanks, commas and
// comments change nothing; a damaged text fails with a place inside it and never crashes. Seeds are
// printed.
#include "support.hpp"

#include <cstdint>
#include <cstdlib>
#include <random>

using namespace aurora;
using namespace aurora::aql;
using namespace aurora::aql::test;

namespace {

std::uint64_t base_seed() {
  const char* given = std::getenv("AURORA_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : 20260131;
}

/// Writes random texts of the language as lists of tokens.
class Writer {
 public:
  explicit Writer(std::uint64_t seed) : random_(seed) {}

  std::vector<std::string> text() {
    const int operations = pick(3) + 1;
    for (int i = 0; i < operations; ++i) operation();
    // Fragments that may be spread: each only spreads later ones.
    for (int i = 0; i < kFragments; ++i) {
      add({"fragment", "F" + std::to_string(i), "on", "c"});
      next_fragment_ = i + 1;
      selections(2);
    }
    return std::move(tokens_);
  }

  int pick(int below) { return static_cast<int>(random_() % static_cast<std::uint64_t>(below)); }

 private:
  static constexpr int kFragments = 3;

  void add(std::initializer_list<std::string> tokens) { tokens_.insert(tokens_.end(), tokens); }
  bool chance(int percent) { return pick(100) < percent; }
  std::string fresh() { return "k" + std::to_string(counter_++); }
  std::string word() {
    static const char* const kWords[] = {"name",  "on", "where", "query",
                                         "true_", "a1", "set",   "_x"};
    return kWords[pick(8)];
  }

  void string() {
    static const char* const kStrings[] = {
        R"("")", R"("plain")", R"("esc \" \\ \n \u00e9 \uD83D\uDE80")", R"("å 🌊 # , {")",
        "\"\"\"block \"q\" \\\"\"\" \n   two\n  three\"\"\""};
    add({kStrings[pick(5)]});
  }

  void literal(int depth) {
    switch (pick(depth > 0 ? 9 : 7)) {
      case 0:
        add({"null"});
        return;
      case 1:
        add({chance(50) ? "true" : "false"});
        return;
      case 2:
        add({chance(50) ? "-9223372036854775808" : std::to_string(pick(1000))});
        return;
      case 3:
        add({chance(50) ? "1.5e-3" : "-0.25"});
        return;
      case 4:
        string();
        return;
      case 5:
        add({word()});
        return;
      case 6:
        add({chance(50) ? "DESC" : "5"});
        return;
      case 7:
        add({"["});
        for (int i = pick(4); i > 0; --i) literal(depth - 1);
        add({"]"});
        return;
      default:
        add({"{"});
        for (int i = pick(4); i > 0; --i) {
          add({chance(30) ? "\"" + fresh() + ".x\"" : fresh(), ":"});
          literal(depth - 1);
        }
        add({"}"});
    }
  }

  void expression(int depth) {
    static const char* const kOperators[] = {"||", "&&", "==", "!=", "<", "<=", ">",
                                             ">=", "+",  "-",  "*",  "/", "%"};
    switch (pick(depth > 0 ? 12 : 4)) {
      case 0:
        add({word()});
        return;
      case 1:
        add({"a", ".", "b"});
        return;
      case 2:
        add({std::to_string(pick(50))});
        return;
      case 3:
        add({chance(50) ? "\"x ${a + 1} y ${b}\"" : "\"s\""});
        return;
      case 4:
      case 5:
      case 6:
        expression(depth - 1);
        add({kOperators[pick(13)]});
        expression(depth - 1);
        return;
      case 7:
        add({chance(50) ? "!" : "-"});
        expression(depth - 1);
        return;
      case 8:
        expression(depth - 1);
        add({"?"});
        expression(depth - 1);
        add({":"});
        expression(depth - 1);
        return;
      case 9:
        add({"("});
        expression(depth - 1);
        add({")"});
        return;
      case 10:
        add({"f", "("});
        for (int i = pick(3); i > 0; --i) {
          expression(depth - 1);
          add({","});
        }
        if (chance(30)) {
          add({fresh(), ":"});
          expression(depth - 1);
        }
        add({")"});
        return;
      default:
        add({"("});
        expression(depth - 1);
        add({"|", "g", ")"});
        return;
    }
  }

  void arguments() {
    add({"("});
    for (int i = pick(3); i >= 0; --i) {
      add({fresh(), ":"});
      literal(2);
    }
    add({")"});
  }

  void selections(int depth) {
    add({"{"});
    for (int i = pick(4); i >= 0; --i) {
      const int kind = pick(10);
      if (kind == 0 && next_fragment_ < kFragments) {
        add({"...", "F" + std::to_string(next_fragment_ + pick(kFragments - next_fragment_))});
      } else if (kind == 1 && depth > 0) {
        add({"..."});
        if (chance(50)) add({"on", "c"});
        selections(depth - 1);
      } else if (kind <= 4) {
        add({fresh(), ":"});
        expression(3);
        if (chance(20)) add({"|", "f", "(", "1", ")", "|", "g"});
      } else {
        add({fresh()});
        if (chance(40)) add({":", word()});
        if (chance(30)) arguments();
        if (chance(20)) add({"@", "include", "(", "if", ":", "true", ")"});
        if (depth > 0 && chance(30)) selections(depth - 1);
      }
    }
    add({"}"});
  }

  void operation() {
    switch (pick(6)) {
      case 0:
      case 1:
        add({"query", "Q"});
        add({"{", fresh(), ":", "c"});
        if (chance(60)) arguments();
        selections(3);
        add({"}"});
        return;
      case 2:
        add({"mutation", "{", fresh(), ":", "insert"});
        arguments();
        if (chance(50)) selections(2);
        add({fresh(), ":", "transaction", "{", fresh(), ":", "update"});
        arguments();
        add({"}", "}"});
        return;
      case 3:
        add({"schema", "{", "define", "collection", "c", "if", "not", "exists", "{"});
        for (int i = pick(4); i >= 0; --i) {
          add({fresh(), ":"});
          if (chance(30))
            add({"[", "Int", "!", "]"});
          else if (chance(30))
            add({"{", "x", ":", "Int", "@", "indexed", "}"});
          else
            add({"String"});
          if (chance(30)) add({"!"});
          if (chance(30)) {
            add({"="});
            literal(1);
          }
        }
        add({"@", "@", "index", "(", "fields", ":", "[", "\"a\"", "]", ")", "}"});
        add({"alter", "collection", "c", "{", "rename", "add", "to", "drop", "drop", "to", "}",
             "}"});
        return;
      case 4:
        if (migrated_) return operation();
        migrated_ = true;
        add({"migrate", "{", "\"v1\"", ":", "{", "migrate", "data", "in", "c", "{", "set", "a",
             "="});
        expression(3);
        if (chance(50)) add({"where", "{", "}"});
        add({"set", "set", "="});
        expression(2);
        add({"}", "drop", "collection", "d", "}", "}"});
        return;
      default:
        if (handled_) return operation();
        handled_ = true;
        add({"define", "handler", "\"h\"", "{", "action", ":", "{", "enqueueJob", "(", "id", ":",
             "$", "_id", ")", "}", "on", ":", "\"insert:c\"", "}"});
    }
  }

  std::mt19937_64 random_;
  std::vector<std::string> tokens_;
  int counter_ = 0;
  int next_fragment_ = 0;
  bool migrated_ = false;
  bool handled_ = false;
};

std::string join(const std::vector<std::string>& tokens, std::string_view blank) {
  std::string out;
  for (const std::string& token : tokens) out.append(token).append(blank);
  return out;
}

void check_place(const Error& error, std::string_view text) {
  const aql::Place end = locate(text, static_cast<Offset>(text.size()));
  CHECK(error.line() >= 1);
  CHECK(error.line() <= end.line);
  CHECK(error.column() >= 1);
  CHECK_FALSE(error.message().empty());
}

}  // namespace

TEST_CASE("what is printed parses to the same tree", "[aql][property]") {
  const std::uint64_t seed = base_seed();
  for (std::uint64_t i = 0; i < 3000; ++i) {
    const std::string text = join(Writer(seed + i).text(), " ");
    INFO("AURORA_SEED=" << seed + i << " text: " << text);
    const std::string printed = print(parsed(text));
    INFO("printed: " << printed);
    REQUIRE(print(parsed(printed, {.depth = 256})) == printed);
  }
}

TEST_CASE("blanks and comments change nothing", "[aql][property]") {
  const std::uint64_t seed = base_seed();
  for (std::uint64_t i = 0; i < 1000; ++i) {
    const std::vector<std::string> tokens = Writer(seed + i).text();
    INFO("AURORA_SEED=" << seed + i);
    const std::string printed = print(parsed(join(tokens, " ")));
    for (const char* blank : {"\n", "\t \r\n", " # {\" comment\n", "#\r"})
      REQUIRE(print(parsed(join(tokens, blank))) == printed);
  }
}

TEST_CASE("a damaged text parses or fails inside itself", "[aql][property]") {
  const std::uint64_t seed = base_seed();
  for (std::uint64_t i = 0; i < 3000; ++i) {
    Writer writer(seed + i);
    std::vector<std::string> tokens = writer.text();
    INFO("AURORA_SEED=" << seed + i);
    for (int damage = writer.pick(3); damage >= 0 && !tokens.empty(); --damage) {
      const auto at = static_cast<std::ptrdiff_t>(writer.pick(static_cast<int>(tokens.size())));
      const auto from = static_cast<std::size_t>(writer.pick(static_cast<int>(tokens.size())));
      switch (writer.pick(4)) {
        case 0:
          tokens.erase(tokens.begin() + at);
          break;
        case 1:
          tokens.insert(tokens.begin() + at, std::string(tokens[from]));
          break;
        case 2:
          std::swap(tokens[static_cast<std::size_t>(at)], tokens[from]);
          break;
        default:
          tokens.resize(static_cast<std::size_t>(at));
          break;
      }
    }
    const std::string text = join(tokens, " ");
    const auto document = parse(text);
    if (!document) check_place(document.error(), text);
  }
}

TEST_CASE("every prefix of a text parses or fails inside itself", "[aql][property]") {
  const std::string text =
      "query Q($v: [Int!]! = [-1]) @auth { a: c(where: {\"x.y\": {in: $v}}) { b: \"${d | f(2)}\" "
      "...F "
      "e: g ? -h : !i } } fragment F on c { z } define handler \"h\" { on: \"insert:c\", action: { "
      "insert(a: $_id) } } schedule \"s\" { cron: \"@daily\" timeZone: \"UTC\" catchUp: ALL action: { "
      "insert(a: 1) } } drop query \"q\" migrate { \"v\": { migrate data in c { set a = \"\"\"\n b\"\"\" where "
      "{} } } }";
  CHECK(parse(text));
  for (std::size_t size = 0; size < text.size(); ++size) {
    const std::string prefix = text.substr(0, size);
    INFO(prefix);
    const auto document = parse(prefix);
    if (!document) check_place(document.error(), prefix);
  }
}
