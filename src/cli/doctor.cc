// SPDX-License-Identifier: Apache-2.0
// rota doctor: the whole state of a project, each thing with what is wrong with it. Changes nothing but the cache.
#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/project_tasks.h"
#include "os/child_process.h"
#include "report/discovery_text.h"
#include "report/table.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <sstream>
#include <system_error>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace rota::cli {
namespace {

namespace fs = std::filesystem;

// What was looked at, and whether it needs mending.
class Findings {
 public:
  void good(std::string subject, std::string text) {
    rows_.push_back({false, std::move(subject), std::move(text)});
  }
  void bad(std::string subject, std::string text) {
    rows_.push_back({true, std::move(subject), std::move(text)});
  }
  std::size_t problems() const {
    return static_cast<std::size_t>(std::ranges::count(rows_, true, &Row::is_problem));
  }
  std::string text() const {
    Table table;
    for (const Row& row : rows_)
      table.add_row({row.is_problem ? "PROBLEM" : "ok", row.subject, row.text});
    return table.text() +
           (problems() == 0 ? "\nnothing to mend\n" : fmt::format("\nto mend: {}\n", problems()));
  }
  std::string json() const {
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    for (const Row& row : rows_)
      rows.push_back(
          {{"is_problem", row.is_problem}, {"subject", row.subject}, {"text", row.text}});
    const nlohmann::ordered_json all = {{"problems", problems()}, {"findings", std::move(rows)}};
    return all.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  }

 private:
  struct Row {
    bool is_problem;
    std::string subject;
    std::string text;
  };
  std::vector<Row> rows_;
};

void examine_paths(const Project& project, Findings& findings) {
  std::error_code ignored;
  const bool has_settings = fs::exists(project.root / "rota.toml", ignored);
  const bool has_folder = fs::exists(project.root / ".rota", ignored);
  findings.good("project",
                fmt::format("{} ({})", project.root.string(),
                            has_settings ? "it has rota.toml"
                            : has_folder ? "it has .rota"
                                         : "the current folder: there is no rota.toml upward"));
  for (const fs::path& root : project.search_path) {
    const fs::path folder = project.search_path_is_given ? root : root / "scripts";
    if (fs::is_directory(folder, ignored)) {
      findings.good("search path", folder.string());
    } else {
      findings.bad("search path", fmt::format("{}: there is no such folder", folder.string()));
    }
  }
  for (const fs::path& folder : project.allowed_folders)
    findings.good("allowed", fmt::format("{} (ROTA_PLUGIN_ALLOW)", folder.string()));
}

void examine_refusals(const std::vector<RefusedFile>& refused,
                      const std::vector<DuplicateTask>& duplicates, Findings& findings) {
  for (const RefusedFile& one : refused) {
    const std::string text = fmt::format("{}: {}", one.file, one.message);
    one.reason == RefusalReason::no_task ? findings.good("no plugin", text)
                                         : findings.bad("refused", text);
  }
  for (const DuplicateTask& duplicate : duplicates) {
    findings.bad("duplicate",
                 fmt::format("task {}: {} counts, {} does not; give one of them another id",
                             duplicate.task_id, duplicate.kept, duplicate.shadowed));
  }
}

void examine_discovery(const Discovery& discovery, const PythonDiscovery& python,
                       Findings& findings) {
  if (discovery.task_classes.empty() && python.task_classes.empty()) {
    findings.bad("plugins",
                 "there are no task classes; name the folder of your tasks with --path, ROTA_PATH "
                 "or `path` in rota.toml");
  } else {
    findings.good("plugins", discovery_summary(discovery, python));
  }
  for (const PluginFile& plugin : discovery.plugins) {
    if (!plugin.remark.empty())
      findings.bad("plugins", fmt::format("{}: {}", plugin.file(), plugin.remark));
  }
  examine_refusals(discovery.refused, discovery.duplicates, findings);
}

// What it says, on its last line, when it is asked to import rota.
std::string import_problem(const std::filesystem::path& python) try {
  ChildProcess child(python, {"-c", "import rota"});
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  ChildProcess::Event event = ChildProcess::Event::wrote;
  while (event == ChildProcess::Event::wrote) event = child.wait(deadline, {});
  if (event != ChildProcess::Event::ended) return "no answer in 30 s";
  if (!child.end()->by_signal && child.end()->number == 0) return {};
  std::string words = child.output();
  while (words.ends_with('\n')) words.pop_back();
  words.erase(0, words.rfind('\n') + 1);
  return words.empty() ? "it ended without a word" : words;
} catch (const std::exception& error) {
  return error.what();
}

// The only place where Python is started to import anything.
void examine_python(const PythonDiscovery& python, Findings& findings) {
  if (!python.problem.empty()) findings.bad("python", python.problem);
  for (const UncertainClass& one : python.uncertain) {
    findings.good("python", fmt::format("{}:{}: {} cannot be told without importing it: {}",
                                        one.file, one.line, one.class_name, one.reason));
  }
  std::string problem;
  const auto program = find_python(problem);
  if (python.files.empty()) {
    findings.good("python",
                  fmt::format("{}; no task needs it", program ? program->string() : problem));
  } else if (!program) {
    findings.bad("python", problem);
  } else if (const std::string failure = import_problem(*program); !failure.empty()) {
    findings.bad("python", fmt::format("{} would run the tasks in Python, and cannot import rota "
                                       "({}); install rota for it, or name another with "
                                       "ROTA_PYTHON",
                                       program->string(), failure));
  } else {
    findings.good("python", fmt::format("{} runs the tasks in Python; it can import rota",
                                        program->string()));
  }
  examine_refusals(python.refused, python.duplicates, findings);
  if (!python.cache.problem.empty()) findings.bad("cache", python.cache.problem);
}

void examine_cache(const DiscoveryQuery& query, const Discovery& discovery, Findings& findings) {
  if (!query.lock_file.empty()) {
    findings.good("lock", fmt::format("{}: no other plugins are loaded", query.lock_file.string()));
  } else {
    findings.good("lock",
                  "there is none: every plugin is taken whose file and folder can be trusted");
  }
  if (!discovery.cache.problem.empty()) {
    findings.bad("cache", discovery.cache.problem);
  } else if (query.cache_file.empty()) {
    findings.good("cache", "there is none: neither the project nor the user has a folder for it");
  } else {
    findings.good("cache", fmt::format("{}: {} files known, {} read", query.cache_file.string(),
                                       discovery.cache.files_known, discovery.cache.files_read));
  }
}

void examine_graph(const TaskRegistry& registry, Findings& findings) {
  try {
    const Graph graph = build_graph(registry);
    findings.good("dependencies", "each is there, and none goes round in a circle");
  } catch (const PlanError& error) {
    std::istringstream lines(error.what());
    for (std::string text; std::getline(lines, text);) findings.bad("dependencies", text);
  }
}

// Who reads a log needs no right to write it; a run does.
void examine_right_to_write(const std::filesystem::path& log, Findings& findings) {
  const auto may_write = [](const std::filesystem::path& path) {
    return ::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) == 0;
  };
  if (may_write(log) && may_write(log.parent_path())) return;
  findings.bad("log",
               fmt::format("{} or its folder cannot be written ({}), and no run begins "
                           "without; give this user the right, or name another log (ROTA_LOG)",
                           log.string(), std::generic_category().message(errno)));
}

