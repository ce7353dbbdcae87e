# SPDX-License-Identifier: Apache-2.0
# The libraries that librota is built with. Its users need none of them: no public header names one. All that is
# missing is told at once, by the names of Debian's packages.

find_package(Threads REQUIRED)
set(missing "")

# _rota_needs(PACKAGE VARIABLE...): Debian's package is missing where one of the variables is false.
macro(_rota_needs package)
  foreach(variable IN ITEMS ${ARGN})
    if(NOT ${variable})
      list(APPEND missing ${package})
      break()
    endif()
  endforeach()
endmacro()

find_package(SQLite3 QUIET)
_rota_needs(libsqlite3-dev SQLite3_FOUND)
find_package(fmt QUIET)
_rota_needs(libfmt-dev fmt_FOUND)
find_package(spdlog QUIET)
_rota_needs(libspdlog-dev spdlog_FOUND)
find_package(nlohmann_json QUIET)
_rota_needs(nlohmann-json3-dev nlohmann_json_FOUND)
find_path(ROTA_RAPIDJSON_INCLUDE_DIR rapidjson/reader.h)
_rota_needs(rapidjson-dev ROTA_RAPIDJSON_INCLUDE_DIR)
add_library(rota_rapidjson INTERFACE)
target_include_directories(rota_rapidjson SYSTEM INTERFACE ${ROTA_RAPIDJSON_INCLUDE_DIR})
find_package(CLI11 QUIET)
_rota_needs(libcli11-dev CLI11_FOUND)

# toml++ is used as headers: its own CMake package would add a shared library to load at start-up.
find_path(ROTA_TOMLPLUSPLUS_INCLUDE_DIR toml++/toml.h)
_rota_needs(libtomlplusplus-dev ROTA_TOMLPLUSPLUS_INCLUDE_DIR)
add_library(rota_tomlplusplus INTERFACE)
target_include_directories(rota_tomlplusplus SYSTEM INTERFACE ${ROTA_TOMLPLUSPLUS_INCLUDE_DIR})

# libmd has SHA-256 in a library of a few pages; xxHash is used as a header.
find_path(ROTA_MD_INCLUDE_DIR sha2.h)
find_library(ROTA_MD_LIBRARY md)
_rota_needs(libmd-dev ROTA_MD_INCLUDE_DIR ROTA_MD_LIBRARY)
find_path(ROTA_XXHASH_INCLUDE_DIR xxhash.h)
_rota_needs(libxxhash-dev ROTA_XXHASH_INCLUDE_DIR)
add_library(rota_hashes INTERFACE)
target_include_directories(rota_hashes SYSTEM INTERFACE ${ROTA_MD_INCLUDE_DIR} ${ROTA_XXHASH_INCLUDE_DIR})
target_link_libraries(rota_hashes INTERFACE ${ROTA_MD_LIBRARY})

# Those of the tests and examples, so that they are told with the others; who uses them looks for them again.
if(ROTA_BUILD_TESTS)
  find_package(GTest QUIET)
  _rota_needs("libgtest-dev;libgmock-dev" GTest_FOUND)
endif()
if(ROTA_BUILD_EXAMPLES)
  find_package(OpenSSL 3 QUIET COMPONENTS Crypto)
  _rota_needs(libssl-dev OPENSSL_FOUND)
  find_package(PkgConfig QUIET)
  _rota_needs(pkg-config PkgConfig_FOUND)
  if(PkgConfig_FOUND)
    pkg_check_modules(libzip QUIET IMPORTED_TARGET libzip)
  endif()
  _rota_needs(libzip-dev libzip_FOUND)
endif()

if(missing)
  list(JOIN missing " " missing)
  message(FATAL_ERROR "These libraries are missing, by the names of Debian's packages: ${missing}\n"
    "tools/setup installs them, and all else that Rota needs.")
endif()

set(ROTA_PRIVATE_LIBRARIES
  Threads::Threads ${CMAKE_DL_LIBS} SQLite::SQLite3 fmt::fmt spdlog::spdlog
  nlohmann_json::nlohmann_json rota_rapidjson rota_tomlplusplus rota_hashes
)
