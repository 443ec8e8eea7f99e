// Debian's list of packages as documents: one stanza of `apt-cache dumpavail` is one Package.
// Used by main.cpp of this example.
#pragma once

#include <cstddef>
#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <vector>

namespace package_search {

/// A document of the collection `packages`: the members are its fields.
struct Package {
  std::string name;
  std::string version;
  std::string section;
  std::string priority;
  std::string maintainer;
  std::optional<std::int64_t> installed_size;  ///< KiB
  std::vector<std::string> depends;            ///< names; of alternatives the first
  std::optional<std::string> homepage;
  std::optional<std::string> file;  ///< in the archive; no two packages share one
  std::string summary;
};

struct PackageList {
  std::vector<Package> packages;  ///< of every name the first
  std::size_t repeated = 0;       ///< stanzas of a name that was there already
  std::string source;             ///< where they come from, for people
};

/// Reads stanzas "Field: value", separated by empty lines. A stanza without a package name is
/// passed over.
[[nodiscard]] PackageList read_packages(std::istream& input);

/// What `apt-cache dumpavail` prints. Nothing when this machine has no apt or an empty list.
[[nodiscard]] std::optional<PackageList> packages_of_apt();

/// Errors: throws std::runtime_error when the file cannot be read or has no packages.
[[nodiscard]] PackageList packages_of_file(const std::string& path);

}  // namespace package_search
