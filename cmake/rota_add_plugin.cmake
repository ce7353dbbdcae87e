# SPDX-License-Identifier: Apache-2.0
# rota_add_plugin: builds a plugin, a shared library of task classes that `rota` finds and loads. Part of
# the installed package, so that it depends on nothing but the target rota::rota.
#
#   rota_add_plugin(NAME
#     SOURCES source...                the task classes, in C++ (ROTA_TASK) or plain C (ROTA_C_TASK)
#     [LIBS library...]                libraries that only this plugin needs
#     [OUTPUT_DIRECTORY directory]     where it is built; default: the current binary folder
#     [INSTALL])                       install it to LIBDIR/rota/plugins
#
# It makes the target NAME and the file NAME.so. Symbols are hidden but the entry, and none may be missing.
# After the link the build fails where the file does not declare each task class of its sources and
# static libraries, or does not export the entry (see rota_add_tasks.cmake). A plugin of C sources alone
# needs no C++ compiler and is not linked with librota.

include(${CMAKE_CURRENT_LIST_DIR}/rota_add_tasks.cmake)

function(rota_add_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 plugin "INSTALL" "OUTPUT_DIRECTORY" "SOURCES;LIBS")
  if(plugin_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "rota_add_plugin(${name}): unknown arguments: ${plugin_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT plugin_SOURCES)
    message(FATAL_ERROR "rota_add_plugin(${name}): give its sources after SOURCES")
  endif()
  _rota_languages_of(languages "rota_add_plugin(${name})" ${plugin_SOURCES})

  add_library(${name} MODULE ${plugin_SOURCES})
  if("CXX" IN_LIST languages)
    target_link_libraries(${name} PRIVATE rota::rota)
  else()
    target_include_directories(${name} PRIVATE
      $<TARGET_PROPERTY:rota::rota,INTERFACE_INCLUDE_DIRECTORIES>)
  endif()
  target_link_libraries(${name} PRIVATE ${plugin_LIBS})
  target_compile_definitions(${name} PRIVATE ROTA_PLUGIN)
  set_target_properties(${name} PROPERTIES
    PREFIX ""
    SUFFIX ".so"
    C_VISIBILITY_PRESET hidden
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
  )
  if(plugin_OUTPUT_DIRECTORY)
    set_target_properties(${name} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${plugin_OUTPUT_DIRECTORY})
  endif()
  # Unique symbols are shared by all libraries of the process, whatever their visibility, so that two
  # plugins with a template of the same name would run one another's statics.
  target_compile_options(${name} PRIVATE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fno-gnu-unique>)
  # A missing symbol is found when the plugin is linked, not when it is loaded. Clang's sanitizers keep
  # their symbols in the program, so there it cannot be asked for.
  if(NOT (ROTA_SANITIZE AND CMAKE_CXX_COMPILER_ID MATCHES "Clang"))
    target_link_options(${name} PRIVATE -Wl,-z,defs)
  endif()
  _rota_check_after_link(${name} plugin)

  if(plugin_INSTALL)
    include(GNUInstallDirs)
    set_target_properties(${name} PROPERTIES INSTALL_RPATH "$ORIGIN/../..")
    install(TARGETS ${name} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/rota/plugins)
  endif()
endfunction()

# Sets `result` to those of C and CXX that the sources are in. A language that the project has not enabled
# is an error: CMake would leave such sources out without a word.
function(_rota_languages_of result caller)
  get_property(enabled GLOBAL PROPERTY ENABLED_LANGUAGES)
  set(languages "")
  foreach(source IN LISTS ARGN)
    if(source MATCHES "\\.c$")
      set(language C)
    elseif(source MATCHES "\\.(h|hh|hpp|hxx|inc)$")
      continue()
    else()
      set(language CXX)
    endif()
    get_source_file_property(chosen "${source}" LANGUAGE)
    if(chosen STREQUAL "C" OR chosen STREQUAL "CXX")
      set(language ${chosen})
    endif()
    if(NOT language IN_LIST enabled)
      message(FATAL_ERROR
        "${caller}: ${source} needs the language ${language}; add it to LANGUAGES of project()")
    endif()
    list(APPEND languages ${language})
  endforeach()
  list(REMOVE_DUPLICATES languages)
  set(${result} "${languages}" PARENT_SCOPE)
endfunction()
