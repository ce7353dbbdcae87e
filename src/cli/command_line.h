// SPDX-License-Identifier: Apache-2.0
// The command line: what all commands share, and which one was chosen. What a command does is in its own
// file.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace rota::cli {

struct CommandLine {
  std::vector<std::string> path;  // --path
  bool json = false;
  std::vector<std::string> task_ids;
  std::vector<std::string> arguments;  // --arg
  bool force = false;
  bool only = false;    // --only
  bool failed = false;  // --failed
  bool stale = false;   // --stale
  bool dry_run = false;
  bool resume = false;
  std::string resumed_run;       // empty: the newest
  std::function<int()> command;  // gives the exit status
};

// Each adds one command: its options, its help, and what it does.
void add_list(CLI::App& app, CommandLine& line);
void add_show(CLI::App& app, CommandLine& line);
void add_discover(CLI::App& app, CommandLine& line);
void add_check(CLI::App& app, CommandLine& line);
void add_plan(CLI::App& app, CommandLine& line);
void add_run(CLI::App& app, CommandLine& line);
void add_log(CLI::App& app, CommandLine& line);
void add_clean(CLI::App& app, CommandLine& line);
void add_verify(CLI::App& app, CommandLine& line);
void add_graph(CLI::App& app, CommandLine& line);
void add_report(CLI::App& app, CommandLine& line);
void add_status(CLI::App& app, CommandLine& line);
void add_lineage(CLI::App& app, CommandLine& line);
void add_import(CLI::App& app, CommandLine& line);
void add_export(CLI::App& app, CommandLine& line);
void add_doctor(CLI::App& app, CommandLine& line);
void add_new(CLI::App& app, CommandLine& line);
void add_validate(CLI::App& app, CommandLine& line);
void add_why(CLI::App& app, CommandLine& line);

// Options that several commands have.
void add_json(CLI::App& command, CommandLine& line);
void add_task_ids(CLI::App& command, CommandLine& line, const std::string& what);
void add_one_task_id(CLI::App& command, CommandLine& line);
// Ids, patterns and states of tasks (docs/planning.md).
void add_selection(CLI::App& command, CommandLine& line);
void add_arguments(CLI::App& command, CommandLine& line);
void add_plan_options(CLI::App& command, CommandLine& line);
// --dry-run and --resume.
void add_run_plan_options(CLI::App& command, CommandLine& line);

int run_command_line(int argc, char** argv);

}  // namespace rota::cli
