# SPDX-License-Identifier: Apache-2.0
# The targets `rota_objects` (all sources, compiled once) and `rota` (the shared library of them).
#
# librota is always shared: a process has one registry, and a static copy in each plugin and in the host
# would make several. Folders below src/ add their sources with rota_sources(); tests of hidden symbols
# link rota_objects, everything else links rota::rota.

include(GenerateExportHeader)

add_library(rota_objects OBJECT)
set_target_properties(rota_objects PROPERTIES
  POSITION_INDEPENDENT_CODE ON
  CXX_VISIBILITY_PRESET hidden
  VISIBILITY_INLINES_HIDDEN ON
)
target_compile_definitions(rota_objects PRIVATE rota_EXPORTS)
target_include_directories(rota_objects PUBLIC
  ${PROJECT_SOURCE_DIR}/include ${PROJECT_BINARY_DIR}/include ${PROJECT_SOURCE_DIR}/src
)
target_link_libraries(rota_objects PUBLIC ${ROTA_PRIVATE_LIBRARIES})
target_precompile_headers(rota_objects PRIVATE
  <algorithm> <chrono> <filesystem> <functional> <map> <memory> <optional> <stdexcept> <string>
  <string_view> <utility> <vector> <fmt/format.h>
)

add_library(rota SHARED $<TARGET_OBJECTS:rota_objects>)
add_library(rota::rota ALIAS rota)
set_target_properties(rota PROPERTIES
  LINKER_LANGUAGE CXX
  VERSION ${PROJECT_VERSION}
  # Before 1.0 each minor version may change the interface.
  SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
  LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib
)
target_compile_features(rota INTERFACE cxx_std_20)
target_include_directories(rota INTERFACE
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
  $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>
  $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
)
target_link_libraries(rota PRIVATE ${ROTA_PRIVATE_LIBRARIES})
# GCC's address and thread sanitizers live in shared libraries, Clang's in the program: there the
# library's references to them stay open.
if(NOT ROTA_SANITIZE OR CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_link_options(rota PRIVATE -Wl,-z,defs)
endif()

generate_export_header(rota
  BASE_NAME ROTA
  EXPORT_FILE_NAME ${PROJECT_BINARY_DIR}/include/rota/export.h
)

# rota_sources(foo.cc bar.cc): adds sources of the calling folder to the library.
function(rota_sources)
  list(TRANSFORM ARGN PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
  target_sources(rota_objects PRIVATE ${ARGN})
endfunction()

# rota_layers(RESULT): the folders of src/ in the order of src/layers.txt, lowest first.
function(rota_layers result)
  set(file ${PROJECT_SOURCE_DIR}/src/layers.txt)
  set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(STRINGS ${file} lines REGEX "^[a-z_]+:")
  list(TRANSFORM lines REPLACE ":.*" "")
  list(REMOVE_ITEM lines umbrella)
  set(${result} ${lines} PARENT_SCOPE)
endfunction()
