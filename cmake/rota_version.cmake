# SPDX-License-Identifier: Apache-2.0
# The version of Rota, read from the one place that states it: include/rota/version.h.

function(rota_read_version result header)
  file(STRINGS ${header} lines REGEX "^#define ROTA_VERSION_(MAJOR|MINOR|PATCH) ")
  foreach(part IN ITEMS MAJOR MINOR PATCH)
    if(NOT "${lines}" MATCHES "#define ROTA_VERSION_${part} +([0-9]+)")
      message(FATAL_ERROR "${header} has no line '#define ROTA_VERSION_${part} NUMBER'")
    endif()
    list(APPEND parts ${CMAKE_MATCH_1})
  endforeach()
  list(JOIN parts "." version)
  set(${result} ${version} PARENT_SCOPE)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${header})
endfunction()
