// SPDX-License-Identifier: Apache-2.0
// rota run --events: what happens, written to a file as it happens.
#pragma once

#include "os/file.h"
#include <rota/runner.h>

#include <string>

namespace rota::cli {

// An event is one write, and is there for readers when the call returns. A write that fails throws
// std::runtime_error, which ends the run.
class EventFile final : public RunObserver {
 public:
  // Makes the file, or makes it empty; a fifo or a device is written to.
  explicit EventFile(std::string path);

  void run_started(const Plan& plan, std::string_view run_id) override;
  void task_started(const PlanStep& step) override;
  void task_retried(const PlanStep& step, const TaskOutcome& attempt,
                    std::chrono::milliseconds delay) override;
  void task_finished(const PlanStep& step, const TaskOutcome& outcome) override;
  void task_logged(const PlanStep& step, LogLevel level, std::string_view message) override;
  void run_finished(const RunSummary& summary);

 private:
  void write(const std::string& line) const;
  [[noreturn]] void fail() const;

  const std::string path_;
  UniqueFd fd_;
  const Plan* plan_ = nullptr;
};

}  // namespace rota::cli
