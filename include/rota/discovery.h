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
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace rota::inline v1 {

// Why a file or a folder gives no task classes.
enum class RefusalReason : std::uint8_t {
  unreadable,          // it cannot be opened or read
  not_regular,         // a fifo, a device, a socket, a folder
  not_elf,             // no ELF file at all
  other_machine,       // for another processor, or not a shared library
  truncated,           // it names bytes that it does not have
  malformed_note,      // a manifest that breaks the format
  too_big,             // a manifest beyond what one is read for
  abi_differs,         // made for another version of the plugin interface
  cxx_abi_differs,     // made with another C++ standard library or another mode of it
  invalid_task,        // a manifest whose task class is not valid
  no_task,             // a shared library that is no plugin
  wrong_owner,         // the file or its folder belongs to neither root nor the user
  writable_by_others,  // the file or its folder can be written by its group or by everyone
  not_allowed,         // outside of the folders that ROTA_PLUGIN_ALLOW names
  lock_differs,        // not named by rota.lock, or of another content than it says
  not_python,          // a *.py file that cannot be read as Python
  not_imported,        // a *.py file that Python cannot import
};

ROTA_EXPORT std::string_view to_string(RefusalReason reason) noexcept;

struct RefusedFile {
  std::string file = {};  // or a folder, with all that is below it
  RefusalReason reason = RefusalReason::no_task;
  std::string message = {};  // a sentence: what is wrong and what to do
};

// Of two classes with one id the first found counts: roots in their order, then folders and files by name.
struct DuplicateTask {
  std::string task_id = {};
  std::string kept = {};      // origin of the one that counts
  std::string shadowed = {};  // origin of the one that does not
};

// A folder with plugins.
struct ROTA_EXPORT PluginFolder {
  std::string path = {};
  std::string module = {};  // its dotted path below its root: scripts.tasks; empty: the root

  std::string file(std::string_view name) const;       // the path of a file in it
  std::string module_of(std::string_view name) const;  // its dotted path: scripts.tasks.flights
};

// A file that gave task classes.
struct PluginFile {
  std::shared_ptr<const PluginFolder> folder = {};
  std::string name = {};
  // In the order of the file, without refused and shadowed ones.
  std::vector<TaskClassPtr> task_classes = {};
  std::string_view remark =
      {};  // something odd about it that does no harm; mostly empty; a literal

  std::string file() const { return folder->file(name); }
  std::string module() const { return folder->module_of(name); }
};

// Parts of 1 or more A-Z a-z 0-9 _ - with dots between: nothing that could lead out of a root.
ROTA_EXPORT bool is_package_path(std::string_view package) noexcept;

struct DiscoveryQuery {
  std::vector<std::filesystem::path> roots = {};  // folders, looked through in this order
  // Dotted paths below the roots: "scripts.tasks" is the folder scripts/tasks or the file
  // scripts/tasks.so. None: the roots themselves.
  std::vector<std::string> packages = {};
  bool recursive = true;  // subfolders too; links to folders are followed, a loop is cut
  // Where it is kept what each file said of itself, so that only changed files are read again. Empty: nowhere.
  // A cache that is damaged or not trustworthy is not used and made anew; one that cannot be written is told in
  // Discovery::cache. Any number of processes may use one at a time.
  std::filesystem::path cache_file = {};
  // Only plugins with the content that this file names are taken (see write_lock_file). Empty: no lock.
  std::filesystem::path lock_file = {};
  // When there are any, only plugins below them are taken.
  std::vector<std::filesystem::path> allowed_folders = {};
};

// Where a project's task classes are. Without packages: folders that someone named as the search path are
// meant as a whole; below a project's root, which holds much besides, it is the package `scripts`. The cache
// is `.rota/plugins.cache` of the project, or where that cannot be written, or is no project, a file in the
// user's cache folder (XDG_CACHE_HOME); the lock is `rota.lock` below the root where there is one.
ROTA_EXPORT DiscoveryQuery make_discovery_query(
    const Project& project, const std::optional<std::vector<std::string>>& packages = std::nullopt,
    bool recursive = true);

// How much the cache spared.
struct CacheUse {
  std::size_t files_known = 0;  // files that were not opened: the cache has what they said
  std::size_t files_read = 0;
  std::string problem =
      {};  // why the cache could not be used or written, as a sentence; mostly empty
};

struct ROTA_EXPORT Discovery {
  // By the ids that they themselves hold. The library of one is loaded at its first instance.
  std::unordered_map<std::string_view, TaskClassPtr> task_classes = {};
  std::vector<RefusedFile> refused = {};  // every *.so file that gives none, by name
  std::vector<DuplicateTask> duplicates = {};
  std::vector<PluginFile> plugins = {};
  CacheUse cache = {};

  std::vector<TaskClassPtr> sorted_task_classes() const;  // by their ids
};

// Looks at every *.so file, in folders whose name begins with no dot; opens them for reading only, and several
// at a time. A folder that is not there holds nothing. Throws TaskRegistryError for a package that is no dotted
// path, and for a lock file that cannot be read or trusted. Safe from any thread.
//
// A plugin, and every folder from the root down to it, must belong to root or to the user of the process, and
// must not be writable by others. Libraries that a plugin itself needs are the dynamic loader's business.
ROTA_EXPORT Discovery discover(const DiscoveryQuery& query);

// The same for one file, whatever its name; its module is its file name. Its folder is checked too.
ROTA_EXPORT Discovery discover_file(const std::filesystem::path& file);

// Writes the content hash (SHA-256) of each plugin to `lock_file`, in the format of sha256sum(1), by paths
// relative to its folder where they are below it. The old file stays until the new one is complete. Throws
// TaskRegistryError where one of them cannot be read, or the file not be written.
ROTA_EXPORT void write_lock_file(const std::filesystem::path& lock_file,
                                 const std::vector<PluginFile>& plugins);

}  // namespace rota::inline v1
