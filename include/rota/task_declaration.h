// SPDX-License-Identifier: Apache-2.0
// ROTA_TASK: declares a C++ class to be a task class, once, beside its definition, at namespace scope.
//
//   ROTA_TASK(ProfilingTask, .task_id = "t_1P_profiling", .task_type = "profiling",
//             .description = "Profiles the customers", .version = "1.2.0", .author = "Data team",
//             .dependencies = {"t_1I_import", "t_1C_clean"},
//             .parameters = {{.name = "threads", .type = rota::ParameterType::integer,
//                             .default_value = "2", .description = "how many work at once"}});
//
// The fields come in this order, each may be left out but the id: task_id, task_type, description, version,
// author, dependencies, parameters, docstring, policies ({{"timeout", "30s"}, {"retries", "3"}}, see policy.h).
//
// In a program it registers the class with the registry of the process. In a plugin it lays the metadata
// into the file as data (see plugin.h), so that they are read without loading it. The compiler checks the
// id, the version, each dependency and parameter, and the class.
#pragma once

#include <rota/arguments.h>
#include <rota/export.h>
#include <rota/plugin.h>
#include <rota/task_class.h>
#include <rota/task_metadata.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <initializer_list>
#include <string_view>
#include <typeinfo>

namespace rota::inline v1 {

struct ParameterDeclaration {
  std::string_view name = {};
  ParameterType type = ParameterType::any;
  std::string_view default_value = {};  // as text, read as `type`; left out: none
  std::string_view description = {};
  bool required = false;
};

struct PolicyDeclaration {
  std::string_view name = {};
  std::string_view value = {};
};

// A list that a constant can hold: {"a", "b"}. More than it can take does not compile.
template <class T, std::size_t Capacity>
class DeclaredList {
 public:
  constexpr DeclaredList() = default;
  constexpr DeclaredList(std::initializer_list<T> values) {
    if (values.size() > Capacity) ROTA_TASK_has_more_than_a_list_can_hold();
    for (const T& value : values) values_[size_++] = value;
  }
  constexpr const T* begin() const { return values_.data(); }
  constexpr const T* end() const { return values_.data() + size_; }

 private:
  static void ROTA_TASK_has_more_than_a_list_can_hold() {
  }  // not constexpr, so that the compiler names it

  std::array<T, Capacity> values_{};
  std::size_t size_ = 0;
};

// What is left out gets the default of TaskMetadata, or what a tag of the docstring says.
struct TaskDeclaration {
  std::string_view task_id = {};
  std::string_view task_type = {};
  std::string_view description = {};
  std::string_view version = {};
  std::string_view author = {};
  DeclaredList<std::string_view, 500> dependencies = {};
  DeclaredList<ParameterDeclaration, 100> parameters = {};
  std::string_view docstring = {};
  DeclaredList<PolicyDeclaration, 20> policies = {};
};

namespace detail {

// What of the C++ ABI must agree where C++ objects cross between a plugin and the library.
inline constexpr std::uint32_t kCxxAbi = 0
#if defined(__GLIBCXX__)
                                         | 1U
#if defined(_GLIBCXX_USE_CXX11_ABI) && _GLIBCXX_USE_CXX11_ABI
                                         | 2U
#endif
#if defined(_GLIBCXX_DEBUG)
                                         | 4U
#endif
#endif
#if defined(_LIBCPP_VERSION)
                                         | 8U
#endif
                                         | (static_cast<std::uint32_t>(sizeof(void*)) << 8U);

// ---- checks, each behind a static_assert ---------------------------------------------------------

consteval bool dependencies_are_valid(const TaskDeclaration& declaration) {
  for (const std::string_view dependency : declaration.dependencies) {
    if (!is_valid_task_id(dependency)) return false;
  }
  return true;
}

consteval bool dependencies_are_distinct(const TaskDeclaration& declaration) {
  for (const auto* one = declaration.dependencies.begin(); one != declaration.dependencies.end();
       ++one) {
    if (*one == declaration.task_id) return false;
    for (const auto* other = declaration.dependencies.begin(); other != one; ++other) {
      if (*one == *other) return false;
    }
  }
  return true;
}

consteval bool parameters_are_valid(const TaskDeclaration& declaration) {
  for (const auto* one = declaration.parameters.begin(); one != declaration.parameters.end();
       ++one) {
    if (!is_valid_task_id(one->name)) return false;
    for (const auto* other = declaration.parameters.begin(); other != one; ++other) {
      if (one->name == other->name) return false;
    }
  }
  return true;
}

consteval bool is_integer(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text.empty() || text.size() > 19) return false;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
  }
  return true;
}

