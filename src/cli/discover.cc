// SPDX-License-Identifier: Apache-2.0
// rota discover [PACKAGE...]: what was found, what was refused and why, and what is there twice.
#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/project_tasks.h"
#include "report/discovery_text.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rota::cli {
namespace {

struct Options {
  std::vector<std::string> packages;
  bool not_recursive = false;
  bool strict = false;
  bool lock = false;
};

bool is_there(const DiscoveryQuery& query, const std::string& package) {
  std::string below = package;
  std::ranges::replace(below, '.', '/');
  return std::ranges::any_of(query.roots, [&](const std::filesystem::path& root) {
    std::error_code ignored;
    return std::filesystem::exists(root / below, ignored) ||
           std::filesystem::exists(root / (below + ".so"), ignored) ||
           std::filesystem::exists(root / (below + ".py"), ignored);
  });
}

DiscoveryQuery query_of(const Project& project, const Options& options) {
  DiscoveryQuery query = make_discovery_query(
      project, options.packages.empty() ? std::nullopt : std::optional(options.packages),
      !options.not_recursive);
  for (const std::string& package : options.packages) {
    if (is_there(query, package)) continue;
    std::vector<std::string> roots;
    roots.reserve(query.roots.size());
    for (const std::filesystem::path& root : query.roots) roots.push_back(root.string());
    throw UsageError(fmt::format(
        "there is no package {}: neither a folder nor a plugin or module of that name is in {}",
        package, fmt::join(roots, ", ")));
  }
  if (options.lock) query.lock_file.clear();  // it is about to be written anew
  return query;
}

void write_lock(const Project& project, const Options& options, const Discovery& discovery) {
  if (!options.packages.empty() || options.not_recursive) {
    throw UsageError(
        "--lock takes in all plugins of the project: leave packages and --no-recursive out");
  }
  const std::filesystem::path file = project.root / "rota.lock";
  write_lock_file(file, discovery.plugins);
  print_error(fmt::format("{}: written with {} plugins; no other is loaded from now on",
                          file.string(), discovery.plugins.size()));
}

template <class AnyDiscovery>
bool is_sound(const AnyDiscovery& discovery) {
  return discovery.duplicates.empty() &&
         std::ranges::all_of(discovery.refused, [](const RefusedFile& refused) {
           return refused.reason == RefusalReason::no_task;
         });
}

int run_discover(const CommandLine& line, const Options& options) {
  for (const std::string& package : options.packages) {
    if (!is_package_path(package)) {
      throw UsageError(
          fmt::format("'{}' is no package: write a dotted path like scripts.tasks, and name other "
                      "folders with --path",
                      package));
    }
  }
  const Project project = find_project_for(line);
  warn_of_missing_folders(project);
  const DiscoveryQuery query = query_of(project, options);
  const Discovery discovery = discover(query);
  PythonDiscovery python = discover_python_for(line, query);
  yield_to_plugins(discovery, python);
  print(line.json ? discovery_to_json(discovery, python) : discovery_to_text(discovery, python));
  for (const std::string& problem :
       {discovery.cache.problem, python.cache.problem, python.problem}) {
    if (!problem.empty()) print_warning(problem);
  }
  if (options.strict && !(is_sound(discovery) && is_sound(python))) {
    print_error("files were refused or ids are there twice, and --strict takes neither");
    return kInvalidGraph;
  }
  if (options.lock) write_lock(project, options, discovery);
  return kDone;
}

}  // namespace

void add_discover(Command& app, CommandLine& line) {
  Command command = app.add_command(
      "discover",
      "Show plugins and Python files with their task classes, what was refused and why, and "
      "duplicates");
  auto options = std::make_shared<Options>();
  command
      .add_option("PACKAGE", options->packages,
                  "Dotted paths like scripts.tasks, looked up along the search path; none: all")
      .value_name("");
  command.add_flag("--no-recursive", options->not_recursive, "Take no subfolders");
  command.add_flag("--strict", options->strict,
                   "Exit with status 3 when a file is refused or an id is there twice");
  command.add_flag(
      "--lock", options->lock,
      "Write the content of the plugins to rota.lock: no other is loaded from then on");
  add_json(command, line);
  command.does([&line, options] { return run_discover(line, *options); });
}

}  // namespace rota::cli