void examine_log(const ProjectTasks& tasks, Findings& findings) {
  const std::string file = tasks.project().log_path.string();
  try {
    const auto log = tasks.open_log_for_reading();
    const auto newest = log->get_task_execution_history({.limit = 1});
    findings.good("log", newest.empty() ? fmt::format("{}: nothing has run yet", file)
                                        : fmt::format("{}: the newest execution is {}, {}", file,
                                                      newest.front().start.task_id,
                                                      to_string(newest.front().state())));
    if (const std::string remark = log->remark(); !remark.empty()) findings.good("log", remark);
    if (has_log(tasks.project())) examine_right_to_write(tasks.project().log_path, findings);
  } catch (const Error& error) {
    findings.bad("log", error.what());
  }
}

int run_doctor(const CommandLine& line) {
  Findings findings;
  const Project project = find_project_for(line);
  examine_paths(project, findings);
  const DiscoveryQuery query = make_discovery_query(project);
  try {
    const Discovery discovery = discover(query);
    PythonDiscovery python = discover_python_for(line, query);
    yield_to_plugins(discovery, python);
    examine_discovery(discovery, python, findings);
    examine_python(python, findings);
    examine_cache(query, discovery, findings);
    const ProjectTasks tasks(project, discovery, python);
    examine_graph(tasks.registry(), findings);
    examine_log(tasks, findings);
  } catch (const TaskRegistryError& error) {
    findings.bad("lock", error.what());
  }
  print(line.json ? findings.json() : findings.text());
  return findings.problems() == 0 ? kDone : kFailed;
}

}  // namespace

void add_doctor(Command& app, CommandLine& line) {
  Command command = app.add_command(
      "doctor", "Explain the state of the project: paths, plugins, refusals, cache, graph, log");
  add_json(command, line);
  command.does([&line] { return run_doctor(line); });
}

}  // namespace rota::cli