// What a number is, only the program can tell: it is checked when the manifest is read.
consteval bool defaults_are_valid(const TaskDeclaration& declaration) {
  for (const ParameterDeclaration& parameter : declaration.parameters) {
    const std::string_view text = parameter.default_value;
    if (text.data() == nullptr) continue;
    if (parameter.type == ParameterType::integer && !is_integer(text)) return false;
    if (parameter.type == ParameterType::boolean && text != "true" && text != "false") return false;
  }
  return true;
}

inline constexpr std::size_t kMaxRecordBytes = 60000;  // a record's length is 16 bits

consteval bool texts_fit(const TaskDeclaration& declaration) {
  for (const std::string_view text : {declaration.task_type, declaration.description,
                                      declaration.author, declaration.docstring}) {
    if (text.size() > kMaxRecordBytes || text.find('\0') != std::string_view::npos) return false;
  }
  for (const ParameterDeclaration& parameter : declaration.parameters) {
    if (parameter.name.size() + parameter.default_value.size() + parameter.description.size() >
        kMaxRecordBytes) {
      return false;
    }
  }
  return true;
}

// What a value is, is checked when the manifest is read.
consteval bool policies_are_valid(const TaskDeclaration& declaration) {
  for (const auto* one = declaration.policies.begin(); one != declaration.policies.end(); ++one) {
    if (!is_policy_name(one->name) || one->value.size() > kMaxRecordBytes ||
        one->value.find('\0') != std::string_view::npos)
      return false;
    for (const auto* other = declaration.policies.begin(); other != one; ++other) {
      if (one->name == other->name) return false;
    }
  }
  return true;
}

// ---- the note ------------------------------------------------------------------------------------

// Counts bytes when it has nowhere to put them, so that one function gives both size and content.
struct NoteWriter {
  char* out = nullptr;
  std::size_t size = 0;

  constexpr void byte(std::uint64_t value) {
    if (out != nullptr) out[size] = static_cast<char>(static_cast<unsigned char>(value & 0xFFU));
    ++size;
  }
  constexpr void number(std::uint64_t value, int bytes) {
    for (int at = 0; at < bytes; ++at) byte(value >> (8 * at));
  }
  constexpr void text(std::string_view value) {
    for (const char c : value) byte(static_cast<unsigned char>(c));
  }
  constexpr void record(std::uint8_t tag, std::string_view value) {
    if (value.data() == nullptr) return;
    number(tag, 2);
    number(value.size(), 2);
    text(value);
  }
  constexpr void parameter(const ParameterDeclaration& parameter) {
    number(ROTA_TAG_PARAMETER, 2);
    number(
        8 + parameter.name.size() + parameter.default_value.size() + parameter.description.size(),
        2);
    byte(static_cast<std::uint8_t>(parameter.type));
    unsigned flags = 0;
    if (parameter.required) flags |= ROTA_PARAMETER_REQUIRED;
    if (parameter.default_value.data() != nullptr) flags |= ROTA_PARAMETER_HAS_DEFAULT;
    byte(flags);
    number(parameter.name.size(), 2);
    number(parameter.default_value.size(), 2);
    number(parameter.description.size(), 2);
    text(parameter.name);
    text(parameter.default_value);
    text(parameter.description);
  }
  constexpr void policy(const PolicyDeclaration& policy) {
    number(ROTA_TAG_POLICY, 2);
    number(policy.name.size() + 1 + policy.value.size(), 2);
    text(policy.name);
    text("=");
    text(policy.value);
  }
  constexpr void pad_to_four() {
    while (size % 4 != 0) byte(0);
  }
};

