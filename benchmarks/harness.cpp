// Rounds, medians, table and JSON of the benchmarks.
#include "harness.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <ostream>

namespace aurora::bench {

namespace {

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

std::string time_text(double nanoseconds) {
  constexpr std::array<const char*, 4> kUnits{"ns", "us", "ms", "s"};
  std::size_t unit = 0;
  while (nanoseconds >= 10'000 && unit + 1 < kUnits.size()) {
    nanoseconds /= 1'000;
    ++unit;
  }
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), nanoseconds < 100 ? "%.1f %s" : "%.0f %s", nanoseconds,
                kUnits[unit]);
  return text.data();
}

double time_of(const Side& side, std::uint64_t round) {
  const auto begin = std::chrono::steady_clock::now();
  side.run(round);
  return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

double Measurement::ratio(const Figure& peer) const {
  return peer.nanoseconds / aurora().nanoseconds;
}

std::optional<bool> Measurement::met() const {
  if (!bar) return std::nullopt;
  for (const auto& figure : figures) {
    if (figure.name == bar->peer) return ratio(figure) >= bar->ratio;
  }
  return std::nullopt;
}

std::vector<Figure> measure(std::span<const Side> sides, std::uint64_t rounds,
                            std::uint64_t operations) {
  std::vector<std::vector<double>> times(sides.size());
  for (std::uint64_t round = 0; round <= rounds; ++round) {
    for (std::size_t i = 0; i < sides.size(); ++i) {
      const std::size_t side = (i + round) % sides.size();
      const double time = time_of(sides[side], round) / static_cast<double>(operations);
      if (round > 0) times[side].push_back(time);
    }
  }
  std::vector<Figure> figures;
  for (std::size_t side = 0; side < sides.size(); ++side) {
    const auto [fastest, slowest] = std::minmax_element(times[side].begin(), times[side].end());
    const double middle = median(times[side]);
    figures.push_back({sides[side].name, middle, (*slowest - *fastest) / middle});
  }
  return figures;
}

void print_table(std::ostream& out, const Measurement& measurement) {
  std::array<char, 160> line{};
  out << measurement.workload << " (" << measurement.size << " documents, durability "
      << measurement.durability << "): " << measurement.about << '\n';
  for (const auto& figure : measurement.figures) {
    std::snprintf(line.data(), line.size(), "  %-12s %10s  +-%3.0f%%  %14.0f /s",
                  figure.name.c_str(), time_text(figure.nanoseconds).c_str(), figure.spread * 50,
                  1e9 / figure.nanoseconds);
    out << line.data();
    if (&figure != &measurement.figures.front()) {
      std::snprintf(line.data(), line.size(), "  %8.2fx", measurement.ratio(figure));
      out << line.data();
    }
    if (measurement.bar && measurement.bar->peer == figure.name) {
      std::snprintf(line.data(), line.size(), "  (bar %.1fx: %s)", measurement.bar->ratio,
                    *measurement.met() ? "met" : "NOT met");
      out << line.data();
    }
    out << '\n';
  }
  out << '\n' << std::flush;
}

void write_json(std::ostream& out, std::span<const Measurement> measurements) {
  using Json = nlohmann::ordered_json;
  Json list = Json::array();
  for (const auto& measurement : measurements) {
    Json entry{{"workload", measurement.workload},
               {"size", measurement.size},
               {"durability", measurement.durability},
               {"metric", "median time of an operation"},
               {"unit", "ns"},
               {"aurora", measurement.aurora().nanoseconds},
               {"peers", Json::object()},
               {"ratios", Json::object()},
               {"bar", nullptr},
               {"met", nullptr}};
    for (const auto& figure : std::span(measurement.figures).subspan(1)) {
      entry["peers"][figure.name] = figure.nanoseconds;
      entry["ratios"][figure.name] = measurement.ratio(figure);
    }
    if (measurement.bar) {
      entry["bar"] = {{"peer", measurement.bar->peer}, {"ratio", measurement.bar->ratio}};
    }
    if (const auto met = measurement.met()) entry["met"] = *met;
    list.push_back(std::move(entry));
  }
  out << list.dump(2) << '\n';
}

}  // namespace aurora::bench
