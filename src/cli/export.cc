// SPDX-License-Identifier: Apache-2.0
// rota export [FILE]: the history of executions for other programs.
#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/project_tasks.h"
#include "report/counted.h"

#include <fmt/format.h>

namespace rota::cli {
namespace {

struct ExportOptionsGiven {
  std::string file;
  std::string format = "json";
};

ExportFormat format_of(const std::string& name) {
  if (name == "csv") return ExportFormat::csv;
  return name == "jsonl" ? ExportFormat::jsonl : ExportFormat::json;
}

void warn_of_what_is_not_there(const ExportSummary& summary) {
  if (summary.active > 0) {
    print_warning(fmt::format("{} left out: not ended yet, which JSON of this schema cannot say",
                              counted(summary.active, "execution", "executions")));
  }
  if (summary.replaced_texts > 0) {
    print_warning(fmt::format("{} with bytes that are no UTF-8, which are shown as U+FFFD",
                              counted(summary.replaced_texts, "text", "texts")));
  }
}

int export_log(const CommandLine& line, const ExportOptionsGiven& given) {
  const Project project = find_project_for(line);
  const auto log = open_log_for_reading(project);
  const ExportOptions options{.format = format_of(given.format)};
  const bool to_stdout = given.file.empty() || given.file == "-";
  const ExportSummary summary =
      to_stdout ? export_execution_log(*log, print, options)
                : export_execution_log(*log, std::filesystem::path(given.file), options);
  flush_output();
  warn_of_what_is_not_there(summary);
  return kDone;
}

}  // namespace

void add_export(Command& app, CommandLine& line) {
  Command command =
      app.add_command("export", "Write the history of executions for other programs, oldest first");
  auto given = std::make_shared<ExportOptionsGiven>();
  command.add_option("FILE", given->file, "Where to; none: standard output").value_name("");
  command
      .add_option("--format", given->format,
                  "json (as `rota import` reads it), jsonl (an execution a line) or csv")
      .one_of({"json", "jsonl", "csv"})
      .value_name("FORMAT")
      .with_default();
  command.does([&line, given] { return export_log(line, *given); });
}

}  // namespace rota::cli
