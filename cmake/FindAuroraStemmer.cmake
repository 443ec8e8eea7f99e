# Finds libstemmer (Snowball) and defines aurora_dep::stemmer.
# Used by Aurora's build and, installed beside it, by auroraConfig.cmake.

find_path(AuroraStemmer_INCLUDE_DIR libstemmer.h)
find_library(AuroraStemmer_LIBRARY stemmer)
mark_as_advanced(AuroraStemmer_INCLUDE_DIR AuroraStemmer_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(AuroraStemmer
  REQUIRED_VARS AuroraStemmer_LIBRARY AuroraStemmer_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "libstemmer is needed (Debian: libstemmer-dev).")

if(AuroraStemmer_FOUND AND NOT TARGET aurora_dep::stemmer)
  add_library(aurora_dep::stemmer INTERFACE IMPORTED)
  set_target_properties(aurora_dep::stemmer PROPERTIES
    INTERFACE_LINK_LIBRARIES "${AuroraStemmer_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${AuroraStemmer_INCLUDE_DIR}")
endif()
