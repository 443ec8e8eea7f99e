# Finds LMDB (a peer in the benchmarks) and defines aurora_dep::lmdb.
# Used by the build of the benchmarks only.

find_path(AuroraLmdb_INCLUDE_DIR lmdb.h)
find_library(AuroraLmdb_LIBRARY lmdb)
mark_as_advanced(AuroraLmdb_INCLUDE_DIR AuroraLmdb_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(AuroraLmdb
  REQUIRED_VARS AuroraLmdb_LIBRARY AuroraLmdb_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "LMDB is needed for the benchmarks (Debian: liblmdb-dev).")

if(AuroraLmdb_FOUND AND NOT TARGET aurora_dep::lmdb)
  add_library(aurora_dep::lmdb INTERFACE IMPORTED)
  set_target_properties(aurora_dep::lmdb PROPERTIES
    INTERFACE_LINK_LIBRARIES "${AuroraLmdb_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${AuroraLmdb_INCLUDE_DIR}")
endif()
