# Finds xxHash >= 0.8 (used as a header, XXH_INLINE_ALL) and defines aurora_dep::xxhash.
# Used by Aurora's build only.

find_path(AuroraXxHash_INCLUDE_DIR xxhash.h)
mark_as_advanced(AuroraXxHash_INCLUDE_DIR)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(AuroraXxHash
  REQUIRED_VARS AuroraXxHash_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "xxHash is needed (Debian: libxxhash-dev).")

if(AuroraXxHash_FOUND AND NOT TARGET aurora_dep::xxhash)
  add_library(aurora_dep::xxhash INTERFACE IMPORTED)
  set_target_properties(aurora_dep::xxhash PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${AuroraXxHash_INCLUDE_DIR}")
endif()
