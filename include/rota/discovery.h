// SPDX-License-Identifier: Apache-2.0
// What tasks are there: answered from the manifests of plugins, without running or mapping them. Knows
// nothing of a registry.
#pragma once

#include <rota/export.h>
#include <rota/project.h>
#include <rota/task_class.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rota::inline v1 {

// Why a file gives no task classes.
enum class RefusalReason : std::uint8_t {
  unreadable,       // it cannot be opened or read
  not_regular,      // a fifo, a device, a socket, a folder
  not_elf,          // no ELF file at all
  other_machine,    // for another processor, or not a shared library
  truncated,        // it names bytes that it does not have
  malformed_note,   // a manifest that breaks the format
  abi_differs,      // made for another version of the plugin interface
  cxx_abi_differs,  // made with another C++ standard library or another mode of it
  invalid_task,     // a manifest whose task class is not valid
  no_task,          // a shared library that is no plugin
};

ROTA_EXPORT std::string_view to_string(RefusalReason reason) noexcept;

struct RefusedFile {
  std::filesystem::path file = {};
  RefusalReason reason = RefusalReason::no_task;
  std::string message = {};  // a sentence: what is wrong and what to do
};

// Of two classes with one id the first found counts: roots in their order, then folders and files by name.
struct DuplicateTask {
  std::string task_id = {};
  std::string kept = {};      // origin of the one that counts
  std::string shadowed = {};  // origin of the one that does not
};

struct DiscoveryQuery {
  std::vector<std::filesystem::path> roots = {};  // folders, looked through in this order
  // Dotted paths below the roots: "scripts.tasks" is the folder scripts/tasks or the file
  // scripts/tasks.so. None: the roots themselves.
  std::vector<std::string> packages = {};
  bool recursive = true;  // subfolders too; links to folders are followed, a loop is cut
};

// Where a project's task classes are. Without packages: folders that someone named as the search path are
// meant as a whole; below a project's root, which holds much besides, it is the package `scripts`.
ROTA_EXPORT DiscoveryQuery make_discovery_query(
    const Project& project, const std::optional<std::vector<std::string>>& packages = std::nullopt,
    bool recursive = true);

struct Discovery {
  std::map<std::string, TaskClassPtr> task_classes =
      {};                                 // the library of one is loaded at its first instance
  std::vector<RefusedFile> refused = {};  // every *.so file that gives none, by name
  std::vector<DuplicateTask> duplicates = {};
  std::vector<std::filesystem::path> plugins = {};  // the files that gave some
};

// Looks at every *.so file, in folders whose name begins with no dot. A folder that is not there holds
// nothing. Throws TaskRegistryError for a package that is no dotted path. Safe from any thread.
ROTA_EXPORT Discovery discover(const DiscoveryQuery& query);

}  // namespace rota::inline v1
