// Body of the model test of live queries. Called by main.cpp.
#include "model/live.hpp"

#include <aurora/aurora.hpp>

#include <array>
#include <chrono>
#include <cstdio>
#include <map>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace aurora::testing {
namespace {

// Floats are quarters, so that sums are the same in whatever order they are made.
constexpr auto kSchema = R"aql(schema {
  define collection o { k: Int! @primary  n: Int  g: String  up: Int }
  define collection c {
    k: Int! @primary  a: Int @indexed  b: Float  s: String  t: [String]  d: DateTime  r: Int  w: String @search
    @@index(fields: ["s", "a"])
    double: Int @computed(expr: "multiply(a, 2)")
  }
})aql";

constexpr std::array kWheres{
    "", "a: {gte: 5}", "a: {lt: 12}, b: {gt: 1}", "s: \"x\"", "s: {in: [\"x\", \"y\"]}", "t: {contains: \"p\"}",
    "or: [{a: 3}, {s: \"z\"}]", "b: {isNull: true}", "d: {gte: \"2026-01-02T00:00:00Z\"}", "double: {gt: 10}",
    "not: {s: \"x\"}", "k: {lt: 20}", "a: {between: [4, 9]}"};
constexpr std::array kOrders{"", "", "orderBy: {a: DESC}", "orderBy: {a: ASC}", "orderBy: [{s: ASC}, {b: DESC}]",
                             "orderBy: {field: \"b\", direction: ASC, nulls: LAST}", "orderBy: {d: DESC, k: ASC}",
                             "orderBy: {double: DESC}", "orderBy: {t: ASC}"};
constexpr std::array kWindows{"", "", "limit: 3", "limit: 5, offset: 2", "limit: 1", "offset: 3", "limit: 10", "first: 4",
                              "limit: 0"};
constexpr std::array kRows{
    "", "{ k a }", "{ a }", "{ s }", "{ k label: \"${s}-${a}\" double }", "{ b t d }",
    "{ k other: lookup(collection: \"o\", localField: \"r\", foreignField: \"k\") { n g } }",
    "{ k others: lookup(collection: \"o\", localField: \"a\", foreignField: \"n\", many: true, where: {g: \"x\"}) { k } }",
    "{ k o: lookup(collection: \"o\", localField: \"r\", foreignField: \"k\") { n "
    "up: lookup(collection: \"o\", localField: \"up\", foreignField: \"k\") { n } } }",
    "{ k w: windowFunc(field: \"a\", function: \"cumSum\") }"};
constexpr std::array kWholes{
    "{ aggregate { count } }",
    "{ totals: aggregate { count n: count(field: \"b\") sum(field: \"a\") avg(field: \"b\") min(field: \"a\") max(field: \"s\") } }",
    "{ aggregate { sum(field: \"b\") countDistinct(field: \"s\") first(field: \"a\") last(field: \"k\") } }",
    "{ aggregate { percentile(field: \"a\", p: 0.5) stddev(field: \"a\") } }",
    "{ groupBy(field: \"s\") { key count } }",
    "{ groupBy(field: \"s\", having: {count: {gt: 2}}, orderBy: {count: DESC}) { key count aggregate { sum(field: \"a\") max(field: \"b\") } } }",
    "{ groupBy(fields: [\"s\", \"r\"], limit: 4) { keys count } }",
    "{ groupBy(field: \"d\", interval: \"1d\") { timestamp count aggregate { avg(field: \"b\") } } }",
    "{ groupBy(field: \"s\") { key nodes(limit: 2) { k a } } }",
    "{ totalCount edges { node { k a } } pageInfo { hasNextPage } }",
    "{ totalCount }"};

constexpr std::array kDistinct{"s", "a", "r", "double", "b"};
constexpr std::array kSearches{"red", "red blue", "green OR red", "blu*", "\\\"red green\\\""};
constexpr std::array kBeside{"x: o { k n }", "x: o(where: {n: {gt: 4}}) { totalCount }", "x: c(distinct: \"s\", orderBy: {a: ASC}) { s a }",
                             "x: o(orderBy: {n: DESC}, limit: 2) { n } y: c(limit: 1) { k }"};

struct Watched {
  std::string text;
  Watcher watcher;
  std::vector<WatchedRow> list = {};
  std::uint64_t sequence = 0;
  std::map<std::uint64_t, std::string> wanted = {};   // by sequence: what the query gave
};

class LiveSequence {
 public:
  explicit LiveSequence(std::uint64_t seed) : random_(seed), database_(Database::open_in_memory(settings())) {
    database_.execute(kSchema);
    for (int i = 0; i < 20; ++i) write();
    for (int i = 0; i < 12; ++i) watch();
    for (int i = 0; i < 3; ++i) {
      grouped_.push_back(make());
      group_.add(database_.watch(grouped_.back().text));
    }
  }

