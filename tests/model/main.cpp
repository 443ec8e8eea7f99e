// The model test: random operations on several databases and on the naive twin; all must agree.
// Called by ctest. Any failure is repeated by the seed it prints.
#include <aurora/aurora.hpp>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <stdlib.h>  // mkdtemp

#include "model/answers.hpp"
#include "model/generator.hpp"
#include "model/live.hpp"
#include "model/twin.hpp"

namespace aurora::testing {
namespace {

constexpr std::size_t kMostDocuments = 120;

/// What an operation must answer: data as JSON, or an error.
struct Expected {
  std::string data;
  std::optional<ErrorCode> error;
};

class Subject {
 public:
  Subject(std::string name, Config config, std::string path)
      : name_(std::move(name)), config_(std::move(config)), path_(std::move(path)) {
    open();
  }
  void open() {
    database_ = std::make_unique<Database>(path_.empty() ? Database::open_in_memory(config_)
                                                         : Database::open(path_, config_));
  }
  /// A database in memory would be gone.
  void reopen() {
    if (path_.empty()) return;
    database_->close();
    open();
  }
  [[nodiscard]] Database& operator*() const { return *database_; }
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  std::string name_;
  Config config_;
  std::string path_;
  std::unique_ptr<Database> database_;
};

/// One random schema and the operations on it.
class Sequence {
 public:
  Sequence(std::uint64_t seed, const std::string& directory) : seed_(seed), random_(seed) {
    Config indexed, scanning, tiny;
    scanning.use_indexes = false;
    tiny.hot_cache_bytes = random_.one_in(2) ? 0 : 4096;
    tiny.write_buffer_bytes = 64 << 10;
    tiny.checkpoint_changes = 1 + random_.below(60);
    tiny.checkpoint_interval = std::chrono::milliseconds(10);
    subjects_.emplace_back("memory", indexed, "");
    subjects_.emplace_back("memory, scanning", scanning, "");
    subjects_.emplace_back("rocksdb", tiny, directory + "/" + std::to_string(seed));
    twin_.schema = random_.schema();
    on_all(define(twin_.schema), {}, std::nullopt);
  }

  void run(std::uint64_t steps) {
    for (std::uint64_t i = 0; i < steps; ++i) step();
    verify();
  }

  [[nodiscard]] std::uint64_t comparisons() const { return comparisons_; }

 private:
  [[noreturn]] void fail(const std::string& where, const std::string& text, const Object& variables,
                         const std::string& wanted, const std::string& found) const {
    throw std::runtime_error("sequence of seed " + std::to_string(seed_) + ", on " + where +
                             "\n  " + text + "\n  " + to_json(Value(variables)) + "\n  schema " +
                             define(twin_.schema) + "\n  wanted " + wanted + "\n  found  " + found);
  }

  void compare(const std::string& where, const std::string& text, const Object& variables,
               const std::optional<Expected>& expected, const Result<QueryResult>& result) {
    ++comparisons_;
    const std::string found = result ? std::string(result->data_text()) : result.error().what();
    if (expected && expected->error) {
      if (result || result.error().code() != *expected->error)
        fail(where, text, variables, std::string(to_string(*expected->error)), found);
    } else if (!result || (expected && found != expected->data)) {
      fail(where, text, variables, expected ? expected->data : "success", found);
    }
  }

  void on_all(const std::string& text, const Object& variables,
              const std::optional<Expected>& expected) {
    for (auto& subject : subjects_)
      compare(subject.name(), text, variables, expected, (*subject).try_execute(text, variables));
  }

  void verify() {
    for (auto& subject : subjects_) {
      const auto report = (*subject).verify();
      if (!report.problems.empty())
        fail(subject.name(), "verify()", {}, "no problems", report.problems.front());
      if (report.documents != twin_.documents().size())
        fail(subject.name(), "verify()", {}, std::to_string(twin_.documents().size()),
             std::to_string(report.documents));
    }
  }

  void step() {
    const auto choice = random_.below(100);
    if (choice < 22)
      query(twin_, nullptr);
    else if (choice < 31)
      many();
    else if (choice < 38)
      windows();
    else if (choice < 45)
      pages();
    else if (choice < 85)
      write();
    else if (choice < 91)
      block();
    else if (choice < 95)
      handle();
    else if (choice < 98)
      alter();
    else
      reopen();
  }

  void reopen() {
    for (auto& subject : subjects_) subject.reopen();
    verify();
  }

  // ---- one statement: its text and variables, and what the twin says to it

  struct Statement {
    std::string field;  ///< `key: mutation(…)` without a selection
    Object variables;
    Expected expected;  ///< data: of that field alone
  };

  static Expected affected(bool ok, std::size_t count) {
    if (!ok) return {{}, ErrorCode::kUniqueConstraintViolation};
    return {"{\"affected\":" + std::to_string(count) + "}", {}};
  }

