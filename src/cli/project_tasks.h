// SPDX-License-Identifier: Apache-2.0
// The project that the command works on and the task classes found in it. Runs none of them.
#pragma once

#include "cli/command_line.h"
#include <rota/rota.h>

#include <memory>
#include <string>

namespace rota::cli {

// The project of the current folder, with --path taken in. Throws UsageError for a --path that is no folder and
// for settings that are wrong.
Project find_project_for(const CommandLine& line);
// The task classes in Python that it has, those that only importing tells with --import. Imports nothing into this
// process.
PythonDiscovery discover_python_for(const CommandLine& line, const DiscoveryQuery& query);
// On stderr, for folders of the search path that are not there.
void warn_of_missing_folders(const Project& project);

// For reading; an empty one where there is no log yet.
std::unique_ptr<ExecutionLog> open_log_for_reading(const Project& project);
// Whether there is a log: a file, or something else in its place.
bool has_log(const Project& project);

class ProjectTasks {
 public:
  // Finds the project from the current folder and discovers its classes, those of plugins first; files that give none
  // and classes that are there twice are warned of on stderr. Throws UsageError for a --path that is no folder.
  explicit ProjectTasks(const CommandLine& line);
  // Of what was discovered before, where `python` has yielded to the plugins; prints nothing.
  ProjectTasks(Project project, const Discovery& discovery, const PythonDiscovery& python);

  const Project& project() const noexcept { return project_; }
  const TaskRegistry& registry() const noexcept { return registry_; }
  // Throws UsageError with the nearest id where it is not there, and with what it may be besides.
  TaskClassPtr require(const std::string& task_id) const;
  // For reading; an empty one where there is no log yet.
  std::unique_ptr<ExecutionLog> open_log_for_reading() const;
  std::unique_ptr<ExecutionLog> open_log_for_writing() const;
  // On stderr, when there is no task class at all: where was looked and what to do.
  void explain_if_empty() const;
  // On stderr, when there are classes that may be task classes, and nothing was imported: how many, and what to do.
  void explain_uncertain() const;

 private:
  void register_all(const Discovery& discovery, const PythonDiscovery& python);

  Project project_;
  TaskRegistry registry_;
  bool imports_ = false;       // --import
  std::size_t uncertain_ = 0;  // classes in Python that only importing them would tell
};

}  // namespace rota::cli
