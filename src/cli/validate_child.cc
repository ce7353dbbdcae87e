// SPDX-License-Identifier: Apache-2.0
#include "cli/validate_child.h"

#include "cli/validate_result.h"
#include "os/child_process.h"
#include "os/file.h"
#include <rota/rota.h>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <stdexcept>
#include <system_error>
#include <thread>

#include <fmt/format.h>

namespace rota::cli {
namespace {

constexpr const char* kName = "validate-child";

void end_with_parent(pid_t parent) {
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || ::getppid() != parent)
    throw std::runtime_error("this is a part of `rota validate`, which is not there");
}

void limit(int resource, rlim_t soft, bool hard_too) {
  rlimit limits{};
  if (::getrlimit(static_cast<__rlimit_resource_t>(resource), &limits) != 0) return;
  limits.rlim_cur = std::min(soft, limits.rlim_max);
  if (hard_too) limits.rlim_max = limits.rlim_cur;
  ::setrlimit(static_cast<__rlimit_resource_t>(resource), &limits);
}

// In case that the parent cannot keep its time limit: what all processors can do in that time, and some.
void limit_processor_time(double step_seconds) {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const double seconds = static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                         step_seconds * std::max(1U, std::thread::hardware_concurrency()) + 2;
  limit(RLIMIT_CPU, static_cast<rlim_t>(std::ceil(seconds)), false);
}

// A plugin that closes the pipe has no one left to hear it.
void send(const ResultLine& line) {
  if (write_all(ChildProcess::kResultFd, write_result_line(line))) return;
  throw std::runtime_error(
      fmt::format("the result cannot be written: {}", std::generic_category().message(errno)));
}

// The parent tells by the NUL what was written in which step.
void begin(ResultStep step, const std::string& task_id, double step_seconds) {
  limit_processor_time(step_seconds);
  std::fputc('\0', stdout);
  send({step, task_id, {}});
}

// What was thrown first; the exceptions around it say where.
std::string first_cause(const std::exception& error) {
  try {
    std::rethrow_if_nested(error);
  } catch (const std::exception& cause) {
    return first_cause(cause);
  } catch (...) {
    return "its constructor threw something that is no std::exception";
  }
  return error.what();
}

std::string sentence(const std::string& cause, const TaskClass& task_class) {
  constexpr std::string_view kThrew = "its constructor threw";
  if (cause.starts_with(kThrew)) return cause;
  if (cause.starts_with(fmt::format("plugin {} ", task_class.location()))) return cause;
  return fmt::format("{}: {}", kThrew, cause);
}

bool try_to_load(const TaskClass& any_class, double step_seconds) {
  begin(ResultStep::load, {}, step_seconds);
  try {
    any_class.load();
    return true;
  } catch (const TaskRegistryError& error) {
    send({ResultStep::load_failed, {}, error.what()});
    return false;
  }
}

void try_class(const TaskClass& task_class, double step_seconds) {
  const std::string task_id(task_class.task_id());
  begin(ResultStep::make, task_id, step_seconds);
  std::unique_ptr<BaseTask> task;
  try {
    task = task_class.create();
  } catch (const TaskRegistryError& error) {
    send({ResultStep::failed, task_id, sentence(first_cause(error), task_class)});
    return;
  }
  send({ResultStep::remove, task_id, {}});
  task.reset();
  send({ResultStep::good, task_id, {}});
}

int run_child(const ValidateChildOptions& options) {
  end_with_parent(options.parent);
  limit(RLIMIT_CORE, 0, true);
  limit_processor_time(options.step_seconds);
  ::fcntl(ChildProcess::kResultFd, F_SETFD, FD_CLOEXEC);
  // So that nothing that a plugin writes is lost with the process.
  std::setvbuf(stdout, nullptr, _IONBF, 0);
  const Discovery discovery = discover_file(options.file);
  const std::vector<TaskClassPtr> task_classes = discovery.sorted_task_classes();
  if (task_classes.empty()) throw std::runtime_error("its file has changed meanwhile");
  if (!try_to_load(*task_classes.front(), options.step_seconds)) return 0;
  for (const TaskClassPtr& task_class : task_classes) {
    if (options.from.empty() || task_class->task_id() < options.from) continue;
    if (options.only && task_class->task_id() != options.from) continue;
    if (!required_arguments(task_class->metadata()).empty()) continue;
    try_class(*task_class, options.step_seconds);
  }
  begin(ResultStep::end, {}, options.step_seconds);
  return 0;
}

}  // namespace

std::vector<std::string> validate_child_arguments(const ValidateChildOptions& options) {
  std::vector<std::string> words{kName, "--parent=" + std::to_string(options.parent),
                                 fmt::format("--step-seconds={}", options.step_seconds),
                                 "--file=" + options.file};
  if (!options.from.empty()) words.push_back("--from=" + options.from);
  if (options.only) words.emplace_back("--only");
  return words;
}

void add_validate_child(Command& app, CommandLine&) {
  Command command = app.add_hidden_command(kName);
  auto options = std::make_shared<ValidateChildOptions>();
  command.add_option("--parent", options->parent).required();
  command.add_option("--step-seconds", options->step_seconds).required();
  command.add_option("--from", options->from);
  command.add_option("--file", options->file).required();
  command.add_flag("--only", options->only);
  command.does([options] { return run_child(*options); });
}

}  // namespace rota::cli
