// SPDX-License-Identifier: Apache-2.0
// A process that uses a log, for tests that start many of them and kill some. It says on its standard output
// what the log has acknowledged, a line at a time, after the acknowledgement.
//
//   rota_crash_worker append LOG NAME COUNT   COUNT executions of task NAME, each begun and ended, and each
//                                             also recorded as a whole; 0: until it is killed
//   rota_crash_worker hold LOG NAME           begins NAME and waits to be killed
//   rota_crash_worker process-log NAME        records NAME in process_log() and returns from main
//   rota_crash_worker process-log-threads     ends while its threads still write to process_log()
#include <rota/execution_log.h>

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <exception>
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
