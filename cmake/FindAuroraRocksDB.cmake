# Finds RocksDB >= 7.8 and defines aurora_dep::rocksdb; sets AuroraRocksDB_VERSION.
# Used by Aurora's build and, installed beside it, by auroraConfig.cmake.
#
# RocksDB's own version file accepts only the same major version, so the version is compared here;
# its config file appends to the caller's CMAKE_MODULE_PATH, which is put back.

set(_aurora_module_path "${CMAKE_MODULE_PATH}")
find_package(RocksDB CONFIG QUIET)
set(CMAKE_MODULE_PATH "${_aurora_module_path}")
unset(_aurora_module_path)

unset(_aurora_rocksdb_link)
if(TARGET RocksDB::rocksdb-shared)
  set(_aurora_rocksdb_link RocksDB::rocksdb-shared)
elseif(TARGET RocksDB::rocksdb)
  set(_aurora_rocksdb_link RocksDB::rocksdb)
else()
  find_path(AuroraRocksDB_INCLUDE_DIR rocksdb/version.h)
  find_library(AuroraRocksDB_LIBRARY rocksdb)
  mark_as_advanced(AuroraRocksDB_INCLUDE_DIR AuroraRocksDB_LIBRARY)
  if(AuroraRocksDB_INCLUDE_DIR AND AuroraRocksDB_LIBRARY)
    set(_aurora_rocksdb_link "${AuroraRocksDB_LIBRARY}")
  endif()
endif()

set(AuroraRocksDB_VERSION "${RocksDB_VERSION}")
if(NOT AuroraRocksDB_VERSION AND AuroraRocksDB_INCLUDE_DIR)
  file(STRINGS "${AuroraRocksDB_INCLUDE_DIR}/rocksdb/version.h" _aurora_rocksdb_lines
       REGEX "^#define ROCKSDB_(MAJOR|MINOR|PATCH) [0-9]+")
  list(TRANSFORM _aurora_rocksdb_lines REPLACE "^#define ROCKSDB_[A-Z]+ ([0-9]+).*$" "\\1")
  list(JOIN _aurora_rocksdb_lines "." AuroraRocksDB_VERSION)
  unset(_aurora_rocksdb_lines)
endif()

set(_aurora_rocksdb_recent FALSE)
if(AuroraRocksDB_VERSION VERSION_GREATER_EQUAL 7.8)
  set(_aurora_rocksdb_recent TRUE)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(AuroraRocksDB
  REQUIRED_VARS _aurora_rocksdb_link _aurora_rocksdb_recent
  VERSION_VAR AuroraRocksDB_VERSION
  REASON_FAILURE_MESSAGE "RocksDB 7.8 or newer is needed (Debian: librocksdb-dev).")

if(AuroraRocksDB_FOUND AND NOT TARGET aurora_dep::rocksdb)
  add_library(aurora_dep::rocksdb INTERFACE IMPORTED)
  set_target_properties(aurora_dep::rocksdb PROPERTIES
    INTERFACE_LINK_LIBRARIES "${_aurora_rocksdb_link}"
    INTERFACE_INCLUDE_DIRECTORIES "$<$<BOOL:${AuroraRocksDB_INCLUDE_DIR}>:${AuroraRocksDB_INCLUDE_DIR}>")
endif()
unset(_aurora_rocksdb_link)
unset(_aurora_rocksdb_recent)
