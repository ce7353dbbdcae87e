// SPDX-License-Identifier: Apache-2.0
#include "executor/worker_death.h"

#include "executor/worker.h"

#include <csignal>
#include <cstring>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

constexpr double kMebibyte = 1024.0 * 1024.0;

std::string signal_name(int number) {
  const char* name = ::sigabbrev_np(number);
  const char* what = ::sigdescr_np(number);
  if (name == nullptr || what == nullptr) return fmt::format("signal {}", number);
  return fmt::format("SIG{}, {}", name, what);
}

bool is_crash(int number) {
  for (const int fault : {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSYS, SIGTRAP}) {
    if (number == fault) return true;
  }
  return false;
}

std::string describe_end(const ExecutionLimits& limits, const SupervisorEvent& event) {
  if (event.by_signal == 0 && event.status == WorkerExit::kConnectionLost)
    return "it closed the descriptors of its process, the one to its runner among them";
  if (event.by_signal == 0)
    return fmt::format("it ended its process with exit status {} before it was done", event.status);
  if (event.status == SIGXCPU && limits.cpu_time)
    return fmt::format("it used more than its limit of {} of processor time", *limits.cpu_time);
  if (is_crash(event.status)) return fmt::format("it crashed ({})", signal_name(event.status));
  return fmt::format("its process was killed ({})", signal_name(event.status));
}

std::string how_it_went(const DoomedExecution& how) {
  return how.was_killed ? "it did not end when it was asked to, and was killed"
                        : "it ended when it was asked to";
}

}  // namespace

ExecutionEnd describe_death(const DoomedExecution& how, const ExecutionLimits& limits,
                            const SupervisorEvent* event) {
  ExecutionEnd end{.state = ExecutionState::failed};
  switch (how.doom) {
    case Doom::none:
      end.message = event != nullptr ? describe_end(limits, *event) : "it ended without a result";
      break;
    case Doom::cancelled:
      end.state = ExecutionState::cancelled;
      end.message = how.was_killed ? "killed when the run was ended" : "asked to stop";
      break;
    case Doom::timeout:
      end.state = ExecutionState::timeout;
      end.message =
          fmt::format("it took longer than its timeout of {}; {}",
                      limits.timeout.value_or(std::chrono::milliseconds(0)), how_it_went(how));
      break;
    case Doom::memory:
      end.message = fmt::format(
          "it used {:.1f} MiB, more than its memory limit of {:.1f} MiB, and was killed",
          static_cast<double>(how.memory_bytes) / kMebibyte,
          static_cast<double>(limits.memory_bytes.value_or(0)) / kMebibyte);
      break;
    case Doom::output:
      end.message =
          fmt::format("it printed more than its output limit of {} bytes{}",
                      limits.output_bytes.value_or(0), how.was_killed ? ", and was killed" : "");
      break;
    case Doom::wrote_into_connection:
      end.message =
          "it wrote into the connection between its process and the runner, and was killed";
      break;
    case Doom::closed_connection:
      end.message =
          "it closed the connection of its process to the runner before it was done, and was "
          "killed";
      break;
  }
  if (event == nullptr) return end;
  (event->by_signal != 0 ? end.signal : end.exit_code) = event->status;
  return end;
}

}  // namespace rota::inline v1
