# SPDX-License-Identifier: Apache-2.0
# Task classes in static libraries, and the check that none of them is lost. Part of the installed package.
#
#   rota_add_tasks(NAME SOURCES source... [LIBS library...])
#
# makes the static library NAME of task classes. Whoever links it, also through other libraries, gets all
# of it: of an ordinary static library the linker takes only what something refers to, and nothing refers
# to a task class that registers itself.
#
#   rota_check_tasks(TARGET)
#
# lets the build of a program or shared library fail where a task class of its sources, or of the static
# libraries that it is linked with, is not in it. What is compared are the notes that ROTA_TASK lays into
# object files (rota/plugin.h), read with readelf. Object files that a compiler made for link-time
# optimization hold no notes yet: of those it is only known that the linked file must have some.
#
# rota_add_plugin() does the same for its plugin.

function(rota_add_tasks name)
  cmake_parse_arguments(PARSE_ARGV 1 tasks "" "" "SOURCES;LIBS")
  if(tasks_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "rota_add_tasks(${name}): unknown arguments: ${tasks_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT tasks_SOURCES)
    message(FATAL_ERROR "rota_add_tasks(${name}): give its sources after SOURCES")
  endif()
  add_library(${name} STATIC ${tasks_SOURCES})
  target_link_libraries(${name} PUBLIC rota::rota ${tasks_LIBS})
  # Also for plugins and other shared libraries.
  set_target_properties(${name} PROPERTIES
    POSITION_INDEPENDENT_CODE ON
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
  )
  target_compile_options(${name} PRIVATE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fno-gnu-unique>)
  # As an option and not as $<LINK_LIBRARY:WHOLE_ARCHIVE,...> it belongs to the library itself and so
  # reaches whoever links it under its own name, at any distance.
  target_link_options(${name} INTERFACE
    "LINKER:--whole-archive,$<TARGET_FILE:$<TARGET_NAME:${name}>>,--no-whole-archive")
endfunction()

function(rota_check_tasks target)
  if(NOT TARGET ${target})
    message(FATAL_ERROR "rota_check_tasks(${target}): there is no such target")
  endif()
  get_target_property(type ${target} TYPE)
  if(NOT type MATCHES "^(EXECUTABLE|SHARED_LIBRARY|MODULE_LIBRARY)$")
    message(FATAL_ERROR "rota_check_tasks(${target}): name the program that it is linked into, it is a ${type}")
  endif()
  get_target_property(folder ${target} SOURCE_DIR)
  if(NOT folder STREQUAL CMAKE_CURRENT_SOURCE_DIR)
    message(FATAL_ERROR "rota_check_tasks(${target}): call it in ${folder}, where the target is made")
  endif()
  _rota_check_after_link(${target} program)
endfunction()

# At the end of the target's folder, when all that it is linked with is known.
function(_rota_check_after_link target kind)
  if(NOT CMAKE_READELF)
    message(FATAL_ERROR "rota: readelf, which checks ${target} after its link, was not found; install binutils")
  endif()
  cmake_language(EVAL CODE "
    cmake_language(DEFER DIRECTORY [[${CMAKE_CURRENT_SOURCE_DIR}]] CALL _rota_add_check [[${target}]] ${kind})")
endfunction()

function(_rota_add_check target kind)
  _rota_inputs_of(inputs ${target})
  set(list ${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/rota_inputs_of_${target}$<CONFIG>.txt)
  file(GENERATE OUTPUT ${list} CONTENT "$<JOIN:${inputs},\n>\n")
  add_custom_command(TARGET ${target} POST_BUILD VERBATIM
    COMMAND ${CMAKE_COMMAND} -DKIND=${kind} -DFILE=$<TARGET_FILE:${target}> -DINPUTS=${list}
      -DREADELF=${CMAKE_READELF} -P ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/rota_check_file.cmake
  )
endfunction()

# The object files and static libraries that `target` is linked from, as generator expressions.
function(_rota_inputs_of result target)
  set(inputs $<TARGET_OBJECTS:${target}>)
  set(seen ${target})
  get_target_property(open ${target} LINK_LIBRARIES)
  while(open)
    list(POP_FRONT open item)
    _rota_linked_target(library condition "${item}")
    if(NOT library OR library IN_LIST seen)
      continue()
    endif()
    list(APPEND seen ${library})
    get_target_property(type ${library} TYPE)
    if(type STREQUAL "OBJECT_LIBRARY")
      list(APPEND inputs "$<${condition}:$<TARGET_OBJECTS:${library}>>")
    elseif(type STREQUAL "STATIC_LIBRARY")
      list(APPEND inputs "$<${condition}:$<TARGET_FILE:${library}>>")
    elseif(NOT type MATCHES "^(INTERFACE|UNKNOWN)_LIBRARY$")
      continue()
    endif()
    get_target_property(further ${library} INTERFACE_LINK_LIBRARIES)
    if(further)
      list(APPEND open ${further})
    endif()
  endwhile()
  set(${result} "${inputs}" PARENT_SCOPE)
endfunction()

# The target that an entry of LINK_LIBRARIES names, and whether it does so in this configuration.
function(_rota_linked_target library condition item)
  set(${library} "" PARENT_SCOPE)
  set(${condition} 1 PARENT_SCOPE)
  string(REGEX REPLACE "^\\$<LINK_(ONLY|LIBRARY:[A-Za-z_]+)[:,](.*)>$" "\\2" item "${item}")
  if(TARGET "${item}")
    set(${library} "${item}" PARENT_SCOPE)
  elseif(item MATCHES "^\\$<.*[:,]([^:,<>$]+(::[^:,<>$]+)?)>+$")
    if(TARGET "${CMAKE_MATCH_1}")
      set(${library} "${CMAKE_MATCH_1}" PARENT_SCOPE)
      set(${condition} "$<BOOL:${item}>" PARENT_SCOPE)
    endif()
  endif()
endfunction()
