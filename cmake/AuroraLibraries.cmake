# Where RocksDB and CRoaring come from: the two libraries whose build decides how fast Aurora is.
# Included by AuroraDependencies; AuroraInstall puts those built here beside a static Aurora.
#
#   AURORA_DEPS=system   the system's packages; but the builds of the same versions for speed, where
#                        scripts/install-deps --optimised made them (AURORA_OPTIMISED_DEPS)
#   AURORA_DEPS=source   built with Aurora, from pinned commits or from directories:
#                        FETCHCONTENT_SOURCE_DIR_ROCKSDB, FETCHCONTENT_SOURCE_DIR_ROARING
#
# Sets aurora_private_names (rocksdb roaring, or nothing when the packages are used), and for each of
# them aurora_<name>_archive and aurora_<name>_libraries (what it is linked with).
include(AuroraPrivateLibrary)

set(AURORA_DEPS "system" CACHE STRING "RocksDB and CRoaring: system (installed packages) or source")
set_property(CACHE AURORA_DEPS PROPERTY STRINGS system source)
option(AURORA_OPTIMISED_DEPS "Take the builds of scripts/install-deps --optimised where they are" ON)
set(aurora_default_flags "")
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
  set(aurora_default_flags "-msse4.2 -mpclmul")
endif()
set(AURORA_DEPS_FLAGS "${aurora_default_flags}" CACHE STRING
    "With AURORA_DEPS=source: the instructions that RocksDB and CRoaring may use")
mark_as_advanced(AURORA_DEPS_FLAGS)

set(aurora_private_names "")

# Defines aurora_dep::NAME for the library installed, now or later, in `prefix`.
macro(aurora_use_private name prefix)
  set(aurora_${name}_archive "${prefix}/lib/lib${name}.a")
  set(aurora_${name}_libraries ${ARGN})
  list(APPEND aurora_private_names ${name})
  aurora_private_library(${name} "${aurora_${name}_archive}" "${prefix}/include" ${ARGN})
  if(aurora_private_missing)
    message(FATAL_ERROR "RocksDB is linked with these libraries, which were not found: "
      "${aurora_private_missing}. On Debian and Ubuntu scripts/install-deps installs them.")
  endif()
endmacro()

# The version in the headers below `include`.
function(aurora_read_rocksdb_version include)
  file(STRINGS "${include}/rocksdb/version.h" lines REGEX "^#define ROCKSDB_(MAJOR|MINOR|PATCH) [0-9]+")
  list(TRANSFORM lines REPLACE "^#define ROCKSDB_[A-Z]+ ([0-9]+).*$" "\\1")
  list(JOIN lines "." version)
  if(version VERSION_LESS 7.8)
    message(FATAL_ERROR "RocksDB 7.8 or newer is needed; ${include} has ${version}.")
  endif()
  set(AuroraRocksDB_VERSION "${version}" PARENT_SCOPE)
endfunction()

# Builds the library of the source directory `source` by its recipe, before what links it.
function(aurora_build_private name source)
  set(prefix "${PROJECT_BINARY_DIR}/deps/${name}")
  file(MAKE_DIRECTORY "${prefix}/include")  # CMake wants it to exist before it is filled
  file(STRINGS "${PROJECT_SOURCE_DIR}/cmake/recipes/${name}.args" arguments REGEX "^-D")
  set(sse42 OFF)
  if(AURORA_DEPS_FLAGS MATCHES "sse4.2|march")
    set(sse42 ON)
  endif()
  list(TRANSFORM arguments REPLACE "@SSE42@" "${sse42}")
  list(TRANSFORM arguments REPLACE "@FLAGS@" "${AURORA_DEPS_FLAGS} -ffile-prefix-map=${source}/=")
  include(ExternalProject)
  ExternalProject_Add(aurora_${name}_build
    SOURCE_DIR "${source}" PREFIX "${prefix}/work" INSTALL_DIR "${prefix}"
    CMAKE_ARGS -Wno-dev ${arguments} "-DCMAKE_INSTALL_PREFIX=${prefix}"
               "-DCMAKE_C_COMPILER=${CMAKE_C_COMPILER}" "-DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER}"
    BUILD_BYPRODUCTS "${prefix}/lib/lib${name}.a"
    LOG_CONFIGURE ON LOG_BUILD ON LOG_INSTALL ON LOG_OUTPUT_ON_FAILURE ON)
