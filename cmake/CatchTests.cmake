# strata_discover_tests(target module): after each build of `target`, lists its cases as ctests.
#
# Catch's own catch_discover_tests (v2) cannot turn tags into labels; our main() lists both, one
# case a line (see tests/testing/catch_main.cc).

function(strata_discover_tests target module)
  set(list "${CMAKE_CURRENT_BINARY_DIR}/${target}_tests.cmake")
  add_custom_command(TARGET ${target} POST_BUILD
    COMMAND "${CMAKE_COMMAND}" -D "PROGRAM=$<TARGET_FILE:${target}>" -D "MODULE=${module}"
            -D "OUT=${list}" -P "${PROJECT_SOURCE_DIR}/cmake/ListCatchTests.cmake"
    BYPRODUCTS "${list}" VERBATIM)
  set(include "${CMAKE_CURRENT_BINARY_DIR}/${target}_include.cmake")
  file(WRITE "${include}"
    "if(EXISTS \"${list}\")\n  include(\"${list}\")\nelse()\n"
    "  add_test(\"${module}: NOT BUILT\" false)\nendif()\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${include}")
endfunction()

# strata_add_program_tests(target module sources...): all cases of `target` as one ctest, labelled
# "unit" and with the module, and those with the tags [long], [slow] and, under ThreadSanitizer,
# [concurrency] as one each.
function(strata_add_program_tests target module)
  set(tags "")
  foreach(source IN LISTS ARGN)
    file(STRINGS "${source}" lines REGEX "\\[(concurrency|long|slow)\\]")
    string(REGEX MATCHALL "(concurrency|long|slow)\\]" found "${lines}")
    list(APPEND tags ${found})
  endforeach()
  string(REPLACE "]" "" tags "${tags}")
  list(REMOVE_DUPLICATES tags)
  if(NOT STRATA_SANITIZE STREQUAL "thread")
    list(REMOVE_ITEM tags concurrency)
  endif()
  add_test(NAME "${module}: all cases" COMMAND ${target} "~[long]~[slow]")
  set_tests_properties("${module}: all cases" PROPERTIES LABELS "unit;${module}" TIMEOUT 1200)
  foreach(tag IN LISTS tags)
    set(spec "[${tag}]")
    if(NOT tag STREQUAL "slow")
      string(APPEND spec "~[slow]")
    endif()
    add_test(NAME "${module}: ${tag} cases" COMMAND ${target} "${spec}")
    set_tests_properties("${module}: ${tag} cases" PROPERTIES LABELS "${tag};${module}"
                         TIMEOUT 2400)
  endforeach()
endfunction()
