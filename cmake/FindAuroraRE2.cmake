# Finds RE2 and defines aurora_dep::re2.
# Used by Aurora's build and, installed beside it, by auroraConfig.cmake.
#
# Distributions ship a .pc file (whose version is always 0.0.0), vcpkg and newer RE2 a config file.

find_package(re2 CONFIG QUIET)

unset(_aurora_re2_link)
if(TARGET re2::re2)
  set(_aurora_re2_link re2::re2)
else()
  find_package(PkgConfig QUIET)
  if(PkgConfig_FOUND)
    pkg_check_modules(AuroraRE2_PC QUIET IMPORTED_TARGET re2)
    if(TARGET PkgConfig::AuroraRE2_PC)
      set(_aurora_re2_link PkgConfig::AuroraRE2_PC)
    endif()
  endif()
  if(NOT _aurora_re2_link)
    find_library(AuroraRE2_LIBRARY re2)
    mark_as_advanced(AuroraRE2_LIBRARY)
    if(AuroraRE2_LIBRARY)
      set(_aurora_re2_link "${AuroraRE2_LIBRARY}")
    endif()
  endif()
endif()
find_path(AuroraRE2_INCLUDE_DIR re2/re2.h)
mark_as_advanced(AuroraRE2_INCLUDE_DIR)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(AuroraRE2
  REQUIRED_VARS _aurora_re2_link AuroraRE2_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "RE2 is needed (Debian: libre2-dev).")

if(AuroraRE2_FOUND AND NOT TARGET aurora_dep::re2)
  add_library(aurora_dep::re2 INTERFACE IMPORTED)
  set_target_properties(aurora_dep::re2 PROPERTIES
    INTERFACE_LINK_LIBRARIES "${_aurora_re2_link}"
    INTERFACE_INCLUDE_DIRECTORIES "${AuroraRE2_INCLUDE_DIR}")
endif()
unset(_aurora_re2_link)
