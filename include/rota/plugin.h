/* SPDX-License-Identifier: Apache-2.0
 * What a plugin and the library say to each other: plain C, so that it holds between compilers.
 *
 * The manifest. Each task class of a plugin is an ELF note (System V ABI, "Note Section"), readable without
 * loading the file: section ".note.rota", owner "Rota", type ROTA_NOTE_TYPE, alignment 4, little endian.
 * The descriptor is
 *   u16 abi_major, u16 abi_minor, u32 cxx_abi, then records {u8 tag, u8 zero, u16 length, length bytes};
 * a reader skips tags that it does not know. ROTA_TAG_PARAMETER holds
 *   u8 type, u8 flags, u16 name length, u16 default length, u16 description length, the three texts.
 *
 * The entry. A plugin exports rota_plugin_entry(), which gives its task classes in a list. Structures grow
 * at their end only; `size` is what their maker knew. Nothing throws across. A plugin is never unloaded.
 */
#ifndef ROTA_PLUGIN_H
#define ROTA_PLUGIN_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A plugin loads where the major numbers are equal and its minor is not above the library's. */
#define ROTA_PLUGIN_ABI_MAJOR 1
#define ROTA_PLUGIN_ABI_MINOR 0

#define ROTA_NOTE_OWNER "Rota"
#define ROTA_NOTE_TYPE 0x52540001u
#define ROTA_PLUGIN_ENTRY_NAME "rota_plugin_entry"

enum {
  ROTA_TAG_TASK_ID = 1,
  ROTA_TAG_TASK_TYPE = 2,
  ROTA_TAG_DESCRIPTION = 3,
  ROTA_TAG_VERSION = 4,
  ROTA_TAG_AUTHOR = 5,
  ROTA_TAG_DEPENDENCY = 6, /* one for each */
  ROTA_TAG_CLASS_NAME = 7,
  ROTA_TAG_DOCSTRING = 8,
  ROTA_TAG_PARAMETER = 9 /* one for each */
};

enum { ROTA_PARAMETER_REQUIRED = 1, ROTA_PARAMETER_HAS_DEFAULT = 2 };

enum { ROTA_ERROR_OTHER = 1, ROTA_ERROR_ARGUMENT = 2 };

/* The caller's memory; the callee fills in code and a NUL-terminated UTF-8 text. */
typedef struct rota_error {
  uint32_t size;
  uint32_t code;
  char text[4088];
} rota_error;

/* One task class. `create` gives 0 and a new rota::BaseTask in *task, which the caller deletes; or another
 * number and *error. `arguments` is a const rota::Arguments. May be called from several threads at once. */
typedef struct rota_task {
  uint32_t size;
  uint32_t takes_arguments; /* 0: arguments that are not declared are refused */
  const char* task_id;
  uint64_t task_id_size;
  int (*create)(const void* arguments, void** task, rota_error* error);
  const struct rota_task* next;
} rota_task;

/* `cxx_abi` must equal the library's, since C++ objects cross (see rota/task_declaration.h). */
typedef struct rota_plugin {
  uint32_t size;
  uint16_t abi_major;
  uint16_t abi_minor;
  uint32_t cxx_abi;
  uint32_t reserved;
  const rota_task* tasks;
} rota_plugin;

typedef const rota_plugin* (*rota_plugin_entry_function)(void);

#ifdef __cplusplus
}
#endif

#endif