endfunction()

if(AURORA_DEPS STREQUAL "source")
  enable_language(C)
  find_package(Threads REQUIRED)
  include(FetchContent)
  # A directory that holds no CMakeLists.txt: they are built by themselves, with flags of their own.
  FetchContent_Declare(rocksdb SOURCE_SUBDIR aurora-none GIT_SUBMODULES ""
    GIT_REPOSITORY https://github.com/facebook/rocksdb.git
    GIT_TAG ae8fb3e5000e46d8d4c9dbf3a36019c0aaceebff)  # 9.10.0
  FetchContent_Declare(roaring SOURCE_SUBDIR aurora-none GIT_SUBMODULES ""
    GIT_REPOSITORY https://github.com/RoaringBitmap/CRoaring.git
    GIT_TAG cb167bf3b869d57a4daac3eb0400c9b1f37dd4ed)  # 4.2.3
  FetchContent_MakeAvailable(rocksdb roaring)
  aurora_read_rocksdb_version("${rocksdb_SOURCE_DIR}/include")
  foreach(name IN ITEMS rocksdb roaring)
    aurora_build_private(${name} "${${name}_SOURCE_DIR}")
  endforeach()
  aurora_use_private(rocksdb "${PROJECT_BINARY_DIR}/deps/rocksdb" lz4 zstd)
  aurora_use_private(roaring "${PROJECT_BINARY_DIR}/deps/roaring")
  foreach(name IN ITEMS rocksdb roaring)
    add_dependencies(aurora_dep::${name} aurora_${name}_build)
  endforeach()
  message(STATUS "RocksDB and CRoaring are built with Aurora, from ${rocksdb_SOURCE_DIR} and "
    "${roaring_SOURCE_DIR} (${AURORA_DEPS_FLAGS})")
elseif(NOT AURORA_DEPS STREQUAL "system")
  message(FATAL_ERROR "AURORA_DEPS is '${AURORA_DEPS}', but must be system or source.")
elseif(AURORA_OPTIMISED_DEPS AND NOT (AURORA_SANITIZE OR CMAKE_TOOLCHAIN_FILE OR RocksDB_ROOT))
  # Only for the very packages of this system: not for another one, not for packages given by hand.
  # Sanitizers stay with the shared library, whose inline functions cannot replace instrumented ones.
  execute_process(COMMAND "${PROJECT_SOURCE_DIR}/scripts/optimised-deps" --where
                  RESULT_VARIABLE aurora_status OUTPUT_VARIABLE aurora_where ERROR_QUIET)
  if(aurora_status EQUAL 0 AND aurora_where MATCHES "rocksdb ([^\n]*)\nroaring ([^\n]*)\n")
    set(aurora_rocksdb_prefix "${CMAKE_MATCH_1}")
    set(aurora_roaring_prefix "${CMAKE_MATCH_2}")
    find_package(Threads REQUIRED)
    aurora_use_private(rocksdb "${aurora_rocksdb_prefix}" lz4 zstd snappy z bz2)
    aurora_use_private(roaring "${aurora_roaring_prefix}")
    aurora_read_rocksdb_version("${aurora_rocksdb_prefix}/include")
    string(REGEX REPLACE "^.*-" "" aurora_level "${aurora_rocksdb_prefix}")
    message(STATUS "RocksDB and CRoaring are the optimised builds (${aurora_level}) of "
      "scripts/install-deps; -DAURORA_OPTIMISED_DEPS=OFF takes the system's")
  endif()
endif()
if(NOT aurora_private_names)
  message(STATUS "RocksDB and CRoaring are the packages of this system, which Debian and Ubuntu build "
    "for safety, not speed (docs/benchmarks.md): scripts/install-deps --optimised")
endif()
