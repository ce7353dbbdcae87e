// SPDX-License-Identifier: Apache-2.0
#include "cli/event_file.h"

#include "report/event_json.h"

#include <fcntl.h>

#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <system_error>

#include <fmt/format.h>

namespace rota::cli {
namespace {

TimePoint now() {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

}  // namespace

EventFile::EventFile(std::string path)
    : path_(std::move(path)),
      fd_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666)) {
  if (!fd_.valid()) fail();
}

void EventFile::run_started(const Plan& plan, std::string_view run_id) {
  plan_ = &plan;
  write(run_started_event(plan, run_id, now()));
}

void EventFile::task_started(const PlanStep& step) {
  write(task_started_event(*plan_, step, now()));
}

void EventFile::task_retried(const PlanStep& step, const TaskOutcome& attempt,
                             std::chrono::milliseconds delay) {
  write(task_retried_event(*plan_, step, attempt, delay, now()));
}

void EventFile::task_finished(const PlanStep& step, const TaskOutcome& outcome) {
  write(task_finished_event(*plan_, step, outcome, now()));
}

void EventFile::task_logged(const PlanStep& step, LogLevel level, std::string_view message) {
  write(task_logged_event(*plan_, step, level, message, now()));
}

void EventFile::run_finished(const RunSummary& summary) {
  write(run_finished_event(summary, now()));
}

void EventFile::write(const std::string& line) const {
  if (!write_all(fd_.get(), line)) fail();
}

void EventFile::fail() const {
  throw std::runtime_error(fmt::format("--events {} cannot be written: {}", path_,
                                       std::generic_category().message(errno)));
}

}  // namespace rota::cli
