// SPDX-License-Identifier: Apache-2.0
// rota log --follow. It ends with Ctrl-C as `tail -f` does, for which a shell tells the status 130, and as
// `tail -f` without a word where nobody reads its output any more.
#include "cli/exit_code.h"
#include "cli/log.h"
#include "cli/output.h"
#include "cli/project_tasks.h"
#include "execution_log/execution_rules.h"
#include "report/json.h"
#include "report/text.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <thread>

namespace rota::cli {
namespace {

constexpr std::chrono::milliseconds kWait(250);
constexpr std::size_t kAtOnce = 1'000;

volatile sig_atomic_t interrupted = 0;

// A wait for a change goes on to its end, so that the log is closed as it should be.
void take_interrupts() {
  struct sigaction action {};
  action.sa_handler = [](int) { interrupted = 1; };
  action.sa_flags = SA_RESETHAND | SA_RESTART;  // the second Ctrl-C ends the process on the spot
  ::sigaction(SIGINT, &action, nullptr);
}

// Nothing may be written for hours, by which it would be seen.
bool nobody_reads() {
  pollfd output{STDOUT_FILENO, 0, 0};
  return ::poll(&output, 1, 0) > 0 && (output.revents & (POLLERR | POLLNVAL)) != 0;
}

class Follower {
 public:
  Follower(const ExecutionLog& log, const HistoryQuery& query, bool json)
      : log_(log), query_(query), json_(json) {}

  void print_history() {
    last_ = log_.last_sequence();
    std::vector<Execution> history = log_.get_task_execution_history(query_);
    std::reverse(history.begin(), history.end());
    for (const Execution& execution : history) {
      // What was changed between the two look-ups would come again.
      if (execution.changed_sequence > last_)
        shown_[execution.task_run_id] = execution.changed_sequence;
      print_one(execution);
    }
    flush_output();
  }

  void print_changes() {
    for (const Execution& execution : log_.watch(last_, kAtOnce, kWait)) {
      last_ = execution.changed_sequence;
      const auto shown = shown_.find(execution.task_run_id);
      const bool was_shown = shown != shown_.end() && shown->second == execution.changed_sequence;
      if (!was_shown && is_asked_for(execution, query_)) print_one(execution);
    }
    flush_output();
  }

 private:
  void print_one(const Execution& execution) {
    print(json_ ? execution_to_json_line(execution) : execution_to_line(execution));
  }

  const ExecutionLog& log_;
  const HistoryQuery& query_;
  const bool json_;
  std::int64_t last_ = 0;
  std::map<std::string, std::int64_t> shown_;
};

}  // namespace

int follow_log(const Project& project, const HistoryQuery& query, bool json) {
  take_interrupts();
  while (!has_log(project)) {
    if (interrupted != 0) return kInterrupted;
    std::this_thread::sleep_for(kWait);
  }
  const auto log = open_log_for_reading(project);
  Follower follower(*log, query, json);
  follower.print_history();
  while (interrupted == 0) {
    if (nobody_reads()) return kDone;
    follower.print_changes();
  }
  return kInterrupted;
}

}  // namespace rota::cli
