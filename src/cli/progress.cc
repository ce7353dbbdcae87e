// SPDX-License-Identifier: Apache-2.0
// The live view is drawn with the cursor left at its beginning. Whatever a terminal does with lines when it gets
// another size, "erase from here to the end" then takes away the view and nothing above it; no line of it is
// counted. The size is asked for at each drawing.
#include "cli/progress.h"

#include "cli/output.h"
#include "report/printable.h"
#include "report/time_text.h"
#include "run_record/past_run.h"

#include <algorithm>

#include <fmt/format.h>

namespace rota::cli {
namespace {

constexpr auto kRedrawInterval = std::chrono::milliseconds(250);
constexpr auto kLeastInterval = std::chrono::milliseconds(50);
constexpr const char* kEraseFromHere = "\r\x1b[J";
// Of larger plans it is not said how long they take: to look up each task would cost more than it tells.

}  // namespace

Progress::~Progress() { finish(); }

void Progress::run_started(const Plan& plan, std::string_view) {
  const std::lock_guard lock(mutex_);
  plan_ = &plan;
  to_run_ = plan.count_to_run();
  if (style_.terminal) ticker_ = std::thread([this] { tick(); });
}

void Progress::task_started(const PlanStep& step) {
  const std::lock_guard lock(mutex_);
  running_[step.task] = Clock::now();
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
  if (outcome.state != ExecutionState::success) ++failed_;
  if (time_left_)
    time_left_->finish(step.task);
  else
    ended_.push_back(step.task);
  if (style_.quiet) return;
  const TerminalShape shape = terminal_shape();
  std::string line = fmt::format("{} {}", coloured_state(to_string(outcome.state), 8, shape),
                                 plan_->graph.task_id(step.task));
  if (began) line += fmt::format("  {}", duration_text(outcome.duration));
  if (!outcome.message.empty()) line += "  " + fit_for(shape, printable(outcome.message));
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

void Progress::tick() {
  std::unique_ptr<TimeLeft> time_left = look_up_time_left();
  std::unique_lock lock(mutex_);
  if (time_left) {
    for (const TaskIndex task : ended_) time_left->finish(task);
    time_left_ = std::move(time_left);
  }
  while (!wake_.wait_for(lock, kRedrawInterval, [this] { return finished_; })) {
    drawn_at_ = {};
    draw();
  }
}

// A log that cannot be read says nothing here; what is written to it tells whoever must know.
std::unique_ptr<TimeLeft> Progress::look_up_time_left() try {
  if (style_.log == nullptr || to_run_ > TimeLeft::kMostTasks) return nullptr;
  std::vector<std::optional<std::chrono::microseconds>> usual(plan_->steps.size());
  for (const PlanStep& step : plan_->steps) {
    if (!step.will_run()) continue;
    {
      const std::lock_guard lock(mutex_);
      if (finished_) return nullptr;
    }
    usual[step.task] = usual_duration(*style_.log, plan_->graph.task_id(step.task));
  }
  const std::size_t jobs =
      style_.jobs > 0 ? style_.jobs : std::max(1U, std::thread::hardware_concurrency());
  return std::make_unique<TimeLeft>(*plan_, std::move(usual), jobs);
} catch (const Error&) {
  return nullptr;
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
  const Clock::time_point now = Clock::now();
  if (now - drawn_at_ < kLeastInterval) return;
  const std::vector<std::string> lines = live_view(progress(), terminal_shape());
  if (lines.empty()) return;
  std::string text = kEraseFromHere;
  for (std::size_t at = 0; at < lines.size(); ++at) text += (at == 0 ? "" : "\n") + lines[at];
  if (lines.size() > 1) text += fmt::format("\x1b[{}A", lines.size() - 1);
  print(text + "\r");
  flush_output();
  drawn_ = true;
  drawn_at_ = now;
}

void Progress::erase() {
  if (!drawn_) return;
  print(kEraseFromHere);
  flush_output();
  drawn_ = false;
}

RunProgress Progress::progress() const {
  RunProgress progress{.to_run = to_run_, .done = done_, .failed = failed_};
  const Clock::time_point now = Clock::now();
  std::vector<std::pair<Clock::time_point, TaskIndex>> by_start;
  for (const auto& [task, began] : running_) by_start.emplace_back(began, task);
  std::ranges::sort(by_start);
  std::vector<TimeLeft::Running> running;
  for (const auto& [began, task] : by_start) {
    const auto elapsed = std::chrono::duration_cast<std::chrono::microseconds>(now - began);
    progress.running.push_back({plan_->graph.task_id(task), elapsed});
    running.push_back({task, elapsed});
  }
  if (time_left_) progress.left = time_left_->estimate(running);
  return progress;
}

}  // namespace rota::cli
