// Bodies of writing and reading histories.
#include "isolation/history.hpp"

#include <cerrno>
#include <chrono>
#include <fstream>
#include <sstream>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace aurora::testing {

namespace {

// Of the steady clock, which all processes of a machine share.
std::uint64_t now() {
  return static_cast<std::uint64_t>(std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count());
}

std::string head(char kind, const HistoryTransaction& transaction, std::uint64_t time) {
  return std::string(1, kind) + ' ' + std::to_string(transaction.thread) + ' ' + std::to_string(transaction.number) +
         ' ' + std::to_string(time);
}

std::vector<Element> elements_of(const std::string& text) {
  std::vector<Element> elements;
  std::istringstream in(text);
  for (std::string one; std::getline(in, one, ',');) elements.push_back(std::stoll(one));
  return elements;
}

}  // namespace

HistoryFile::HistoryFile(const std::string& path)
    : file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {
  if (file_ < 0) throw std::system_error(errno, std::generic_category(), "cannot open the history");
}

HistoryFile::~HistoryFile() { ::close(file_); }

void HistoryFile::line(const std::string& text) {
  if (::write(file_, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    throw std::system_error(errno, std::generic_category(), "cannot write the history");
}

void HistoryFile::begin(HistoryTransaction& transaction) {
  transaction.begin = now();
  std::string text = head('B', transaction, transaction.begin);
  for (const auto& append : transaction.appends)
    text += ' ' + std::to_string(append.key) + '+' + std::to_string(append.element);
  line(text + '\n');
}

void HistoryFile::end(HistoryTransaction& transaction) {
  transaction.end = now();
  if (transaction.fate == Fate::kAborted) return line(head('X', transaction, transaction.end) + '\n');
  std::string text = head('C', transaction, transaction.end);
  for (const auto& read : transaction.reads) {
    text += ' ' + std::to_string(read.key) + '=';
    for (std::size_t i = 0; i < read.elements.size(); ++i)
      text += (i == 0 ? "" : ",") + std::to_string(read.elements[i]);
  }
  line(text + '\n');
}

History read_history(const std::string& path) {
  History history;
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::size_t> places;
  std::ifstream in(path);
  for (std::string text; std::getline(in, text);) {
    if (in.eof()) break;   // no newline: the process died inside this line
    std::istringstream words(text);
    char kind = 0;
    std::uint64_t thread = 0, number = 0, time = 0;
    words >> kind >> thread >> number >> time;
    const auto place = std::pair(thread, number);
    if (kind == 'B') {
      HistoryTransaction transaction{thread, number, time, 0, Fate::kUnknown, {}, {}};
      for (std::string word; words >> word;) {
        const auto plus = word.find('+');
        transaction.appends.push_back({std::stoll(word.substr(0, plus)), std::stoll(word.substr(plus + 1))});
      }
      places[place] = history.size();
      history.push_back(std::move(transaction));
      continue;
    }
    auto& transaction = history.at(places.at(place));
    transaction.end = time;
    transaction.fate = kind == 'C' ? Fate::kCommitted : Fate::kAborted;
    for (std::string word; words >> word;) {
      const auto equals = word.find('=');
      transaction.reads.push_back({std::stoll(word.substr(0, equals)), elements_of(word.substr(equals + 1))});
    }
  }
  return history;
}

}  // namespace aurora::testing
