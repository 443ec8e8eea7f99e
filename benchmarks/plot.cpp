// Two plots: how many times as fast as SQLite each workload is, and how the time of an operation
// grows with the number of documents.
#include "plot.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <ostream>
#include <sstream>

namespace aurora::bench {

namespace {

constexpr std::string_view kReference = "sqlite";

void write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path);
  file << text;
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

// Of the largest size: rows of name, ratio.
std::string ratio_data(std::span<const Line> lines) {
  std::uint64_t size = 0;
  for (const auto& line : lines) size = std::max(size, line.size);
  std::ostringstream text;
  text << "# workload, times as fast (as small) as " << kReference << ", at " << size_text(size)
       << " documents\n";
  for (const auto& line : lines) {
    const auto* const against = line.peer(kReference);
    if (line.size != size || line.threads != 1 || line.keys == "zipf" || against == nullptr)
      continue;
    text << line.workload << ' ' << line.ratio(*against) << '\n';
  }
  return text.str();
}

// A block of size, Aurora's time, the reference's for each workload of one thread.
std::string growth_data(std::span<const Line> lines, std::vector<std::string>& names) {
  std::map<std::string, std::ostringstream> blocks;
  for (const auto& line : lines) {
    if (line.unit != "ns" || line.threads != 1 || line.keys == "zipf") continue;
    auto [block, added] = blocks.try_emplace(line.workload);
    if (added) names.push_back(line.workload);
    const auto* const against = line.peer(kReference);
    block->second << line.size << ' ' << line.aurora.value << ' ';
    if (against != nullptr)
      block->second << against->value << '\n';
    else
      block->second << "NaN\n";
  }
  std::ostringstream text;
  text << "# documents, ns of an operation: aurora, " << kReference << "\n";
  for (const auto& name : names) text << '"' << name << "\"\n" << blocks[name].str() << "\n\n";
  return text.str();
}

std::string ratio_script(const std::string& data) {
  const auto rows = std::count(data.begin(), data.end(), '\n') - 1;  // but for the heading
  std::ostringstream text;
  text << "set terminal svg noenhanced size 720," << 80 + 20 * rows
       << " font 'sans,11'\n"
          "set output 'ratios.svg'\n"
          "set title 'Aurora beside SQLite: times as fast, or as small'\n"
          "set logscale x\nset grid x\nset xrange [0.1:*]\nset yrange ["
       << rows << "-0.4:-0.6]\n"
       << "unset key\nset style fill solid 0.6\n"
          "set arrow from 1, graph 0 to 1, graph 1 nohead lw 2 front\n"
          "plot 'ratios.dat' using 2:0:(0.1):2:($0-0.35):($0+0.35):ytic(1) with boxxyerror"
          " lc rgb '#3465a4'\n";
  return text.str();
}

std::string growth_script(std::size_t blocks) {
  std::ostringstream text;
  text << "set terminal svg noenhanced size 840,560 font 'sans,11'\n"
          "set output 'growth.svg'\n"
          "set title 'Aurora: time of an operation by number of documents'\n"
          "set logscale xy\nset grid\nset key outside right\n"
          "set xlabel 'documents'\nset ylabel 'ns'\n"
          "plot for [i=0:"
       << blocks - 1 << "] 'growth.dat' index i using 1:2 with linespoints title columnheader(1)\n";
  return text.str();
}

}  // namespace

void write_plots(std::ostream& out, const std::filesystem::path& directory,
                 std::span<const Line> lines) {
  std::filesystem::create_directories(directory);
  const std::string ratios = ratio_data(lines);
  write(directory / "ratios.dat", ratios);
  std::vector<std::string> names;
  const std::string growth = growth_data(lines, names);
  write(directory / "growth.dat", growth);
  write(directory / "ratios.gp", ratio_script(ratios));
  write(directory / "growth.gp", growth_script(std::max<std::size_t>(names.size(), 1)));
  if (std::system("command -v gnuplot >/dev/null 2>&1") != 0) {
    out << "The data of the plots are in " << directory.string()
        << ", but gnuplot is not installed: sudo apt-get install gnuplot-nox, then run\n"
           "gnuplot there on ratios.gp and growth.gp.\n";
    return;
  }
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(directory);
  const int status = std::system("gnuplot ratios.gp && gnuplot growth.gp");
  std::filesystem::current_path(before);
  if (status != 0) throw std::runtime_error("gnuplot failed in " + directory.string());
  out << "Plots: " << (directory / "ratios.svg").string() << ", "
      << (directory / "growth.svg").string() << '\n';
}

}  // namespace aurora::bench