  void run(std::uint64_t steps) {
    for (std::uint64_t i = 0; i < steps; ++i) {
      write();
      remember();
      if (one_in(15)) watched_[below(watched_.size())] = make();
      for (auto& watched : watched_)
        if (one_in(3)) hear(watched);
      if (one_in(4)) move_group();
    }
    for (auto& watched : watched_) hear(watched);
  }

  [[nodiscard]] std::uint64_t updates() const { return updates_; }
  [[nodiscard]] std::uint64_t comparisons() const { return comparisons_; }
  [[nodiscard]] const WatchStats& totals() {
    for (auto& watched : watched_) count(watched);
    watched_.clear();
    return totals_;
  }

 private:
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  bool one_in(std::uint64_t bound) { return below(bound) == 0; }
  template <std::size_t N>
  std::string pick(const std::array<const char*, N>& choices) {
    return choices[below(N)];
  }
  Config settings() {
    Config config;
    config.use_indexes = !one_in(3);
    return config;
  }

  // ---- queries

  std::string query() {
    const auto where = pick(kWheres);
    const bool whole = one_in(3);
    auto arguments = "where: {" + where + "} " + pick(kOrders) + " " + (whole && !one_in(3) ? "" : pick(kWindows));
    if (!whole && one_in(4)) arguments += " distinct: \"" + pick(kDistinct) + "\"";
    if (one_in(10)) arguments += " search: {query: \"" + pick(kSearches) + "\"}";
    return "{ c(" + arguments + ") " + (whole ? pick(kWholes) : pick(kRows)) + " " + (one_in(8) ? pick(kBeside) : "") + " }";
  }

  Watched make() {
    Watched made{query(), database_.watch("{ o }")};
    made.watcher = database_.watch(made.text);
    made.list = made.watcher.initial_results();
    made.sequence = made.watcher.sequence();
    check(made, "the first result", fresh(made));
    return made;
  }

  void watch() { watched_.push_back(make()); }

  std::string fresh(const Watched& watched) {
    const auto text = std::string(database_.execute(watched.text).data_text());
    // {"c":…}; several fields are one row
    return watched.watcher.current().size() == 1 && watched.text.find(" x: ") != std::string::npos ? text : text.substr(5, text.size() - 6);
  }

  static std::string text_of(const std::string& wanted, const std::vector<WatchedRow>& list) {
    std::string out;
    for (const auto& row : list) out += (out.empty() ? "" : ",") + row.text();
    return wanted.starts_with('[') ? "[" + out + "]" : out;
  }

  [[noreturn]] static void fail(const Watched& watched, const std::string& what, const std::string& wanted,
                                const std::string& found) {
    throw std::runtime_error(what + " of " + watched.text + " at " + std::to_string(watched.sequence) +
                             "\n  wanted " + wanted + "\n  found  " + found);
  }

  void check(const Watched& watched, const std::string& what, const std::string& wanted) {
    ++comparisons_;
    if (const auto found = text_of(wanted, watched.list); found != wanted) fail(watched, what, wanted, found);
    if (const auto found = text_of(wanted, watched.watcher.current()); found != wanted)
      fail(watched, what + ", as current()", wanted, found);
  }

  void remember() {
    const auto sequence = database_.stats().sequence;
    for (auto& watched : watched_) watched.wanted[sequence] = fresh(watched);
  }

  // What the query gave at the newest commit up to `sequence`; empty when none is remembered.
  static std::string wanted_at(const Watched& watched, std::uint64_t sequence) {
    const auto behind = watched.wanted.upper_bound(sequence);
    return behind == watched.wanted.begin() ? std::string() : std::prev(behind)->second;
  }

  void hear(Watched& watched) {
    while (const auto update = watched.watcher.try_next()) {
      ++updates_;
      if (update->sequence <= watched.sequence) fail(watched, "the order", "a later commit", std::to_string(update->sequence));
      const auto before = watched.list;
      update->apply_to(watched.list);
      watched.sequence = update->sequence;
      const auto wanted = wanted_at(watched, update->sequence);
      if (wanted.empty()) continue;
      check(watched, "an update", wanted);
      if (text_of(wanted, before) == wanted) fail(watched, "an update", "silence", std::to_string(update->changes.size()) + " changes");
    }
    check(watched, "the end", fresh(watched));
    watched.wanted.clear();
    if (one_in(10)) {
      count(watched);
      watched = make();
    }
  }

  // Nobody writes meanwhile: it moves to the newest commit.
  void move_group() {
    const auto update = group_.try_next();
    for (std::size_t i = 0; i < grouped_.size(); ++i) {
      auto& watched = grouped_[i];
      if (update) update->parts[i].apply_to(watched.list);
      const auto wanted = fresh(watched);
      ++comparisons_;
      for (const auto& list : {watched.list, group_.at(i).current()})
        if (text_of(wanted, list) != wanted) fail(watched, "a list of a group", wanted, text_of(wanted, list));
    }
  }

  void count(const Watched& watched) {
    const auto stats = watched.watcher.stats();
    totals_.commits += stats.commits;
    totals_.edits += stats.edits;
    totals_.requeries += stats.requeries;
  }

  // ---- commits

