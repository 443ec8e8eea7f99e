# Finds standalone Asio >= 1.22 (headers only) and defines aurora_dep::asio.
# Used by Aurora's build; Asio ships neither a config file nor a .pc file that distributions keep.

find_path(AuroraAsio_INCLUDE_DIR asio.hpp)
mark_as_advanced(AuroraAsio_INCLUDE_DIR)

unset(AuroraAsio_VERSION)
if(AuroraAsio_INCLUDE_DIR)
  # ASIO_VERSION is major * 100000 + minor * 100 + patch.
  file(STRINGS "${AuroraAsio_INCLUDE_DIR}/asio/version.hpp" _aurora_asio_line
       REGEX "^#define ASIO_VERSION [0-9]+")
  string(REGEX MATCH "[0-9]+" _aurora_asio_number "${_aurora_asio_line}")
  math(EXPR _aurora_asio_major "${_aurora_asio_number} / 100000")
  math(EXPR _aurora_asio_minor "${_aurora_asio_number} / 100 % 1000")
  math(EXPR _aurora_asio_patch "${_aurora_asio_number} % 100")
  set(AuroraAsio_VERSION "${_aurora_asio_major}.${_aurora_asio_minor}.${_aurora_asio_patch}")
endif()

set(_aurora_asio_recent FALSE)
if(AuroraAsio_VERSION VERSION_GREATER_EQUAL 1.22)
  set(_aurora_asio_recent TRUE)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(AuroraAsio
  REQUIRED_VARS AuroraAsio_INCLUDE_DIR _aurora_asio_recent
  VERSION_VAR AuroraAsio_VERSION
  REASON_FAILURE_MESSAGE "Standalone Asio 1.22 or newer is needed (Debian: libasio-dev).")

if(AuroraAsio_FOUND AND NOT TARGET aurora_dep::asio)
  find_package(Threads REQUIRED)
  add_library(aurora_dep::asio INTERFACE IMPORTED)
  # Asio 1.22 does not recognise the coroutines of clang with libstdc++; they work when switched on.
  set(_aurora_asio_clang "$<CXX_COMPILER_ID:Clang,AppleClang>")
  set_target_properties(aurora_dep::asio PROPERTIES
    INTERFACE_LINK_LIBRARIES Threads::Threads
    INTERFACE_INCLUDE_DIRECTORIES "${AuroraAsio_INCLUDE_DIR}"
    INTERFACE_COMPILE_DEFINITIONS
      "ASIO_STANDALONE;ASIO_NO_DEPRECATED;$<${_aurora_asio_clang}:ASIO_HAS_CO_AWAIT=1>;$<${_aurora_asio_clang}:ASIO_HAS_STD_COROUTINE=1>")
  unset(_aurora_asio_clang)
endif()
unset(_aurora_asio_recent)
