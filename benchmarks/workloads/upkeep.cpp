// What a database costs beside its answers: disk, memory, the time to open it.
#include "child.hpp"
#include "workloads/workload.hpp"

namespace aurora::bench {

namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
constexpr std::uint64_t kMillion = 1'000'000;

class Disk final : public Workload {
 public:
  Disk() : Workload("disk", "bytes of disk a document, after flush and compaction (VACUUM)") {}

  void run(Context& context) const override {
    Dataset& data = context.data();
    data.open_as(Mode::kPlain);
    std::vector<Figure> figures;
    for (std::size_t i = 0; i < data.peers().size(); ++i) {
      const auto bytes = static_cast<double>(data.store(i).disk_bytes());
      if (!data.peers()[i].product || bytes == 0) continue;
      figures.push_back({data.peers()[i].name,
                         "process death",
                         bytes / static_cast<double>(data.size()),
                         0,
                         {},
                         {}});
    }
    Line line = line_of(data, std::move(figures));
    line.metric = "bytes a document";
    line.unit = "bytes";
    line.bars = {times_of(18, 1, "sqlite")};
    context.add(std::move(line));
  }
};

class IndexEntry final : public Workload {
 public:
  IndexEntry(std::string name, std::string about, std::string field, double most)
      : Workload(std::move(name), std::move(about)), field_(std::move(field)), most_(most) {}

  void run(Context& context) const override {
    Dataset& data = context.data();
    data.open_as(Mode::kPlain);
    auto contenders = data.contenders(Operation::kCity, 1);  // has its indexes loaded
    data.compare(contenders, Operation::kCity, reads(Numbers(Keys::kUniform, data.size())), 1);
    contenders.clear();
    Line line = line_of(
        data,
        {{data.peers()[0].name, "memory", data.store(0).index_entry_bytes(field_), 0, {}, {}}});
    line.metric = "bytes of memory an entry";
    line.unit = "bytes";
    line.bars = {at_most(17, most_)};
    context.add(std::move(line));
  }

 private:
  std::string field_;
  double most_;
};

class Memory final : public Workload {
 public:
  Memory()
      : Workload("memory",
                 "memory of a process that loaded and twice read all, with caches of 256 bytes a "
                 "document for documents and for blocks each, which is less than there is") {}

  void run(Context& context) const override {
    Dataset& data = context.data();
    const std::uint64_t part = std::max(data.size() * 256, 4 * kMiB);
    std::vector<Figure> figures;
    for (const auto& peer : data.peers()) {
      const bool cached = peer.name == "aurora" || peer.name == "sqlite" || peer.name == "rocksdb";
      if (!cached) continue;  // the others have no cache of their own
      const Place place{data.directory() / "memory", part, part};
      figures.push_back(
          {peer.name, "process death", memory_after_load(peer, place, data.size()), 0, {}, {}});
    }
    Line line = line_of(data, std::move(figures));
    line.metric = "resident bytes of the process";
    line.unit = "bytes";
    // What does not grow with the documents (write buffers, code) is more than small caches.
    if (data.size() >= kMillion) line.bars = {at_most(17, 1.25 * static_cast<double>(2 * part))};
    context.add(std::move(line));
  }
};

// Opening a database and asking a document by id and a count of a range.
class Open final : public Workload {
 public:
  Open(std::string name, std::string about, double most, bool killed)
      : Workload(std::move(name), std::move(about)), most_(most), killed_(killed) {}

  void run(Context& context) const override {
    Dataset& data = context.data();
    data.open_as(Mode::kPlain);
    std::vector<std::vector<double>> times;
    std::vector<std::string> names;
    const std::uint64_t rounds = std::min<std::uint64_t>(context.settings().rounds, kMostRounds);
    for (std::size_t i = 0; i < data.peers().size(); ++i) {
      const Peer& peer = data.peers()[i];
      if (peer.name != "aurora" && peer.name != "sqlite" && peer.name != "sqlite_json") continue;
      times.emplace_back();
      names.push_back(peer.name);
      for (std::uint64_t round = 0; round < rounds; ++round) {
        data.store(i).close();
        if (killed_) {
          const std::uint64_t count = context.settings().scaled(kWritten);
          write_until_killed(peer, roomy(data.directory(), data.size()), data.claim(count * 100),
                             count);
        }
        times.back().push_back(open(data.store(i)));
      }
    }
    std::vector<Figure> figures;
    for (std::size_t i = 0; i < names.size(); ++i) {
      const auto [least, most] = std::minmax_element(times[i].begin(), times[i].end());
      const double middle = median(times[i]);
      figures.push_back({names[i], "process death", middle, (*most - *least) / middle, {}, {}});
    }
    data.warm();
    Line line = line_of(data, std::move(figures));
    line.bars = {at_most(16, most_)};
    context.add(std::move(line));
  }

 private:
  static constexpr std::uint64_t kWritten = 50'000;
  static constexpr std::uint64_t kMostRounds = 5;

  static double open(Store& store) {
    const Question question = reads(Numbers(Keys::kUniform, 1))(0);
    const auto begin = std::chrono::steady_clock::now();
    static_cast<void>(store.open(Mode::kPlain));
    const auto session = store.session();
    const Ask get = session->ask(Operation::kGet);
    const Ask count = session->ask(Operation::kRangeCount);
    keep(get(question) + count(question));
    return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin)
        .count();
  }

  double most_;
  bool killed_;
};

}  // namespace

void add_upkeep_before_writes(Workloads& list) {
  list.push_back(std::make_unique<Disk>());
  list.push_back(std::make_unique<IndexEntry>(
      "index_unique", "memory of an index entry: a Float, each value once", "score", 20));
  list.push_back(std::make_unique<IndexEntry>(
      "index_repeated", "memory of an index entry: a String of 100 values", "city", 3));
  list.push_back(std::make_unique<Memory>());
  list.push_back(std::make_unique<Open>(
      "open", "open a database; a document by id and a count of a range", 100e6, false));
}

void add_opening(Workloads& list) {
  list.push_back(std::make_unique<Open>(
      "open_killed", "the same after SIGKILL amid writes, 50,000 documents after opening", 1e9,
      true));
}

}  // namespace aurora::bench
