// SPDX-License-Identifier: Apache-2.0
// The tasks, plan, executions and run that the tests of reports show.
#pragma once

#include "graph/test_tasks.h"
#include <rota/plan.h>
#include <rota/runner.h>

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace rota::testing_report {

inline TimePoint moment(int seconds_later) {
  return TimePoint(std::chrono::microseconds(1'795'442'709'000'123) +
                   std::chrono::seconds(seconds_later));
}

inline std::vector<TaskMetadata> tasks() {
  return {
      {.task_id = "t_1I_import",
       .task_type = "import",
       .description = "Reads the flights",
       .module = "plugins/io.so"},
      {.task_id = "t_1C_clean",
       .task_type = "cleaning",
       .description = "Drops what is impossible",
       .version = "1.2.0",
       .class_name = "flights::CleanTask",
       .module = "plugins/io.so",
       .dependencies = {"t_1I_import"},
       .author = "Data team",
       .parameters = {{.name = "threads",
                       .type = ParameterType::integer,
                       .default_value = 2,
                       .description = "how many work at once"},
                      {.name = "source", .type = ParameterType::text, .required = true},
                      {.name = "ratio", .type = ParameterType::number, .default_value = 0.5}},
       .tags = {{"reviewed", "yes"}, {"since", "2025"}}},
      {.task_id = "t_3R.report-html",
       .task_type = "report",
       .description = "Gr\xC3\xBC\xC3\x9F"
                      "e \xE6\x97\xA5\xE6\x9C\xAC",
       .dependencies = {"t_1C_clean", "t_1I_import"}},
      {.task_id = "t_9X_hostile",
       .task_type = "\x1b]0;title\x07",
       .description = "\x1b[31m\"red\"\nt_forged  line \xE2\x80\xAE \xC2\x9B \xFF <b>&amp;`#1;\\",
       .dependencies = {"t_1C_clean"}},
  };
}

inline std::map<std::string, TaskMetadata> tasks_by_id() {
  std::map<std::string, TaskMetadata> result;
  for (TaskMetadata& task : tasks()) result.emplace(task.task_id, task);
  return result;
}

inline Graph graph() {
  std::vector<TaskClassPtr> classes;
  for (TaskMetadata& task : tasks()) classes.push_back(testing_tasks::make_task(std::move(task)));
  return Graph(std::move(classes));
}

inline Plan plan() {
  return {graph(),
          {{0, ReasonKind::up_to_date, "up to date since 2026-11-23 14:05:09", {}},
           {1,
            ReasonKind::version_changed,
            "version 1.1.0 -> 1.2.0",
            {{"ratio", 0.5}, {"source", "a\"b"}, {"threads", 4}}},
           {2, ReasonKind::dependency_ran_later, "dependency t_1C_clean ran later", {}},
           {3, ReasonKind::input_changed, "input \x1b[2J.csv changed", {}}}};
}

inline std::vector<Execution> executions() {
  Execution running;
  running.task_run_id = "0b9f2c1e-5d3a-4c7b-9a56-1f2e3d4c5b6a";
  running.start = {.task_id = "t_3R.report-html",
                   .task_type = "report",
                   .version = "1.0.0",
                   .arguments = "{}",
                   .run_id = "5f0c7e0a-93b1-4b3f-8a2e-6a7d9c1b2e3f",
                   .reason = "never ran"};
  running.end.state = ExecutionState::running;
  running.started_sequence = 5;
  running.started_at = moment(63);
  running.epoch = 1;
  running.owner = {.host = "node1", .boot_id = "b00t", .pid = 4711, .start_ticks = 99};

  Execution failed = running;
  failed.task_run_id = "7d4f9e21-0c68-4e0b-b7d1-2a3b4c5d6e7f";
  failed.start = {.task_id = "t_1C_clean",
                  .task_type = "cleaning",
                  .version = "1.2.0",
                  .arguments = R"({"source":"a","threads":4})",
                  .run_id = running.start.run_id,
                  .reason = "version 1.1.0 -> 1.2.0"};
  failed.end = {.state = ExecutionState::failed,
                .message = "column \x1b[31mdep_time\n is \xFF missing",
                .inputs = {{"data/flights.csv", 31'053'850, 1'795'442'000'000'000'001}},
                .outputs = {{"out/clean", 10, 2}, {"out/counts.csv", 0, -1}},
                .metrics = R"({"rows":336776})",
                .exit_code = 3,
                .signal = 9,
                .output_path = ".rota/output/7d4f.txt",
                .cpu_time = std::chrono::milliseconds(61'500),
                .peak_memory_bytes = 123'456'789};
  failed.notes = "looked at\n\x1b[31m";
  failed.tags = R"({"team":"core"})";
  failed.imported_fields = R"({"user":"ada"})";
  failed.changed_sequence = 6;
  failed.started_sequence = 3;
  failed.finished_sequence = 4;
  failed.started_at = moment(0);
  failed.finished_at = moment(62);

  Execution imported;
  imported.task_run_id = "short";
  imported.start = {.task_id = "t_1I_import", .arguments = "not json"};
  imported.started_at = moment(5);
  imported.finished_at = moment(0);
  imported.started_sequence = 1;
  imported.finished_sequence = 2;
  return {running, failed, imported};
}

inline RunSummary summary() {
  using std::chrono::milliseconds;
  return {.run_id = "5f0c7e0a-93b1-4b3f-8a2e-6a7d9c1b2e3f",
          .outcomes = {{0, ExecutionState::skipped_up_to_date, "", "", {}},
                       {1, ExecutionState::failed, "7d4f9e21-0c68-4e0b-b7d1-2a3b4c5d6e7f",
                        "column \x1b[31mdep_time\n is missing", milliseconds(1'250)},
                       {2, ExecutionState::upstream_failed, "", "t_1C_clean failed", {}},
                       {3, ExecutionState::submitted, "", "", {}}},
          .duration = milliseconds(63'400),
          .interrupted = true};
}

}  // namespace rota::testing_report
