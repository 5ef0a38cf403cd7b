# The libraries Strata uses, all from Debian packages. `./dev setup` installs what is missing.
#
# STRATA_LIBRARIES      what the engine links
# STRATA_CLI_LIBRARIES  what the program links besides

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)

function(strata_require header library package)
  find_path(STRATA_HEADER_${library} ${header})
  find_library(STRATA_LIBRARY_${library} ${library})
  if(NOT STRATA_HEADER_${library} OR NOT STRATA_LIBRARY_${library})
    message(FATAL_ERROR "${header} or lib${library} is missing: run ./dev setup (package ${package})")
  endif()
endfunction()

strata_require(lz4.h lz4 liblz4-dev)
strata_require(zstd.h zstd libzstd-dev)
strata_require(snappy.h snappy libsnappy-dev)
set(STRATA_LIBRARIES lz4 zstd snappy)

# Only programs that hash passwords or digest take anything of it.
if(EXISTS "${PROJECT_SOURCE_DIR}/src/auth")
  strata_require(openssl/evp.h crypto libssl-dev)
  list(APPEND STRATA_LIBRARIES crypto)
endif()

# Header only. The definition must be the same in every file that includes xxhash.h.
find_path(STRATA_HEADER_xxhash xxhash.h)
if(NOT STRATA_HEADER_xxhash)
  message(FATAL_ERROR "xxhash.h is missing: run ./dev setup (package libxxhash-dev)")
endif()
target_compile_definitions(strata_private INTERFACE XXH_INLINE_ALL)

find_path(STRATA_HEADER_json nlohmann/json.hpp)
if(NOT STRATA_HEADER_json)
  message(FATAL_ERROR "nlohmann/json.hpp is missing: run ./dev setup (package nlohmann-json3-dev)")
endif()

find_path(STRATA_HEADER_uring liburing.h)
find_library(STRATA_LIBRARY_uring uring)
if(STRATA_HEADER_uring AND STRATA_LIBRARY_uring)
  list(APPEND STRATA_LIBRARIES uring)
  target_compile_definitions(strata_private INTERFACE STRATA_HAVE_URING=1)
endif()

set(STRATA_CLI_LIBRARIES "")
set(STRATA_CLI_DEFINITIONS STRATA_VERSION="${PROJECT_VERSION}")
find_path(STRATA_HEADER_edit histedit.h)
find_library(STRATA_LIBRARY_edit edit)
if(STRATA_HEADER_edit AND STRATA_LIBRARY_edit)
  list(APPEND STRATA_CLI_LIBRARIES edit)
  list(APPEND STRATA_CLI_DEFINITIONS STRATA_HAVE_LIBEDIT=1)
endif()
find_package(CLI11 QUIET)
if(CLI11_FOUND)
  list(APPEND STRATA_CLI_LIBRARIES CLI11::CLI11)
endif()
find_package(nlohmann_json QUIET)
if(nlohmann_json_FOUND)
  list(APPEND STRATA_CLI_LIBRARIES nlohmann_json::nlohmann_json)
endif()
