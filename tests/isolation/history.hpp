// What transactions of the isolation test did: lines in a file that outlive a killed process, and their reading.
// Written by the child, read by the checker.
//
//   B thread number nanoseconds key+value …     begins; will append these
//   C thread number nanoseconds key=value,… …   committed; read these lists, its own appends left out
//   X thread number nanoseconds                 aborted: nothing of it may be seen
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace aurora::testing {

using Key = std::int64_t;
using Element = std::int64_t;
/// Lists only grow: what a transaction appends stays where it is.
using Lists = std::map<Key, std::vector<Element>>;

enum class Fate : std::uint8_t { kUnknown, kCommitted, kAborted };

struct Append {
  Key key;
  Element element;
};

struct Read {
  Key key;
  std::vector<Element> elements;
};

struct HistoryTransaction {
  std::uint64_t thread = 0, number = 0;
  std::uint64_t begin = 0, end = 0;      ///< nanoseconds of one clock; end: 0 when unknown
  Fate fate = Fate::kUnknown;
  std::vector<Append> appends;           ///< in its order
  std::vector<Read> reads;
};

using History = std::vector<HistoryTransaction>;

/// Lines are written at once, past the buffers of the process. Threads: any at once.
class HistoryFile {
 public:
  explicit HistoryFile(const std::string& path);
  ~HistoryFile();
  HistoryFile(const HistoryFile&) = delete;
  HistoryFile& operator=(const HistoryFile&) = delete;

  void begin(HistoryTransaction& transaction);
  /// Requires: a fate.
  void end(HistoryTransaction& transaction);

 private:
  void line(const std::string& text);
  int file_;
};

/// The transactions of a file, in the order in which they began.
[[nodiscard]] History read_history(const std::string& path);

}  // namespace aurora::testing
