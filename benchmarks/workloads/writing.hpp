// A workload of writes: the same documents and questions for every store, so that all stay alike.
// Used by writes.cpp and durable_writes.cpp.
#pragma once

#include "workloads/workload.hpp"

namespace aurora::bench {

/// One number of threads.
struct WriteCase {
  unsigned threads = 1;
  std::uint64_t operations = 2'000;  ///< in a round
  std::vector<Bar> bars{};
};

/// Everything a measurement of writes will ask, made before the clock runs.
struct WritePlan {
  std::vector<Row> rows;  ///< that questions borrow
  Questions questions;
  bool insert_first = false;  ///< the rows, untimed
};

struct Writing {
  std::string name, about;
  Operation operation;
  /// For that many questions.
  WritePlan (*plan)(Dataset& data, std::uint64_t questions);
  std::vector<WriteCase> cases{};
  bool every_thread_count = false;  ///< those of --threads, operations and bars of the first case
  Mode mode = Mode::kPlain;
  Operation checked_by = Operation::kGet;
  double items = 1;  ///< documents in an operation
};

class WriteWorkload final : public Workload {
 public:
  explicit WriteWorkload(Writing writing)
      : Workload(writing.name, writing.about), writing_(std::move(writing)) {}
  void run(Context& context) const override;

 private:
  void run_one(Context& context, const WriteCase& one) const;
  Writing writing_;
};

/// Inserts of `batch` documents each that nobody has.
template <std::size_t batch>
[[nodiscard]] WritePlan plan_inserts(Dataset& data, std::uint64_t questions) {
  WritePlan plan;
  plan.rows = make_rows(data.claim(questions * batch), questions * batch);
  plan.questions = [rows = std::span<const Row>(plan.rows)](std::uint64_t i) {
    Question question;
    question.rows = rows.subspan(i * batch, batch);
    question.id = question.rows[0].order.id;
    return question;
  };
  return plan;
}

}  // namespace aurora::bench
