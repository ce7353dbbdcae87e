# SPDX-License-Identifier: Apache-2.0
# How this project's own code is compiled: language, warnings, sanitizers, ccache. Inside another
# project only the language is set; warnings and the rest are then that project's business.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)

if(PROJECT_IS_TOP_LEVEL)
  if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release, RelWithDebInfo or MinSizeRel" FORCE)
  endif()
  # A build folder may be moved or shared between machines: its programs find librota beside themselves.
  set(CMAKE_BUILD_RPATH_USE_ORIGIN ON)
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
  add_compile_options(-Wall -Wextra)
  if(ROTA_WERROR)
    add_compile_options(-Werror)
  endif()
endif()

if(ROTA_SANITIZE)
  add_compile_options(-fsanitize=${ROTA_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${ROTA_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC's manual: sanitizers hide from this warning that a value is set (here: of a std::variant).
    add_compile_options(-Wno-maybe-uninitialized)
  endif()
endif()

if(ROTA_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(ROTA_CCACHE_PROGRAM ccache)
  if(ROTA_CCACHE_PROGRAM)
    # ccache's manual asks for both where there is a precompiled header.
    set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${ROTA_CCACHE_PROGRAM})
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      add_compile_options(-fpch-preprocess)
    endif()
  endif()
endif()
