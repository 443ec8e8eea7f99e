// Workloads of reads.
#include "workloads/reading.hpp"

namespace aurora::bench {

namespace {

// Two threads on two processors: what locks and shared counters leave of twice.
constexpr double kScaling = 1.5;

}  // namespace

ReadWorkload::ReadWorkload(Reading reading)
    : Workload(reading.name, reading.about), reading_(std::move(reading)) {}

void ReadWorkload::run(Context& context) const {
  const Settings& settings = context.settings();
  context.data().open_as(reading_.mode);
  auto laws = reading_.every_key_law ? settings.keys : reading_.keys;
  const bool by_key = !laws.empty();
  if (!by_key) laws = {Keys::kUniform};
  const auto counts = reading_.every_thread_count ? settings.threads : std::vector<unsigned>{1};
  for (const Keys law : laws) {
    std::optional<Line> alone;
    for (const unsigned threads : counts) {
      Line line = measure_one(context, law, threads, alone);
      if (by_key) line.keys = to_string(law);
      // Times of the processor and of the wall cannot be compared.
      if (threads == 1 && !settings.processor_time) alone = line;
      context.add(std::move(line));
    }
  }
}

Questions ReadWorkload::questions(const Dataset& data, Keys keys) const {
  return reads(Numbers(keys, data.size()));
}

std::vector<Contender> ReadWorkload::contenders(Dataset& data, unsigned threads) const {
  auto found = data.contenders(reading_.operation, threads);
  if (!reading_.raw) return found;
  for (auto& contender : data.contenders(*reading_.raw, threads)) {
    for (auto& other : found) {
      if (other.name == contender.name) other = std::move(contender);
    }
  }
  return found;
}

Line ReadWorkload::measure_one(Context& context, Keys keys, unsigned threads,
                               const std::optional<Line>& alone) const {
  Dataset& data = context.data();
  auto asked = contenders(data, threads);
  const Questions asking = questions(data, keys);
  data.compare(asked, reading_.operation, asking, reading_.compared);
  add_more(data, asked);
  Line line = line_of(data, measure(asked, {.rounds = context.settings().rounds,
                                            .budget = context.settings().budget,
                                            .threads = threads,
                                            .processor_time = context.settings().processor_time,
                                            .questions = asking}));
  line.threads = threads;
  if (context.settings().processor_time && threads == 1)
    line.metric = "median processor time of an operation";
  if (threads == 1) {
    line.bars = reading_.bars;
  } else if (threads == 2 && alone && !reading_.bars.empty()) {
    Figure before = alone->aurora;
    before.name = "aurora_alone";
    line.peers.push_back(std::move(before));
    line.bars = {times_as_fast(reading_.bars.front().number, kScaling, "aurora_alone")};
  }
  return line;
}

}  // namespace aurora::bench
