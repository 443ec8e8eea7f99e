// Body of rivals.hpp. One writer leads for others: what it cannot allocate is their failure too.
#include "rivals.hpp"

#include "allocation.hpp"
#include "kept_store.hpp"

#include <aurora/aurora.hpp>

#include "facade/open.hpp"

#include <cstdio>
#include <random>
#include <thread>
#include <vector>

namespace aurora::testing {

namespace {

constexpr int kWriters = 3;
constexpr int kTurns = 40;

enum class Answer : std::uint8_t { kNone, kStored, kFailed, kUnknown };

}  // namespace

void run_rivals(std::uint64_t seed, RivalCounts& counts) {
  const auto kept = make_kept();
  std::vector<std::vector<Answer>> answers(kWriters, std::vector<Answer>(kTurns));
  {
    auto database = facade::open_database(store_over(kept), Config()).value();
    database.execute("schema { define collection r { k: Int! @primary  s: String @indexed } }");
    std::vector<std::jthread> writers;
    for (int writer = 0; writer < kWriters; ++writer)
      writers.emplace_back([&, writer] {
        std::minstd_rand random(static_cast<std::uint32_t>(seed * kWriters) + static_cast<std::uint32_t>(writer) + 1);
        for (int turn = 0; turn < kTurns; ++turn) {
          const Object document{{"k", writer * kTurns + turn}, {"s", "a text of some length " + std::to_string(turn)}};
          const auto nth = std::uniform_int_distribution(0L, 150L)(random);
          const Shortage shortage(nth, (random() & 1) != 0);
          const auto stored = database.try_insert("r", document);
          auto& answer = answers[static_cast<std::size_t>(writer)][static_cast<std::size_t>(turn)];
          if (stored) {
            answer = Answer::kStored;
          } else if (stored.error().code() == ErrorCode::kLimitExceeded) {
            answer = Answer::kFailed;
          } else {
            answer = Answer::kUnknown;
            return;   // it refuses writes
          }
        }
      });
  }
  auto database = facade::open_database(store_over(kept), Config()).value();
  for (const auto& problem : database.verify().problems) {
    ++counts.wrong;
    std::printf("rivals %llu: %s\n", static_cast<unsigned long long>(seed), problem.c_str());
  }
  for (int writer = 0; writer < kWriters; ++writer)
    for (int turn = 0; turn < kTurns; ++turn) {
      const auto answer = answers[static_cast<std::size_t>(writer)][static_cast<std::size_t>(turn)];
      if (answer == Answer::kNone) continue;
      ++counts.writes;
      const bool there = database.try_get("r", writer * kTurns + turn).value().has_value();
      if (answer == Answer::kFailed) ++counts.failed;
      if (answer == Answer::kUnknown) ++counts.refused;
      if (answer == Answer::kUnknown || there == (answer == Answer::kStored)) continue;
      ++counts.wrong;
      std::printf("rivals %llu: document %d was said to be %s\n", static_cast<unsigned long long>(seed),
                  writer * kTurns + turn, there ? "refused, and is there" : "stored, and is not there");
    }
}

}  // namespace aurora::testing
