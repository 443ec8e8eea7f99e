// Starting oneself again, and what is done there.
#include "child.hpp"

#include "measure.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <fstream>
#include <system_error>

namespace aurora::bench {

namespace {

constexpr std::string_view kWriter = "--child-writes";
constexpr std::string_view kLoader = "--child-loads";
constexpr std::uint64_t kKilledBatch = 10;
constexpr std::uint64_t kLoadBatch = 1'000;

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

// A child with its standard output at the other end of a pipe. Killed and waited for at the end.
class Child {
 public:
  explicit Child(std::vector<std::string> arguments) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail("pipe");
    output_ = ends[0];
    arguments.insert(arguments.begin(), "aurora_bench");
    std::vector<char*> pointers;
    for (auto& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    const int status =
        ::posix_spawn(&process_, "/proc/self/exe", &actions, nullptr, pointers.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    if (status != 0) throw std::system_error(status, std::generic_category(), "posix_spawn");
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    ::close(output_);
  }

  /// The next line it prints. Errors: throws when it ended without one.
  std::string line() {
    std::string text;
    char next = 0;
    while (::read(output_, &next, 1) == 1) {
      if (next == '\n') return text;
      text += next;
    }
    throw std::runtime_error("the child process ended without an answer");
  }

 private:
  ::pid_t process_ = 0;
  int output_ = -1;
};

const Peer& peer_named(const std::vector<Peer>& peers, std::string_view name) {
  for (const auto& peer : peers) {
    if (peer.name == name) return peer;
  }
  throw std::invalid_argument("no peer '" + std::string(name) + "'");
}

std::vector<std::string> arguments_of(std::string_view task, const Peer& peer, const Place& place,
                                      std::uint64_t first, std::uint64_t count) {
  return {std::string(task),
          peer.name,
          place.directory.string(),
          std::to_string(place.document_cache_bytes),
          std::to_string(place.block_cache_bytes),
          std::to_string(first),
          std::to_string(count)};
}

void say(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

void insert(const Ask& ask, std::uint64_t first, std::uint64_t count) {
  const auto rows = make_rows(first, count);
  Question question;
  question.rows = rows;
  ask(question);
}

// Ends by being killed; or when nobody does, long after.
void write_on(Store& store, std::uint64_t first, std::uint64_t count) {
  const auto session = store.session();
  const Ask ask = session->ask(Operation::kInsertMany);
  for (std::uint64_t done = 0; done < 100 * count; done += kKilledBatch) {
    insert(ask, first + done, kKilledBatch);
    if (done < count && done + kKilledBatch >= count) say("written");
  }
}

double resident_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    double kib = 0;
    if (word == "VmRSS:" && status >> kib) return kib * 1'024;
  }
  throw std::runtime_error("no VmRSS in /proc/self/status");
}

void load_and_read(Store& store, std::uint64_t documents) {
  const auto session = store.session();
  const Ask insert_many = session->ask(Operation::kInsertMany);
  for (std::uint64_t at = 0; at < documents; at += kLoadBatch)
    insert(insert_many, at, std::min(kLoadBatch, documents - at));
  session->begin_reads();
  const Ask get = session->ask(Operation::kGet);
  for (int pass = 0; pass < 2; ++pass) {
    for (std::uint64_t i = 0; i < documents; ++i) {
      Question question;
      question.id = make_id(i);
      keep(get(question));
    }
  }
  session->end_reads();
}

}  // namespace

std::optional<int> run_as_child(std::span<char*> arguments) {
  if (arguments.size() != 8) return std::nullopt;
  const std::string_view task = arguments[1];
  if (task != kWriter && task != kLoader) return std::nullopt;
  const auto peers = all_peers();
  const Peer& peer = peer_named(peers, arguments[2]);
  const Place place{arguments[3], std::stoull(arguments[4]), std::stoull(arguments[5])};
  const std::uint64_t first = std::stoull(arguments[6]);
  const std::uint64_t count = std::stoull(arguments[7]);
  const auto store = peer.open(place);
  if (task == kWriter) {
    write_on(*store, first, count);
  } else {
    load_and_read(*store, count);
    say(std::to_string(resident_bytes()));
  }
  return 0;
}

void write_until_killed(const Peer& peer, const Place& place, std::uint64_t first,
                        std::uint64_t count) {
  Child child(arguments_of(kWriter, peer, place, first, count));
  static_cast<void>(child.line());
}

double memory_after_load(const Peer& peer, const Place& place, std::uint64_t documents) {
  std::filesystem::create_directories(place.directory);
  double bytes = 0;
  {
    Child child(arguments_of(kLoader, peer, place, 0, documents));
    bytes = std::stod(child.line());
  }
  std::filesystem::remove_all(place.directory);
  return bytes;
}

}  // namespace aurora::bench
