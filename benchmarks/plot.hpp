// Figures as files for gnuplot, and the plots when it is there. Called by main.cpp.
#pragma once

#include "report.hpp"

#include <filesystem>

namespace aurora::bench {

/// Writes ratios.dat, growth.dat and scripts beside them into `directory`, and draws SVG files
/// through gnuplot. Says in `out` what was written, or how to get gnuplot.
/// Errors: throws std::runtime_error when a file cannot be written, or gnuplot fails.
void write_plots(std::ostream& out, const std::filesystem::path& directory,
                 std::span<const Line> lines);

}  // namespace aurora::bench
