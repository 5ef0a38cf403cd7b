# cmake --install: the library, its public headers, the program, and how to find them
# (find_package(Strata), pkg-config strata). Two components: library and program.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS strata EXPORT StrataTargets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library)
if(EXISTS "${PROJECT_SOURCE_DIR}/include/strata")
  install(DIRECTORY include/strata DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT library
          FILES_MATCHING PATTERN "*.h")
endif()
if(TARGET strata_program)
  install(TARGETS strata_program
          RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)
endif()

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/Strata)
install(EXPORT StrataTargets NAMESPACE strata:: DESTINATION ${package_dir}
        COMPONENT library)
if(TARGET strata_client)  # Apart, as who uses the engine alone needs no protobuf.
  install(TARGETS strata_client EXPORT StrataClientTargets
          ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library)
  install(EXPORT StrataClientTargets NAMESPACE strata:: DESTINATION ${package_dir}
          COMPONENT library)
endif()
configure_package_config_file(cmake/StrataConfig.cmake.in "${CMAKE_BINARY_DIR}/StrataConfig.cmake"
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file("${CMAKE_BINARY_DIR}/StrataConfigVersion.cmake"
                                 COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_BINARY_DIR}/StrataConfig.cmake" "${CMAKE_BINARY_DIR}/StrataConfigVersion.cmake"
        DESTINATION ${package_dir} COMPONENT library)

list(TRANSFORM STRATA_LIBRARIES PREPEND -l OUTPUT_VARIABLE STRATA_PC_LIBS)
list(JOIN STRATA_PC_LIBS " " STRATA_PC_LIBS)
# The prefix is where the file is found, as --prefix may name another one while installing.
set(STRATA_PC_PREFIX "${CMAKE_INSTALL_PREFIX}")
if(NOT IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
  file(RELATIVE_PATH up "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
  string(REGEX REPLACE "/$" "" STRATA_PC_PREFIX "\${pcfiledir}/${up}")
endif()
foreach(kind LIBDIR INCLUDEDIR)
  if(IS_ABSOLUTE "${CMAKE_INSTALL_${kind}}")
    set(STRATA_PC_${kind} "${CMAKE_INSTALL_${kind}}")
  else()
    set(STRATA_PC_${kind} "\${prefix}/${CMAKE_INSTALL_${kind}}")
  endif()
endforeach()
configure_file(cmake/strata.pc.in "${CMAKE_BINARY_DIR}/strata.pc" @ONLY)
install(FILES "${CMAKE_BINARY_DIR}/strata.pc" DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
        COMPONENT library)
