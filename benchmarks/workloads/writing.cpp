// Workloads of writes: some questions first, whose effect is compared, then those that are timed,
// whose effect is compared again.
#include "workloads/writing.hpp"

namespace aurora::bench {

namespace {

constexpr std::uint64_t kTried = 5;
constexpr std::uint64_t kChecked = 50;
constexpr std::uint64_t kBatch = 1'000;

void insert_rows(Dataset& data, std::span<const Row> rows) {
  for (const auto& contender : data.contenders(Operation::kInsertMany, 1)) {
    for (std::size_t at = 0; at < rows.size(); at += kBatch) {
      Question question;
      question.rows = rows.subspan(at, std::min<std::size_t>(kBatch, rows.size() - at));
      contender.asks[0](question);
    }
  }
}

}  // namespace

void WriteWorkload::run(Context& context) const {
  context.data().open_as(writing_.mode);
  if (!writing_.every_thread_count) {
    for (const auto& one : writing_.cases) run_one(context, one);
    return;
  }
  for (const unsigned threads : context.settings().threads) {
    WriteCase one = writing_.cases.front();
    one.threads = threads;
    if (threads != 1) one.bars.clear();
    run_one(context, one);
  }
}

void WriteWorkload::run_one(Context& context, const WriteCase& one) const {
  const Settings& settings = context.settings();
  Dataset& data = context.data();
  Turns turns{.rounds = settings.rounds,
              .operations = std::max<std::uint64_t>(settings.scaled(one.operations), one.threads),
              .reads = false,
              .threads = one.threads,
              .processor_time = settings.processor_time && writing_.mode != Mode::kSynced,
              .items = writing_.items,
              .questions = {}};
  const std::uint64_t total = turns.questions_asked() + kTried;
  const WritePlan plan = writing_.plan(data, total);
  if (plan.insert_first) insert_rows(data, plan.rows);

  auto contenders = data.contenders(writing_.operation, one.threads);
  for (auto& contender : contenders) {
    for (std::uint64_t i = 0; i < kTried; ++i) contender.asks[0](plan.questions(i));
  }
  data.note_writes();
  data.compare(contenders, writing_.checked_by, plan.questions, kTried);
  turns.questions = [&plan](std::uint64_t i) { return plan.questions(kTried + i); };
  Line line = line_of(data, measure(contenders, turns));
  const std::uint64_t step = std::max<std::uint64_t>(total / kChecked, 1);
  data.compare(
      contenders, writing_.checked_by,
      [&plan, step](std::uint64_t i) { return plan.questions(i * step); }, total / step);

  line.threads = one.threads;
  if (writing_.items != 1) line.metric = "median time of a document";
  line.bars = one.bars;
  context.add(std::move(line));
}

}  // namespace aurora::bench
