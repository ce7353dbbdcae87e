// SPDX-License-Identifier: Apache-2.0
// Several observers of one run, each told all in the order in which they were added.
#pragma once

#include <rota/runner.h>

#include <vector>

namespace rota::cli {

class Observers final : public RunObserver {
 public:
  // Borrowed.
  void add(RunObserver& observer) { observers_.push_back(&observer); }

  void run_started(const Plan& plan, std::string_view run_id) override {
    for (RunObserver* observer : observers_) observer->run_started(plan, run_id);
  }
  void task_started(const PlanStep& step) override {
    for (RunObserver* observer : observers_) observer->task_started(step);
  }
  void task_retried(const PlanStep& step, const TaskOutcome& attempt,
                    std::chrono::milliseconds delay) override {
    for (RunObserver* observer : observers_) observer->task_retried(step, attempt, delay);
  }
  void task_finished(const PlanStep& step, const TaskOutcome& outcome) override {
    for (RunObserver* observer : observers_) observer->task_finished(step, outcome);
  }
  void task_logged(const PlanStep& step, LogLevel level, std::string_view message) override {
    for (RunObserver* observer : observers_) observer->task_logged(step, level, message);
  }

 private:
  std::vector<RunObserver*> observers_;
};

}  // namespace rota::cli
