# A module is a folder of src/ with at least one .cc. src/cli is the program, not a module, and has
# folders of its own. STRATA_FRONT_MODULES are those of the program alone: a library that it links
# besides the engine, as they need more than it does (cmake/TypedApi.cmake, cmake/Http.cmake).
set(STRATA_FRONT_MODULES grpc tls client api load http)

# Sets `out` to the sorted files that match the patterns, and looks again at every build.
function(strata_glob out)
  list(TRANSFORM ARGN PREPEND "${PROJECT_SOURCE_DIR}/")
  file(GLOB files CONFIGURE_DEPENDS ${ARGN})
  set(${out} "${files}" PARENT_SCOPE)
endfunction()

function(strata_find_modules out)
  strata_glob(sources src/*/*.cc)
  set(modules "")
  foreach(source IN LISTS sources)
    cmake_path(GET source PARENT_PATH folder)
    cmake_path(GET folder FILENAME module)
    list(APPEND modules ${module})
  endforeach()
  list(REMOVE_DUPLICATES modules)
  list(REMOVE_ITEM modules cli ${STRATA_FRONT_MODULES})
  set(${out} "${modules}" PARENT_SCOPE)
endfunction()

# Object library strata_mod_<module>: compiles by itself, whatever state other modules are in.
function(strata_add_module module)
  strata_glob(sources src/${module}/*.cc)
  add_library(strata_mod_${module} OBJECT ${sources})
  target_link_libraries(strata_mod_${module} PRIVATE strata_private Threads::Threads)
  strata_use_precompiled(strata_common_headers strata_mod_${module})
endfunction()
