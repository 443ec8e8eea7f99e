// A workload of reads: the same questions for every store that can answer them.
// Used by point_reads.cpp and queries.cpp.
#pragma once

#include "workloads/workload.hpp"

namespace aurora::bench {

struct Reading {
  std::string name, about;
  Operation operation;
  std::vector<Bar> bars{};
  Mode mode = Mode::kPlain;
  std::vector<Keys> keys{};         ///< empty: documents are not chosen by key
  bool every_key_law = false;       ///< those of --keys instead
  bool every_thread_count = false;  ///< those of --threads instead of one
  std::uint64_t compared = 10;      ///< answers
  /// What RocksDB is asked instead.
  std::optional<Operation> raw{};
};

class ReadWorkload : public Workload {
 public:
  explicit ReadWorkload(Reading reading);
  void run(Context& context) const override;

 protected:
  [[nodiscard]] const Reading& reading() const { return reading_; }
  [[nodiscard]] virtual Questions questions(const Dataset& data, Keys keys) const;
  /// Adds those that take part in the timing only.
  virtual void add_more(Dataset&, std::vector<Contender>&) const {}
  [[nodiscard]] std::vector<Contender> contenders(Dataset& data, unsigned threads) const;
  /// One case; `alone` is Aurora's line with one thread, when this one has more.
  [[nodiscard]] Line measure_one(Context& context, Keys keys, unsigned threads,
                                 const std::optional<Line>& alone) const;

 private:
  Reading reading_;
};

}  // namespace aurora::bench
