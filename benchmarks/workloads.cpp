// The named workloads: what a store is asked, how its answer is checked, what is timed.
// A new one is a row of `workloads` and a case of `Run::one`.
#include "workloads.hpp"

#include <algorithm>
#include <array>

namespace aurora::bench {

namespace {

constexpr std::size_t kBatch = 1'000;
constexpr std::size_t kHot = 10'000;         // documents that point reads choose from
constexpr std::int64_t kRangeWidth = 1'000;  // 0.1 % of the amounts

const std::array kWorkloads{
    Workload{"insert_one", "insert a document, a commit each", Operation::kInsertOne, 5'000,
             Bar{"sqlite", 3.0}},
    Workload{"insert_many", "insert 1,000 documents in a commit, for one of them",
             Operation::kInsertMany, 10'000, std::nullopt},
    Workload{"get", "a document by its unique id, hot, three fields read", Operation::kGet, 50'000,
             Bar{"sqlite", 5.0}},
    Workload{"get_prepared", "the same by a prepared statement", Operation::kGetPrepared, 20'000,
             std::nullopt},
    Workload{"get_text", "the same by a statement's text", Operation::kGetText, 20'000,
             std::nullopt},
    Workload{"count_eq", "how many have a city", Operation::kCount, 2'000, std::nullopt},
    Workload{"range_fetch", "all documents of a range of amounts, three fields read",
             Operation::kRange, 100, std::nullopt},
    Workload{"update", "change an indexed field by id, a commit each", Operation::kUpdate, 5'000,
             std::nullopt},
};

// The stores of one workload, and the turns they take.
class Run {
 public:
  Run(const Workload& workload, const Scale& scale)
      : operation_(workload.operation), scale_(scale), operations_(scaled(workload, scale)) {}

  void add(const Peer& peer, const std::filesystem::path& directory) {
    stores_.push_back({peer.name, peer.has_statements, peer.open(directory)});
  }

  void fill() {
    rows_ = make_rows(0, scale_.documents);
    for (auto& [name, has_statements, store] : stores_) {
      for (std::size_t at = 0; at < rows_.size(); at += kBatch) {
        store->insert_many(std::span(rows_).subspan(at, std::min(kBatch, rows_.size() - at)));
      }
    }
    if (operation_ == Operation::kInsertOne || operation_ == Operation::kInsertMany) {
      added_ = make_rows(rows_.size(), (scale_.rounds + 1) * operations_);
    }
  }

  // Every answer is compared with what the documents themselves say.
  void compare() {
    for (std::uint64_t i = 0; i < 100; ++i) {
      const Row& row = hot_row(i);
      const std::int64_t low = low_of(i);
      const std::string place = city(mix(i) % kCities);
      std::uint64_t count = 0;
      std::uint64_t range = 0;
      for (const auto* rows : {&rows_, &added_}) {
        if (rows == &added_ && !measured_) continue;
        for (const auto& [order, json, tags] : *rows) {
          count += order.city == place ? 1 : 0;
          const bool inside = order.amount >= low && order.amount <= low + kRangeWidth;
          range += inside ? digest(order) : 0;
        }
      }
      for (auto& [name, has_statements, store] : stores_) {
        check(name, "get", store->get(row.order.id), digest(row.order));
        if (has_statements) {
          check(name, "get_prepared", store->get_prepared(row.order.id), digest(row.order));
          check(name, "get_text", store->get_text(row.order.id), digest(row.order));
        }
        check(name, "count", store->count(place), count);
        check(name, "range", store->range(low, low + kRangeWidth), range);
      }
    }
  }

  [[nodiscard]] std::vector<Figure> measure() {
    std::vector<Side> sides;
    for (auto& [name, has_statements, store] : stores_) {
      sides.push_back({name, [this, &store = *store](std::uint64_t round) { turn(store, round); }});
    }
    auto figures = bench::measure(sides, scale_.rounds, operations_);
    measured_ = true;
    if (operation_ == Operation::kUpdate) {
      for (std::uint64_t i = 0; i < (scale_.rounds + 1) * operations_; ++i) {
        hot_row(i).order.amount = amount_of(i);
      }
    }
    return figures;
  }

 private:
  struct Named {
    std::string name;
    bool has_statements;
    std::unique_ptr<Store> store;
  };

  static std::uint64_t scaled(const Workload& workload, const Scale& scale) {
    const auto count = std::max<std::uint64_t>(workload.operations / scale.divisor, 1);
    return workload.operation == Operation::kInsertMany ? std::max<std::uint64_t>(count, kBatch)
                                                        : count;
  }

  static void check(const std::string& store, const char* what, std::uint64_t answer,
                    std::uint64_t expected) {
    if (answer == expected) return;
    throw std::runtime_error(store + " answers " + what + " with " + std::to_string(answer) +
                             ", not " + std::to_string(expected));
  }

  void turn(Store& store, std::uint64_t round) {
    const std::uint64_t begin = round * operations_;
    const std::uint64_t end = begin + operations_;
    if (operation_ == Operation::kInsertMany) {
      for (std::uint64_t at = begin; at < end; at += kBatch) {
        store.insert_many(std::span(added_).subspan(at, std::min(kBatch, end - at)));
      }
      return;
    }
    for (std::uint64_t i = begin; i < end; ++i) keep(one(store, i));
  }

  std::uint64_t one(Store& store, std::uint64_t i) {
    switch (operation_) {
      case Operation::kInsertOne:
        store.insert(added_[i]);
        return 0;
      case Operation::kInsertMany:
        return 0;  // in `turn`
      case Operation::kGet:
        return store.get(hot_row(i).order.id);
      case Operation::kGetPrepared:
        return store.get_prepared(hot_row(i).order.id);
      case Operation::kGetText:
        return store.get_text(hot_row(i).order.id);
      case Operation::kCount:
        return store.count(city(mix(i) % kCities));
      case Operation::kRange:
        return store.range(low_of(i), low_of(i) + kRangeWidth);
      case Operation::kUpdate:
        store.update(hot_row(i), amount_of(i));
        return 0;
    }
    return 0;
  }

  [[nodiscard]] Row& hot_row(std::uint64_t i) {
    return rows_[mix(i + 7) % std::min<std::uint64_t>(kHot, rows_.size())];
  }
  [[nodiscard]] static std::int64_t low_of(std::uint64_t i) {
    return static_cast<std::int64_t>(mix(i + 99) % static_cast<std::uint64_t>(kMaxAmount));
  }
  [[nodiscard]] static std::int64_t amount_of(std::uint64_t i) {
    return static_cast<std::int64_t>(mix(i + 1'234) % static_cast<std::uint64_t>(kMaxAmount));
  }

  Operation operation_;
  Scale scale_;
  std::uint64_t operations_;
  std::vector<Named> stores_;
  std::vector<Row> rows_;   // there from the start
  std::vector<Row> added_;  // by the rounds
  bool measured_ = false;
};

}  // namespace

std::span<const Workload> workloads() { return kWorkloads; }

Measurement run(const Workload& workload, std::span<const Peer> peers, const Scale& scale,
                const std::filesystem::path& directory) {
  std::filesystem::create_directories(directory);
  Measurement result{std::string(workload.name),
                     std::string(workload.about),
                     scale.documents,
                     "process death",
                     workload.bar,
                     {}};
  {
    Run run(workload, scale);
    const bool by_statement =
        workload.operation == Operation::kGetPrepared || workload.operation == Operation::kGetText;
    for (const auto& peer : peers) {
      if (peer.has_statements || !by_statement) run.add(peer, directory);
    }
    run.fill();
    run.compare();
    result.figures = run.measure();
    run.compare();
  }
  std::filesystem::remove_all(directory);
  return result;
}

}  // namespace aurora::bench
