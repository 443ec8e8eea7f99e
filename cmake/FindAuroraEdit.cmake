# Finds libedit (line editing of the command line) and defines aurora_dep::edit.
# Used by the build of the command line only.

find_path(AuroraEdit_INCLUDE_DIR histedit.h)
find_library(AuroraEdit_LIBRARY edit)
mark_as_advanced(AuroraEdit_INCLUDE_DIR AuroraEdit_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(AuroraEdit
  REQUIRED_VARS AuroraEdit_LIBRARY AuroraEdit_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "libedit is needed for the command line (Debian: libedit-dev).")

if(AuroraEdit_FOUND AND NOT TARGET aurora_dep::edit)
  add_library(aurora_dep::edit INTERFACE IMPORTED)
  set_target_properties(aurora_dep::edit PROPERTIES
    INTERFACE_LINK_LIBRARIES "${AuroraEdit_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${AuroraEdit_INCLUDE_DIR}")
endif()
