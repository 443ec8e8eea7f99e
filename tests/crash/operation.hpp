// What the crash test writes, and the lines in which its child reports it.
// Shared by the child, which writes the log, and the oracle, which reads it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aurora::testing {

inline constexpr std::string_view kExtraField =
    "#extra";  ///< a "key": 1 while the field is declared
inline constexpr std::string_view kTwinIndex =
    "#index";  ///< a "key": 1 while the field `twin` has an index

/// One key set, or removed.
struct Step {
  std::string key;
  std::optional<std::int64_t> value;
};

/// A commit: all of its steps or none.
struct CrashOperation {
  unsigned thread = 0;
  std::uint64_t id = 0;
  std::vector<Step> steps;
};

/// Key to value. Each key is written by one thread only.
using KeyValues = std::map<std::string, std::int64_t>;

void apply(KeyValues& state, const CrashOperation& operation);
[[nodiscard]] unsigned thread_of(std::string_view key);
[[nodiscard]] std::string make_key(unsigned thread, std::uint64_t slot);
/// The text stored beside a value: its length differs from value to value, so that a record mixed
/// from two states shows.
[[nodiscard]] std::string note_of(std::string_view key, std::int64_t value);

/// Lines of the log: "R" (open), "B thread id key=value key= …" (begins), "A thread id"
/// (acknowledged), "X thread id" (refused: nothing of it may be there).
/// Writes of one line each, outside the buffers of the process, so that SIGKILL loses none.
class AckLog {
 public:
  explicit AckLog(const std::string& path);
  ~AckLog();
  AckLog(const AckLog&) = delete;
  AckLog& operator=(const AckLog&) = delete;
  void ready();
  void begin(const CrashOperation& operation);
  void acknowledge(const CrashOperation& operation);
  void refuse(const CrashOperation& operation);

 private:
  void line(const std::string& text);
  int file_;
};

enum class Outcome { kUnknown, kAcknowledged, kRefused };

struct LoggedOperation {
  CrashOperation operation;
  Outcome outcome = Outcome::kUnknown;
};

struct RunLog {
  bool was_ready = false;
  std::vector<LoggedOperation> operations;  ///< in the order in which they began
};

[[nodiscard]] RunLog read_log(const std::string& path);

}  // namespace aurora::testing
