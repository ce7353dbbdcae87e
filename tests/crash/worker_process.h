// SPDX-License-Identifier: Apache-2.0
// A running rota_crash_worker, or another program: started, killed and listened to by a test.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

extern char** environ;

namespace rota {

class WorkerProcess {
 public:
  explicit WorkerProcess(std::vector<std::string> words, const char* program = ROTA_CRASH_WORKER) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
    output_ = ends[0];
    words.insert(words.begin(), program);
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    EXPECT_EQ(::posix_spawn(&pid_, program, &actions, nullptr, arguments.data(), environ), 0);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
  }
  WorkerProcess(WorkerProcess&& other) noexcept
      : pid_(std::exchange(other.pid_, -1)),
        output_(std::exchange(other.output_, -1)),
        text_(std::move(other.text_)) {}
  WorkerProcess& operator=(WorkerProcess&&) = delete;
  ~WorkerProcess() {
    kill_it();
    if (pid_ > 0) ::waitpid(pid_, nullptr, 0);
    if (output_ >= 0) ::close(output_);
  }

  pid_t pid() const { return pid_; }
  void kill_it() {
    if (pid_ > 0) ::kill(pid_, SIGKILL);
  }
  // Its next line; empty when it has ended.
  std::string line() {
    std::size_t end = 0;
    while ((end = text_.find('\n')) == std::string::npos) {
      if (!read_more()) return {};
    }
    const std::string first = text_.substr(0, end);
    text_.erase(0, end + 1);
    return first;
  }
  // The lines it has yet said when it ends; waits for that.
  std::vector<std::string> remaining_lines() {
    while (read_more()) {
    }
    std::istringstream in(std::exchange(text_, {}));
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
  }
  // As of waitpid.
  int wait() {
    int status = -1;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return status;
  }

 private:
  bool read_more() {
    char buffer[4096];
    const ssize_t got = ::read(output_, buffer, sizeof buffer);
    if (got > 0) text_.append(buffer, static_cast<std::size_t>(got));
    return got > 0;
  }

  pid_t pid_ = -1;
  int output_ = -1;
  std::string text_;
};

}  // namespace rota
