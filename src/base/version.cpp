// The version that is compiled into the library.
// Called by programs that want to know which library they run with; calls nothing.
#include <aurora/version.hpp>

#define AURORA_TEXT_OF(value) #value
#define AURORA_TEXT(value) AURORA_TEXT_OF(value)

namespace aurora {

std::string_view version() noexcept {
  return AURORA_TEXT(AURORA_VERSION_MAJOR) "." AURORA_TEXT(AURORA_VERSION_MINOR) "." AURORA_TEXT(
      AURORA_VERSION_PATCH);
}

int version_number() noexcept { return AURORA_VERSION; }

}  // namespace aurora
