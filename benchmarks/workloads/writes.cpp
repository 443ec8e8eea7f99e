// Changes of documents, a commit each, that survive the death of the process.
#include "workloads/writing.hpp"

namespace aurora::bench {

namespace {

constexpr std::size_t kBatch = 1'000;

// With few enough digits for SQLite's JSON, which keeps fifteen.
double score_of(std::uint64_t i) {
  return static_cast<double>(mix(i + 1'234) % static_cast<std::uint64_t>(kMostScore * 1'024)) /
         1'024;
}

// Another score for any document of the start; checked by a range of just that score.
WritePlan plan_updates(Dataset& data, std::uint64_t) {
  return {{},
          [numbers = Numbers(Keys::kUniform, data.size())](std::uint64_t i) {
            Question question;
            question.id = make_id(numbers(i));
            question.low = question.high = score_of(i);
            return question;
          },
          false};
}

WritePlan plan_removes(Dataset& data, std::uint64_t questions) {
  WritePlan plan = plan_inserts<1>(data, questions);
  plan.insert_first = true;
  return plan;
}

// One in two is there already.
WritePlan plan_upserts(Dataset& data, std::uint64_t questions) {
  WritePlan plan = plan_inserts<1>(data, questions);
  const Numbers numbers(Keys::kUniform, data.size());
  for (std::uint64_t i = 0; i < questions; i += 2) {
    Order& order = plan.rows[i].order;
    order.id = make_id(numbers(i));
    plan.rows[i].json = to_json(Value(to_object(order)));
  }
  return plan;
}

WritePlan plan_transfers(Dataset& data, std::uint64_t) {
  return {{},
          [numbers = Numbers(Keys::kUniform, data.size()), size = data.size()](std::uint64_t i) {
            Question question;
            const std::uint64_t from = numbers(i + 77'777);
            question.id = make_id(from);
            question.other = make_id((from + 1) % size);
            question.amount = 1 + static_cast<std::int64_t>(i % 100);
            return question;
          },
          false};
}

}  // namespace

void add_writes(Workloads& list) {
  const std::array writings{
      Writing{.name = "insert_one",
              .about = "insert a document, a commit each; unique id and two indexes",
              .operation = Operation::kInsert,
              .plan = &plan_inserts<1>,
              .cases = {{.operations = 5'000,
                         .bars = {times_as_fast(4, 6, "sqlite"), times_as_fast(4, 1.5, "lmdb"),
                                  times_of(4, 1.6, "rocksdb")}}},
              .every_thread_count = true},
      Writing{.name = "insert_json",
              .about = "insert 1,000 documents in a commit from their JSON texts, for one of them",
              .operation = Operation::kInsertJson,
              .plan = &plan_inserts<kBatch>,
              .cases = {{.operations = 5, .bars = {times_as_fast(5, 4, "sqlite_json")}}},
              .items = kBatch},
      Writing{.name = "update",
              .about = "another score, which is indexed, by id, a commit each",
              .operation = Operation::kUpdate,
              .plan = &plan_updates,
              .cases = {{.bars = {times_as_fast(13, 3, "sqlite")}}},
              .checked_by = Operation::kRangeFetch},
      Writing{.name = "upsert",
              .about = "a whole document by id, every other one new, a commit each",
              .operation = Operation::kUpsert,
              .plan = &plan_upserts,
              .cases = {{.bars = {times_as_fast(13, 3, "sqlite")}}}},
      Writing{.name = "transfer",
              .about = "a transaction: read one amount, change it, change another",
              .operation = Operation::kTransfer,
              .plan = &plan_transfers,
              .cases = {{.bars = {times_as_fast(13, 3, "sqlite")}}}},
      Writing{.name = "delete",
              .about = "remove a document by id, a commit each",
              .operation = Operation::kRemove,
              .plan = &plan_removes,
              .cases = {{.bars = {times_as_fast(13, 3, "sqlite")}}}},
  };
  for (const auto& writing : writings) list.push_back(std::make_unique<WriteWorkload>(writing));
}

void add_durable_writes(Workloads& list) {
  list.push_back(std::make_unique<WriteWorkload>(Writing{
      .name = "insert_strict",
      .about = "insert a document, a commit each, that survives the loss of power",
      .operation = Operation::kInsert,
      .plan = &plan_inserts<1>,
      .cases = {{.threads = 1, .operations = 200, .bars = {times_as_fast(6, 1, "sqlite")}},
                {.threads = 16, .operations = 1'600, .bars = {times_as_fast(6, 8, "sqlite")}},
                {.threads = 64, .operations = 3'200, .bars = {rate(6, 60'000)}}},
      .mode = Mode::kSynced}));
}

}  // namespace aurora::bench
