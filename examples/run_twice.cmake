# Runs PROGRAM twice in the empty DIRECTORY: it must work on a new database and on its own.
# Called by ctest (examples/CMakeLists.txt).
file(REMOVE_RECURSE "${DIRECTORY}")
file(MAKE_DIRECTORY "${DIRECTORY}")
foreach(rows IN ITEMS 1 2)
  execute_process(COMMAND "${PROGRAM}" WORKING_DIRECTORY "${DIRECTORY}"
                  OUTPUT_VARIABLE output RESULT_VARIABLE status)
  string(REGEX MATCHALL "ada@example.org\n" lines "${output}")
  list(LENGTH lines found)
  if(NOT status EQUAL 0 OR NOT found EQUAL rows OR NOT output MATCHES "\"age\": ?36")
    message(FATAL_ERROR "exit status ${status}, output:\n${output}")
  endif()
endforeach()