constexpr void write_note_descriptor(NoteWriter& note, const TaskDeclaration& declaration,
                                     std::string_view class_name) {
  note.number(ROTA_PLUGIN_ABI_MAJOR, 2);
  note.number(ROTA_PLUGIN_ABI_MINOR, 2);
  note.number(kCxxAbi, 4);
  note.record(ROTA_TAG_TASK_ID, declaration.task_id);
  note.record(ROTA_TAG_TASK_TYPE, declaration.task_type);
  note.record(ROTA_TAG_DESCRIPTION, declaration.description);
  note.record(ROTA_TAG_VERSION, declaration.version);
  note.record(ROTA_TAG_AUTHOR, declaration.author);
  for (const std::string_view id : declaration.dependencies) note.record(ROTA_TAG_DEPENDENCY, id);
  note.record(ROTA_TAG_CLASS_NAME, class_name);
  note.record(ROTA_TAG_DOCSTRING, declaration.docstring);
  for (const ParameterDeclaration& parameter : declaration.parameters) note.parameter(parameter);
  for (const PolicyDeclaration& policy : declaration.policies) note.policy(policy);
}

constexpr void write_note(NoteWriter& note, const TaskDeclaration& declaration,
                          std::string_view class_name) {
  constexpr std::string_view kOwner{ROTA_NOTE_OWNER, sizeof(ROTA_NOTE_OWNER)};  // with its NUL
  NoteWriter counted;
  write_note_descriptor(counted, declaration, class_name);
  note.number(kOwner.size(), 4);
  note.number(counted.size, 4);
  note.number(ROTA_NOTE_TYPE, 4);
  note.text(kOwner);
  note.pad_to_four();
  write_note_descriptor(note, declaration, class_name);
  note.pad_to_four();
}

consteval std::size_t note_size(const TaskDeclaration& declaration, std::string_view class_name) {
  NoteWriter note;
  write_note(note, declaration, class_name);
  return note.size;
}

template <std::size_t Size>
consteval std::array<char, Size> make_note(const TaskDeclaration& declaration,
                                           std::string_view class_name) {
  std::array<char, Size> bytes{};
  NoteWriter note{bytes.data(), 0};
  write_note(note, declaration, class_name);
  return bytes;
}

// ---- the entry -----------------------------------------------------------------------------------

inline void report(rota_error* error, std::uint32_t code, const char* text) noexcept {
  error->code = code;
  std::strncpy(error->text, text, sizeof error->text - 1);
  error->text[sizeof error->text - 1] = '\0';
}

template <class T>
int create_task(const void* arguments, void** task, rota_error* error) noexcept {
  try {
    *task = task_function<T>(*static_cast<const Arguments*>(arguments)).release();
    return 0;
  } catch (const ArgumentError& caught) {
    report(error, ROTA_ERROR_ARGUMENT, caught.what());
  } catch (const std::exception& caught) {
    report(error, ROTA_ERROR_OTHER, caught.what());
  } catch (...) {
    report(error, ROTA_ERROR_OTHER, "its constructor threw something that is no std::exception");
  }
  return 1;
}

// The task classes of this program or library, newest first. Hidden: each has its own.
[[gnu::visibility("hidden")]] inline constinit rota_plugin module_plugin{
    sizeof(rota_plugin), ROTA_PLUGIN_ABI_MAJOR, ROTA_PLUGIN_ABI_MINOR, kCxxAbi, 0, nullptr};

// A class as a static constructor hands it over; lives as long as the program or library.
struct DeclaredTask {
  rota_task task;
  std::string_view note;
  const std::type_info* type;
  const DeclaredTask* next;
};

