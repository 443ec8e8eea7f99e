// What a database directory looks like from outside, and the marker file `AURORA` that makes it
// one. Called by open and checkpoint before and after RocksDB touches the directory.
//
// States of a directory, by what lies in it:
//
//   absent ──mkdir──► empty ──marker "creating"──► creating ──RocksDB made, marker "ready"──► ready
//
// Nobody is given a handle before `ready`, so a directory found `creating` holds nothing anyone was
// promised and creation simply goes on. In `ready` RocksDB may no longer create: a lost CURRENT is
// damage, not a wish for a new database.
#pragma once

#include <aurora/result.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace aurora::storage {

inline constexpr const char* kMarkerFileName = "AURORA";
/// The number of the directory's layout: families, options that matter to readers, Aurora's own
/// files.
inline constexpr std::uint32_t kDirectoryFormat = 1;

enum class DirectoryState : std::uint8_t { kAbsent, kEmpty, kCreating, kReady };

/// Looks, changes nothing.
/// Errors: InvalidInput (a file, a symbolic link, or a directory that is no Aurora database), IoError (may not
/// look), Corruption (marker damaged or of a newer format, RocksDB's CURRENT lost).
[[nodiscard]] Result<DirectoryState> inspect_directory(const std::string& path);

/// The error of a directory whose marker is whole and of a newer format: nothing that this Aurora may touch. Looks,
/// changes nothing. Errors: IoError.
[[nodiscard]] Result<std::optional<Error>> newer_format(const std::string& path);

/// Makes the last component of `path`, mode 0700, durably. It may have come to be meanwhile.
/// Errors: IoError saying when the parent does not exist.
[[nodiscard]] Status make_directory(const std::string& path);

/// Writes the marker for `state`. Requires: kCreating or kReady.
[[nodiscard]] Status write_marker(const std::string& directory, DirectoryState state);

/// A warning when others than the owner may enter or write the directory, else empty.
[[nodiscard]] std::string describe_exposure(const std::string& directory);

}  // namespace aurora::storage
