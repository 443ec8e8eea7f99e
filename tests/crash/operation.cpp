// Bodies of the log and its reading.
// Called by the child and the oracle of the crash test.
#include "crash/operation.hpp"

#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace aurora::testing {

void apply(KeyValues& state, const CrashOperation& operation) {
  for (const auto& step : operation.steps) {
    if (step.value)
      state[step.key] = *step.value;
    else
      state.erase(step.key);
  }
}

unsigned thread_of(std::string_view key) {
  return key.starts_with('#') ? 0U : static_cast<unsigned>(key.at(1) - '0');
}

std::string make_key(unsigned thread, std::uint64_t slot) {
  return "t" + std::to_string(thread) + "-" + std::to_string(slot);
}

std::string note_of(std::string_view key, std::int64_t value) {
  std::string note = std::string(key) + "=" + std::to_string(value) + ":";
  note.append(static_cast<std::size_t>(value % 311), static_cast<char>('a' + value % 26));
  return note;
}

AckLog::AckLog(const std::string& path)
    : file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {
  if (file_ < 0) throw std::system_error(errno, std::generic_category(), "cannot open the log");
}

AckLog::~AckLog() { ::close(file_); }

void AckLog::line(const std::string& text) {
  if (::write(file_, text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    throw std::system_error(errno, std::generic_category(), "cannot write the log");
  }
}

void AckLog::ready() { line("R\n"); }

void AckLog::begin(const CrashOperation& operation) {
  std::ostringstream text;
  text << "B " << operation.thread << ' ' << operation.id;
  for (const auto& step : operation.steps) {
    text << ' ' << step.key << '=';
    if (step.value) text << *step.value;
  }
  line(text.str() + "\n");
}

void AckLog::acknowledge(const CrashOperation& operation) {
  line("A " + std::to_string(operation.thread) + " " + std::to_string(operation.id) + "\n");
}

void AckLog::refuse(const CrashOperation& operation) {
  line("X " + std::to_string(operation.thread) + " " + std::to_string(operation.id) + "\n");
}

RunLog read_log(const std::string& path) {
  RunLog log;
  std::map<std::pair<unsigned, std::uint64_t>, std::size_t> places;
  std::ifstream in(path);
  for (std::string text; std::getline(in, text);) {
    if (in.eof()) break;  // no newline: the child died inside this line
    std::istringstream words(text);
    char kind = 0;
    words >> kind;
    if (kind == 'R') log.was_ready = true;
    CrashOperation operation;
    if (!(words >> operation.thread >> operation.id)) continue;
    const auto place = std::pair(operation.thread, operation.id);
    if (kind == 'A') log.operations[places.at(place)].outcome = Outcome::kAcknowledged;
    if (kind == 'X') log.operations[places.at(place)].outcome = Outcome::kRefused;
    if (kind != 'B') continue;
    for (std::string word; words >> word;) {
      const auto equals = word.find('=');
      Step step{word.substr(0, equals), std::nullopt};
      if (equals + 1 < word.size()) step.value = std::stoll(word.substr(equals + 1));
      operation.steps.push_back(std::move(step));
    }
    places[place] = log.operations.size();
    log.operations.push_back({std::move(operation), Outcome::kUnknown});
  }
  return log;
}

}  // namespace aurora::testing
