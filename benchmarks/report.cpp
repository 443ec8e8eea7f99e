// The table, the summary of bars and the JSON.
#include "report.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ostream>

namespace aurora::bench {

namespace {

template <class... Parts>
std::string format(const char* pattern, Parts... parts) {
  std::array<char, 256> text{};
  std::snprintf(text.data(), text.size(), pattern, parts...);
  return text.data();
}

std::string scaled(double value, double step, std::span<const char* const> units) {
  std::size_t unit = 0;
  while (value >= step * 10 && unit + 1 < units.size()) {
    value /= step;
    ++unit;
  }
  return format(value < 100 ? "%.1f %s" : "%.0f %s", value, units[unit]);
}

std::string plain(double value) { return format("%.15g", value); }

void print(std::ostream& out, const Line& line, const Figure& figure) {
  out << format("  %-14s %10s +-%3.0f%%", figure.name.c_str(),
                value_text(figure.value, line.unit).c_str(), figure.spread * 50);
  if (line.unit == "ns") out << format(" %12.0f /s", 1e9 / figure.value);
  if (figure.p50) {
    out << format("  p50 %9s  p99 %9s", value_text(*figure.p50, line.unit).c_str(),
                  value_text(*figure.p99, line.unit).c_str());
  }
  out << "  " << format("%-13s", figure.durability.c_str());
  if (&figure != &line.aurora) out << format(" %9.2fx", line.ratio(figure));
  out << '\n';
}

const char* verdict(const std::optional<bool>& met) {
  return !met ? "n.a." : *met ? "met" : "MISSED";
}

std::string title(const Line& line) {
  std::string text = line.workload + " (" + size_text(line.size) + " documents";
  if (!line.keys.empty()) text += ", keys " + line.keys;
  if (line.threads != 1) text += ", " + std::to_string(line.threads) + " threads";
  return text + ")";
}

}  // namespace

const Figure* Line::peer(std::string_view name) const {
  const auto found = std::find_if(peers.begin(), peers.end(),
                                  [name](const auto& peer) { return peer.name == name; });
  return found == peers.end() ? nullptr : &*found;
}

std::optional<bool> Line::met(const Bar& bar) const {
  const Figure* const against = peer(bar.peer);
  switch (bar.kind) {
    case Bar::Kind::kTimesAsGood:
      if (against == nullptr) return std::nullopt;
      return ratio(*against) >= bar.value;
    case Bar::Kind::kTimesOf:
      if (against == nullptr) return std::nullopt;
      return aurora.value <= bar.value * against->value;
    case Bar::Kind::kAtMost:
      return aurora.value <= bar.value;
    case Bar::Kind::kRate:
      return 1e9 / aurora.value >= bar.value;
  }
  return std::nullopt;
}

std::optional<bool> Line::met() const {
  std::optional<bool> all;
  for (const auto& bar : bars) {
    if (const auto one = met(bar)) all = all.value_or(true) && *one;
  }
  return all;
}

std::string text(const Bar& bar, std::string_view unit) {
  switch (bar.kind) {
    case Bar::Kind::kTimesAsGood:
      return "at least " + plain(bar.value) + " x " + bar.peer;
    case Bar::Kind::kTimesOf:
      return "at most " + plain(bar.value) + " x the " + (unit == "ns" ? "time of " : "size of ") +
             bar.peer;
    case Bar::Kind::kAtMost:
      return "at most " + value_text(bar.value, unit);
    case Bar::Kind::kRate:
      return "at least " + plain(bar.value) + " /s";
  }
  return {};
}

std::string reached(const Line& line, const Bar& bar) {
  const Figure* const against = line.peer(bar.peer);
  switch (bar.kind) {
    case Bar::Kind::kTimesAsGood:
      return against == nullptr ? "-" : format("%.2f x", line.ratio(*against));
    case Bar::Kind::kTimesOf:
      return against == nullptr ? "-" : format("%.2f x", 1 / line.ratio(*against));
    case Bar::Kind::kAtMost:
      return value_text(line.aurora.value, line.unit);
    case Bar::Kind::kRate:
      return format("%.0f /s", 1e9 / line.aurora.value);
  }
  return {};
}

std::string value_text(double value, std::string_view unit) {
  constexpr std::array<const char*, 4> kTimes{"ns", "us", "ms", "s"};
  constexpr std::array<const char*, 4> kBytes{"B", "KiB", "MiB", "GiB"};
  return unit == "ns" ? scaled(value, 1'000, kTimes) : scaled(value, 1'024, kBytes);
}

std::string size_text(std::uint64_t size) {
  if (size >= 1'000'000 && size % 1'000'000 == 0) return std::to_string(size / 1'000'000) + "m";
  if (size >= 1'000 && size % 1'000 == 0) return std::to_string(size / 1'000) + "k";
  return std::to_string(size);
}

void print(std::ostream& out, const Line& line) {
  out << title(line) << ": " << line.about << '\n';
  print(out, line, line.aurora);
  for (const auto& peer : line.peers) print(out, line, peer);
  for (const auto& bar : line.bars) {
    out << "  bar " << bar.number << ": " << text(bar, line.unit) << ": " << reached(line, bar)
        << ", " << verdict(line.met(bar)) << '\n';
  }
  out << '\n' << std::flush;
}

void print_bars(std::ostream& out, std::span<const Line> lines) {
  struct Row {
    const Line* line;
    const Bar* bar;
  };
  std::vector<Row> rows;
  for (const auto& line : lines) {
    for (const auto& bar : line.bars) rows.push_back({&line, &bar});
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Row& a, const Row& b) { return a.bar->number < b.bar->number; });
  out << "| # | Workload | Durability | Aurora | Peer | Bar | Reached | |\n"
         "|---|---|---|---|---|---|---|---|\n";
  for (const auto& [line, bar] : rows) {
    const Figure* const against = line->peer(bar->peer);
    out << "| " << bar->number << " | " << title(*line) << " | " << line->aurora.durability << " | "
        << value_text(line->aurora.value, line->unit) << " | "
        << (against == nullptr ? "" : value_text(against->value, line->unit)) << " | "
        << text(*bar, line->unit) << " | " << reached(*line, *bar) << " | "
        << verdict(line->met(*bar)) << " |\n";
  }
}

void write_json(std::ostream& out, std::span<const Line> lines) {
  using Json = nlohmann::ordered_json;
  Json list = Json::array();
  const auto figure_json = [](const Figure& figure) {
    Json entry{{"durability", figure.durability}, {"spread", figure.spread}};
    if (figure.p50) entry["p50"] = *figure.p50;
    if (figure.p99) entry["p99"] = *figure.p99;
    return entry;
  };
  for (const auto& line : lines) {
    Json entry{{"workload", line.workload},
               {"size", line.size},
               {"durability", line.aurora.durability},
               {"metric", line.metric},
               {"unit", line.unit},
               {"aurora", line.aurora.value},
               {"peers", Json::object()},
               {"ratios", Json::object()},
               {"bar", nullptr},
               {"met", nullptr},
               {"about", line.about},
               {"threads", line.threads},
               {"keys", line.keys},
               {"bars", Json::array()},
               {"details", {{"aurora", figure_json(line.aurora)}}}};
    for (const auto& peer : line.peers) {
      entry["peers"][peer.name] = peer.value;
      entry["ratios"][peer.name] = line.ratio(peer);
      entry["details"][peer.name] = figure_json(peer);
    }
    std::string texts;
    for (const auto& bar : line.bars) {
      texts += (texts.empty() ? "" : ", ") + text(bar, line.unit);
      Json one{{"number", bar.number},
               {"text", text(bar, line.unit)},
               {"reached", reached(line, bar)},
               {"met", nullptr}};
      if (const auto met = line.met(bar)) one["met"] = *met;
      entry["bars"].push_back(std::move(one));
    }
    if (!texts.empty()) entry["bar"] = texts;
    if (const auto met = line.met()) entry["met"] = *met;
    list.push_back(std::move(entry));
  }
  out << list.dump(2) << '\n';
}

}  // namespace aurora::bench
