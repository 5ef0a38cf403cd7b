# What makes the kinds that are built often, and never measured, build in less time: the headers
# that nearly every file includes are compiled once, and the fastest linker there is links.
#
# STRATA_FAST_BUILD is off in `release` and `lint`, so that a file that forgot an include of its own
# does not compile there.

option(STRATA_FAST_BUILD "Precompile common headers, link with mold or lld" OFF)
option(STRATA_QUICK_TESTS "Compile the tests themselves, not what they test, without optimisation" OFF)
option(STRATA_LINK_MAPS "Let the linker write maps/<target>.map: what it took for each program" OFF)

if(STRATA_LINK_MAPS)
  file(MAKE_DIRECTORY "${CMAKE_BINARY_DIR}/maps")
  add_link_options("LINKER:-Map=${CMAKE_BINARY_DIR}/maps/$<TARGET_PROPERTY:NAME>.map")
endif()

if(STRATA_FAST_BUILD)
  # One way of addressing (the compiler's default) for libraries and programs: they share the headers.
  set(CMAKE_POSITION_INDEPENDENT_CODE OFF)
  find_program(STRATA_LINKER NAMES mold ld.lld)
  if(STRATA_LINKER MATCHES "mold$")
    add_link_options(-fuse-ld=mold)
  elseif(STRATA_LINKER)
    add_link_options(-fuse-ld=lld)
  endif()
  if(NOT STRATA_CLANG)
    # ccache wants the pragma that says where a precompiled header was used. GCC forgets which lines
    # of one are the system's, and warns of them once they are inlined.
    add_compile_options(-fpch-preprocess -Wno-maybe-uninitialized -Wno-array-bounds
                        -Wno-stringop-overflow -Wno-stringop-overread -Wno-restrict)
  endif()
endif()

# Makes the precompiled header `name`, to be used by targets that link the libraries named.
function(strata_precompile name)
  if(NOT STRATA_FAST_BUILD)
    return()
  endif()
  cmake_parse_arguments(it "" "" "HEADERS;LIBRARIES" ${ARGN})
  set(source "${CMAKE_BINARY_DIR}/${name}.cc")
  file(CONFIGURE OUTPUT "${source}" CONTENT "// Holds a precompiled header.\n")
  add_library(${name} OBJECT "${source}")
  target_link_libraries(${name} PRIVATE ${it_LIBRARIES} Threads::Threads)
  target_precompile_headers(${name} PRIVATE ${it_HEADERS})
  # The compiler never writes one twice alike. For ccache, this says what is in it.
  set(sum "${it_HEADERS}")
  find_file(STRATA_CATCH_HEADER catch2/catch.hpp)
  if(STRATA_CATCH_HEADER AND sum MATCHES "catch2")
    file(SHA256 "${STRATA_CATCH_HEADER}" catch)
    string(APPEND sum " ${catch}")
  endif()
  file(CONFIGURE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/${name}.dir/cmake_pch.hxx.gch.sum"
       CONTENT "${sum} ${CMAKE_CXX_COMPILER_VERSION}\n")
endfunction()

# Lets the targets named begin with the precompiled header, if there is one.
function(strata_use_precompiled name)
  if(TARGET ${name})
    foreach(target IN LISTS ARGN)
      target_precompile_headers(${target} REUSE_FROM ${name})
    endforeach()
  endif()
endfunction()

# No more than most files want: to load a precompiled header costs time, too.
set(STRATA_COMMON_HEADERS
  <algorithm> <cstdint> <memory> <optional> <string> <string_view> <utility> <vector>)
