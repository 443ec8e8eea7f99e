// The grammar test: random statements on two databases, with and without indexes. Nothing may crash, no error may be
// Internal, every answer is JSON, and both answer the same.
// Called by ctest. Any failure is repeated by the seed it prints.
#include <aurora/aurora.hpp>

#include <chrono>
#include <cstdio>
#include <map>
#include <stdexcept>
#include <string>

#include "grammar/statements.hpp"

namespace aurora::testing {
namespace {

struct Outcome {
  bool ok = false;
  ErrorCode code = ErrorCode::kInternal;
  std::string text;   ///< the response
};

class Round {
 public:
  Round(std::uint64_t seed, bool verbose)
      : statements_(seed),
        verbose_(verbose),
        indexed_(Database::open_in_memory(config(true))),
        scanning_(Database::open_in_memory(config(false))) {}

  void run(int steps) {
    // Some definitions contradict themselves.
    while (!both(statements_.schema(), "{}")) continue;
    for (int i = 0; i < steps && !parted_; ++i) {
      const auto text = statements_.statement();
      both(text, statements_.variables());
    }
    for (auto* database : {&indexed_, &scanning_})
      if (const auto report = database->verify(); !report.problems.empty())
        throw std::runtime_error("verify(): " + report.problems.front());
  }

  std::map<std::string, std::uint64_t> outcomes;

 private:
  static Config config(bool indexes) {
    Config made;
    made.use_indexes = indexes;
    // One clock for both: "now" is data.
    made.clock = [] { return std::int64_t{1'769'860'800'000'000}; };
    return made;
  }

  [[noreturn]] static void fail(const std::string& what, const std::string& text, const std::string& variables) {
    throw std::runtime_error(what + "\n  " + text + "\n  " + variables);
  }

  static void check_json(std::string_view json, const std::string& text, const std::string& variables) {
    if (const auto parsed = parse_json(json, 500); !parsed)
      fail("no JSON: " + parsed.error().message() + "\n  " + std::string(json), text, variables);
  }

  Outcome one(Database& database, const std::string& text, const Object& values, const std::string& variables) {
    const auto result = database.try_execute(text, values);
    if (!result) {
      const auto& error = result.error();
      if (error.code() == ErrorCode::kInternal || error.message().empty())
        fail("Internal: " + error.message(), text, variables);
      check_json(error_response(error), text, variables);
      return {false, error.code(), error.what()};
    }
    check_json(result->dump(), text, variables);
    const auto late = result->try_deferred();
    // Expressions left for later may meet values they cannot take.
    if (!late) {
      if (late.error().code() != ErrorCode::kTypeError) fail("deferred(): " + std::string(late.error().what()), text, variables);
      return {false, late.error().code(), late.error().what()};
    }
    check_json(late->dump(), text, variables);
    return {true, {}, std::string(result->data_text()) + std::string(late->data_text())};
  }

  bool both(const std::string& text, const std::string& variables) {
    if (verbose_) std::printf("%s\n%s\n", text.c_str(), variables.c_str()), std::fflush(stdout);
    const auto values = parse_json(variables, 500);
    const Object none;
    const auto& object = values && values->if_object() != nullptr ? *values->if_object() : none;
    const auto a = one(indexed_, text, object, variables), b = one(scanning_, text, object, variables);
    ++outcomes[a.ok ? "ok" : std::string(to_string(a.code))];
    // Cursors and system ids are each database's own.
    const bool own = text.find("ursor") != text.npos || text.find("_sid") != text.npos;
    // An expression that fails on some documents fails if it meets them: an index may spare it that.
    const auto by_value = [](const Outcome& outcome) {
      return !outcome.ok && outcome.code == ErrorCode::kTypeError && outcome.text.find("computed field") != std::string::npos;
    };
    const bool differ = a.ok != b.ok || (!a.ok && a.code != b.code);
    // Two TypeErrors may come from different operations of a text: what stood before the later one was done.
    const bool elsewhere = !a.ok && !b.ok && a.text != b.text;
    if ((differ || elsewhere) && (by_value(a) || by_value(b))) {
      parted_ = true;   // one of them may have written
      return false;
    }
    if (differ || (a.ok && !own && a.text != b.text))
      fail("with indexes  " + a.text + "\n  without       " + b.text, text, variables);
    if (verbose_) std::printf("-> %s\n", a.text.c_str());
    return a.ok;
  }

  Statements statements_;
  const bool verbose_;
  bool parted_ = false;
  Database indexed_;
  Database scanning_;
};

struct Options {
  std::uint64_t seed = 0;
  std::uint64_t rounds = 0;    ///< 0: as many as fit into the time
  std::uint64_t seconds = 15;
  int steps = 150;
  bool verbose = false;
};

int run(const Options& options) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(options.seconds);
  std::map<std::string, std::uint64_t> outcomes;
  std::uint64_t rounds = 0;
  for (; options.rounds > 0 ? rounds < options.rounds : std::chrono::steady_clock::now() < end; ++rounds) {
    const auto seed = options.seed + rounds;
    Round round(seed, options.verbose);
    try {
      round.run(options.steps);
    } catch (const std::exception& error) {
      std::printf("grammar: %s\nagain: aurora_grammar --seed %llu --rounds 1 --verbose 1\n", error.what(),
                  static_cast<unsigned long long>(seed));
      return 1;
    }
    for (const auto& [name, count] : round.outcomes) outcomes[name] += count;
  }
  std::printf("grammar: seed %llu: %llu rounds of %d statements, no difference;", static_cast<unsigned long long>(options.seed),
              static_cast<unsigned long long>(rounds), options.steps);
  for (const auto& [name, count] : outcomes) std::printf(" %s %llu", name.c_str(), static_cast<unsigned long long>(count));
  std::printf("\n");
  return 0;
}

}  // namespace
}  // namespace aurora::testing

int main(int argc, char** argv) {
  aurora::testing::Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    const auto value = std::stoull(argv[i + 1]);
    if (name == "--seed") options.seed = value;
    if (name == "--rounds") options.rounds = value;
    if (name == "--seconds") options.seconds = value;
    if (name == "--steps") options.steps = static_cast<int>(value);
    if (name == "--verbose") options.verbose = value != 0;
  }
  if (options.seed == 0) options.seed = std::random_device{}();
  return aurora::testing::run(options);
}
