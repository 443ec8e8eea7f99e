# Finds everything Aurora is built from and says what to do when something is missing.
# The same packages that appear behind find_dependency in auroraConfig.cmake.in.

# Imported targets must also be visible to a parent project that links aurora::aurora.
set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL TRUE)
set(THREADS_PREFER_PTHREAD_FLAG ON)

include(AuroraLibraries)

# Each entry: what find_package is asked for.
set(aurora_packages
    "Threads" "nlohmann_json 3.11 CONFIG" "spdlog CONFIG"
    "AuroraRE2" "AuroraStemmer" "ICU COMPONENTS uc i18n" "Boost 1.83 CONFIG COMPONENTS url" "AuroraAsio" "AuroraXxHash"
    "AuroraUtf8proc" "date CONFIG")
if(NOT aurora_private_names)
  list(APPEND aurora_packages "AuroraRocksDB" "AuroraRoaring")
endif()
set(aurora_missing "")
foreach(package IN LISTS aurora_packages)
  string(REPLACE " " ";" arguments "${package}")
  list(GET arguments 0 name)
  find_package(${arguments} QUIET)
  if(NOT ${name}_FOUND)
    list(APPEND aurora_missing "${package}")
  endif()
endforeach()
if(aurora_missing)
  list(JOIN aurora_missing "\n  " aurora_missing)
  message(FATAL_ERROR "These packages were not found:\n  ${aurora_missing}\n"
    "On Debian and Ubuntu `scripts/install-deps` installs them; elsewhere it lists their names, "
    "and vcpkg.json names them for vcpkg.")
endif()
# Classes of RocksDB are derived from (its listeners, its logger), which needs their type information.
# What is built by us has it.
if(NOT aurora_private_names)
  include(CheckCXXSourceCompiles)
  set(CMAKE_REQUIRED_LIBRARIES aurora_dep::rocksdb)
  check_cxx_source_compiles("
    #include <rocksdb/listener.h>
    struct Listener : rocksdb::EventListener {};
    int main() { Listener listener; rocksdb::EventListener& base = listener;
                 return dynamic_cast<Listener*>(&base) == nullptr; }" AURORA_ROCKSDB_HAS_RTTI)
  unset(CMAKE_REQUIRED_LIBRARIES)
  if(NOT AURORA_ROCKSDB_HAS_RTTI)
    message(FATAL_ERROR "This RocksDB was built without run-time type information; build it with "
      "USE_RTTI=1, as the packages of Debian, Ubuntu and vcpkg are.")
  endif()
endif()

message(STATUS "Aurora ${PROJECT_VERSION} with RocksDB ${AuroraRocksDB_VERSION}, "
  "nlohmann_json ${nlohmann_json_VERSION}, spdlog ${spdlog_VERSION}, Boost ${Boost_VERSION}")
