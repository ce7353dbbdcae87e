// SPDX-License-Identifier: Apache-2.0
// A process that uses a log, for tests that start many of them and kill some. It says on its standard output
// what the log has acknowledged, a line at a time, after the acknowledgement.
//
//   rota_crash_worker append LOG NAME COUNT   COUNT executions of task NAME, each begun and ended, and each
//                                             also recorded as a whole; 0: until it is killed
//   rota_crash_worker record LOG NAME COUNT   records COUNT whole executions of task NAME, and says at last
//                                             which was the longest wait for one, in microseconds
//   rota_crash_worker read LOG                waits for the log to be there, then reads it until it is killed
//                                             and checks that what it reads is whole and never goes back
//   rota_crash_worker hold LOG NAME           begins NAME and waits to be killed
//   rota_crash_worker process-log NAME        records NAME in process_log() and returns from main
//   rota_crash_worker process-log-threads     ends while its threads still write to process_log()
#include <rota/execution_log.h>

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <limits>
#include <string>
#include <thread>
#include <vector>

namespace {

// In one write, so that a line is whole or missing.
void say(const std::string& line) {
  const std::string text = line + "\n";
  if (::write(STDOUT_FILENO, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    std::_Exit(3);
}

// What can be checked afterwards: an end that is there is there with its message and its files.
rota::ExecutionEnd end_of(const std::string& name, int number) {
  rota::ExecutionEnd end;
  end.message = name + " " + std::to_string(number) + std::string(2000, '.');
  end.outputs = {{name, static_cast<std::uint64_t>(number), number}};
  return end;
}

void append(const std::string& path, const std::string& name, int count) {
  const auto log = rota::open_sqlite_log(path);
  for (int number = 0; count == 0 || number < count; ++number) {
    const rota::ExecutionHandle handle = log->begin_execution({.task_id = name});
    say("begun " + handle.task_run_id);
    if (!log->finish_execution(handle, end_of(name, number)))
      throw rota::LogError("refused its own end");
    say("ended " + handle.task_run_id);
    say("whole " + log->record_task_execution({.task_id = name}, end_of(name, number)));
  }
}

void record(const std::string& path, const std::string& name, int count) {
  using Clock = std::chrono::steady_clock;
  const auto log = rota::open_sqlite_log(path);
  Clock::duration longest{};
  for (int number = 0; number < count; ++number) {
    const Clock::time_point begin = Clock::now();
    const std::string run = log->record_task_execution({.task_id = name}, end_of(name, number));
    longest = std::max(longest, Clock::now() - begin);
    say("whole " + run);
  }
  say("longest " +
      std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(longest).count()));
}

// Gives the sequence of the newest start.
std::int64_t read_newest(const rota::ExecutionLog& log) {
  std::int64_t newest = 0;
  std::int64_t before = std::numeric_limits<std::int64_t>::max();
  for (const rota::Execution& execution : log.get_task_execution_history({.limit = 20})) {
    if (execution.started_sequence >= before) throw rota::LogError("history out of order");
    before = execution.started_sequence;
    newest = std::max(newest, before);
    const bool is_whole = execution.end.outputs.size() == 1 && execution.finished_sequence > 0;
    if (execution.state() == rota::ExecutionState::success && !is_whole)
      throw rota::LogError("half an execution was read");
  }
  return newest;
}

void read(const std::string& path) {
  while (::access(path.c_str(), F_OK) != 0) ::usleep(500);
  const auto log = rota::open_sqlite_log(path, {.read_only = true});
  std::int64_t newest = 0;
  for (;;) {
    const std::int64_t found = read_newest(*log);
    if (found < newest) throw rota::LogError("what was there has gone");
    newest = found;
    (void)log->find_latest_execution("t1", true);
    say("read 1");
    ::usleep(1000);  // the writers need the processors too
  }
}

void hold(const std::string& path, const std::string& name) {
  const auto log = rota::open_sqlite_log(path);
  say("begun " + log->begin_execution({.task_id = name}).task_run_id);
  for (;;) ::pause();
}

void end_with_threads() {
  static std::atomic<int> acknowledged = 0;
  rota::process_log();
  for (int number = 0; number < 4; ++number) {
    std::thread([number] {
      try {
        for (;;) {
          say(rota::process_log().record_task_execution({.task_id = "t" + std::to_string(number)},
                                                        {}));
          ++acknowledged;
        }
      } catch (const rota::LogError&) {
        for (;;) ::pause();  // the program is ending
      }
    }).detach();
  }
  while (acknowledged < 20) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

int run(const std::vector<std::string>& words) {
  const std::string mode = words.empty() ? "" : words[0];
  if (mode == "append" && words.size() == 4) {
    append(words[1], words[2], std::stoi(words[3]));
  } else if (mode == "record" && words.size() == 4) {
    record(words[1], words[2], std::stoi(words[3]));
  } else if (mode == "read" && words.size() == 2) {
    read(words[1]);
  } else if (mode == "hold" && words.size() == 3) {
    hold(words[1], words[2]);
  } else if (mode == "process-log" && words.size() == 2) {
    rota::ExecutionLog& log = rota::process_log();
    log.record_task_execution({.task_id = words[1]}, {});
    say(log.location());
  } else if (mode == "process-log-threads") {
    end_with_threads();
  } else {
    return 2;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    say(std::string("error ") + error.what());
    return 1;
  }
}
