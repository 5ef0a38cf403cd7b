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
