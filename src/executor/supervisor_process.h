// SPDX-License-Identifier: Apache-2.0
// The supervisor of the workers, as its runner sees it. Knows nothing of executions.
#pragma once

#include "executor/worker_supervisor.h"
#include "os/unshared_fd.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace rota::inline v1 {

// How a program is started so that it serves: `program words... --rota-workers=...`.
struct WorkerProgram {
  std::filesystem::path program;
  std::vector<std::string> words = {};
};

inline constexpr const char* kSupervisorOption = "--rota-workers=";

// What a supervisor inherits.
struct SupervisorInheritance {
  const std::vector<std::string>& environment;
  int runner_lock = -1;
  int tokens_to_read = -1;
  int tokens_to_write = -1;
};

// This process's, with `mark` (marked_processes.h) and the job server for that many jobs.
std::vector<std::string> supervisor_environment(const std::string& mark, std::size_t jobs);

class SupervisorProcess {
 public:
  // Throws std::system_error where it cannot be started.
  SupervisorProcess(const WorkerProgram& program, const SupervisorInheritance& inherited);
  SupervisorProcess(const SupervisorProcess&) = delete;
  SupervisorProcess& operator=(const SupervisorProcess&) = delete;
  // Closes the connection, upon which it ends all workers, and waits for that.
  ~SupervisorProcess();

  int fd() const noexcept { return control_.get(); }
  // Readable when there is an event, or when it has ended.
  std::optional<SupervisorEvent> next_event();
  bool has_ended() const noexcept { return has_ended_; }
  // "exit status 127"; for one that has ended.
  std::string how_it_ended();
  void start(std::uint32_t worker, int socket, int output);
  void signal(std::uint32_t worker, int signal_number);

 private:
  void send(const SupervisorOrder& order, const int* fds, std::size_t count);
  int wait();

  pid_t pid_ = -1;
  UnsharedFd control_;
  bool has_ended_ = false;
};

}  // namespace rota::inline v1
