// Body of free_memory.hpp.
#include <aurora/base/free_memory.hpp>

#include <cstdlib>   // defines __GLIBC__ where there is one

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace aurora {

void return_free_memory() noexcept {
#if defined(__GLIBC__)
  static_cast<void>(::malloc_trim(0));
#endif
}

}  // namespace aurora
