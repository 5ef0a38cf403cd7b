# The HTTP front of the server: src/http, with the files of its dashboard inside. A library of its
# own, as the engine needs no parser of HTTP: programs that embed a store don't link it.

strata_glob(http_sources src/http/*.cc)
if(NOT http_sources)  # Not in this lesson's tree.
  return()
endif()
strata_require(http_parser.h http_parser libhttp-parser-dev)

# assets.generated.cc: the files of src/http/dashboard, as constants.
strata_glob(http_assets src/http/dashboard/*)
set(generated "${CMAKE_BINARY_DIR}/assets.generated.cc")
add_custom_command(
  OUTPUT "${generated}"
  COMMAND "${CMAKE_COMMAND}" "-DOUTPUT=${generated}" "-DFOLDER=${PROJECT_SOURCE_DIR}/src/http/dashboard"
          -P "${PROJECT_SOURCE_DIR}/cmake/EmbedFiles.cmake"
  DEPENDS ${http_assets} "${PROJECT_SOURCE_DIR}/cmake/EmbedFiles.cmake"
  COMMENT "Putting the dashboard into the program" VERBATIM)

add_library(strata_http STATIC ${http_sources} "${generated}")
target_link_libraries(strata_http PUBLIC strata_private strata http_parser)
strata_use_precompiled(strata_common_headers strata_http)
list(APPEND STRATA_FRONT_LIBRARIES strata_http)
