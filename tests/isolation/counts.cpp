// Body of the counting workload.
#include "isolation/counts.hpp"

#include <aurora/aurora.hpp>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <map>
#include <random>
#include <system_error>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace aurora::testing {

namespace {

constexpr std::int64_t kKeys = 4;   // few, so that they meet

/// Lines of acknowledged operations, past the buffers of the process: kind and key.
class Acks {
 public:
  explicit Acks(const std::string& path) : file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {
    if (file_ < 0) throw std::system_error(errno, std::generic_category(), "cannot open the log");
  }
  ~Acks() { ::close(file_); }
  Acks(const Acks&) = delete;
  Acks& operator=(const Acks&) = delete;

  void add(char kind, std::int64_t key) {
    const auto line = kind + (" " + std::to_string(key)) + "\n";
    if (::write(file_, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
      throw std::system_error(errno, std::generic_category(), "cannot write the log");
  }

 private:
  int file_;
};

void increment(Database& database, std::int64_t key) {
  database.update("counters", key, {{"n", Object{{"increment", 1}}}});
}

void read_and_write(Database& database, std::int64_t key, bool careless) {
  if (careless) {
    const auto n = (*database.get("registers", key))["n"].as<std::int64_t>();
    database.update("registers", key, {{"n", n + 1}});
    return;
  }
  database.transaction(
      [&](Transaction& transaction) {
        const auto id = std::to_string(key);
        const auto found = transaction.execute("{ registers(where: {id: " + id + "}) { n } }");
        const std::string text(found.data_text());
        const auto n = std::stoll(text.substr(text.find("\"n\":") + 4));
        transaction.execute("mutation { update(collection: \"registers\", where: {id: " + id + "}, data: {n: " +
                            std::to_string(n + 1) + "}) { n } }");
      },
      10'000);
}

void work(Database& database, Acks& acks, const CountOptions& options, unsigned thread) {
  std::mt19937_64 random(options.seed * 97 + thread);
  std::int64_t name = 0;
  for (std::uint64_t step = 0; options.steps == 0 || step < options.steps; ++step) {
    const auto key = static_cast<std::int64_t>(random() % kKeys);
    switch (random() % 4) {
      case 0:
        increment(database, key);
        acks.add('I', key);
        break;
      case 1:
        read_and_write(database, key, options.careless);
        acks.add('R', key);
        break;
      case 2: {
        // Everybody wants the same new keys, about at the same time.
        const auto fresh = static_cast<std::int64_t>(step / 16);
        database.execute("mutation { upsert(collection: \"upserts\", where: {id: " + std::to_string(fresh) +
                         "}, data: {by: " + std::to_string(thread) + "}) }");
        acks.add('U', fresh);
        break;
      }
      default: {
        const auto inserted = database.try_insert("names", Object{{"name", ++name}, {"by", std::int64_t{thread}}});
        if (inserted) acks.add('N', name);
        else if (inserted.error().code() != ErrorCode::kUniqueConstraintViolation) throw inserted.error();
      }
    }
  }
}

std::map<std::int64_t, std::uint64_t> numbers_of(Database& database, const char* collection) {
  std::map<std::int64_t, std::uint64_t> numbers;
  for (const auto& document : database.query(collection).fetch())
    numbers[document["id"].as<std::int64_t>()] = static_cast<std::uint64_t>(document["n"].as<std::int64_t>());
  return numbers;
}

std::map<std::int64_t, std::uint64_t> holders_of(Database& database, const char* collection, const char* field) {
  std::map<std::int64_t, std::uint64_t> holders;
  for (const auto& document : database.query(collection).fetch()) ++holders[document[field].as<std::int64_t>()];
  return holders;
}

using Tally = std::map<std::int64_t, std::uint64_t>;

std::string compare_sums(const char* what, const Tally& acknowledged, const Tally& found, std::uint64_t under_way) {
  std::uint64_t more = 0;
  for (const auto& [key, n] : found) {
    const auto at = acknowledged.find(key);
    const auto wanted = at == acknowledged.end() ? 0 : at->second;
    if (n < wanted) return std::string(what) + " " + std::to_string(key) + ": " + std::to_string(wanted) + " acknowledged, " + std::to_string(n) + " there";
    more += n - wanted;
  }
  return more <= under_way ? std::string() : std::string(what) + ": " + std::to_string(more) + " more than were acknowledged";
}

std::string compare_keys(const char* what, const Tally& acknowledged, const Tally& found, std::uint64_t under_way) {
  std::uint64_t more = 0;
  for (const auto& [key, count] : found) {
    if (count != 1) return std::string(what) + " " + std::to_string(key) + " is there " + std::to_string(count) + " times";
    more += acknowledged.contains(key) ? 0 : 1;
  }
  for (const auto& [key, count] : acknowledged)
    if (!found.contains(key)) return std::string(what) + " " + std::to_string(key) + " was acknowledged and is not there";
  return more <= under_way ? std::string() : std::string(what) + ": " + std::to_string(more) + " more than were acknowledged";
}

}  // namespace

int run_counts(const CountOptions& options) {
  try {
    Acks acks(options.log);
    Config config;
    config.checkpoint_interval = std::chrono::milliseconds(50);
    auto database = Database::open(options.database, config);
    database.execute("schema { define collection counters { id: Int! @primary  n: Int! } "
                     "define collection registers { id: Int! @primary  n: Int! } "
                     "define collection upserts { id: Int! @unique  by: Int } "
                     "define collection names { name: Int! @unique  by: Int } }");
    for (std::int64_t key = 0; key < kKeys; ++key)
      for (const auto* collection : {"counters", "registers"}) database.insert(collection, Object{{"id", key}, {"n", 0}});
    acks.add('S', 0);
    std::vector<std::jthread> threads;
    for (unsigned thread = 0; thread < options.threads; ++thread)
      threads.emplace_back([&, thread] {
        try {
          work(database, acks, options, thread);
        } catch (const std::exception& error) {
          std::fprintf(stderr, "child: %s\n", error.what());
          ::_exit(3);   // the other threads go on: no orderly end
        }
      });
    threads.clear();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "child: %s\n", error.what());
    return 3;
  }
  return 0;
}

std::string check_counts(const CountOptions& options, bool was_killed, std::uint64_t& operations) {
  std::map<char, Tally> acknowledged;
  std::ifstream in(options.log);
  for (std::string line; std::getline(in, line) && !in.eof();) ++acknowledged[line.at(0)][std::stoll(line.substr(2))];
  if (!acknowledged.contains('S')) return was_killed ? std::string() : std::string("the child did nothing");
  for (const auto& [kind, tally] : acknowledged)
    for (const auto& [key, count] : tally) operations += count;
  for (const auto& [name, count] : acknowledged['N'])
    if (count != 1) return "name " + std::to_string(name) + " was acknowledged " + std::to_string(count) + " times";
  auto database = Database::open(options.database);
  const std::uint64_t under_way = was_killed ? options.threads : 0;
  for (const auto& problem : database.verify().problems) return "verify: " + problem;
  for (const auto& wrong :
       {compare_sums("counter", acknowledged['I'], numbers_of(database, "counters"), under_way),
        compare_sums("register", acknowledged['R'], numbers_of(database, "registers"), under_way),
        compare_keys("upserted key", acknowledged['U'], holders_of(database, "upserts", "id"), under_way),
        compare_keys("name", acknowledged['N'], holders_of(database, "names", "name"), under_way)})
    if (!wrong.empty()) return wrong;
  return {};
}

}  // namespace aurora::testing
