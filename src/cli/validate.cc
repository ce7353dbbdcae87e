// SPDX-License-Identifier: Apache-2.0
// rota validate PATH|ID...: loads plugins and makes their task classes, in other processes, and tells all
// that is wrong.
#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/project_tasks.h"
#include "cli/signals.h"
#include "cli/validate_plugin.h"
#include "cli/validate_strays.h"

#include <charconv>
#include <cmath>
#include <csignal>
#include <optional>
#include <set>

#include <fmt/format.h>

namespace rota::cli {
namespace {

namespace fs = std::filesystem;

constexpr double kMaxTimeoutSeconds = 1e6;

struct ValidateGiven {
  std::vector<std::string> what;
  double timeout_seconds = 10;
};

// A file to look into, or one that discovery has refused.
struct Target {
  fs::path file;
  std::string only;  // a task id, or all
  std::optional<PluginValidation> refused;
};

using Targets = std::vector<Target>;

// Of a Python file: what its source tells. `only`: a task id, or all.
void add_python_file(const fs::path& file, const PythonDiscovery& found, const std::string& only,
                     Targets& targets) {
  PluginValidation seen{.file = file};
  for (const RefusedFile& refused : found.refused) {
    if (only.empty() && refused.file == file) seen.failures.push_back({.message = refused.message});
  }
  for (const PythonFile& one : found.files) {
    if (one.file != file) continue;
    for (const TaskClassPtr& task_class : one.task_classes) {
      const std::string task_id(task_class->task_id());
      if (only.empty() || only == task_id)
        seen.not_made.push_back({task_id, "it is written in Python, and only its source was read"});
    }
  }
  for (const UncertainClass& one : found.uncertain) {
    if (!only.empty() || one.file != file) continue;
    seen.not_made.push_back(
        {one.class_name, fmt::format("cannot be told without importing it: {}", one.reason)});
  }
  if (seen.failures.empty() && seen.not_made.empty()) seen.note = "it holds no task class";
  targets.push_back({.file = file, .only = only, .refused = std::move(seen)});
}

void add_python_folder(const fs::path& folder, const std::vector<RefusedFile>& seen,
                       Targets& targets) {
  const PythonDiscovery found = discover_python({.roots = {folder}});
  std::set<std::string> files;
  for (const PythonFile& one : found.files) files.insert(one.file);
  for (const UncertainClass& one : found.uncertain) files.insert(one.file);
  for (const RefusedFile& one : found.refused) {
    // A folder that cannot be looked at is told with the plugins.
    if (std::ranges::find(seen, one.file, &RefusedFile::file) == seen.end()) files.insert(one.file);
  }
  for (const std::string& file : files) add_python_file(file, found, {}, targets);
  if (!found.problem.empty()) print_warning(found.problem);
}

void add_file(const fs::path& file, Targets& targets) {
  if (file.extension() == ".py") {
    const fs::path path = fs::absolute(file).lexically_normal();
    const PythonDiscovery found =
        discover_python({.roots = {path.parent_path()}, .recursive = false});
    add_python_file(path, found, {}, targets);
    if (!found.problem.empty()) print_warning(found.problem);
    return;
  }
  targets.push_back({.file = file, .only = {}, .refused = {}});
}

void add_folder(const fs::path& folder, Targets& targets) {
  const std::size_t before = targets.size();
  const Discovery found = discover({.roots = {folder}});
  for (const PluginFile& plugin : found.plugins) add_file(plugin.file(), targets);
  for (const RefusedFile& refused : found.refused) {
    // Single classes of a plugin are refused once more when it is looked into.
    const bool is_plugin =
        std::ranges::find(targets, fs::path(refused.file), &Target::file) != targets.end();
    if (is_plugin) continue;
    PluginValidation seen{.file = refused.file};
    if (refused.reason == RefusalReason::no_task) {
      seen.note = refused.message;
    } else {
      seen.failures.push_back({.message = refused.message});
    }
    targets.push_back({.file = refused.file, .only = {}, .refused = std::move(seen)});
  }
  add_python_folder(folder, found.refused, targets);
  if (targets.size() == before)
    print_warning(fmt::format("{}: no plugins were found there", folder.string()));
}

void add_task(const std::string& task_id, const ProjectTasks& tasks, Targets& targets) {
  const TaskClassPtr task_class = tasks.require(task_id);
  const std::string file = task_class->location();
  if (is_python_task(*task_class)) {
    const PythonFile alone{.file = file, .task_classes = {task_class}};
    return add_python_file(file, {.files = {alone}}, task_id, targets);
  }
  targets.push_back({.file = file, .only = task_id, .refused = {}});
}

// All arguments are understood before any code of a plugin runs.
Targets find_targets(const CommandLine& line, const std::vector<std::string>& what) {
  Targets targets;
  std::optional<ProjectTasks> tasks;
  for (const std::string& text : what) {
    std::error_code error;
    const fs::file_status status = fs::status(text, error);
    if (fs::is_directory(status)) {
      add_folder(text, targets);
    } else if (fs::exists(status)) {
      add_file(text, targets);
    } else if (!is_valid_task_id(text)) {
      throw UsageError(fmt::format("there is no file or folder {}", text));
    } else {
      if (!tasks) tasks.emplace(line);
      add_task(text, *tasks, targets);
    }
  }
  return targets;
}

PluginValidation validate_target(const Target& target, const ValidateOptions& options) {
  if (target.refused) return *target.refused;
  return validate_plugin(target.file, discover_file(target.file), target.only, options);
}

int validate_all(const CommandLine& line, const ValidateGiven& given) {
  const Targets targets = find_targets(line, given.what);
  std::signal(SIGCHLD,
              SIG_DFL);  // a caller that ignores it would keep the ends of the children from us
  const Signals signals([](const char*) {});
  const StrayProcesses strays;
  const ValidateOptions options{given.timeout_seconds, signals.stop()};
  std::vector<PluginValidation> found;
  try {
    for (const Target& target : targets) {
      found.push_back(validate_target(target, options));
      strays.end_all();
      if (line.json) continue;
      print(validation_to_text(found.back()));
      flush_output();
    }
  } catch (const ValidationInterrupted&) {
    print_error("interrupted; nothing of the plugins runs any more");
    return kInterrupted;
  }
  print(line.json ? validation_to_json(found) : validation_summary(found));
  return std::ranges::all_of(found, &PluginValidation::good) ? kDone : kFailed;
}

std::string check_timeout(const std::string& text) {
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const bool is_number = error == std::errc{} && end == text.data() + text.size();
  return is_number && seconds > 0 && seconds <= kMaxTimeoutSeconds
             ? ""
             : fmt::format("{} is no number of seconds above 0 and up to 1000000", text);
}

}  // namespace

void add_validate(Command& app, CommandLine& line) {
  Command command = app.add_command("validate",
                                    "Load plugins and make each of their tasks that needs no "
                                    "argument, in processes of their own, "
                                    "and tell all that is wrong (exit status 1)");
  auto given = std::make_shared<ValidateGiven>();
  command
      .add_option("WHAT", given->what,
                  "Plugin files, folders with all plugins below them, or ids of tasks")
      .required()
      .value_name("PATH|ID");
  command.add_option("--timeout", given->timeout_seconds, "How long each step may take")
      .value_name("SECONDS")
      .checked(check_timeout, "seconds")
      .with_default();
  add_json(command, line);
  command.does([&line, given] { return validate_all(line, *given); });
}

}  // namespace rota::cli
