// Body of file_roots.hpp: POSIX directories opened relative to each other. Called by sources, sinks and the facade.
#include <aurora/io/file_roots.hpp>

#include "io/directory_flags.hpp"
#include "storage/posix_file.hpp"

#include <aurora/base/try.hpp>

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <system_error>

namespace aurora::io {

namespace {

namespace fs = std::filesystem;

bool is_path(const std::string& path) { return !path.empty() && path.find('\0') == path.npos; }

std::string without_last_slash(std::string path) {
  while (!path.empty() && path.back() == '/') path.pop_back();
  return path;
}

}  // namespace

std::string file_name_of(const std::string& path) { return fs::path(path).filename().string(); }

Result<FileRoots> FileRoots::under(const std::vector<std::string>& directories) {
  FileRoots made;
  for (const auto& directory : directories) {
    std::error_code error;
    const auto path = is_path(directory) ? fs::absolute(directory, error) : fs::path();
    if (path.empty() || error)
      return Error(ErrorCode::kInvalidInput, "'" + directory + "' is no path of a directory for file_roots");
    made.roots_.push_back(without_last_slash(path.lexically_normal().string()));
  }
  return made;
}

const std::string* FileRoots::root_of(const std::string& located) const noexcept {
  const std::string* found = nullptr;
  for (const auto& root : roots_)
    if (located.size() > root.size() && located.starts_with(root) && located[root.size()] == '/' &&
        (found == nullptr || root.size() > found->size()))
      found = &root;
  return found;
}

Result<std::string> FileRoots::locate(const std::string& path) const {
  if (!is_path(path)) return Error(ErrorCode::kIoError, "'" + path + "' is no path of a file");
  // No link is followed below a root, so that ".." means what it says.
  const fs::path given(path);
  const auto located = (given.is_absolute() ? given : fs::path(roots_.front() + "/") / given).lexically_normal().string();
  if (root_of(located) == nullptr)
    return Error(ErrorCode::kForbidden, "'" + path + "' is outside the directories that statements may use here "
                                            "(Config::file_roots)");
  if (located.back() == '/') return Error(ErrorCode::kIoError, "'" + path + "' is no path of a file");
  return located;
}

Result<int> FileRoots::open_directory_of(const std::string& located) const {
  const auto& root = *root_of(located);
  storage::UniqueFd directory(::open((root + "/").c_str(), kDirectoryFlags));
  if (!directory.is_open()) return storage::system_error(errno, "opening '" + root + "'");
  const auto steps = fs::path(located.substr(root.size() + 1)).parent_path();
  for (const auto& step : steps) {
    const int next = ::openat(directory.get(), step.c_str(), kDirectoryFlags | O_NOFOLLOW);
    if (next < 0 && (errno == ENOTDIR || errno == ELOOP))
      return Error(ErrorCode::kIoError, "'" + located + "': '" + step.string() +
                                            "' is no directory; symbolic links are not followed under Config::file_roots");
    if (next < 0) return storage::system_error(errno, "opening '" + step.string() + "' of '" + located + "'");
    directory.reset(next);
  }
  return directory.release();
}

}  // namespace aurora::io
