# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` puts where: headers, librota, the command, a CMake package and a pkg-config file.
# All of it is relocatable: the prefix may be chosen at the install, and the tree moved afterwards.

include(CMakePackageConfigHelpers)

set(rota_cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/rota)

install(TARGETS rota EXPORT rota_targets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/rota ${PROJECT_BINARY_DIR}/include/rota
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h"
)

file(RELATIVE_PATH rota_lib_from_bin
  ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
set_target_properties(rota_cli PROPERTIES INSTALL_RPATH "$ORIGIN/${rota_lib_from_bin}")
install(TARGETS rota_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})

install(EXPORT rota_targets NAMESPACE rota:: FILE rota-targets.cmake DESTINATION ${rota_cmake_dir})
configure_package_config_file(cmake/rota-config.cmake.in ${PROJECT_BINARY_DIR}/cmake/rota-config.cmake
  INSTALL_DESTINATION ${rota_cmake_dir}
  PATH_VARS CMAKE_INSTALL_BINDIR
)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/cmake/rota-config-version.cmake
  COMPATIBILITY SameMinorVersion
)
install(FILES
  ${PROJECT_BINARY_DIR}/cmake/rota-config.cmake
  ${PROJECT_BINARY_DIR}/cmake/rota-config-version.cmake
  cmake/rota_add_plugin.cmake
  cmake/rota_add_tasks.cmake
  cmake/rota_check_file.cmake
  DESTINATION ${rota_cmake_dir}
)

file(RELATIVE_PATH rota_prefix_from_pc
  ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
cmake_path(SET rota_prefix_from_pc NORMALIZE "${rota_prefix_from_pc}")
string(REGEX REPLACE "/$" "" rota_prefix_from_pc "${rota_prefix_from_pc}")
configure_file(cmake/rota.pc.in ${PROJECT_BINARY_DIR}/cmake/rota.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/cmake/rota.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

install(FILES LICENSE docs/plugins.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
