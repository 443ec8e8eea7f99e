# Install rules: headers, libraries, CMake package, pkg-config file, licence.
# The installed tree is relocatable; tests/install proves it.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(aurora_cmake_dir "${CMAKE_INSTALL_LIBDIR}/cmake/aurora")

install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/aurora" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
        FILES_MATCHING PATTERN "*.hpp" PATTERN "*.def")
foreach(kind IN LISTS aurora_kinds)
  string(TOLOWER "${kind}" suffix)
  install(TARGETS aurora_${suffix} EXPORT aurora-${suffix}
          LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
          INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
  install(EXPORT aurora-${suffix} NAMESPACE aurora:: FILE aurora-${suffix}-targets.cmake
          DESTINATION "${aurora_cmake_dir}")
endforeach()
if(TARGET aurora_cli)
  install(TARGETS aurora_cli RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
endif()

# The libraries that were built for Aurora alone go beside a static Aurora, into a directory of its
# own, where they meet no other build of themselves. A shared Aurora has them inside.
set(aurora_private_installed "")
if("STATIC" IN_LIST aurora_kinds)
  set(aurora_private_installed ${aurora_private_names})
endif()
foreach(name IN LISTS aurora_private_installed)
  install(FILES "${aurora_${name}_archive}" DESTINATION "${CMAKE_INSTALL_LIBDIR}/aurora")
endforeach()

configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/auroraConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/auroraConfig.cmake" INSTALL_DESTINATION "${aurora_cmake_dir}"
  NO_CHECK_REQUIRED_COMPONENTS_MACRO)
# While the major version is 0, a minor version may change the interface.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/auroraConfigVersion.cmake"
  VERSION ${PROJECT_VERSION} COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/auroraConfig.cmake"
              "${PROJECT_BINARY_DIR}/auroraConfigVersion.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/AuroraPrivateLibrary.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/FindAuroraRocksDB.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/FindAuroraRoaring.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/FindAuroraRE2.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/FindAuroraStemmer.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/FindAuroraUtf8proc.cmake"
        DESTINATION "${aurora_cmake_dir}")

# A static library needs its dependencies on every link line, a shared one on none.
set(aurora_pc_requires "nlohmann_json")
set(aurora_pc_requires_private "")
set(aurora_pc_libs "-L\${libdir} -laurora")
set(aurora_pc_libs_private "")
set(aurora_pc_static_requires "spdlog re2 libutf8proc icu-i18n icu-uc")
set(aurora_pc_static_libs "-lstemmer -lboost_url -pthread")
if(NOT aurora_private_installed)
  string(PREPEND aurora_pc_static_requires "rocksdb ")
  string(PREPEND aurora_pc_static_libs "-lroaring ")
endif()
foreach(name IN LISTS aurora_private_installed)
  string(APPEND aurora_pc_static_libs " \${libdir}/aurora/lib${name}.a")
  foreach(library IN LISTS aurora_${name}_libraries)
    string(APPEND aurora_pc_static_libs " -l${library}")
  endforeach()
endforeach()
if("STATIC" IN_LIST aurora_kinds)
  if("SHARED" IN_LIST aurora_kinds)
    set(aurora_pc_requires_private "${aurora_pc_static_requires}")
    set(aurora_pc_libs_private "${aurora_pc_static_libs}")
  else()
    string(APPEND aurora_pc_requires " ${aurora_pc_static_requires}")
    string(APPEND aurora_pc_libs " ${aurora_pc_static_libs}")
  endif()
endif()
# The prefix is written relative to the file itself, whatever the depth of the library directory.
file(RELATIVE_PATH aurora_pc_up "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
string(REGEX REPLACE "/$" "" aurora_pc_up "${aurora_pc_up}")
configure_file("${PROJECT_SOURCE_DIR}/cmake/aurora.pc.in" "${PROJECT_BINARY_DIR}/aurora.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/aurora.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")

install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")
