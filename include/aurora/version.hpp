// The version of Aurora: the one place where it is written; the build reads it from here.
// Public; includes only std.
#pragma once

#include <string_view>

#define AURORA_VERSION_MAJOR 0
#define AURORA_VERSION_MINOR 1
#define AURORA_VERSION_PATCH 0

/// One number for comparisons in `#if`: 1.2.3 is 10203.
#define AURORA_VERSION \
  (AURORA_VERSION_MAJOR * 10000 + AURORA_VERSION_MINOR * 100 + AURORA_VERSION_PATCH)

namespace aurora {

/// The version of the library that is linked, "major.minor.patch".
/// With a shared library this can differ from the macros, which are those of the headers.
[[nodiscard]] std::string_view version() noexcept;
/// The same as one number, to be compared with AURORA_VERSION.
[[nodiscard]] int version_number() noexcept;

}  // namespace aurora