  /// Changes `twin` as the statement will change the databases. `n` makes its variables its own.
  Statement statement(Twin& twin, std::size_t n) {
    const std::string d = "d" + std::to_string(n), w = "w" + std::to_string(n);
    Statement made;
    std::size_t count = 0;
    auto choice = random_.below(10);
    if (twin.documents().size() > kMostDocuments) choice = 9;
    if (choice < 4) {
      std::vector<Object> documents;
      List list;
      for (auto i = random_.one_in(2) ? 1 : random_.below(5); i > 0; --i) {
        documents.push_back(random_.document(twin.schema));
        list.push_back(Value(documents.back()));
      }
      made.field = "insertMany(collection: \"c\", data: $" + d + ")";
      made.variables.set(d, Value(std::move(list)));
      made.expected = affected(twin.insert(documents), documents.size());
    } else if (choice < 7) {
      const auto where = random_.filter(twin.schema);
      const auto data = random_.changes(twin.schema, true);
      made.field = "update(collection: \"c\", where: $" + w + ", data: $" + d + ")";
      made.variables = {{w, Value(where)}, {d, Value(data)}};
      const bool ok = twin.update(where, data, count);
      made.expected = affected(ok, count);
    } else if (choice < 8) {
      upsert(twin, made, w, d);
    } else {
      const auto where = random_.filter(twin.schema);
      made.field = "deleteFrom(collection: \"c\", where: $" + w + ")";
      made.variables.set(w, Value(where));
      made.expected = affected(true, twin.remove(where));
    }
    return made;
  }

  void upsert(Twin& twin, Statement& made, const std::string& w, const std::string& d) {
    Object where;
    for (const auto& field : twin.schema.fields) {
      if (field.primary)
        where.set(field.name, Value(static_cast<std::int64_t>(random_.below(400))));
      else if (is_scalar(field.kind) && where.empty() && !twin.schema.find("id"))
        where.set(field.name, random_.value(field.kind));
    }
    if (where.empty()) {
      made.field = "deleteFrom(collection: \"c\", where: $" + w + ")";
      made.variables.set(w, Value(Object{{"or", Value(List())}}));
      made.expected = affected(true, 0);
      return;
    }
    auto data = random_.changes(twin.schema, false);
    for (const auto& [name, value] : where) data.remove(name);
    made.field = "upsert(collection: \"c\", where: $" + w + ", data: $" + d + ")";
    made.variables = {{w, Value(where)}, {d, Value(data)}};
    std::size_t count = 0;
    const bool ok = twin.upsert(where, data, count);
    made.expected = affected(ok, count);
  }

  static std::string declare_variables(const Object& variables) {
    std::string text;
    for (const auto& member : variables) text += "$" + member.name + ": JSON ";
    return text.empty() ? "" : "(" + text + ")";
  }

  void write() {
    auto made = statement(twin_, 0);
    if (!made.expected.error) made.expected.data = "{\"k\":" + made.expected.data + "}";
    on_all("mutation" + declare_variables(made.variables) + " { k: " + made.field + " }",
           made.variables, made.expected);
  }

  /// A transaction block: at the first violation all of it is undone.
  void block() {
    Twin copy = twin_;
    Expected expected{"{\"transaction\":{", {}};
    std::string text;
    Object variables;
    for (std::size_t i = 0, count = 1 + random_.below(4); i < count && !expected.error; ++i) {
      auto made = statement(copy, i);
      text += "k" + std::to_string(i) + ": " + made.field + " ";
      for (const auto& [name, value] : made.variables) variables.set(name, value);
      expected.error = made.expected.error;
      expected.data += (i > 0 ? ",\"k" : "\"k") + std::to_string(i) + "\":" + made.expected.data;
    }
    expected.data += "}}";
    if (!expected.error) twin_ = std::move(copy);
    on_all("mutation" + declare_variables(variables) + " { transaction { " + text + "} }",
           variables, expected);
  }

  /// An interactive transaction: a failed operation undoes only itself, reads see its own writes.
  void handle() {
    Twin copy = twin_;
    std::vector<Transaction> open;
    for (auto& subject : subjects_) open.push_back((*subject).begin_transaction());
    for (std::uint64_t i = 1 + random_.below(5); i > 0; --i) {
      if (random_.one_in(2)) {
        query(copy, &open);
        continue;
      }
      auto made = statement(copy, 0);
      if (!made.expected.error) made.expected.data = "{\"k\":" + made.expected.data + "}";
      const auto text =
          "mutation" + declare_variables(made.variables) + " { k: " + made.field + " }";
      for (std::size_t s = 0; s < open.size(); ++s)
        compare(subjects_[s].name() + ", in a transaction", text, made.variables, made.expected,
                open[s].try_execute(text, made.variables));
    }
    const bool commits = random_.below(3) > 0;
    for (std::size_t s = 0; s < open.size(); ++s) {
      if (!commits)
        open[s].rollback();
      else if (const auto done = open[s].try_commit(); !done)
        fail(subjects_[s].name(), "commit", {}, "success", done.error().what());
    }
    if (commits) twin_ = std::move(copy);
  }

