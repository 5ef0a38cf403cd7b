# What can be chosen when configuring, and the flags that follow from it.

option(STRATA_TESTS "Build the tests (needs Catch2 v2)" ON)
option(STRATA_BENCH "Build the benchmarks when Google Benchmark is there" ON)
option(STRATA_PEERS "Let bench/peers compare with RocksDB, LevelDB and LMDB when they are there" ON)
option(STRATA_FUZZ "Build the fuzz targets with libFuzzer (needs clang)" OFF)
option(STRATA_MUTANTS "Compile in the planted bugs that tests must find" OFF)
# Who works in the tree of a lesson tries things out: there a warning is shown and stops nothing.
if(EXISTS "${PROJECT_SOURCE_DIR}/lessons/CURRENT")
  option(STRATA_WERROR "Make warnings errors" OFF)
else()
  option(STRATA_WERROR "Make warnings errors" ON)
endif()
option(STRATA_REPORT "Build bench/report and its tests" ON)
option(STRATA_COVERAGE "Count the lines that run (gcov)" OFF)
set(STRATA_SANITIZE "" CACHE STRING "address (with undefined), thread, or nothing")
set_property(CACHE STRATA_SANITIZE PROPERTY STRINGS "" address thread)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")

# Line tables are enough for a backtrace and a profile, and make the objects a third of the size.
set(STRATA_OPTIMIZE "" CACHE STRING "Optimisation of RelWithDebInfo; default: -O1 under a sanitizer, else -O2")
if(STRATA_OPTIMIZE)
  set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "${STRATA_OPTIMIZE} -g1")
elseif(STRATA_SANITIZE)
  set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O1 -g1")
else()
  set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1")
endif()
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g")
# Debug checks (STRATA_DCHECK, assert) are off only in a release that plants no bugs.
if(CMAKE_BUILD_TYPE MATCHES "^Rel" AND NOT STRATA_MUTANTS AND NOT STRATA_SANITIZE AND NOT STRATA_FUZZ)
  add_compile_definitions(NDEBUG)
endif()
if(STRATA_MUTANTS)
  add_compile_definitions(STRATA_MUTANTS=1)
endif()

# Objects are shared by all clones (their paths count from the source folder), and by builds that
# precompile headers.
find_program(STRATA_CCACHE ccache)
if(STRATA_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env
      "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}" CCACHE_NOHASHDIR=1 CCACHE_DEPEND=1
      CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_PCH_EXTSUM=1 "${STRATA_CCACHE}")
endif()

if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  set(STRATA_CLANG ON)
else()
  set(STRATA_CLANG OFF)
endif()

set(sanitizers "")
if(STRATA_SANITIZE STREQUAL "address")
  set(sanitizers -fsanitize=address,undefined -fno-sanitize-recover=undefined)
elseif(STRATA_SANITIZE STREQUAL "thread")
  set(sanitizers -fsanitize=thread)
  if(NOT STRATA_CLANG)
    add_compile_options(-Wno-tsan)  # GCC warns of fences it cannot model.
  endif()
elseif(STRATA_SANITIZE)
  message(FATAL_ERROR "STRATA_SANITIZE is '${STRATA_SANITIZE}'; it can be address or thread")
endif()
if(STRATA_FUZZ)
  if(NOT STRATA_CLANG)
    message(FATAL_ERROR "STRATA_FUZZ needs clang: add -DCMAKE_CXX_COMPILER=clang++-14")
  endif()
  list(APPEND sanitizers -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined)
endif()
if(sanitizers)
  add_compile_options(${sanitizers} -fno-omit-frame-pointer)
  add_link_options(${sanitizers})
  if(NOT STRATA_CLANG)
    add_compile_options(-Wno-maybe-uninitialized)  # Instrumented code confuses GCC's analysis.
  endif()
endif()

if(STRATA_COVERAGE)
  add_compile_options(--coverage -fprofile-update=atomic)
  add_link_options(--coverage)
endif()

# Warnings apply to our own code only. Members left out of a designated initialiser are value-
# initialised, which is what we use them for.
add_library(strata_warnings INTERFACE)
target_compile_options(strata_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wno-sign-conversion -Wshadow
  -Wno-missing-field-initializers
  # libstdc++ 12's own stable_sort calls what it deprecates; GCC lets system headers do that.
  $<$<BOOL:${STRATA_CLANG}>:-Wthread-safety;-Wno-deprecated-declarations>
  $<$<BOOL:${STRATA_WERROR}>:-Werror>)

# What code inside the project sees: paths from src/, and from tests/ for "testing/...".
add_library(strata_private INTERFACE)
target_include_directories(strata_private INTERFACE
  "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/include")
target_link_libraries(strata_private INTERFACE strata_warnings)
