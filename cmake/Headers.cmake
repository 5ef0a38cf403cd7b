# strata_headers: compiles each header by itself, so that none leans on what was included before
# it. Not part of `all`; ./dev lint builds it.

strata_glob(headers src/*/*.h src/cli/*/*.h include/strata/*.h tests/testing/*.h)
set(stubs "")
foreach(header IN LISTS headers)
  cmake_path(RELATIVE_PATH header BASE_DIRECTORY "${PROJECT_SOURCE_DIR}" OUTPUT_VARIABLE name)
  set(stub "${CMAKE_BINARY_DIR}/headers/${name}.cc")
  file(CONFIGURE OUTPUT "${stub}" CONTENT "#include \"${header}\"  // NOLINT\n" @ONLY)
  list(APPEND stubs "${stub}")
endforeach()
if(stubs)
  add_library(strata_headers OBJECT EXCLUDE_FROM_ALL ${stubs})
  target_include_directories(strata_headers PRIVATE "${PROJECT_SOURCE_DIR}/tests")
  target_link_libraries(strata_headers PRIVATE strata_private ${STRATA_CLI_LIBRARIES})
endif()
