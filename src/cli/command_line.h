// SPDX-License-Identifier: Apache-2.0
// The command line: what all commands share, and which one was chosen. What a command does is in its own
// file.
#pragma once

#include "cli/command.h"

#include <string>
#include <vector>

namespace rota::cli {

struct CommandLine {
  std::vector<std::string> path;  // --path
  bool imports = false;           // --import
  bool json = false;
  std::vector<std::string> task_ids;
  std::vector<std::string> arguments;  // --arg
  bool force = false;
  bool only = false;    // --only
  bool failed = false;  // --failed
  bool stale = false;   // --stale
  bool dry_run = false;
  bool resume = false;
  std::string resumed_run;  // empty: the newest
  Command::Action action;   // of the command that was chosen
};

// Each adds one command: its options, its help, and what it does.
void add_list(Command& app, CommandLine& line);
void add_show(Command& app, CommandLine& line);
void add_discover(Command& app, CommandLine& line);
void add_check(Command& app, CommandLine& line);
void add_plan(Command& app, CommandLine& line);
void add_run(Command& app, CommandLine& line);
void add_log(Command& app, CommandLine& line);
void add_clean(Command& app, CommandLine& line);
void add_verify(Command& app, CommandLine& line);
void add_graph(Command& app, CommandLine& line);
void add_report(Command& app, CommandLine& line);
void add_status(Command& app, CommandLine& line);
void add_lineage(Command& app, CommandLine& line);
void add_import(Command& app, CommandLine& line);
void add_export(Command& app, CommandLine& line);
void add_doctor(Command& app, CommandLine& line);
void add_new(Command& app, CommandLine& line);
void add_validate(Command& app, CommandLine& line);
void add_why(Command& app, CommandLine& line);

// Options that several commands have.
Option add_json(Command& command, CommandLine& line);
void add_task_ids(Command& command, CommandLine& line, const std::string& what);
void add_one_task_id(Command& command, CommandLine& line);
// Ids, patterns and states of tasks (docs/planning.md).
void add_selection(Command& command, CommandLine& line);
void add_arguments(Command& command, CommandLine& line);
void add_plan_options(Command& command, CommandLine& line);
// --dry-run and --resume.
void add_run_plan_options(Command& command, CommandLine& line);

int run_command_line(int argc, char** argv);

}  // namespace rota::cli
