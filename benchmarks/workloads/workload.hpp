// A named workload: what is asked, of whom, and which bars it is held against.
// Each theme has a file in this folder, which adds its workloads to the list; main.cpp runs them.
#pragma once

#include "dataset.hpp"

#include <memory>

namespace aurora::bench {

/// What a run is about, and where its lines go.
class Context {
 public:
  Context(Dataset& data, const Settings& settings, std::ostream& out, std::vector<Line>& lines)
      : data_(data), settings_(settings), out_(out), lines_(lines) {}
  [[nodiscard]] Dataset& data() { return data_; }
  [[nodiscard]] const Settings& settings() const { return settings_; }
  /// Prints and keeps.
  void add(Line line) {
    print(out_, line);
    lines_.push_back(std::move(line));
  }

 private:
  Dataset& data_;
  const Settings& settings_;
  std::ostream& out_;
  std::vector<Line>& lines_;
};

class Workload {
 public:
  Workload(std::string name, std::string about)
      : name_(std::move(name)), about_(std::move(about)) {}
  virtual ~Workload() = default;
  Workload(const Workload&) = delete;
  Workload& operator=(const Workload&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& about() const { return about_; }
  /// Adds a line for each case that it has.
  /// Errors: throws std::exception when two stores answer differently, or one fails.
  virtual void run(Context& context) const = 0;

 protected:
  /// A line of these figures, of which the first is Aurora's.
  [[nodiscard]] Line line_of(const Dataset& data, std::vector<Figure> figures) const;

 private:
  std::string name_, about_;
};

using Workloads = std::vector<std::unique_ptr<Workload>>;

void add_point_reads(Workloads& list);
void add_queries(Workloads& list);
void add_cold_reads(Workloads& list);
void add_upkeep_before_writes(Workloads& list);
void add_writes(Workloads& list);
void add_durable_writes(Workloads& list);
void add_opening(Workloads& list);
/// In the order in which they run: what changes documents comes after what counts them.
[[nodiscard]] Workloads all_workloads();

}  // namespace aurora::bench