// Called before main(): takes no memory, throws nothing; the registry of the process reads the notes when
// it is first used. Ignored while the library loads a plugin, whose manifest speaks for it.
ROTA_EXPORT void declare_task(DeclaredTask& declared) noexcept;

class TaskNode {
 public:
  TaskNode(std::string_view task_id, std::string_view note, const std::type_info& type,
           bool takes_arguments, int (*create)(const void*, void**, rota_error*)) noexcept
      : declared_{{sizeof(rota_task), ROTA_PLUGIN_ABI_MAJOR, ROTA_PLUGIN_ABI_MINOR, task_id.data(),
                   task_id.size(), create, module_plugin.tasks, takes_arguments ? 1U : 0U, 0,
                   nullptr, nullptr, nullptr},
                  note,
                  &type,
                  nullptr} {
    module_plugin.tasks = &declared_.task;
    declare_task(declared_);
  }

 private:
  DeclaredTask declared_;
};

}  // namespace detail
}  // namespace rota::inline v1

// What the loader of plugins asks for; without effect in a program.
extern "C" [[gnu::visibility("default"), gnu::used]] inline const rota_plugin* rota_plugin_entry() {
  return &::rota::detail::module_plugin;
}

#define ROTA_DETAIL_TASK(Class, Number, ...)                                                       \
  static constexpr ::rota::TaskDeclaration rota_declaration_##Number{__VA_ARGS__};                 \
  static_assert(                                                                                   \
      ::rota::is_valid_task_id(rota_declaration_##Number.task_id),                                 \
      "ROTA_TASK: .task_id must be 1 to 200 of A-Z a-z 0-9 _ . - and begin with a letter or _");   \
  static_assert(rota_declaration_##Number.version.data() == nullptr ||                             \
                    ::rota::is_valid_version(rota_declaration_##Number.version),                   \
                "ROTA_TASK: .version must be 1 to 100 printable characters without spaces");       \
  static_assert(::rota::detail::dependencies_are_valid(rota_declaration_##Number),                 \
                "ROTA_TASK: each of .dependencies must be a task id");                             \
  static_assert(::rota::detail::dependencies_are_distinct(rota_declaration_##Number),              \
                "ROTA_TASK: .dependencies names the task itself, or a task twice");                \
  static_assert(                                                                                   \
      ::rota::detail::parameters_are_valid(rota_declaration_##Number),                             \
      "ROTA_TASK: each of .parameters needs a name of its own, of the characters of a task id");   \
  static_assert(::rota::detail::defaults_are_valid(rota_declaration_##Number),                     \
                "ROTA_TASK: a .default_value is no integer, or no boolean (true or false)");       \
  static_assert(::rota::detail::policies_are_valid(rota_declaration_##Number),                     \
                "ROTA_TASK: .policies names one that there is not, or one twice (rota/policy.h)"); \
  static_assert(::rota::detail::texts_fit(rota_declaration_##Number),                              \
                "ROTA_TASK: a text is longer than 60,000 bytes or has a NUL in it");               \
  ROTA_NOTE_ATTRIBUTES static constexpr auto rota_note_##Number =                                  \
      ::rota::detail::make_note<::rota::detail::note_size(rota_declaration_##Number, #Class)>(     \
          rota_declaration_##Number, #Class);                                                      \
  static ::rota::detail::TaskNode rota_node_##Number {                                             \
    rota_declaration_##Number.task_id, {rota_note_##Number.data(), rota_note_##Number.size()},     \
        typeid(Class), ::rota::TakesArguments<Class>, &::rota::detail::create_task<Class>          \
  }
#define ROTA_DETAIL_EXPAND(Class, Number, ...) ROTA_DETAIL_TASK(Class, Number, __VA_ARGS__)

#define ROTA_TASK(Class, ...) ROTA_DETAIL_EXPAND(Class, __COUNTER__, __VA_ARGS__)
