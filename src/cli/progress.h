// SPDX-License-Identifier: Apache-2.0
// What `rota run` shows while it runs: a line for each task that ended, and on a terminal a live view below them.
// Knows nothing of how tasks are run.
#pragma once

#include "report/live_view.h"
#include "run_record/time_left.h"
#include <rota/rota.h>

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace rota::cli {

class Progress final : public RunObserver {
 public:
  struct Style {
    bool quiet = false;                 // says nothing (its caller prints JSON)
    bool terminal = false;              // draws the live view
    bool verbose = false;               // shows all messages of the tasks, not warnings alone
    const ExecutionLog* log = nullptr;  // tells what tasks took before; null: nobody does
    std::size_t jobs = 0;               // tasks at the same time; 0: one for each processor
  };

  explicit Progress(Style style) : style_(style) {}
  ~Progress() override;

  void run_started(const Plan& plan, std::string_view run_id) override;
  void task_started(const PlanStep& step) override;
  void task_retried(const PlanStep& step, const TaskOutcome& attempt,
                    std::chrono::milliseconds delay) override;
  void task_finished(const PlanStep& step, const TaskOutcome& outcome) override;
  void task_logged(const PlanStep& step, LogLevel level, std::string_view message) override;

  // A message for the person, on stderr; from any thread.
  void say(std::string_view message);
  // Takes the live view away.
  void finish();

 private:
  using Clock = std::chrono::steady_clock;

  // On the thread that draws.
  void tick();
  std::unique_ptr<TimeLeft> look_up_time_left();

  // With the mutex held.
  void print_line(const std::string& line);
  void draw();
  void erase();
  RunProgress progress() const;

  const Style style_;
  std::mutex mutex_;
  const Plan* plan_ = nullptr;
  std::size_t to_run_ = 0;
  std::size_t done_ = 0;
  std::size_t failed_ = 0;
  std::map<TaskIndex, Clock::time_point> running_;
  std::vector<TaskIndex> ended_;         // before it was known how long tasks take
  std::unique_ptr<TimeLeft> time_left_;  // null: not known yet
  Clock::time_point drawn_at_{};
  bool drawn_ = false;
  bool finished_ = false;
  std::condition_variable wake_;
  std::thread ticker_;
};

}  // namespace rota::cli
