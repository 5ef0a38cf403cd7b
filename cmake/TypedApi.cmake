# The typed API: modules besides the engine's, which need protobuf and nghttp2. The engine (strata)
# links neither.
#
#   strata_client  what a program needs to talk to a server: src/grpc, src/client, src/tls, the
#                  messages
#   strata_api     what a server needs: src/api, and the above
#   strata_load    the load generator: src/load, and the client's part

if(NOT EXISTS "${PROJECT_SOURCE_DIR}/src/grpc")  # Not in this lesson's tree yet.
  return()
endif()

strata_require(nghttp2/nghttp2.h nghttp2 libnghttp2-dev)
find_package(Protobuf QUIET)
if(NOT Protobuf_FOUND OR NOT PROTOBUF_PROTOC_EXECUTABLE)
  message(FATAL_ERROR "protobuf is missing: run ./dev setup (packages libprotobuf-dev, protobuf-compiler)")
endif()

# Messages are made of the .proto files while building, into api/ of the build tree.
set(STRATA_PROTO_DIR "${CMAKE_BINARY_DIR}/api")
function(strata_add_messages target)
  set(sources "")
  foreach(name IN LISTS ARGN)
    set(proto "${PROJECT_SOURCE_DIR}/src/api/${name}.proto")
    set(made "${STRATA_PROTO_DIR}/${name}.pb.cc" "${STRATA_PROTO_DIR}/${name}.pb.h")
    add_custom_command(OUTPUT ${made}
      COMMAND "${CMAKE_COMMAND}" -E make_directory "${STRATA_PROTO_DIR}"
      COMMAND ${PROTOBUF_PROTOC_EXECUTABLE} --cpp_out "${STRATA_PROTO_DIR}"
              -I "${PROJECT_SOURCE_DIR}/src/api" "${proto}"
      DEPENDS "${proto}" VERBATIM)
    list(APPEND sources ${made})
  endforeach()
  add_library(${target} OBJECT ${sources})
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(${target} SYSTEM PUBLIC "${STRATA_PROTO_DIR}" ${Protobuf_INCLUDE_DIRS})
endfunction()
strata_add_messages(strata_messages strata/v1/strata strata/v1/error)
strata_add_messages(strata_server_messages grpc/health/v1/health grpc/reflection/v1/reflection)

set(STRATA_TLS_LIBRARIES "")
if(EXISTS "${PROJECT_SOURCE_DIR}/src/tls")
  strata_require(openssl/ssl.h ssl libssl-dev)
  set(STRATA_TLS_LIBRARIES ssl crypto)
endif()
foreach(module IN ITEMS grpc tls client api load)
  strata_glob(sources src/${module}/*.cc)
  if(sources)
    strata_add_module(${module})
    add_dependencies(strata_mod_${module} strata_messages strata_server_messages)
    target_include_directories(strata_mod_${module} SYSTEM PRIVATE
      "${STRATA_PROTO_DIR}" ${Protobuf_INCLUDE_DIRS})
  endif()
endforeach()

function(strata_add_typed_library target)
  set(objects "")
  foreach(part IN LISTS ARGN)
    if(TARGET ${part})
      list(APPEND objects $<TARGET_OBJECTS:${part}>)
    endif()
  endforeach()
  if(objects)
    add_library(${target} STATIC ${objects})
    set_target_properties(${target} PROPERTIES LINKER_LANGUAGE CXX)
  else()  # Not in this lesson's tree yet.
    add_library(${target} INTERFACE)
  endif()
  target_include_directories(${target} SYSTEM INTERFACE "$<BUILD_INTERFACE:${STRATA_PROTO_DIR}>")
endfunction()
strata_add_typed_library(strata_client strata_messages strata_mod_grpc strata_mod_tls strata_mod_client)
target_link_libraries(strata_client PUBLIC strata nghttp2 protobuf::libprotobuf ${STRATA_TLS_LIBRARIES})
set_target_properties(strata_client PROPERTIES EXPORT_NAME client)
add_library(strata::client ALIAS strata_client)
strata_add_typed_library(strata_api strata_server_messages strata_mod_api)
target_link_libraries(strata_api PUBLIC strata_client)
strata_add_typed_library(strata_load strata_mod_load)
if(TARGET strata_mod_load)
  target_link_libraries(strata_load PUBLIC strata_client)
endif()
