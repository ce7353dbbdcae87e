// SPDX-License-Identifier: Apache-2.0
// What every log does with files in terms of what each does in its own way: paths to names and stamps, and
// uses to executions.
#include "execution_log/content_stamp.h"
#include "execution_log/file_names.h"
#include "os/one_line.h"
#include <rota/execution_log.h>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

namespace fs = std::filesystem;

void track(ExecutionLog& log, std::string_view task_run_id, FileDirection direction,
           const std::vector<fs::path>& paths) {
  const FileNames names(log.project_root());
  std::vector<FileStamp> stamps;
  for (const fs::path& path : paths) {
    std::string name = names.of_path(path);
    stamps.push_back(stamp_content(path));
    stamps.back().path = std::move(name);
  }
  log.track_files(task_run_id, direction, stamps);
}

std::string latest_run_of(const ExecutionLog& log, std::string_view task_id) {
  if (auto latest = log.find_latest_execution(task_id, false)) return latest->task_run_id;
  throw LogError(
      fmt::format("the execution log {} cannot track files of the task '{}': it never ran; run it "
                  "first, or name an execution by its task_run_id",
                  log.location(), one_line(task_id)));
}

}  // namespace

std::string ExecutionLog::path_in_log(const fs::path& path) const {
  return FileNames(project_root()).of_path(path);
}

FileStamp ExecutionLog::stamp_file(const fs::path& path) const {
  std::string name = path_in_log(path);
  FileStamp stamp = stamp_content(path);
  stamp.path = std::move(name);
  return stamp;
}

void ExecutionLog::track_input_files(std::string_view task_run_id,
                                     const std::vector<fs::path>& paths) {
  track(*this, task_run_id, FileDirection::input, paths);
}

void ExecutionLog::track_output_files(std::string_view task_run_id,
                                      const std::vector<fs::path>& paths) {
  track(*this, task_run_id, FileDirection::output, paths);
}

std::string ExecutionLog::track_input_files_of_task(std::string_view task_id,
                                                    const std::vector<fs::path>& paths) {
  std::string task_run_id = latest_run_of(*this, task_id);
  track_input_files(task_run_id, paths);
  return task_run_id;
}

std::string ExecutionLog::track_output_files_of_task(std::string_view task_id,
                                                     const std::vector<fs::path>& paths) {
  std::string task_run_id = latest_run_of(*this, task_id);
  track_output_files(task_run_id, paths);
  return task_run_id;
}

std::optional<Execution> ExecutionLog::find_task_by_output(const fs::path& path) const {
  const std::string name = path_in_log(path);
  for (;;) {
    const auto uses = find_file_uses({.path = name, .limit = 1});
    if (uses.empty()) return std::nullopt;
    // Where it was removed in between, there is another newest.
    if (auto execution = find_execution(uses.front().task_run_id)) return execution;
  }
}

std::vector<Execution> ExecutionLog::find_tasks_by_input(const fs::path& path,
                                                         std::size_t limit) const {
  std::vector<Execution> readers;
  for (const FileUse& use : find_file_uses(
           {.path = path_in_log(path), .direction = FileDirection::input, .limit = limit})) {
    if (auto execution = find_execution(use.task_run_id)) readers.push_back(*std::move(execution));
  }
  return readers;
}

}  // namespace rota::inline v1
