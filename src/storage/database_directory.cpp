// Bodies of directory inspection and of the marker.
//
// The marker is text, so that people and older releases can read it:
//
//   Aurora database          the first two lines keep this form in every format
//   format 1
//   state ready              or: creating
//   check 1a2b3c4d           checksum32 of all bytes before this line
#include "storage/database_directory.hpp"

#include "storage/clean_seal.hpp"
#include "storage/directory_lock.hpp"
#include "storage/posix_file.hpp"

#include <aurora/base/checksum.hpp>
#include <aurora/base/try.hpp>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <string_view>
#include <system_error>

#include <sys/stat.h>
#include <unistd.h>

namespace aurora::storage {

namespace {

constexpr std::size_t kMarkerLimit = 4096;
constexpr std::string_view kWaysOut =
    "restore it from a backup, or save what can be read into a new database (aurora check --salvage-to)";
constexpr std::string_view kMagic = "Aurora database\nformat ";

std::string with_check(std::string text) {
  char line[32];
  std::snprintf(line, sizeof line, "check %08x\n", static_cast<unsigned>(checksum32(text)));
  return text + line;
}

std::string marker_text(DirectoryState state) {
  return with_check(std::string(kMagic) + std::to_string(kDirectoryFormat) + "\nstate " +
                    (state == DirectoryState::kReady ? "ready" : "creating") + "\n");
}

Error damaged(const std::string& path) {
  return Error(ErrorCode::kCorruption,
               "'" + path + "' is damaged: it is not the marker of an Aurora database; " + std::string(kWaysOut));
}

std::optional<Error> newer_than_known(const std::string& path, std::string_view text) {
  if (!text.starts_with(kMagic)) return std::nullopt;
  std::uint32_t format = 0;
  const char* const end = text.data() + text.size();
  const auto [after, error] = std::from_chars(text.data() + kMagic.size(), end, format);
  if (error != std::errc() || after == end || *after != '\n' || format <= kDirectoryFormat)
    return std::nullopt;
  return Error(ErrorCode::kCorruption,
               "'" + path + "' says format " + std::to_string(format) +
                   ", which is newer than format " + std::to_string(kDirectoryFormat) +
                   " of this Aurora; nothing was changed, open it with the newer release");
}

Result<DirectoryState> parse_marker(const std::string& path, std::string_view text) {
  if (text == marker_text(DirectoryState::kReady)) return DirectoryState::kReady;
  if (text == marker_text(DirectoryState::kCreating)) return DirectoryState::kCreating;
  if (const auto newer = newer_than_known(path, text)) return *newer;
  return damaged(path);
}

// Names a directory may hold and still count as empty: what creation leaves when it is cut off
// before the first marker, and what filesystems put at their root.
bool counts_as_nothing(const std::string& name) {
  return name == kLockFileName || name == temporary_name(kMarkerFileName) || name == "lost+found";
}

Result<bool> is_empty(const std::string& path) {
  std::error_code error;
  std::filesystem::directory_iterator entries(path, error);
  for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error))
    if (!counts_as_nothing(entries->path().filename().string())) return false;
  if (error) return system_error(error.value(), "reading directory '" + path + "'");
  return true;
}

// Nothing else makes these files.
Result<bool> was_a_database(const std::string& path) {
  AURORA_ASSIGN(const bool was_locked, exists(path + "/" + kLockFileName));
  if (was_locked) return true;
  return exists(path + "/" + kSealFileName);
}

Error marker_is_gone(const std::string& path) {
  return Error(ErrorCode::kCorruption, "'" + path + "' was a database, and its marker '" + kMarkerFileName +
                                           "' is missing: it is damaged; " + std::string(kWaysOut));
}

Error not_a_database(const std::string& path) {
  return Error(ErrorCode::kInvalidInput,
               "'" + path + "' is not an Aurora database (it holds other files and no marker '" +
                   kMarkerFileName + "'); name an empty or a new directory");
}

