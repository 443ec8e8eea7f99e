// What the command line asks for. Made by options.cpp from the arguments; read by every command.
#pragma once

#include <aurora/config.hpp>
#include <aurora/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace aurora::cli {

/// Exit statuses that scripts may rely on.
enum ExitStatus : int {
  kOk = 0,
  kFailed = 1,      ///< AQL gave an error, records were not imported, the check found problems
  kUsage = 2,
  kCannotOpen = 3,
};

enum class OutputFormat : std::uint8_t { kTable, kJson, kJsonLines, kCsv };

/// Which database, and how it is opened.
struct Place {
  std::string path;
  bool memory = false;
  bool read_only = false;                    ///< as it is now, beside a process that writes it
  Durability durability = Durability::kWal;
};

/// An AQL text of -c, or the file of -f.
struct Text {
  bool is_file = false;
  std::string value;
};

/// aurora DB: the shell, scripts and the line protocol.
struct RunOptions {
  Place place;
  std::vector<Text> texts;                   ///< in the order they were given
  std::vector<std::string> command;          ///< one of the shell's, with its words; goes without texts
  Object variables;
  std::string role;
  std::optional<OutputFormat> format;        ///< nothing: a table on a terminal, else JSON
  bool line_protocol = false;
};

struct ImportOptions {
  Place place;
  std::string collection;
  std::string format;                        ///< empty: by the file's extension
  std::string file;                          ///< "-": standard input
  bool strict = false;
};

struct CheckOptions {
  Place place;
  bool repair = false;
  std::string salvage_to;   ///< empty: not asked for
};

struct BackupOptions {
  Place place;
  std::string directory;
};

/// The arguments were answered (help, version) or wrong: leave with this status.
struct Leave {
  int status = kOk;
};

using Options = std::variant<Leave, RunOptions, ImportOptions, CheckOptions, BackupOptions>;

/// Reads the arguments; writes help to standard output and complaints to standard error.
[[nodiscard]] Options read_options(int count, const char* const* arguments);

/// By the name that --format and .mode take.
[[nodiscard]] std::optional<OutputFormat> output_format_named(std::string_view name) noexcept;

}  // namespace aurora::cli
