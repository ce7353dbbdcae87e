/* SPDX-License-Identifier: Apache-2.0
 * What a plugin and the library say to each other: plain C, so that it holds between compilers. A plugin in
 * C needs this header alone; one in C++ has ROTA_TASK (rota/task_declaration.h), which does all of it.
 *
 * The manifest. Each task class of a plugin is an ELF note (System V ABI, "Note Section"), readable without
 * loading the file: section ".note.rota", owner "Rota", type ROTA_NOTE_TYPE, alignment 4, little endian.
 * The descriptor is
 *   u16 abi_major, u16 abi_minor, u32 cxx_abi, then records {u8 tag, u8 zero, u16 length, length bytes};
 * a reader skips tags that it does not know. A text is UTF-8; NULs at its end are not part of it.
 * ROTA_TAG_PARAMETER holds
 *   u8 type, u8 flags, u16 name length, u16 default length, u16 description length, the three texts.
 * cxx_abi is 0 where no C++ object crosses (a plugin in C); else it must equal the library's.
 *
 * The entry. A plugin exports rota_plugin_entry(), which gives its task classes in a list. Structures begin
 * with their size and version and grow at their end only; `size` is what their maker knew. Nothing throws
 * across. A plugin is never unloaded.
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
  ROTA_TAG_PARAMETER = 9,     /* one for each */
  ROTA_TAG_DEPENDENCIES = 10, /* several with ',' between; spaces are skipped */
  ROTA_TAG_POLICY = 11        /* one for each, "name=value" (rota/policy.h) */
};

enum { ROTA_PARAMETER_REQUIRED = 1, ROTA_PARAMETER_HAS_DEFAULT = 2 };

enum { ROTA_ERROR_OTHER = 1, ROTA_ERROR_ARGUMENT = 2 };

enum { ROTA_LOG_DEBUG = 0, ROTA_LOG_INFO = 1, ROTA_LOG_WARNING = 2, ROTA_LOG_ERROR = 3 };

/* The caller's memory; the callee fills in code and a NUL-terminated UTF-8 text. */
typedef struct rota_error {
  uint32_t size;
  uint32_t code;
  char text[4088];
} rota_error;

/* What the library offers a task in C while it runs. Every function takes `context` first; texts are UTF-8
 * and NUL-terminated. Those that give an int give 0, or another number when it could not be done: the run
 * then fails and says why. To be called from the thread that runs the operation only. */
typedef struct rota_host {
  uint32_t size;
  uint16_t abi_major;
  uint16_t abi_minor;
  void* context;
  /* The argument as text, or NULL where there is none of that name; valid until the operation returns. */
  const char* (*argument)(void* context, const char* name);
  void (*log)(void* context, int level, const char* text);
  /* Not 0 once the run is to end: a long operation asks now and then, and returns early. */
  int (*cancelled)(void* context);
  /* Files that the execution reads and writes, absolute or relative to the project root: that is how a
   * later plan sees that something changed. */
  int (*track_input)(void* context, const char* path);
  int (*track_output)(void* context, const char* path);
  int (*set_metric)(void* context, const char* name, double value);
} rota_host;

/* One step of a task in C: gives 0, or another number and *error, whose text is empty before. */
typedef int (*rota_operation_function)(void* state, const rota_host* host, rota_error* error);

typedef struct rota_operation {
  uint32_t size;
  uint16_t abi_major;
  uint16_t abi_minor;
  const char* name;
  rota_operation_function run;
  const struct rota_operation* next;
} rota_operation;

/* One task class. In C++, `create` gives 0 and a new rota::BaseTask in *task, which the caller deletes; or
 * another number and *error; `arguments` is a const rota::Arguments; it may be called from several threads
 * at once. In C, `create` is NULL and `operations` are run in their order: before the first, `open` (which
 * may be NULL) gives the `state` that they share; after the last one, or one that failed, `close` (which may
 * be NULL) takes it back. */
typedef struct rota_task {
  uint32_t size;
  uint16_t abi_major;
  uint16_t abi_minor;
  const char* task_id;
  uint64_t task_id_size; /* bytes, without a NUL */
  int (*create)(const void* arguments, void** task, rota_error* error);
  const struct rota_task* next;
  uint32_t takes_arguments; /* 0: arguments that are not declared are refused */
  uint32_t reserved;
  const rota_operation* operations;
  int (*open)(const rota_host* host, void** state, rota_error* error);
  void (*close)(void* state);
} rota_task;

/* `cxx_abi` must equal the library's where C++ objects cross (rota/task_declaration.h), and is 0 else. */
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

/* What lays a constant into the manifest: kept though nothing refers to it, packed densely also by compilers
 * that align big constants, and without the red zones of Clang's address sanitizer. */
#if defined(__clang__)
#define ROTA_NOTE_ATTRIBUTES \
  __attribute__((used, section(".note.rota"), aligned(4), no_sanitize("address")))
#else
#define ROTA_NOTE_ATTRIBUTES __attribute__((used, section(".note.rota"), aligned(4)))
#endif

#ifndef __cplusplus

/* A task class in C, of one operation; the texts are string literals, `dependencies` has ',' between ids:
 *
 *   static int count(void* state, const rota_host* host, rota_error* error) { ... return 0; }
 *   ROTA_C_TASK(counting, NULL, count, "t_count", "profiling", "Counts rows", "1.0.0", "Data team",
 *               "t_import, t_clean");
 *   ROTA_C_PLUGIN(&counting);
 *
 * `next_task` is the task class declared before it (&other), or NULL. What the texts say is checked when the
 * manifest is read. */