// Why the path cannot be looked at, naming the permission when that is it.
Error cannot_look(const std::string& path, int error_number) {
  if (error_number == ENOTDIR)
    return Error(ErrorCode::kInvalidInput, "'" + path + "' leads through a file, not a directory");
  const std::string advice = error_number == EACCES ? " (no permission)" : "";
  return system_error(error_number, "opening '" + path + "'" + advice);
}

// What is replaced atomically and synced must be in the directory that was inspected.
Error a_link(const std::string& path) {
  std::error_code error;
  const auto target = std::filesystem::canonical(path, error);
  return Error(ErrorCode::kInvalidInput,
               "'" + path + "' is a symbolic link; name the directory it leads to" +
                   (error ? std::string() : ": '" + target.string() + "'"));
}

Result<DirectoryState> inspect_marked(const std::string& path) {
  const std::string marker = path + "/" + kMarkerFileName;
  AURORA_ASSIGN(const std::string text, read_file(marker, kMarkerLimit));
  AURORA_ASSIGN(const DirectoryState state, parse_marker(marker, text));
  AURORA_ASSIGN(const bool has_current, exists(path + "/CURRENT"));
  if (state == DirectoryState::kReady && !has_current)
    return Error(ErrorCode::kCorruption,
                 "'" + path + "/CURRENT' is missing: the database is damaged; " + std::string(kWaysOut));
  return state;
}

}  // namespace

Result<DirectoryState> inspect_directory(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) {
    if (errno == ENOENT) return DirectoryState::kAbsent;
    return cannot_look(path, errno);
  }
  if (struct stat link {}; ::lstat(path.c_str(), &link) == 0 && S_ISLNK(link.st_mode)) return a_link(path);
  if (!S_ISDIR(info.st_mode))
    return Error(ErrorCode::kInvalidInput, "'" + path + "' is a file; a database is a directory");
  if (::access(path.c_str(), R_OK | X_OK) != 0) return cannot_look(path, errno);
  AURORA_ASSIGN(const bool has_marker, exists(path + "/" + kMarkerFileName));
  if (has_marker) return inspect_marked(path);
  AURORA_ASSIGN(const bool empty, is_empty(path));
  if (empty) return DirectoryState::kEmpty;
  AURORA_ASSIGN(const bool was, was_a_database(path));
  // Another process may have made it between these looks.
  AURORA_ASSIGN(const bool has_marker_now, exists(path + "/" + kMarkerFileName));
  if (has_marker_now) return inspect_marked(path);
  return was ? marker_is_gone(path) : not_a_database(path);
}

Result<std::optional<Error>> newer_format(const std::string& path) {
  const std::string marker = path + "/" + kMarkerFileName;
  const auto has_marker = exists(marker);
  if (!has_marker || !*has_marker) return std::optional<Error>();   // whoever opens it tells
  auto text = read_file(marker, kMarkerLimit);
  if (!text && text.error().code() == ErrorCode::kCorruption) return std::optional<Error>();
  if (!text) return text.error();
  return newer_than_known(marker, *text);
}

Status make_directory(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) != 0) {
    if (errno == EEXIST) return {};
    if (errno == ENOENT)
      return Error(ErrorCode::kIoError, "making '" + path + "': its parent directory '" +
                                            parent_of(path) + "' does not exist; make that first");
    return system_error(errno, "making directory '" + path + "'");
  }
  return sync_path(parent_of(path));
}

Status write_marker(const std::string& directory, DirectoryState state) {
  return replace_file(directory, kMarkerFileName, marker_text(state));
}

std::string describe_exposure(const std::string& directory) {
  struct stat info {};
  if (::stat(directory.c_str(), &info) != 0) return {};
  if (info.st_uid != ::geteuid())
    return "'" + directory + "' belongs to another user (uid " + std::to_string(info.st_uid) + ")";
  if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return "'" + directory + "' may be written by others than its owner; chmod 700 is advised";
  return {};
}

}  // namespace aurora::storage
