// SPDX-License-Identifier: Apache-2.0
// Task classes written in Python, told from their source: nothing of it is run or imported. Knows nothing of a
// registry, and cannot make instances: those are made in Python processes.
#pragma once

#include <rota/discovery.h>
#include <rota/export.h>
#include <rota/task_class.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace rota::inline v1 {

// A source file that gave task classes.
struct PythonFile {
  std::string file = {};
  std::string module = {};                      // its dotted path: scripts.tasks.flights
  std::vector<TaskClassPtr> task_classes = {};  // in the order of the file, without shadowed ones
};

// A class that may be a task class: importing it would tell.
struct UncertainClass {
  std::string file = {};
  std::uint32_t line = 0;
  std::string class_name = {};
  std::string reason = {};  // "task_id is computed"
  std::string module = {};  // scripts.tasks.flights
  std::string root = {};    // the folder that must be on sys.path for that
};

struct ROTA_EXPORT PythonDiscovery {
  // By the ids that they themselves hold.
  std::unordered_map<std::string_view, TaskClassPtr> task_classes = {};
  std::vector<PythonFile> files = {};
  // Folders and files that cannot be read or trusted, files that are no Python (with the line), and classes that are
  // not valid. A file that holds no task is none of them.
  std::vector<RefusedFile> refused = {};
  std::vector<UncertainClass> uncertain = {};
  std::vector<DuplicateTask> duplicates = {};
  CacheUse cache = {};
  // Why Python files were not looked at, as a sentence: there is no python3. Mostly empty.
  std::string problem = {};

  std::vector<TaskClassPtr> sorted_task_classes() const;  // by their ids
};

// Looks at every *.py file that is a module of the query's roots and packages, by the rules of discover(): which
// folders, whose files, the first of two with an id. A folder with pyvenv.cfg, __pycache__, node_modules and what has
// no name that Python could import are left out, and so is __main__.py. The lock file is for plugins alone.
//
// What each file says is kept in python.cache beside the query's cache file. For those that are not known, and could
// hold a task, one process of Python is started that reads, and does not run, them: what ROTA_PYTHON names, else
// python3 of PATH. Throws TaskRegistryError for a package that is no dotted path. Safe from any thread; SIGCHLD must
// not be ignored.
ROTA_EXPORT PythonDiscovery discover_python(const DiscoveryQuery& query);

// Imports the modules of `uncertain`, and puts the classes that are task classes with the others, by what they say then; of
// two with an id the one that was there counts. One process of Python (as above, and it must be able to import rota) does so
// for all, and another one for the rest where a module ends it or takes longer than a minute. What cannot be imported is
// refused with not_imported, and stays uncertain. Nothing of this is kept. Call it before yield_to_plugins(). SIGCHLD must
// not be ignored.
ROTA_EXPORT void import_uncertain(PythonDiscovery& discovery);

// Where a plugin has a task of the same id, the plugin's counts, and the other one becomes a duplicate. A folder that
// both refuse is left to `plugins`.
ROTA_EXPORT void yield_to_plugins(const Discovery& plugins, PythonDiscovery& python);

// Its code is in a Python source file.
ROTA_EXPORT bool is_python_task(const TaskClass& task_class);
// Only its source is known: create() throws, and it runs in the workers of python_worker_command() alone.
ROTA_EXPORT bool is_known_by_source_alone(const TaskClass& task_class);

// TaskClass::location_identity() of a class in a source file, as it is now: what a worker imports, and what the file
// must still be then. Lines: `root`, the folder that must be on sys.path; the module; the class; "SIZE:MTIME:INODE",
// with the time in nanoseconds. Empty where the file cannot be looked at.
ROTA_EXPORT std::string python_source_identity(const std::string& root, std::string_view module,
                                               std::string_view class_name,
                                               const std::string& file);
// TaskClass::fingerprint() of it: "source:xxh3:HEX" of the whole file. Empty where it cannot be read.
ROTA_EXPORT std::string python_source_fingerprint(const std::string& file);

// The program that ROTA_PYTHON names (a path, or a name in PATH), else python3 in PATH. Nothing where there is none:
// `problem` says what to do.
ROTA_EXPORT std::optional<std::filesystem::path> find_python(std::string& problem);

}  // namespace rota::inline v1
