// SPDX-License-Identifier: Apache-2.0
#include "cli/project_tasks.h"

#include "cli/exit_code.h"
#include "cli/kept.h"
#include "cli/output.h"

#include <sys/stat.h>

#include <cerrno>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rota::cli {
namespace {

namespace fs = std::filesystem;

// Settings that are wrong are the caller's to mend, as a wrong command line is.
Project find_project_with_settings() try { return find_project(); } catch (const Error& error) {
  throw UsageError(error.what());
}

void warn_of(const std::vector<RefusedFile>& refused,
             const std::vector<DuplicateTask>& duplicates) {
  for (const RefusedFile& one : refused) {
    if (one.reason == RefusalReason::no_task) continue;
    print_warning(fmt::format("{}: {}", one.file, one.message));
  }
  for (const DuplicateTask& duplicate : duplicates) {
    print_warning(
        fmt::format("task {} is there twice: {} counts, {} does not; give one of them another id",
                    duplicate.task_id, duplicate.kept, duplicate.shadowed));
  }
}

}  // namespace

Project find_project_for(const CommandLine& line) {
  Project project = find_project_with_settings();
  std::vector<fs::path> given;
  for (const std::string& text : line.path) {
    for (const fs::path& folder : parse_search_path(text)) {
      if (!fs::is_directory(folder))
        throw UsageError(fmt::format("--path {}: there is no such folder", folder.string()));
      given.push_back(fs::absolute(folder).lexically_normal());
    }
  }
  if (!given.empty()) {
    project.search_path = std::move(given);
    project.search_path_is_given = true;
  }
  return project;
}

void warn_of_missing_folders(const Project& project) {
  for (const fs::path& folder : project.search_path) {
    std::error_code ignored;
    if (!fs::is_directory(folder, ignored))
      print_warning(fmt::format("{}: there is no such folder", folder.string()));
  }
}

PythonDiscovery discover_python_for(const CommandLine& line, const DiscoveryQuery& query) {
  PythonDiscovery python = discover_python(query);
  if (line.imports) import_uncertain(python);
  return python;
}

ProjectTasks::ProjectTasks(const CommandLine& line)
    : project_(find_project_for(line)), imports_(line.imports) {
  warn_of_missing_folders(project_);
  const DiscoveryQuery query = make_discovery_query(project_);
  const Discovery& plugins = keep_to_the_end(std::make_unique<const Discovery>(discover(query)));
  PythonDiscovery& python =
      keep_to_the_end(std::make_unique<PythonDiscovery>(discover_python_for(line, query)));
  yield_to_plugins(plugins, python);
  warn_of(plugins.refused, plugins.duplicates);
  warn_of(python.refused, python.duplicates);
  if (!python.problem.empty()) print_warning(python.problem);
  register_all(plugins, python);
}

ProjectTasks::ProjectTasks(Project project, const Discovery& discovery,
                           const PythonDiscovery& python)
    : project_(std::move(project)) {
  register_all(discovery, python);
}

void ProjectTasks::register_all(const Discovery& discovery, const PythonDiscovery& python) {
  const auto register_each = [this](const std::vector<TaskClassPtr>& task_classes) {
    for (const TaskClassPtr& task_class : task_classes)
      registry_.register_task_class(task_class->task_id(), task_class);
  };
  // In the order in which they lie in memory.
  for (const PluginFile& plugin : discovery.plugins) register_each(plugin.task_classes);
  for (const PythonFile& file : python.files) register_each(file.task_classes);
  uncertain_ = python.uncertain.size();
}

TaskClassPtr ProjectTasks::require(const std::string& task_id) const {
  if (TaskClassPtr found = registry_.get_task_class(task_id)) return found;
  const std::vector<TaskClassPtr> classes = registry_.task_classes();
  std::vector<std::string_view> known;
  known.reserve(classes.size());
  for (const TaskClassPtr& task_class : classes) known.emplace_back(task_class->task_id());
  const auto nearest = nearest_task_id(task_id, known);
  const std::string advice = nearest ? fmt::format("did you mean {}?", *nearest)
                                     : "`rota list` shows those that there are";
  const std::string uncertain =
      uncertain_ == 0
          ? ""
          : fmt::format(" ({} may be one too, which its source does not tell: {})",
                        uncertain_ == 1 ? "1 class" : fmt::format("{} classes", uncertain_),
                        imports_ ? "see `rota discover`" : "--import imports it");
  throw UsageError(fmt::format("there is no task {}; {}{}", task_id, advice, uncertain));
}

bool has_log(const Project& project) {
  struct stat status {};
  return ::lstat(project.log_path.c_str(), &status) == 0 || errno != ENOENT;
}

std::unique_ptr<ExecutionLog> open_log_for_reading(const Project& project) {
  if (!has_log(project)) return open_memory_log({.project_root = project.root});
  return open_sqlite_log(project.log_path, {.project_root = project.root, .read_only = true});
}

std::unique_ptr<ExecutionLog> ProjectTasks::open_log_for_reading() const {
  return cli::open_log_for_reading(project_);
}

std::unique_ptr<ExecutionLog> ProjectTasks::open_log_for_writing() const {
  return open_sqlite_log(project_.log_path, {.project_root = project_.root});
}

void ProjectTasks::explain_uncertain() const {
  if (uncertain_ == 0 || imports_) return;
  print_error(uncertain_ == 1
                  ? "1 class may be a task class, and its source does not tell: --import imports it"
                  : fmt::format("{} classes may be task classes, and their source does not tell: "
                                "--import imports them",
                                uncertain_));
}

void ProjectTasks::explain_if_empty() const {
  if (registry_.size() > 0) return;
  if (uncertain_ > 0 && !imports_) return explain_uncertain();
  std::vector<std::string> folders;
  for (const fs::path& folder : project_.search_path) {
    folders.push_back((project_.search_path_is_given ? folder : folder / "scripts").string());
  }
  print_warning(fmt::format(
      "no task classes were found in {}; name the folder of your tasks with --path, ROTA_PATH or "
      "`path` in rota.toml",
      fmt::join(folders, ", ")));
}

}  // namespace rota::cli
