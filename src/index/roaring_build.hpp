// How the CRoaring that is linked was built.
// Called by the facade's build_info.
#pragma once

#include <string>

namespace aurora::index {

struct RoaringBuild {
  std::string version;  ///< of the headers: the library does not tell its own
  bool scalar = false;  ///< no vector instructions, though this kind of processor has them
};

[[nodiscard]] RoaringBuild roaring_build();

}  // namespace aurora::index
