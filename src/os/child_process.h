// SPDX-License-Identifier: Apache-2.0
// A program in a process of its own, that nothing of this one depends on: what it writes comes through
// pipes, and it is ended with all that it started. Knows nothing of what the program is.
#pragma once

#include "os/file.h"
#include <rota/export.h>

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace rota::inline v1 {

// How a process ended.
struct ChildEnd {
  bool by_signal = false;
  int number = 0;  // of the signal, or the exit status
};

// What a child has for its standard streams, where that is not the usual.
struct ChildStreams {
  int input = -1;                 // its stdin, borrowed until it is started; -1: empty
  bool result_is_stdout = false;  // result() takes its stdout, and output() its stderr alone
};

// One thread at a time. SIGCHLD must not be ignored in this process.
class ROTA_EXPORT ChildProcess {
 public:
  // In the child: a pipe to result() of the parent.
  static constexpr int kResultFd = 3;

  enum class Event : std::uint8_t {
    wrote,        // there is more in result() or output()
    ended,        // the process has ended, and what it had written is there
    no_answer,    // the deadline has come
    interrupted,  // a stop is requested
  };

  // Starts `program` as leader of a new process group, with default signal actions. Its stdin is empty, its
  // stdout and stderr go to output(), unless `streams` says otherwise; besides these and kResultFd it inherits no
  // open file. Throws std::system_error where it cannot be started.
  ChildProcess(const std::filesystem::path& program, const std::vector<std::string>& arguments,
               const ChildStreams& streams = {});
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();  // kills

  pid_t pid() const noexcept { return pid_; }

  // The first of these that happens. After `ended` it is `ended` again. Pipes that a process outside of the
  // group holds open are not waited for.
  Event wait(std::chrono::steady_clock::time_point deadline, const std::stop_token& stop);
  // Kills the whole process group, and takes the process's end; does nothing once it has ended.
  void kill();

  // What was written and not taken yet. While wait() is called it grows by at most 64 KiB a call, and at the
  // end of the process by 1 MiB.
  std::string& result() noexcept { return result_; }
  std::string& output() noexcept { return output_; }
  const std::optional<ChildEnd>& end() const noexcept { return end_; }

 private:
  void start(const std::filesystem::path& program, const std::vector<std::string>& arguments,
             const ChildStreams& streams, int output, int result);
  void end_process() noexcept;
  bool read_some();
  void read_rest();

  pid_t pid_ = -1;
  UniqueFd process_;  // readable once the process has ended
  UniqueFd result_pipe_;
  UniqueFd output_pipe_;
  UniqueFd wake_;  // written to when a stop is requested
  std::string result_;
  std::string output_;
  std::optional<ChildEnd> end_;
};

}  // namespace rota::inline v1
