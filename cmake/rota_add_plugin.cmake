# SPDX-License-Identifier: Apache-2.0
# rota_add_plugin: builds a plugin, a shared library of task classes that `rota` finds and loads. Part of
# the installed package, so that it depends on nothing but the target rota::rota.
#
#   rota_add_plugin(NAME
#     SOURCES source...                the task classes
#     [LIBS library...]                libraries that only this plugin needs
#     [OUTPUT_DIRECTORY directory]     where it is built; default: the current binary folder
#     [INSTALL])                       install it to LIBDIR/rota/plugins
#
# It makes the target NAME and the file NAME.so.

function(rota_add_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 plugin "INSTALL" "OUTPUT_DIRECTORY" "SOURCES;LIBS")
  if(plugin_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "rota_add_plugin(${name}): unknown arguments: ${plugin_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT plugin_SOURCES)
    message(FATAL_ERROR "rota_add_plugin(${name}): give its sources after SOURCES")
  endif()

  add_library(${name} MODULE ${plugin_SOURCES})
  target_link_libraries(${name} PRIVATE rota::rota ${plugin_LIBS})
  target_compile_definitions(${name} PRIVATE ROTA_PLUGIN)
  set_target_properties(${name} PROPERTIES
    PREFIX ""
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
  )
  if(plugin_OUTPUT_DIRECTORY)
    set_target_properties(${name} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${plugin_OUTPUT_DIRECTORY})
  endif()
  # Unique symbols are shared by all libraries of the process, whatever their visibility, so that two
  # plugins with a template of the same name would run one another's statics.
  target_compile_options(${name} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique>)
  # A missing symbol is found when the plugin is linked, not when it is loaded. Clang's sanitizers keep
  # their symbols in the program, so there it cannot be asked for.
  if(NOT (ROTA_SANITIZE AND CMAKE_CXX_COMPILER_ID MATCHES "Clang"))
    target_link_options(${name} PRIVATE -Wl,-z,defs)
  endif()

  if(plugin_INSTALL)
    include(GNUInstallDirs)
    set_target_properties(${name} PROPERTIES INSTALL_RPATH "$ORIGIN/../..")
    install(TARGETS ${name} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/rota/plugins)
  endif()
endfunction()