  void query(const Twin& twin, std::vector<Transaction>* open) {
    const auto wanted = random_.query(twin.schema);
    Object variables{{"w", Value(wanted.where)}};
    std::string arguments = "where: $w";
    if (const auto order = order_argument(wanted); !order.is_null()) {
      variables.set("o", order);
      arguments += ", orderBy: $o";
    }
    if (wanted.limit) arguments += ", limit: " + std::to_string(*wanted.limit);
    if (wanted.offset > 0) arguments += ", offset: " + std::to_string(wanted.offset);
    if (!wanted.distinct.empty()) arguments += ", distinct: \"" + wanted.distinct + "\"";
    List rows;
    for (const auto& document : twin.select(wanted)) rows.push_back(Value(twin.shown(document)));
    const Expected expected{"{\"c\":" + to_json(Value(std::move(rows))) + "}", {}};
    const auto text = "query" + declare_variables(variables) + " { c(" + arguments + ") }";
    if (open == nullptr) return on_all(text, variables, expected);
    for (std::size_t s = 0; s < open->size(); ++s)
      compare(subjects_[s].name() + ", in a transaction", text, variables, expected,
              (*open)[s].try_execute(text, variables));
  }

  // ---- questions about many documents

  struct Asked {
    TwinQuery query;
    std::string arguments;
    Object variables;
  };

  Asked ask() {
    Asked asked{random_.query(twin_.schema), "where: $w", {}};
    asked.variables.set("w", Value(asked.query.where));
    if (const auto order = order_argument(asked.query); !order.is_null()) {
      asked.variables.set("o", order);
      asked.arguments += ", orderBy: $o";
    }
    if (!asked.query.distinct.empty()) asked.arguments += ", distinct: \"" + asked.query.distinct + "\"";
    return asked;
  }

  static std::string window_of(const TwinQuery& query) {
    return (query.limit ? ", limit: " + std::to_string(*query.limit) : "") +
           (query.offset > 0 ? ", offset: " + std::to_string(query.offset) : "");
  }

  void compare_values(const Asked& asked, const Question& question) {
    const auto text = "query" + declare_variables(asked.variables) + " { c(" + asked.arguments +
                      window_of(asked.query) + ") " + question.selection + " }";
    for (auto& subject : subjects_) {
      ++comparisons_;
      const auto result = (*subject).try_execute(text, asked.variables);
      const auto data = result ? result->data() : Value();
      const auto* found = data.if_object() != nullptr ? data.if_object()->find("c") : nullptr;
      if (found == nullptr || !nearly_equal(*found, question.expected))
        fail(subject.name(), text, asked.variables, to_json(question.expected),
             result ? std::string(result->data_text()) : result.error().what());
    }
  }

  void many() {
    const auto asked = ask();
    compare_values(asked, ask_many(random_, twin_, asked.query));
  }

  void windows() {
    const auto asked = ask();
    compare_values(asked, ask_windows(random_, twin_, asked.query));
  }

  /// Page after page, forward or backward: together all rows, each once, in order; the flags tell where it ends.
  void pages() {
    auto asked = ask();
    asked.query.limit.reset();
    asked.query.offset = 0;
    List rows;
    for (const auto& document : twin_.select(asked.query)) rows.push_back(Value(twin_.shown(document)));
    const bool backward = random_.one_in(2);
    const auto size = 1 + random_.below(20);
    auto variables = asked.variables;
    variables.set("at", Value());
    const auto text = "query" + declare_variables(asked.variables).replace(0, 1, "($at: String ") + " { c(" +
                      asked.arguments + (backward ? ", last: " : ", first: ") + std::to_string(size) +
                      (backward ? ", before: $at" : ", after: $at") +
                      ") { nodes pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount } }";
    for (auto& subject : subjects_) {
      ++comparisons_;
      List found;
      variables.set("at", Value());
      for (bool more = true; more;) {
        const auto result = (*subject).try_execute(text, variables);
        if (!result) fail(subject.name(), text, variables, "a page", result.error().what());
        const auto data = result->data();
        const auto& page = *data.if_object()->find("c")->if_object();
        const auto& nodes = *page.find("nodes")->if_list();
        found.insert(backward ? found.begin() : found.end(), nodes.begin(), nodes.end());
        const auto& info = *page.find("pageInfo")->if_object();
        more = *info.find(backward ? "hasPreviousPage" : "hasNextPage")->if_bool();
        const bool behind = *info.find(backward ? "hasNextPage" : "hasPreviousPage")->if_bool();
        if (!nodes.empty() && behind == (found.size() == nodes.size()))
          fail(subject.name(), text, variables, behind ? "nothing on the other side" : "rows on the other side",
               std::string(result->data_text()));
        if (more && nodes.empty()) fail(subject.name(), text, variables, "rows", "a page without any");
        variables.set("at", *info.find(backward ? "startCursor" : "endCursor"));
        if (found.size() > rows.size()) break;
      }
      if (!nearly_equal(Value(found), Value(rows)))
        fail(subject.name(), text, variables, to_json(Value(rows)), to_json(Value(found)));
    }
  }

