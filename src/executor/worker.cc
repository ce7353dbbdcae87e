// SPDX-License-Identifier: Apache-2.0
#include "executor/worker.h"

#include "executor/descendants.h"
#include "executor/frames.h"
#include "executor/task_execution.h"
#include "executor/worker_classes.h"
#include "executor/worker_limits.h"
#include "executor/worker_protocol.h"
#include "executor/worker_stop.h"
#include "os/file.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <iostream>
#include <mutex>
#include <thread>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

// What ends by itself a moment after its task is no harm.
constexpr std::chrono::milliseconds kGraceForChildren{200};

// The connection, for the thread that runs a task and those that the task has made.
class Connection {
 public:
  Connection() { ::fstat(WorkerFds::kConnection, &identity_); }

  // Ends the process where there is no one left to hear it.
  void send(std::string_view bytes) {
    const std::lock_guard lock(mutex_);
    // A task may have closed it, and opened a file of its own under its number.
    struct stat now {};
    if (::fstat(WorkerFds::kConnection, &now) != 0 || now.st_ino != identity_.st_ino ||
        now.st_dev != identity_.st_dev)
      ::_exit(WorkerExit::kConnectionLost);
    while (!bytes.empty()) {
      const ssize_t sent = ::send(WorkerFds::kConnection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;
      if (sent <= 0) ::_exit(WorkerExit::kConnectionLost);
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  // The next frame; nothing once the runner has closed the connection.
  std::optional<FrameBuffer::Frame> receive() {
    for (;;) {
      if (auto frame = in_.next()) return frame;
      if (in_.is_broken()) ::_exit(WorkerExit::kNotUnderstood);
      std::array<char, 65536> bytes;
      const ssize_t got = ::recv(WorkerFds::kConnection, bytes.data(), bytes.size(), 0);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return std::nullopt;
      in_.add({bytes.data(), static_cast<std::size_t>(got)});
    }
  }

 private:
  std::mutex mutex_;
  struct stat identity_ {};
  FrameBuffer in_;
};

// What a task may have changed of its process is for itself alone.
class ProcessState {
 public:
  ProcessState() : folder_(::open(".", O_PATH | O_DIRECTORY | O_CLOEXEC)), mask_(::umask(022)) {
    ::umask(mask_);
  }
  void restore() const {
    ::umask(mask_);
    if (folder_.valid()) ::fchdir(folder_.get());
    ::dup2(WorkerFds::kOutput, STDOUT_FILENO);
    ::dup2(WorkerFds::kOutput, STDERR_FILENO);
  }

 private:
  UniqueFd folder_;
  mode_t mask_;
};

class Worker {
 public:
  int serve() {
    std::string hello;
    append_hello(hello);
    connection_.send(hello);
    while (const auto frame = connection_.receive()) {
      if (frame->kind != static_cast<std::uint8_t>(MessageKind::execute))
        return WorkerExit::kNotUnderstood;
      const auto order = read_order(frame->bytes);
      if (!order) return WorkerExit::kNotUnderstood;
      tell(execute(*order));
      if (order->request.is_fresh) break;
    }
    return 0;
  }

 private:
  WorkerResult execute(const WorkerOrder& order) {
    stop_.begin();
    limits_.begin(order.request.limits);
    WorkerResult result;
    std::string problem;
    const TaskClassPtr task_class =
        classes_.find(order.plugin, order.plugin_identity, order.task_id, problem);
    if (task_class == nullptr) {
      result.end = {.state = ExecutionState::failed, .message = std::move(problem)};
    } else {
      result.end = execute_task(*task_class, order.request,
                                {.stop = stop_.token(),
                                 .sink = [this](LogLevel level, std::string_view,
                                                std::string_view text) { log(level, text); }});
    }
    if (is_forked_child()) end_forked_child();
    std::fflush(nullptr);
    std::cout.flush();
    end_what_is_left(result.end);
    limits_.end(result);
    state_.restore();
    return result;
  }

  bool is_forked_child() const noexcept { return ::getpid() != process_; }
  // One that the task forked, and that came out of the task as well: the connection is its parent's, and so is the end.
  [[noreturn]] static void end_forked_child() {
    std::fputs(
        "a process that was forked in the middle of this task came to its end; have it end with "
        "_exit (in Python: os._exit)\n",
        stderr);
    std::fflush(nullptr);
    ::_exit(EXIT_FAILURE);
  }

  // Those who wait for their children have none here: then it is one question to the kernel.
  static void end_what_is_left(ExecutionEnd& end) {
    if (take_ended_children()) return;
    const auto give_up = std::chrono::steady_clock::now() + kGraceForChildren;
    while (std::chrono::steady_clock::now() < give_up) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      if (take_ended_children()) return;
    }
    const std::string left = describe_children();
    end_children([](pid_t) { return true; });
    if (left.empty() || end.state != ExecutionState::success) return;
    end.state = ExecutionState::failed;
    end.message = fmt::format("it ended and left running: {}; that was killed", left);
  }

  void log(LogLevel level, std::string_view text) {
    if (is_forked_child()) {
      std::fprintf(stderr, "%.*s\n", static_cast<int>(text.size()), text.data());
      return;
    }
    std::string frame;
    append_logged(frame, level, text);
    connection_.send(frame);
  }

  void tell(WorkerResult result) {
    std::string frame;
    if (!append_result(frame, result)) {
      result.end = {.state = ExecutionState::failed,
                    .message = "it names more files and metrics than one execution can tell"};
      append_result(frame, result);
    }
    connection_.send(frame);
  }

  const pid_t process_ = ::getpid();
  Connection connection_;
  ProcessState state_;
  WorkerStop stop_;
  WorkerLimits limits_;
  WorkerClasses classes_;
};

}  // namespace

int serve_as_worker() {
  ::prctl(PR_SET_NAME, "rota-worker");
  // So that the last words of one that crashes are there.
  std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
  return Worker().serve();
}

}  // namespace rota::inline v1
