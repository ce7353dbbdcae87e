# SPDX-License-Identifier: Apache-2.0
# How tests are declared. Each single test, of GoogleTest or pytest's folder, is one test of CTest.
# Without ROTA_BUILD_TESTS all of these do nothing.

if(ROTA_BUILD_TESTS)
  enable_testing()
  include(GoogleTest)
  find_package(GTest REQUIRED)
  set(ROTA_PYTHON ${PROJECT_SOURCE_DIR}/.venv/bin/python CACHE FILEPATH
    "The Python that has pytest; tools/setup makes it")
  if(NOT EXISTS ${ROTA_PYTHON})
    message(WARNING "${ROTA_PYTHON} is missing, so the Python tests will fail: run tools/setup")
  endif()
endif()

# The headers that nearly every test includes, compiled once for all of them. A program that links the library's
# objects takes them with _rota_use_test_headers(TARGET).
if(ROTA_BUILD_TESTS)
  file(CONFIGURE OUTPUT test_headers.cc CONTENT "// Only so that there is something to compile.\n")
  add_library(rota_test_headers OBJECT ${CMAKE_CURRENT_BINARY_DIR}/test_headers.cc)
  target_link_libraries(rota_test_headers PRIVATE rota_objects GTest::gmock)
  target_compile_options(rota_test_headers PRIVATE -O0)
  target_precompile_headers(rota_test_headers PRIVATE
    <algorithm> <atomic> <chrono> <filesystem> <fstream> <functional> <map> <memory> <optional> <set> <string>
    <string_view> <thread> <utility> <vector> <fmt/format.h> <gmock/gmock.h>)
endif()
# Tests are compiled without optimization, which takes half the time; what they test is the library's objects.
function(_rota_use_test_headers target)
  target_precompile_headers(${target} REUSE_FROM rota_test_headers)
  target_compile_options(${target} PRIVATE -O0)
endfunction()

# Finds the tests of a program when CTest runs, not when it is built: a build then runs nothing.
function(_rota_discover_tests target prefix)
  gtest_discover_tests(${target}
    TEST_PREFIX "${prefix}."
    DISCOVERY_MODE PRE_TEST
    DISCOVERY_TIMEOUT 60
    PROPERTIES TIMEOUT 300
  )
endfunction()

# rota_unit_test(foo_test.cc [LIBS library...]): adds a file of tests to the calling folder's program
# `rota_FOLDER_test`, which is linked with the library's objects and so reaches hidden symbols.
#
# Such a program must not load a plugin: the plugin would bring librota.so, and with it a second registry,
# into the process. Tests that load plugins are rota_shared_test()s.
function(rota_unit_test file)
  if(NOT ROTA_BUILD_TESTS)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 1 test "" "" "LIBS")
  cmake_path(GET CMAKE_CURRENT_SOURCE_DIR FILENAME folder)
  set(target rota_${folder}_test)
  if(NOT TARGET ${target})
    add_executable(${target})
    target_link_libraries(${target} PRIVATE rota_objects GTest::gmock GTest::gtest_main)
    _rota_use_test_headers(${target})
    _rota_discover_tests(${target} ${folder})
  endif()
  target_sources(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/${file})
  target_link_libraries(${target} PRIVATE ${test_LIBS})
endfunction()

# rota_shared_test(NAME file.cc [LIBS library...]): a program of tests linked with librota.so, as a host
# program is: it may load plugins, and reaches exported symbols only.
function(rota_shared_test name file)
  if(NOT ROTA_BUILD_TESTS)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 2 test "" "" "LIBS")
  add_executable(${name} ${file})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${name} PRIVATE rota::rota GTest::gmock GTest::gtest_main ${test_LIBS})
  _rota_discover_tests(${name} ${name})
endfunction()

# rota_pytest(NAME path [LABELS label...] [TIMEOUT seconds] [ENVIRONMENT NAME=value...]): a file or a
# folder of pytest's tests, run as one test of CTest. They find the build by the environment.
function(rota_pytest name path)
  if(NOT ROTA_BUILD_TESTS)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 2 test "" "TIMEOUT" "LABELS;ENVIRONMENT")
  if(NOT test_TIMEOUT)
    set(test_TIMEOUT 300)
  endif()
  cmake_path(ABSOLUTE_PATH path BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
  set(environment
    ROTA_SOURCE_DIR=${PROJECT_SOURCE_DIR}
    ROTA_BUILD_DIR=${PROJECT_BINARY_DIR}
    ROTA_COMMAND=${PROJECT_BINARY_DIR}/bin/rota
    PYTHONDONTWRITEBYTECODE=1
    ${test_ENVIRONMENT}
  )
  add_test(NAME ${name} COMMAND ${ROTA_PYTHON} -m pytest -q -rs -p no:cacheprovider ${path})
  set_tests_properties(${name} PROPERTIES
    ENVIRONMENT "${environment}"
    COST 100  # begins before the many short ones
    TIMEOUT ${test_TIMEOUT}
    LABELS "${test_LABELS}"
    SKIP_REGULAR_EXPRESSION "\n[0-9]+ skipped in "  # nothing else was run; the output has the reason
  )
endfunction()