  // ---- alter

  void alter() {
    const auto& fields = twin_.schema.fields;
    const auto& field = fields[random_.below(fields.size())];
    const auto choice = random_.below(5);
    if (choice == 0 || fields.size() < 3) {
      auto added = random_.field();
      change_schema("add " + declare(added));
      twin_.add_field(added);
    } else if (choice == 1 && !field.primary && !twin_.schema.in_compound(field.name)) {
      const auto name = field.name;
      change_schema("drop " + name);
      twin_.drop_field(name);
    } else if (choice == 2 && !field.primary) {
      const auto from = field.name, to = random_.field().name;
      change_schema("rename " + from + " to " + to);
      twin_.rename_field(from, to);
    } else if (choice == 3 && field.kind == Kind::kInt && !field.primary) {
      const auto name = field.name;
      twin_.widen_to_float(name);
      change_schema("modify " + declare(*twin_.schema.find(name)));
    } else if (!field.primary && !field.unique) {
      auto* changed = twin_.schema.find(field.name);
      changed->indexed = !changed->indexed;
      change_schema("modify " + declare(*changed));
    }
  }

  void change_schema(const std::string& action) {
    on_all("schema { alter collection c { " + action + " } }", {}, std::nullopt);
  }

  const std::uint64_t seed_;
  Generator random_;
  std::vector<Subject> subjects_;
  Twin twin_;
  std::uint64_t comparisons_ = 0;
};

struct Options {
  std::uint64_t seed = 0;
  std::uint64_t steps = 150;    ///< of one sequence
  std::uint64_t sequences = 0;  ///< 0: as many as fit into the time
  std::uint64_t seconds = 15;
  bool live = false;            ///< live queries instead of everything
};

bool read_options(int argc, char** argv, Options& options) {
  options.live = argc > 1 && std::string_view(argv[1]) == "--live";
  const int first = options.live ? 2 : 1;
  for (int i = first; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    const auto value = std::stoull(argv[i + 1]);
    if (name == "--seed")
      options.seed = value;
    else if (name == "--steps")
      options.steps = value;
    else if (name == "--sequences")
      options.sequences = value;
    else if (name == "--seconds")
      options.seconds = value;
    else
      return false;
  }
  if (options.seed == 0) options.seed = std::random_device{}();
  return (argc - first) % 2 == 0;
}

int run(const Options& options, const std::string& directory) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(options.seconds);
  std::uint64_t sequences = 0, comparisons = 0;
  const auto seed_of = [&] { return options.seed + sequences; };
  try {
    while (options.sequences > 0 ? sequences < options.sequences
                                 : std::chrono::steady_clock::now() < end) {
      Sequence sequence(seed_of(), directory);
      sequence.run(options.steps);
      comparisons += sequence.comparisons();
      ++sequences;
    }
  } catch (const std::exception& error) {
    std::printf("model: %s\nagain: aurora_model --seed %llu --steps %llu --sequences 1\n",
                error.what(), static_cast<unsigned long long>(seed_of()),
                static_cast<unsigned long long>(options.steps));
    return 1;
  }
  std::printf(
      "model: seed %llu: %llu sequences of %llu steps, %llu answers compared, no difference\n",
      static_cast<unsigned long long>(options.seed), static_cast<unsigned long long>(sequences),
      static_cast<unsigned long long>(options.steps), static_cast<unsigned long long>(comparisons));
  return 0;
}

}  // namespace
}  // namespace aurora::testing

int main(int argc, char** argv) {
  using namespace aurora::testing;
  Options options;
  if (!read_options(argc, argv, options)) {
    std::fputs("usage: aurora_model [--live] [--seed N] [--steps N] [--sequences N | --seconds N]\n", stderr);
    return 2;
  }
  if (options.live) return run_live_model({options.seed, options.steps, options.sequences, options.seconds});
  std::string directory = (std::filesystem::temp_directory_path() / "aurora-model-XXXXXX").string();
  if (mkdtemp(directory.data()) == nullptr) return 2;
  const int status = run(options, directory);
  std::error_code ignored;
  std::filesystem::remove_all(directory, ignored);
  return status;
}
