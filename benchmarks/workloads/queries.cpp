// Queries over many documents: by index, by scan, in groups, by page, joined.
#include "workloads/reading.hpp"

namespace aurora::bench {

namespace {

// So many questions of 1 % bring forth the columns of the fields they name.
constexpr std::uint64_t kUntilColumns = 100;

// Two indexed conditions: the second index is there for this one only.
class CountTwo final : public ReadWorkload {
 public:
  using ReadWorkload::ReadWorkload;
  void run(Context& context) const override {
    index(context.data(), true);
    ReadWorkload::run(context);
    index(context.data(), false);
  }

 private:
  static void index(Dataset& data, bool indexed) {
    data.open_as(Mode::kPlain);
    for (std::size_t i = 0; i < data.peers().size(); ++i)
      static_cast<void>(data.store(i).index_active(indexed));
  }
};

// The thousandth page, beside Aurora's first.
class LatePage final : public ReadWorkload {
 public:
  using ReadWorkload::ReadWorkload;

 protected:
  Questions questions(const Dataset& data, Keys) const override {
    const auto page = std::min<std::uint64_t>(kPage, data.size() / kPageRows);
    return [page](std::uint64_t) {
      Question question;
      question.page = static_cast<std::uint32_t>(page);
      return question;
    };
  }

  void add_more(Dataset& data, std::vector<Contender>& asked) const override {
    Contender first = std::move(data.contenders(Operation::kPage, 1).front());
    first.name = "aurora_page_1";
    first.asks[0] = [ask = std::move(first.asks[0])](const Question& question) {
      Question other = question;
      other.page = 1;
      return ask(other);
    };
    asked.push_back(std::move(first));
  }

 private:
  static constexpr std::uint64_t kPage = 1'000;
};

class Join final : public ReadWorkload {
 public:
  using ReadWorkload::ReadWorkload;
  void run(Context& context) const override {
    context.data().open_as(Mode::kPlain);
    for (std::size_t i = 0; i < context.data().peers().size(); ++i)
      static_cast<void>(context.data().store(i).make_people());
    ReadWorkload::run(context);
  }
};

template <class Kind = ReadWorkload>
void add(Workloads& list, Reading reading) {
  list.push_back(std::make_unique<Kind>(std::move(reading)));
}

}  // namespace

void add_queries(Workloads& list) {
  add(list, {.name = "city_fetch",
             .about = "three named fields of each document of a city (1 %)",
             .operation = Operation::kCity,
             .bars = {times_as_fast(7, 5, "sqlite")},
             .compared = kUntilColumns});
  add(list, {.name = "city_documents",
             .about = "the whole documents of a city (1 %) in memory, three fields of each read",
             .operation = Operation::kCityDocuments});
  add<CountTwo>(list, {.name = "count_two",
                       .about = "how many of a city (1 %) are active (50 %), both indexed",
                       .operation = Operation::kCountTwo,
                       .bars = {times_as_fast(8, 200, "sqlite")}});
  add(list, {.name = "range_count",
             .about = "how many scores are in a range (1 %)",
             .operation = Operation::kRangeCount,
             .bars = {times_as_fast(9, 25, "sqlite")}});
  add(list, {.name = "range_fetch",
             .about = "three named fields of each document in that range",
             .operation = Operation::kRangeFetch,
             .bars = {times_as_fast(9, 4, "sqlite")},
             .compared = kUntilColumns});
  add(list, {.name = "range_documents",
             .about = "the whole documents in that range, three fields of each read",
             .operation = Operation::kRangeDocuments});
  add(list, {.name = "top_indexed",
             .about = "the ten highest scores, indexed, three named fields, the query kept",
             .operation = Operation::kTopIndexed,
             .bars = {times_as_fast(10, 3, "sqlite")},
             .compared = 1});
  add(list, {.name = "top_documents",
             .about = "the whole documents of the ten highest scores, three fields of each read",
             .operation = Operation::kTopDocuments,
             .compared = 1});
  add(list, {.name = "top_plain",
             .about = "the ten highest amounts, not indexed, three fields",
             .operation = Operation::kTopPlain,
             .bars = {times_as_fast(10, 1.5, "sqlite")},
             .compared = 1});
  add(list, {.name = "scan",
             .about = "how many amounts, not indexed, are below a bound (1 %), documents in memory",
             .operation = Operation::kScan,
             .bars = {times_as_fast(11, 2, "sqlite")},
             .compared = 2});
  add(list, {.name = "group_indexed",
             .about = "count and average score of each city, both indexed",
             .operation = Operation::kGroupIndexed,
             .bars = {times_as_fast(12, 50, "sqlite")},
             .compared = 1});
  add(list, {.name = "group_plain",
             .about = "count and average amount of each status, neither indexed",
             .operation = Operation::kGroupPlain,
             .bars = {times_as_fast(12, 3, "sqlite")},
             .compared = 1});
  add<LatePage>(list, {.name = "page_1000",
                       .about = "ten documents by score from a cursor, page 1,000",
                       .operation = Operation::kPage,
                       .bars = {times_of(14, 1.5, "aurora_page_1")},
                       .compared = 1});
  add<Join>(list, {.name = "join",
                   .about = "10,000 documents, each with the name of one of 1,000 others",
                   .operation = Operation::kJoin,
                   .bars = {times_as_fast(15, 2, "sqlite")},
                   .compared = 1});
}

}  // namespace aurora::bench
