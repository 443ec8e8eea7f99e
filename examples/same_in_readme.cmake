# Fails unless README holds SOURCE word for word. Called by ctest (examples/CMakeLists.txt).
file(READ "${README}" readme)
file(READ "${SOURCE}" source)
string(FIND "${readme}" "```cpp\n${source}```" at)
if(at EQUAL -1)
  message(FATAL_ERROR "${README} does not show ${SOURCE} as it is; paste it between ```cpp and ```")
endif()
