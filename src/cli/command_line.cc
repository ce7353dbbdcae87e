// SPDX-License-Identifier: Apache-2.0
#include "cli/command_line.h"

#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/validate_child.h"
#include <rota/rota.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace rota::cli {
namespace {

constexpr const char* kExitCodes =
    "Exit status: 0 done or nothing to do; 1 a task or plugin failed, a dependency is not "
    "satisfied, or the log\n"
    "is not sound; 2 usage; 3 the graph or plan is invalid, or discover --strict has found "
    "something; 4 already\n"
    "running; 5 the log cannot be read or written; 130 interrupted.";

void add_commands(CLI::App& app, CommandLine& line) {
  app.fallthrough();
  app.set_version_flag("--version", fmt::format("rota {}.{}.{}", ROTA_VERSION_MAJOR,
                                                ROTA_VERSION_MINOR, ROTA_VERSION_PATCH));
  app.set_help_flag("-h,--help", "Print this help and exit");
  app.footer(kExitCodes);
  Command root(app, line.action);
  root.add_option(
          "--path", line.path,
          "Folder of plugins; several with ':' or by repeating it. Default: ROTA_PATH, then "
          "`path` of rota.toml, then the folder scripts of the project")
      .value_name("FOLDER")
      .repeatable();
  root.add_flag("--import", line.imports,
                "Import Python modules, in another process, where their source does not tell what "
                "classes they have");
  for (const auto add :
       {add_list,  add_show,    add_discover, add_check,    add_plan,           add_run,
        add_log,   add_lineage, add_import,   add_export,   add_clean,          add_verify,
        add_graph, add_report,  add_status,   add_validate, add_validate_child, add_doctor,
        add_new,   add_why})
    add(root, line);
}

// A word that is empty is a slip: an unset variable of a script.
std::string empty_word(int argc, char** argv) {
  for (int at = 1; at < argc; ++at) {
    const std::string_view word = argv[at];
    const std::string_view before = argv[at - 1];
    constexpr const char* kEmpty = "{} is empty; give a value, or leave it out";
    if (word == "--") break;
    if (word.empty()) return fmt::format(kEmpty, before.starts_with('-') ? before : "a word");
    if (word.starts_with("--") && word.ends_with('='))
      return fmt::format(kEmpty, word.substr(0, word.size() - 1));
  }
  return {};
}

// The first word, where it is meant as a command and is none.
std::string unknown_command(const CLI::App& app, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return {};
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) {
    if (command->get_name() == argv[1]) return {};
    if (!command->get_group().empty()) names.push_back(command->get_name());
  }
  const auto nearest =
      nearest_task_id(argv[1], std::vector<std::string_view>(names.begin(), names.end()));
  return fmt::format("there is no command {}{}", argv[1],
                     nearest ? fmt::format("; did you mean {}?", *nearest) : "; see rota --help");
}

// What CLI11 says, as one line with a hint.
int report_usage(const CLI::App& app, const CLI::ParseError& error) {
  std::string command = "rota";
  for (const CLI::App* chosen : app.get_subcommands()) command += " " + chosen->get_name();
  std::string message = error.what();
  std::replace(message.begin(), message.end(), '\n', ' ');
  print_error(fmt::format("{}; see {} --help", message, command));
  return kUsage;
}

}  // namespace

Option add_json(Command& command, CommandLine& line) {
  return command.add_flag("--json", line.json, "Print JSON for programs");
}

void add_task_ids(Command& command, CommandLine& line, const std::string& what) {
  command.add_option("ID", line.task_ids, what).value_name("");
}

void add_one_task_id(Command& command, CommandLine& line) {
  command.add_option("ID", line.task_ids, "Id of a task").required().once().value_name("");
}

void add_selection(Command& command, CommandLine& line) {
  add_task_ids(command, line,
               "Tasks, with all that they need; none: all. An id, a pattern (t_1*), type:TYPE, "
               "tag:NAME or tag:NAME=VALUE; with + behind it also all that follows");
  command.add_flag("--only", line.only,
                   "Only the tasks named: +ID adds what it needs, ID+ what follows it");
}

void add_run_plan_options(Command& command, CommandLine& line) {
  command.add_flag("--dry-run", line.dry_run, "Show the plan, and run nothing");
  command
      .add_option(
          "--resume",
          [&line](const std::vector<std::string>& words) {
            line.resume = true;
            if (!words.empty()) line.resumed_run = words.front();
          },
          "Go on with what is left of the plan of an earlier run, with the same arguments; without "
          "RUN of the newest")
      .word_optional()
      .value_name("[RUN]");
}

void add_arguments(Command& command, CommandLine& line) {
  command
      .add_option("--arg", line.arguments,
                  "An argument: for the task ID, or without it for every task that declares NAME; "
                  "repeatable")
      .value_name("[ID:]NAME=VALUE")
      .repeatable();
}

void add_plan_options(Command& command, CommandLine& line) {
  add_selection(command, line);
  command.add_flag("--failed", line.failed, "Of these only the tasks that failed at last");
  command.add_flag("--stale", line.stale, "Of these only the tasks that would run");
  command.add_flag("--force", line.force, "Plan every task to run, also what is up to date");
  add_arguments(command, line);
}

int run_command_line(int argc, char** argv) {
  CLI::App app("Rota: a task registry with a memory", "rota");
  CommandLine line;
  add_commands(app, line);
  for (const std::string& problem : {empty_word(argc, argv), unknown_command(app, argc, argv)}) {
    if (problem.empty()) continue;
    print_error(problem);
    return kUsage;
  }
  try {
    app.parse(argc, argv);
    if (!line.action) throw UsageError("a command is missing; see rota --help");
    const int status = line.action();
    flush_output();
    return status;
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    return report_usage(app, error);
  } catch (const std::exception& error) {
    return report_error(error);
  }
}

}  // namespace rota::cli