#define ROTA_C_TASK(name, next_task, function, id, type, what, version, author, dependencies)     \
  static const rota_operation name##_operation = ROTA_C_OPERATION(#function, function, (void*)0); \
  ROTA_C_TASK_OF(name, next_task, &name##_operation, (void*)0, (void*)0, id, type, what, version, \
                 author, dependencies)

/* The same of several operations, with functions `open` and `close` (or NULL) around them:
 *
 *   static const rota_operation steps[] = {ROTA_C_OPERATION("read", read_rows, &steps[1]),
 *                                          ROTA_C_OPERATION("count", count_rows, NULL)};
 *   ROTA_C_TASK_OF(counting, NULL, steps, open_table, close_table, "t_count", ...); */
#define ROTA_C_OPERATION(operation_name, function, next_operation)                          \
  {                                                                                         \
    sizeof(rota_operation), ROTA_PLUGIN_ABI_MAJOR, ROTA_PLUGIN_ABI_MINOR, (operation_name), \
        (function), (next_operation)                                                        \
  }
#define ROTA_C_TASK_OF(name, next_task, first_operation, open, close, id, type, what, version, \
                       author, dependencies)                                                   \
  ROTA_DETAIL_C_NOTE(name, id, type, what, version, author, dependencies);                     \
  static const rota_task name = {sizeof(rota_task),                                            \
                                 ROTA_PLUGIN_ABI_MAJOR,                                        \
                                 ROTA_PLUGIN_ABI_MINOR,                                        \
                                 (id),                                                         \
                                 sizeof(id) - 1,                                               \
                                 (void*)0,                                                     \
                                 (next_task),                                                  \
                                 1,                                                            \
                                 0,                                                            \
                                 (first_operation),                                            \
                                 (open),                                                       \
                                 (close)}

/* The entry of a plugin in C, once in it; `last_task` is the task class declared last. */
#define ROTA_C_PLUGIN(last_task)                                                               \
  __attribute__((visibility("default"))) const rota_plugin* rota_plugin_entry(void);           \
  const rota_plugin* rota_plugin_entry(void) {                                                 \
    static const rota_plugin plugin = {                                                        \
        sizeof(rota_plugin), ROTA_PLUGIN_ABI_MAJOR, ROTA_PLUGIN_ABI_MINOR, 0, 0, (last_task)}; \
    return &plugin;                                                                            \
  }                                                                                            \
  extern const rota_plugin* rota_plugin_entry(void)

#define ROTA_DETAIL_C_RECORD(field, bytes) \
  struct {                                 \
    uint16_t tag;                          \
    uint16_t length;                       \
    char value[bytes];                     \
  } __attribute__((packed)) field

/* The last text takes as many NULs as make the size of the note a multiple of four. */
#define ROTA_DETAIL_C_PADDED(name, id, type, what, version, author, dependencies)   \
  (sizeof(#name) + (4 - (sizeof(#name) + sizeof(id) + sizeof(type) + sizeof(what) + \
                         sizeof(version) + sizeof(author) + sizeof(dependencies)) % \
                            4) %                                                    \
                       4)

#define ROTA_DETAIL_C_NOTE(name, id, type, what, version, author, dependencies)              \
  _Static_assert(sizeof(id) > 1 && sizeof(id) <= 201,                                        \
                 "ROTA_C_TASK: the id must have 1 to 200 bytes");                            \
  static const struct {                                                                      \
    uint32_t owner_size, descriptor_size, note_type;                                         \
    char owner[8];                                                                           \
    struct {                                                                                 \
      uint16_t abi_major, abi_minor;                                                         \
      uint32_t cxx_abi;                                                                      \
      ROTA_DETAIL_C_RECORD(id_record, sizeof(id));                                           \
      ROTA_DETAIL_C_RECORD(type_record, sizeof(type));                                       \
      ROTA_DETAIL_C_RECORD(what_record, sizeof(what));                                       \
      ROTA_DETAIL_C_RECORD(version_record, sizeof(version));                                 \
      ROTA_DETAIL_C_RECORD(author_record, sizeof(author));                                   \
      ROTA_DETAIL_C_RECORD(dependencies_record, sizeof(dependencies));                       \
      ROTA_DETAIL_C_RECORD(class_record, ROTA_DETAIL_C_PADDED(name, id, type, what, version, \
                                                              author, dependencies));        \
    } __attribute__((packed)) descriptor;                                                    \
  } __attribute__((packed)) name##_note ROTA_NOTE_ATTRIBUTES = {                             \
      sizeof(ROTA_NOTE_OWNER),                                                               \
      sizeof(name##_note.descriptor),                                                        \
      ROTA_NOTE_TYPE,                                                                        \
      ROTA_NOTE_OWNER,                                                                       \
      {ROTA_PLUGIN_ABI_MAJOR,                                                                \
       ROTA_PLUGIN_ABI_MINOR,                                                                \
       0,                                                                                    \
       {ROTA_TAG_TASK_ID, sizeof(id), id},                                                   \
       {ROTA_TAG_TASK_TYPE, sizeof(type), type},                                             \
       {ROTA_TAG_DESCRIPTION, sizeof(what), what},                                           \
       {ROTA_TAG_VERSION, sizeof(version), version},                                         \
       {ROTA_TAG_AUTHOR, sizeof(author), author},                                            \
       {ROTA_TAG_DEPENDENCIES, sizeof(dependencies), dependencies},                          \
       {ROTA_TAG_CLASS_NAME,                                                                 \
        ROTA_DETAIL_C_PADDED(name, id, type, what, version, author, dependencies), #name}}}

#endif /* !__cplusplus */

#endif
