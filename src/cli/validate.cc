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

void add_file(const fs::path& file, Targets& targets) {
  targets.push_back({.file = file, .only = {}, .refused = {}});
}

void add_folder(const fs::path& folder, Targets& targets) {
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
  if (found.plugins.empty() && found.refused.empty())
    print_warning(fmt::format("{}: no plugins were found there", folder.string()));
}

void add_task(const std::string& task_id, const ProjectTasks& tasks, Targets& targets) {
  const std::string file = tasks.require(task_id)->location();
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
