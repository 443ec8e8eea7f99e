// Bodies of the shared test parts of the storage room.
#include "unit/storage/store_fixture.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace aurora::storage::testing {

namespace {

namespace fs = std::filesystem;

constexpr const char* kDirectoryVariable = "AURORA_TEST_CHILD_DIRECTORY";
constexpr int kParentFd = 9;

[[noreturn]] void fail(const std::string& doing) {
  throw std::runtime_error(doing + ": " + std::generic_category().message(errno));
}

std::vector<char*> environment_with(std::string& assignment) {
  std::vector<char*> result;
  for (char** entry = environ; *entry != nullptr; ++entry) result.push_back(*entry);
  result.push_back(assignment.data());
  result.push_back(nullptr);
  return result;
}

}  // namespace

ScratchDirectory::ScratchDirectory() {
  path_ = (fs::temp_directory_path() / "aurora-storage-XXXXXX").string();
  if (::mkdtemp(path_.data()) == nullptr) fail("making a scratch directory");
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

StoreOptions small_options(const std::string& path) {
  StoreOptions options;
  options.path = path;
  options.block_cache_bytes = 8u << 20;
  options.write_buffer_bytes = 1u << 20;
  options.max_log_bytes = 8u << 20;
  return options;
}

std::unique_ptr<Store> open_small(const std::string& path) {
  return open_rocksdb_store(small_options(path)).value();
}

void put(Store& store, Family family, std::string_view key, std::string_view value, Sync sync) {
  const auto batch = store.make_batch();
  batch->put(family, key, value);
  store.write(*batch, sync).value();
}

std::string get(Store& store, Family family, std::string_view key) {
  std::string value;
  return store.get(family, key, value).value() ? value : "(absent)";
}

std::string dump(Store& store, Family family, const CursorOptions& options) {
  const auto cursor = store.cursor(family, options);
  std::string text;
  for (cursor->seek(""); cursor->valid(); cursor->next()) {
    if (!text.empty()) text += ' ';
    text.append(cursor->key()).append("=").append(cursor->value());
  }
  cursor->status().value();
  return text;
}

void fill_docs(Store& store, std::size_t count, std::size_t value_bytes) {
  const auto batch = store.make_batch();
  for (std::size_t i = 0; i < count; ++i) {
    std::string number = std::to_string(i);
    number.insert(0, 6 - std::min<std::size_t>(6, number.size()), '0');
    std::string value;  // little repetition, so that tables are about as large as asked for
    for (std::uint64_t x = i * 0x9E3779B97F4A7C15ull + 1; value.size() < value_bytes;
         x = x * 6364136223846793005ull + 1442695040888963407ull)
      value += static_cast<char>(x >> 56);
    batch->put(Family::kDocs, "row" + number, value);
    if (i % 100 == 99 || i + 1 == count) {
      store.write(*batch, Sync::kLogged).value();
      batch->clear();
    }
  }
}

std::string slurp(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) fail("reading " + path);
  std::ostringstream out;
  out << in.rdbuf();
  return std::move(out).str();
}

void spit(const std::string& path, std::string_view content) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << content;
  if (!out.flush()) fail("writing " + path);
}

std::map<std::string, std::string> snapshot_files(const std::string& directory) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::directory_iterator(directory))
    files[entry.path().filename().string()] = slurp(entry.path().string());
  return files;
}

std::vector<std::string> files_like(const std::string& directory, std::string_view start,
                                    std::string_view end) {
  std::vector<std::string> paths;
  for (const auto& [name, content] : snapshot_files(directory))
    if (name.starts_with(start) && name.ends_with(end)) paths.push_back(directory + "/" + name);
  return paths;
}

void copy_directory(const std::string& from, const std::string& to) {
  fs::copy(from, to, fs::copy_options::recursive);
}

Child::Child(const std::string& test_case, const std::string& directory) {
  std::array<int, 2> pipe_ends{};
  if (::pipe2(pipe_ends.data(), O_CLOEXEC) != 0) fail("pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], kParentFd);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);

  std::string program = "/proc/self/exe";
  std::string spec = test_case;
  std::array<char*, 3> arguments{program.data(), spec.data(), nullptr};
  std::string assignment = std::string(kDirectoryVariable) + "=" + directory;
  std::vector<char*> variables = environment_with(assignment);
  const int error =
      ::posix_spawn(&pid_, program.c_str(), &actions, nullptr, arguments.data(), variables.data());
  posix_spawn_file_actions_destroy(&actions);
  ::close(pipe_ends[1]);
  from_child_ = pipe_ends[0];
  errno = error;
  if (error != 0) fail("starting a child");
}

Child::~Child() {
  kill();
  ::close(from_child_);
}

std::string Child::hear() {
  std::string line;
  for (char c = 0; ::read(from_child_, &c, 1) == 1 && c != '\n';) line += c;
  return line;
}

void Child::kill() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  int ignored = 0;
  ::waitpid(pid_, &ignored, 0);
  pid_ = -1;
}

std::string child_directory() {
  const char* const value = std::getenv(kDirectoryVariable);
  if (value == nullptr) throw std::runtime_error("this case is run by others only");
  return value;
}

void say_to_parent(std::string_view line) {
  const std::string text = std::string(line) + "\n";
  if (::write(kParentFd, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    fail("telling the parent");
}

void sleep_for_ever() {
  for (;;) ::pause();
}

}  // namespace aurora::storage::testing
