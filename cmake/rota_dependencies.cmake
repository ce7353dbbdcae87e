# SPDX-License-Identifier: Apache-2.0
# The libraries that librota is built with. Its users need none of them: no public header names one.

find_package(Threads REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)

# toml++ is used as headers: its own CMake package would add a shared library to load at start-up.
find_path(ROTA_TOMLPLUSPLUS_INCLUDE_DIR toml++/toml.h REQUIRED)
add_library(rota_tomlplusplus INTERFACE)
target_include_directories(rota_tomlplusplus SYSTEM INTERFACE ${ROTA_TOMLPLUSPLUS_INCLUDE_DIR})

# libmd has SHA-256 in a library of a few pages; xxHash is used as a header.
find_path(ROTA_MD_INCLUDE_DIR sha2.h REQUIRED)
find_library(ROTA_MD_LIBRARY md REQUIRED)
find_path(ROTA_XXHASH_INCLUDE_DIR xxhash.h REQUIRED)
add_library(rota_hashes INTERFACE)
target_include_directories(rota_hashes SYSTEM INTERFACE ${ROTA_MD_INCLUDE_DIR} ${ROTA_XXHASH_INCLUDE_DIR})
target_link_libraries(rota_hashes INTERFACE ${ROTA_MD_LIBRARY})

set(ROTA_PRIVATE_LIBRARIES
  Threads::Threads ${CMAKE_DL_LIBS} SQLite::SQLite3 fmt::fmt spdlog::spdlog
  nlohmann_json::nlohmann_json rota_tomlplusplus rota_hashes
)