  Value scalar(std::uint64_t values) { return one_in(8) ? Value() : Value(static_cast<std::int64_t>(below(values))); }
  Value word() {
    constexpr std::array kWords{"x", "y", "z", "w"};
    return one_in(8) ? Value() : Value(kWords[below(kWords.size())]);
  }
  Value text() {
    constexpr std::array kTexts{"red", "green", "blue", "the"};
    std::string text;
    for (auto i = below(5); i > 0; --i) text += std::string(kTexts[below(kTexts.size())]) + " ";
    return one_in(8) ? Value() : Value(text);
  }
  Value words() {
    List list;
    constexpr std::array kWords{"p", "q", "r"};
    for (auto i = below(3); i > 0; --i) list.emplace_back(kWords[below(kWords.size())]);
    return Value(std::move(list));
  }

  Object fields() {
    Object data;
    if (one_in(2)) data.set("a", scalar(16));
    if (one_in(3)) data.set("b", one_in(6) ? Value() : Value(static_cast<double>(below(20)) / 4));
    if (one_in(3)) data.set("s", word());
    if (one_in(4)) data.set("t", words());
    if (one_in(4)) data.set("d", Value("2026-01-0" + std::to_string(1 + below(4)) + "T0" + std::to_string(below(4)) + ":00:00Z"));
    if (one_in(3)) data.set("r", scalar(8));
    if (one_in(4)) data.set("w", text());
    return data;
  }

  Object other() { return {{"n", scalar(16)}, {"g", word()}, {"up", scalar(8)}}; }

  void change(Transaction& transaction) {
    const Value key(static_cast<std::int64_t>(below(40)));
    switch (below(8)) {
      case 0:
      case 1:
      case 2: {
        auto data = fields();
        if (transaction.get("c", key)) {
          transaction.update("c", key, data);
        } else {
          data.set("k", key);
          transaction.insert("c", data);
        }
        return;
      }
      case 3: transaction.update("c", key, fields()); return;
      case 4: transaction.remove("c", key); return;
      case 5: {
        const Value k(static_cast<std::int64_t>(below(8)));
        auto data = other();
        if (transaction.get("o", k)) {
          transaction.update("o", k, data);
        } else {
          data.set("k", k);
          transaction.insert("o", data);
        }
        return;
      }
      case 6: transaction.remove("o", Value(static_cast<std::int64_t>(below(8)))); return;
      default: {
        // Several at once, so that windows run dry.
        const auto where = pick(kWheres);
        if (one_in(4))
          transaction.execute("mutation { deleteFrom(collection: \"c\", where: {k: {lt: " + std::to_string(below(30)) + "}, a: {gt: 7}}) }");
        else
          transaction.execute("mutation { update(collection: \"c\", where: {and: [{" + where + "}, {s: {isNotNull: true}}]}, data: {a: {increment: 1}}) }");
        return;
      }
    }
  }

  void write() {
    if (one_in(60)) {
      database_.execute("schema { alter collection c { add extra: Int = 1 } alter collection c { drop extra } }");
      return;
    }
    database_.transaction([&](Transaction& transaction) {
      for (auto i = one_in(3) ? 1 + below(5) : 1; i > 0; --i) change(transaction);
    });
  }

  std::mt19937_64 random_;
  Database database_;
  std::vector<Watched> watched_;
  std::vector<Watched> grouped_;   // as the group's, place by place
  WatcherGroup group_;
  std::uint64_t updates_ = 0;
  std::uint64_t comparisons_ = 0;
  WatchStats totals_;
};

}  // namespace

int run_live_model(const LiveOptions& options) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::seconds(options.seconds);
  std::uint64_t sequences = 0, updates = 0, comparisons = 0;
  WatchStats totals;
  const auto seed = static_cast<unsigned long long>(options.seed);
  try {
    for (; options.sequences > 0 ? sequences < options.sequences : Clock::now() < end; ++sequences) {
      LiveSequence sequence(options.seed + sequences);
      sequence.run(options.steps);
      updates += sequence.updates();
      comparisons += sequence.comparisons();
      const auto& figures = sequence.totals();
      totals.commits += figures.commits;
      totals.edits += figures.edits;
      totals.requeries += figures.requeries;
    }
  } catch (const std::exception& error) {
    std::printf("live: %s\nagain: aurora_model --live --seed %llu --steps %llu --sequences 1\n", error.what(),
                seed + sequences, static_cast<unsigned long long>(options.steps));
    return 1;
  }
  const auto number = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
  if (updates == 0 || totals.edits == 0) {
    std::printf("live: nothing was ever updated\n");
    return 1;
  }
  std::printf("live: seed %llu: %llu sequences of %llu steps, %llu updates, %llu lists compared, no difference; "
              "%llu commits looked at, %llu edits in place, %llu queries run again\n",
              seed, number(sequences), number(options.steps), number(updates), number(comparisons),
              number(totals.commits), number(totals.edits), number(totals.requeries));
  return 0;
}

}  // namespace aurora::testing
