# Script: writes OUT, a ctest file with one test per case of PROGRAM, from lines "tag,tag<TAB>name".

execute_process(COMMAND "${PROGRAM}" --list-for-ctest OUTPUT_VARIABLE lines RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "${PROGRAM} --list-for-ctest: ${failed}\n${lines}")
endif()

set(script "")
string(REPLACE ";" "\\;" lines "${lines}")
string(REPLACE "[" "<LEFT>" lines "${lines}")  # A bare bracket would glue list items together.
string(REPLACE "]" "<RIGHT>" lines "${lines}")
string(REPLACE "\n" ";" lines "${lines}")
foreach(line IN LISTS lines)
  if(NOT line MATCHES "^([^\t]*)\t(.+)$")
    continue()
  endif()
  set(labels "${MODULE},${CMAKE_MATCH_1}")
  set(name "${CMAKE_MATCH_2}")
  string(REPLACE "<LEFT>" "[" name "${name}")
  string(REPLACE "<RIGHT>" "]" name "${name}")
  string(REGEX REPLACE ",+$" "" labels "${labels}")
  string(REPLACE "," ";" labels "${labels}")
  string(APPEND script
    "add_test([==[${MODULE}: ${name}]==] [==[${PROGRAM}]==] --exact [==[${name}]==])\n"
    "set_tests_properties([==[${MODULE}: ${name}]==] PROPERTIES LABELS [==[unit;${labels}]==]"
    " TIMEOUT 1200)\n")
endforeach()
file(WRITE "${OUT}" "${script}")
