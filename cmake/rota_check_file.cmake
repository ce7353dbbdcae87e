# SPDX-License-Identifier: Apache-2.0
# Run with `cmake -P` after the link of a plugin or program, by the functions of rota_add_tasks.cmake: is
# each task class of the object files in it? Reads files and runs none, so that it works while
# cross-compiling. A file that fails is removed: it must not be found, nor taken as built.
#
#   FILE      what was linked
#   KIND      plugin or program
#   INPUTS    a file that names the object files and static libraries it was linked from, a line each
#   READELF   readelf of GNU binutils or LLVM

set(ENV{LC_ALL} C)

function(refuse sentence)
  file(REMOVE ${FILE})
  # The space keeps CMake from breaking it into lines.
  message(FATAL_ERROR " ${FILE}: ${sentence}")
endfunction()

# The descriptors of our notes in the files, as bytes in hexadecimal. Files for link-time optimization,
# which are no ELF files with Clang, have none.
function(read_notes result)
  set(notes "")
  list(LENGTH ARGN count)
  set(at 0)
  while(at LESS count)
    # Some at a time: the length of a command line is limited.
    list(SUBLIST ARGN ${at} 200 some)
    math(EXPR at "${at} + 200")
    execute_process(COMMAND ${READELF} -nW ${some} OUTPUT_VARIABLE output ERROR_VARIABLE problem
      RESULT_VARIABLE status)
    if(NOT status EQUAL 0 AND some STREQUAL FILE)
      refuse("${READELF} cannot read it: ${problem}")
    endif()
    string(REGEX MATCHALL "Rota +0x[0-9a-f]+[^\n;]*0x52540001\\)[ \t\n]+description data: [0-9a-f ]+" found "${output}")
    list(TRANSFORM found REPLACE "^.*description data: " "")
    list(TRANSFORM found STRIP)
    list(APPEND notes ${found})
  endwhile()
  list(REMOVE_DUPLICATES notes)
  set(${result} "${notes}" PARENT_SCOPE)
endfunction()

# The id in a note: after eight bytes the first record, {tag, 0, length, text}.
function(id_of result note)
  separate_arguments(bytes UNIX_COMMAND "${note}")
  list(GET bytes 10 low)
  list(GET bytes 11 high)
  math(EXPR length "0x${high}${low}")
  list(SUBLIST bytes 12 ${length} text)
  set(id "")
  foreach(byte IN LISTS text)
    if(NOT byte STREQUAL "00")
      math(EXPR code "0x${byte}")
      string(ASCII ${code} letter)
      string(APPEND id ${letter})
    endif()
  endforeach()
  set(${result} "${id}" PARENT_SCOPE)
endfunction()

function(check_notes)
  file(STRINGS ${INPUTS} inputs)
  foreach(input IN LISTS inputs)
    if(NOT EXISTS ${input})
      refuse("it cannot be checked, for ${input} is not there; build it again")
    endif()
  endforeach()
  read_notes(declared ${inputs})
  read_notes(there ${FILE})
  set(missing ${declared})
  list(REMOVE_ITEM missing ${there})
  list(LENGTH declared declared_count)
  list(LENGTH missing missing_count)
  if(missing_count GREATER 0)
    math(EXPR there_count "${declared_count} - ${missing_count}")
    list(SUBLIST missing 0 5 first)
    set(ids "")
    foreach(note IN LISTS first)
      id_of(id "${note}")
      list(APPEND ids ${id})
    endforeach()
    list(JOIN ids ", " ids)
    if(missing_count GREATER 5)
      string(APPEND ids ", ...")
    endif()
    refuse("it has ${there_count} of the ${declared_count} task classes of its objects and static libraries; the linker dropped ${ids}: make static libraries of task classes with rota_add_tasks(), and let no linker script discard .note.rota")
  endif()
  if(NOT there)
    refuse("it has no task class: declare one with ROTA_TASK, or in C with ROTA_C_TASK, in one of its sources")
  endif()
endfunction()

function(check_entry)
  execute_process(COMMAND ${READELF} --dyn-syms -W ${FILE} OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
  if(NOT symbols MATCHES "(GLOBAL|WEAK) +DEFAULT +[0-9]+ rota_plugin_entry[@\n]")
    refuse("rota_plugin_entry is not exported: a plugin in C says ROTA_C_PLUGIN once, and a version script must leave rota_plugin_entry global")
  endif()
endfunction()

check_notes()
if(KIND STREQUAL "plugin")
  check_entry()
  # Rota takes no plugin that others can write, and with some umasks the linker makes such files.
  execute_process(COMMAND chmod go-w ${FILE} COMMAND_ERROR_IS_FATAL ANY)
endif()
