# Finds utf8proc and defines aurora_dep::utf8proc.
# Used by Aurora's build and, installed beside it, by auroraConfig.cmake.
#
# Distributions ship a .pc file, vcpkg a config file of its own name.

find_package(unofficial-utf8proc CONFIG QUIET)

unset(_aurora_utf8proc_link)
if(TARGET utf8proc)
  set(_aurora_utf8proc_link utf8proc)
else()
  find_package(PkgConfig QUIET)
  if(PkgConfig_FOUND)
    pkg_check_modules(AuroraUtf8proc_PC QUIET IMPORTED_TARGET libutf8proc)
    if(TARGET PkgConfig::AuroraUtf8proc_PC)
      set(_aurora_utf8proc_link PkgConfig::AuroraUtf8proc_PC)
    endif()
  endif()
  if(NOT _aurora_utf8proc_link)
    find_library(AuroraUtf8proc_LIBRARY utf8proc)
    mark_as_advanced(AuroraUtf8proc_LIBRARY)
    if(AuroraUtf8proc_LIBRARY)
      set(_aurora_utf8proc_link "${AuroraUtf8proc_LIBRARY}")
    endif()
  endif()
endif()
find_path(AuroraUtf8proc_INCLUDE_DIR utf8proc.h)
mark_as_advanced(AuroraUtf8proc_INCLUDE_DIR)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(AuroraUtf8proc
  REQUIRED_VARS _aurora_utf8proc_link AuroraUtf8proc_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "utf8proc is needed (Debian: libutf8proc-dev).")

if(AuroraUtf8proc_FOUND AND NOT TARGET aurora_dep::utf8proc)
  add_library(aurora_dep::utf8proc INTERFACE IMPORTED)
  set_target_properties(aurora_dep::utf8proc PROPERTIES
    INTERFACE_LINK_LIBRARIES "${_aurora_utf8proc_link}"
    INTERFACE_INCLUDE_DIRECTORIES "${AuroraUtf8proc_INCLUDE_DIR}")
endif()
unset(_aurora_utf8proc_link)
