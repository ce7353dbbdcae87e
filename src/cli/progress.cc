// SPDX-License-Identifier: Apache-2.0
#include "cli/progress.h"

#include "cli/output.h"
#include "report/table.h"
#include "report/time_text.h"

#include <fmt/format.h>

namespace rota::cli {
namespace {

constexpr auto kRedrawInterval = std::chrono::milliseconds(250);
constexpr const char* kEraseLine = "\r\x1b[K";

std::string shorten(std::string text, std::size_t width) {
  if (display_width(text) <= width) return text;
  while (!text.empty() && display_width(text) + 3 > width) {
    while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0U) == 0x80U)
      text.pop_back();
    if (!text.empty()) text.pop_back();
  }
  return text + "...";
}

}  // namespace

Progress::~Progress() { finish(); }

void Progress::run_started(const Plan& plan, std::string_view) {
  const std::lock_guard lock(mutex_);
  plan_ = &plan;
  total_ = plan.count_to_run();
  if (!style_.terminal) return;
  ticker_ = std::thread([this] {
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, kRedrawInterval, [this] { return finished_; })) draw();
  });
}

void Progress::task_started(const PlanStep& step) {
  const std::lock_guard lock(mutex_);
  running_.emplace(step.task, Clock::now());
  if (style_.terminal) {
    draw();
  } else {
    print_line(
        fmt::format("start    {}  ({})", plan_->graph.task_id(step.task), printable(step.reason)));
  }
}

void Progress::task_retried(const PlanStep& step, const TaskOutcome& attempt,
                            std::chrono::milliseconds delay) {
  const std::lock_guard lock(mutex_);
  running_.erase(step.task);
  print_line(fmt::format("retry    {}  in {}  {}", plan_->graph.task_id(step.task),
                         duration_text(delay), printable(attempt.message)));
}

void Progress::task_finished(const PlanStep& step, const TaskOutcome& outcome) {
  const std::lock_guard lock(mutex_);
  const bool began = running_.erase(step.task) > 0;
  ++done_;
  const bool succeeded = outcome.state == ExecutionState::success;
  if (!succeeded) ++failed_;
  std::string line =
      fmt::format("{:<8} {}", to_string(outcome.state), plan_->graph.task_id(step.task));
  if (began) line += fmt::format("  {}", duration_text(outcome.duration));
  if (!outcome.message.empty()) line += fmt::format("  {}", printable(outcome.message));
  print_line(line);
}

void Progress::task_logged(const PlanStep& step, LogLevel level, std::string_view message) {
  if (!style_.verbose && level < LogLevel::warning) return;
  say(fmt::format("{}: {}: {}", to_string(level), plan_->graph.task_id(step.task), message));
}

void Progress::say(std::string_view message) {
  const std::lock_guard lock(mutex_);
  erase();
  print_error(message);
  draw();
}

void Progress::finish() {
  {
    const std::lock_guard lock(mutex_);
    erase();
    finished_ = true;
  }
  wake_.notify_all();
  if (ticker_.joinable()) ticker_.join();
}

void Progress::print_line(const std::string& line) {
  if (style_.quiet) return;
  erase();
  print(line + "\n");
  flush_output();
  draw();
}

void Progress::draw() {
  if (!style_.terminal || finished_ || plan_ == nullptr || running_.empty()) return;
  print(kEraseLine + shorten(live_line(), terminal_width() - 1));
  flush_output();
  drawn_ = true;
}

void Progress::erase() {
  if (!drawn_) return;
  print(kEraseLine);
  flush_output();
  drawn_ = false;
}

std::string Progress::live_line() const {
  std::string line = fmt::format("[{}/{}]", done_, total_);
  if (failed_ > 0) line += fmt::format(" {} failed,", failed_);
  for (const auto& [task, began] : running_) {
    const auto elapsed = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - began);
    line += fmt::format(" {} ({})", plan_->graph.task_id(task), duration_text(elapsed));
  }
  return line;
}

}  // namespace rota::cli
