// SPDX-License-Identifier: Apache-2.0
// How long a run will still take, by what its tasks took before. Knows nothing of the log, and no clock.
#pragma once

#include <rota/export.h>
#include <rota/plan.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace rota::inline v1 {

// One thread at a time.
class ROTA_EXPORT TimeLeft {
 public:
  using Duration = std::chrono::microseconds;
  // In plans with more tasks to run nobody looks up what each takes.
  static constexpr std::size_t kMostTasks = 20'000;

  struct Step {
    bool will_run = false;
    std::optional<Duration> usual = {};  // what it takes as a rule; nullopt: not known
    std::vector<TaskIndex> dependents = {};
  };
  // Each after all that it needs.
  TimeLeft(const std::vector<Step>& steps, std::size_t jobs);
  // `usual` by task of the plan.
  TimeLeft(const Plan& plan, const std::vector<std::optional<Duration>>& usual, std::size_t jobs);

  // A task has ended, or will not run any more.
  void finish(TaskIndex task);

  struct Running {
    TaskIndex task = 0;
    Duration elapsed{0};
  };
  // Neither less than the longest way through what is left, nor than the work that is left shared by all
  // workers. What takes longer than usual counts as about to end. Nothing where less than half of the tasks
  // to run are known; for the others the median of the known ones is taken.
  std::optional<Duration> estimate(std::span<const Running> running) const;

 private:
  std::vector<Duration> weight_;
  std::vector<Duration> way_;  // from the beginning of a task to the end of the plan
  std::vector<bool> is_left_;
  std::size_t jobs_;
  bool is_known_ = false;
};

}  // namespace rota::inline v1
