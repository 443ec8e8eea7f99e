# Makes a static library that only Aurora uses look like a package that was found.
# Used by Aurora's build (AuroraLibraries) and, installed beside it, by auroraConfig.cmake.

# Defines aurora_dep::NAME: the archive, its headers (empty where none are needed), and what it is
# linked with, the words behind. Those that are not found are in `aurora_private_missing`.
function(aurora_private_library name archive include)
  set(missing "")
  set(link "${archive}")
  foreach(library IN LISTS ARGN)
    find_library(Aurora_${library}_LIBRARY ${library})
    mark_as_advanced(Aurora_${library}_LIBRARY)
    if(NOT Aurora_${library}_LIBRARY)
      list(APPEND missing ${library})
    endif()
    list(APPEND link "${Aurora_${library}_LIBRARY}")
  endforeach()
  set(aurora_private_missing "${missing}" PARENT_SCOPE)
  if(missing OR TARGET aurora_dep::${name})
    return()
  endif()
  add_library(aurora_dep::${name} INTERFACE IMPORTED GLOBAL)
  set_target_properties(aurora_dep::${name} PROPERTIES
    INTERFACE_LINK_LIBRARIES "${link};Threads::Threads"
    INTERFACE_INCLUDE_DIRECTORIES "${include}")
endfunction()
