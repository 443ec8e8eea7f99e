# Finds CRoaring (any version since 0.2.66) with its C++ wrapper and defines aurora_dep::roaring.
# Used by Aurora's build and, installed beside it, by auroraConfig.cmake.
#
# The package of the Linux distributions has a config file but neither a version file nor a .pc file.

find_package(roaring CONFIG QUIET)

unset(_aurora_roaring_link)
if(TARGET roaring::roaring)
  set(_aurora_roaring_link roaring::roaring)
else()
  find_library(AuroraRoaring_LIBRARY roaring)
  mark_as_advanced(AuroraRoaring_LIBRARY)
  if(AuroraRoaring_LIBRARY)
    set(_aurora_roaring_link "${AuroraRoaring_LIBRARY}")
  endif()
endif()
find_path(AuroraRoaring_INCLUDE_DIR roaring/roaring.hh)
mark_as_advanced(AuroraRoaring_INCLUDE_DIR)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(AuroraRoaring
  REQUIRED_VARS _aurora_roaring_link AuroraRoaring_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "CRoaring is needed (Debian: libroaring-dev).")

if(AuroraRoaring_FOUND AND NOT TARGET aurora_dep::roaring)
  add_library(aurora_dep::roaring INTERFACE IMPORTED)
  set_target_properties(aurora_dep::roaring PROPERTIES
    INTERFACE_LINK_LIBRARIES "${_aurora_roaring_link}"
    INTERFACE_INCLUDE_DIRECTORIES "${AuroraRoaring_INCLUDE_DIR}")
endif()
unset(_aurora_roaring_link)
