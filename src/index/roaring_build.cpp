// Body of roaring_build.hpp.
#include "index/roaring_build.hpp"

#include "index/roaring.hpp"

#include <roaring/roaring_version.h>

// Functions inside CRoaring that tell how it was built, by being there; they are never called.
// The first is in versions before 0.3 when these were compiled for AVX2. The others find out at run
// time what the processor has: up to 0.9, and since.
extern "C" {
void aurora_roaring_avx2() __asm__("bitset_extract_setbits_avx2") __attribute__((weak));
void aurora_roaring_detection() __asm__("croaring_detect_supported_architectures")
    __attribute__((weak));
void aurora_roaring_support() __asm__("croaring_hardware_support") __attribute__((weak));
}

namespace aurora::index {

RoaringBuild roaring_build() {
  RoaringBuild build;
  build.version = std::to_string(ROARING_VERSION_MAJOR) + "." +
                  std::to_string(ROARING_VERSION_MINOR) + "." +
                  std::to_string(ROARING_VERSION_REVISION);
#ifdef __x86_64__
  build.scalar = &aurora_roaring_avx2 == nullptr && &aurora_roaring_detection == nullptr &&
                 &aurora_roaring_support == nullptr;
#endif
  return build;
}

}  // namespace aurora::index
