// SPDX-License-Identifier: Apache-2.0
// rota clean: removes old executions from the log, and tells which stay and why.
#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/output_files.h"
#include "cli/project_tasks.h"
#include "cli/run_name.h"
#include "report/upkeep_text.h"

#include <fmt/format.h>

namespace rota::cli {
namespace {

struct CleanOptionsGiven {
  std::optional<double> max_age_days;
  std::optional<std::size_t> keep;
  std::vector<std::string> runs;
  bool dry_run = false;
};

std::chrono::seconds age_of(double days) {
  constexpr double kMost = 1'000'000;
  if (days >= 0 && days <= kMost)
    return std::chrono::seconds(static_cast<std::int64_t>(days * 86'400));
  throw UsageError(
      fmt::format("--max-age {}: that is no age; give days from 0 to {}", days, kMost));
}

CleanupRule rule_of(const CleanOptionsGiven& given) {
  if (!given.max_age_days && !given.keep && given.runs.empty()) {
    throw UsageError(
        "it is not said what is old; give --max-age DAYS, --keep N or --run RUN, with --dry-run to "
        "look first");
  }
  CleanupRule rule{.max_per_task = given.keep, .dry_run = given.dry_run};
  if (given.max_age_days) rule.max_age = age_of(*given.max_age_days);
  return rule;
}

int clean(const CommandLine& line, const CleanOptionsGiven& given) {
  CleanupRule rule = rule_of(given);
  const Project project = find_project_for(line);
  const bool writes = !given.dry_run && has_log(project);
  const auto log = writes ? open_sqlite_log(project.log_path, {.project_root = project.root})
                          : open_log_for_reading(project);
  for (const std::string& run : given.runs)
    rule.task_run_ids.push_back(find_task_run_id(*log, run));
  const CleanupResult result = log->cleanup_old_executions(rule);
  if (!rule.dry_run) remove_output_files(result.removed, *log, project);
  print(line.json ? cleanup_to_json(result, rule.dry_run) : cleanup_to_text(result, rule.dry_run));
  return kDone;
}

}  // namespace

void add_clean(Command& app, CommandLine& line) {
  Command command =
      app.add_command("clean",
                      "Remove old executions from the log, with the files of what they printed; "
                      "the latest success of a task, what is active, and what "
                      "made a file that is there stay");
  auto given = std::make_shared<CleanOptionsGiven>();
  command.add_option("--max-age", given->max_age_days, "Old is what ended more days ago")
      .value_name("DAYS");
  command.add_option("--keep", given->keep, "Old is all but the newest N of each task")
      .not_negative()
      .value_name("N");
  command
      .add_option("--run", given->runs,
                  "This execution, whatever it is, by 4 or more characters of its task run id; "
                  "repeatable")
      .value_name("RUN")
      .repeatable();
  command.add_flag("--dry-run", given->dry_run, "Remove nothing, only tell");
  add_json(command, line);
  command.does([&line, given] { return clean(line, *given); });
}

}  // namespace rota::cli
