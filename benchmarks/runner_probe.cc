// SPDX-License-Identifier: Apache-2.0
// Plans and runs all tasks of a project's plugins with its log: in this process, in two workers, or each in a process of
// its own. The discovery is not measured, the end of the workers is. With BALLAST this process has so many MB in use.
//
//   runner_probe inline|process|fresh PROJECT COUNT [BALLAST]
#include "probe.h"
#include <rota/rota.h>

#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

rota::TaskRegistry& registry_of(const std::filesystem::path& project) {
  static rota::TaskRegistry registry;
  const rota::Discovery found = rota::discover({.roots = {project / "scripts"}});
  for (const rota::RefusedFile& refused : found.refused)
    probe::fail(refused.file + ": " + refused.message);
  for (const auto& [task_id, task_class] : found.task_classes)
    registry.register_task_class(task_id, task_class);
  return registry;
}

rota::RunOptions options_for(std::string_view how, const std::filesystem::path& project) {
  rota::RunOptions options{.executor = how == "inline" ? "inline" : "process", .jobs = 2};
  options.project_root = project;
  if (how == "fresh") {
    options.policy = [](const rota::TaskMetadata&) {
      return rota::TaskPolicy{.isolation = rota::Isolation::fresh};
    };
  }
  return options;
}

}  // namespace

int main(int count, char** arguments) {
  if (const auto status = rota::run_as_worker(count, arguments)) return *status;
  if (count < 4 || count > 5)
    probe::fail("usage: runner_probe inline|process|fresh PROJECT COUNT [BALLAST]");
  const std::filesystem::path project = arguments[2];
  const std::size_t megabytes = count == 5 ? std::stoul(arguments[4]) : 0;
  const std::vector<char> ballast(megabytes << 20U, 'b');

  rota::TaskRegistry& registry = registry_of(project);
  const auto log = rota::open_sqlite_log(project / ".rota/log.db");
  const rota::RunOptions options = options_for(arguments[1], project);
  return probe::measure([&]() -> std::size_t {
    const rota::Plan plan = rota::make_plan(rota::build_graph(registry), *log,
                                            {.force = true, .project_root = project});
    const rota::RunSummary summary = rota::run(plan, registry, *log, options);
    return summary.succeeded() ? summary.count(rota::ExecutionState::success) : 0;
  });
}
