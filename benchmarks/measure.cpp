// Rounds in turns.
#include "measure.hpp"

#include <time.h>

#include <barrier>
#include <exception>
#include <thread>

namespace aurora::bench {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kMostOperations = 1 << 18;  // of a thread in a round: questions are kept
constexpr std::uint64_t kMostTimed = 20'000;        // of a thread, for percentiles
constexpr std::uint64_t kRoundStride = std::uint64_t{1} << 32;

double processor_nanoseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

double nanoseconds(Clock::duration time) {
  return std::chrono::duration<double, std::nano>(time).count();
}

// One contender's share of a measurement.
class Runner {
 public:
  Runner(Contender& contender, const Turns& turns)
      : contender_(contender), turns_(turns), operations_(turns.operations) {}

  // The round that does not count; finds how many operations fill the budget.
  void warm_up() {
    if (operations_ != 0) {
      run(0, operations_);
      return;
    }
    const auto budget = static_cast<double>(turns_.budget.count());
    std::uint64_t tried = turns_.threads;
    double time = 0;
    // The better of two: once may be an interruption.
    for (std::uint64_t part = 0;; part += 2) {
      time = run(part << 24, tried);
      if (time >= budget / 8) time = std::min(time, run((part + 1) << 24, tried));
      if (time >= budget / 8 || tried >= kMostOperations) break;
      tried *= 4;
    }
    const double fits = budget / (time / static_cast<double>(tried));
    const double most = static_cast<double>(kMostOperations * turns_.threads);
    operations_ = static_cast<std::uint64_t>(std::clamp(fits, double(turns_.threads), most));
  }

  void count(std::uint64_t round) {
    times_.push_back(run(first_of(round), operations_) / static_cast<double>(operations_));
  }

  Figure figure(std::uint64_t round) {
    time_each_ = true;
    const std::uint64_t timed =
        turns_.operations != 0 ? operations_ : std::min(operations_, kMostTimed * turns_.threads);
    run(first_of(round), timed);
    const auto [fastest, slowest] = std::minmax_element(times_.begin(), times_.end());
    const double middle = median(times_);
    return {contender_.name,
            contender_.durability,
            middle / turns_.items,
            (*slowest - *fastest) / middle,
            percentile(single_, 0.50) / turns_.items,
            percentile(single_, 0.99) / turns_.items};
  }

 private:
  [[nodiscard]] std::uint64_t first_of(std::uint64_t round) const {
    return turns_.operations != 0 ? round * operations_ : round * kRoundStride;
  }

  // The wall time of `operations` over all threads, from question `first` on.
  double run(std::uint64_t first, std::uint64_t operations) {
    const unsigned threads = turns_.threads;
    std::vector<std::vector<Question>> questions(threads);
    for (std::uint64_t i = 0; i < operations; ++i)
      questions[i % threads].push_back(turns_.questions(first + i));
    std::vector<std::vector<double>> single(threads);
    if (threads == 1) return run_one(0, questions[0], single[0]);

    std::vector<std::exception_ptr> errors(threads);
    std::barrier start(static_cast<std::ptrdiff_t>(threads) + 1);
    Clock::time_point begin;
    {
      std::vector<std::jthread> workers;
      for (unsigned thread = 0; thread < threads; ++thread) {
        workers.emplace_back([&, thread] {
          start.arrive_and_wait();
          try {
            run_one(thread, questions[thread], single[thread]);
          } catch (...) {
            errors[thread] = std::current_exception();
          }
        });
      }
      begin = Clock::now();
      start.arrive_and_wait();
    }
    const double time = nanoseconds(Clock::now() - begin);
    for (const auto& error : errors) {
      if (error) std::rethrow_exception(error);
    }
    for (const auto& times : single) single_.insert(single_.end(), times.begin(), times.end());
    return time;
  }

  double run_one(unsigned thread, const std::vector<Question>& questions,
                 std::vector<double>& single) {
    Session& session = *contender_.sessions[thread];
    const Ask& ask = contender_.asks[thread];
    if (time_each_) single.reserve(questions.size());
    const auto begin = Clock::now();
    const double processor_begin = processor_nanoseconds();
    if (turns_.reads) session.begin_reads();
    if (time_each_) {
      auto before = Clock::now();
      for (const auto& question : questions) {
        keep(ask(question));
        const auto after = Clock::now();
        single.push_back(nanoseconds(after - before));
        before = after;
      }
    } else {
      for (const auto& question : questions) keep(ask(question));
    }
    if (turns_.reads) session.end_reads();
    const double time = turns_.processor_time ? processor_nanoseconds() - processor_begin
                                              : nanoseconds(Clock::now() - begin);
    if (turns_.threads == 1) single_.insert(single_.end(), single.begin(), single.end());
    return time;
  }

  Contender& contender_;
  const Turns& turns_;
  std::uint64_t operations_;
  bool time_each_ = false;
  std::vector<double> times_;   // of an operation, a round each
  std::vector<double> single_;  // of single operations
};

}  // namespace

double median(std::vector<double> values) { return percentile(values, 0.5); }

double percentile(std::vector<double>& values, double part) {
  std::sort(values.begin(), values.end());
  const double at = part * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const auto above = std::min(below + 1, values.size() - 1);
  return values[below] + (values[above] - values[below]) * (at - static_cast<double>(below));
}

std::vector<Figure> measure(std::span<Contender> contenders, const Turns& turns) {
  std::vector<Runner> runners;
  for (auto& contender : contenders) runners.emplace_back(contender, turns);
  for (auto& runner : runners) runner.warm_up();
  for (std::uint64_t round = 1; round <= turns.rounds; ++round) {
    for (std::size_t i = 0; i < runners.size(); ++i)
      runners[(i + round) % runners.size()].count(round);
  }
  std::vector<Figure> figures;
  for (auto& runner : runners) figures.push_back(runner.figure(turns.rounds + 1));
  return figures;
}

}  // namespace aurora::bench
