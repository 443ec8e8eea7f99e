# Language, warnings and sanitizers of Aurora's own targets.
# Everything here is scoped to Aurora's directories: nothing reaches a consumer or a parent project.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion)
if(AURORA_WERROR)
  add_compile_options(-Werror)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # These come from flow analysis inside the standard library's inlined code and change with every
    # release of the compiler; they are shown, but a stranger's newer compiler must not fail on them.
    add_compile_options(
      -Wno-error=array-bounds -Wno-error=free-nonheap-object -Wno-error=maybe-uninitialized
      -Wno-error=restrict -Wno-error=stringop-overflow -Wno-error=stringop-overread
      "$<$<VERSION_GREATER_EQUAL:${CMAKE_CXX_COMPILER_VERSION},13>:-Wno-error=dangling-reference>")
  endif()
endif()

# Neither debug information nor assertions name a directory of the machine that built them.
if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  add_compile_options("-ffile-prefix-map=${PROJECT_SOURCE_DIR}/=")
endif()

if(AURORA_SANITIZE)
  list(JOIN AURORA_SANITIZE "," aurora_sanitizers)
  add_compile_options("-fsanitize=${aurora_sanitizers}" -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options("-fsanitize=${aurora_sanitizers}")
  # The guards of the sanitizers make the analysis behind this warning see paths that do not exist.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-maybe-uninitialized)
    if("thread" IN_LIST AURORA_SANITIZE)
      add_compile_options(-Wno-tsan)  # std::atomic_thread_fence inside libraries' headers
    endif()
  endif()
endif()

if(AURORA_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "AURORA_FUZZ needs clang (libFuzzer); try: cmake --preset fuzz")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
