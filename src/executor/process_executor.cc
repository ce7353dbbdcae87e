// SPDX-License-Identifier: Apache-2.0
#include "executor/process_executor.h"

#include "executor/descendants.h"
#include "executor/job_tokens.h"
#include "executor/marked_processes.h"
#include "executor/runner_lock.h"
#include "executor/worker_process.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <deque>
#include <system_error>
#include <unordered_map>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

using Clock = Executor::Clock;

constexpr std::size_t kBytesAtOnce = std::size_t{64} * 1024;
constexpr std::size_t kMaxRestBytes = std::size_t{1024} * 1024;
constexpr std::size_t kMaxLastWords = 300;
constexpr std::chrono::milliseconds kMemoryCheckInterval{20};
// A process that closed its connection and has not ended by then is ended.
constexpr std::chrono::milliseconds kMaxWaitForEnd{2000};

enum class Source : std::uint32_t { wake, supervisor, socket, output, tokens };

std::uint64_t tag(Source source, std::uint32_t worker) {
  return (static_cast<std::uint64_t>(source) << 32U) | worker;
}

UniqueFd require_fd(int fd, const char* what) {
  if (fd < 0) throw std::system_error(errno, std::generic_category(), what);
  return UniqueFd(fd);
}

class ProcessExecutor final : public Executor {
 public:
  explicit ProcessExecutor(ProcessExecutorOptions options)
      : options_(std::move(options)),
        lock_(options_.project_root),
        mark_(runner_mark(lock_.name())),
        environment_(supervisor_environment(
            mark_, std::max<std::size_t>({options_.slots, options_.jobs, 1}))),
        tokens_(std::max<std::size_t>({options_.slots, options_.jobs, 1})),
        epoll_(require_fd(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
        wake_(require_fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")) {
    for (std::size_t slot = std::max<std::size_t>(options_.slots, 1); slot > 0; --slot)
      empty_slots_.push_back(slot);
    slot_count_ = empty_slots_.size();
    watch(wake_.get(), Source::wake, 0, EPOLLIN);
    start_supervisor();
  }

  std::size_t slots() const noexcept override { return slot_count_; }

  void submit(ExecutionRequest request) override { waiting_.push_back(std::move(request)); }

  void poll(Clock::time_point deadline, std::vector<ExecutionReport>& reports) override {
    reports_ = &reports;
    const std::size_t before = reports.size();
    woken_ = false;
    for (;;) {
      begin_waiting();
      const Clock::time_point next = act_on_time();
      if (woken_ || reports.size() > before) break;
      handle_events(std::min(deadline, next));  // also where the deadline is past: it is looked
      if (Clock::now() >= deadline) break;
    }
    begin_waiting();
    reports_ = nullptr;
  }

  void wake() noexcept override { ::eventfd_write(wake_.get(), 1); }

  void cancel(std::uint64_t number, CancelStep step) override {
    const auto at = std::ranges::find(waiting_, number, &ExecutionRequest::number);
    if (at != waiting_.end()) {
      early_ends_.push_back({.kind = ExecutionReport::Kind::ended,
                             .number = number,
                             .end = {.state = ExecutionState::cancelled,
                                     .message = "asked to stop before it began"}});
      waiting_.erase(at);
      wake();
      return;
    }
    const auto found = by_execution_.find(number);
    if (step == CancelStep::withdraw || found == by_execution_.end()) return;
    WorkerProcess& worker = *workers_.at(found->second);
    DoomedExecution& how = worker.running->how;
    if (how.doom == Doom::none) how.doom = Doom::cancelled;
    if (step == CancelStep::kill) how.was_killed = true;
    signal(worker, step == CancelStep::kill ? SIGKILL : SIGTERM);
  }

  Reconciled reconcile(std::span<const Execution>) override {
    return {.go_on = {}, .problem = wait_for_dead_runners(options_.project_root)};
  }

 private:
  // ---- handing out work ----

  void begin_waiting() {
    std::move(early_ends_.begin(), early_ends_.end(), std::back_inserter(*reports_));
    early_ends_.clear();
    while (!waiting_.empty() && has_room(waiting_.front())) {
      if (!tokens_.take()) {
        watch_tokens();
        return;
      }
      ExecutionRequest request = std::move(waiting_.front());
      waiting_.pop_front();
      try {
        begin(request);
      } catch (const std::system_error& error) {
        fail_unbegun(request.number,
                     fmt::format("no process can be started for it: {}", error.what()));
      }
    }
  }

  bool has_room(const ExecutionRequest& request) {
    if (!empty_slots_.empty()) return true;
    if (idle_.empty()) return false;
    if (request.is_fresh) retire_idle();
    return true;
  }

  void retire_idle() {
    WorkerProcess& worker = *workers_.at(idle_.back());
    retire(worker);
  }

  void begin(ExecutionRequest& request) {
    std::string order;
    if (!append_order(order, request)) {
      fail_unbegun(request.number, "its arguments are too big to be handed to another process");
      return;
    }
    const bool take_idle = !request.is_fresh && !idle_.empty();
    WorkerProcess& worker = take_idle ? *workers_.at(idle_.back()) : start_worker(request.is_fresh);
    if (take_idle) idle_.pop_back();
    const std::uint64_t number = request.number;
    OutputFile output(options_.project_root, request.output_file, options_.max_output_bytes);
    worker.running.emplace(
        RunningExecution{.request = std::move(request), .output = std::move(output)});
    RunningExecution& running = *worker.running;
    running.began = Clock::now();
    if (running.request.limits.timeout)
      running.deadline = running.began + *running.request.limits.timeout;
    by_execution_[number] = worker.number;
    reports_->push_back(
        {.kind = ExecutionReport::Kind::began, .number = number, .worker = worker.slot});
    if (!worker.send(order)) watch_socket(worker, true);
  }

  WorkerProcess& start_worker(bool is_fresh) {
    if (!supervisor_) start_supervisor();
    WorkerProcess::TheirEnds theirs;
    auto worker =
        std::make_unique<WorkerProcess>(++last_worker_, empty_slots_.back(), is_fresh, theirs);
    watch(worker->socket.get(), Source::socket, worker->number, EPOLLIN);
    watch(worker->output.get(), Source::output, worker->number, EPOLLIN);
    supervisor_->start(worker->number, theirs.socket.get(), theirs.output.get());
    empty_slots_.pop_back();
    return *(workers_[worker->number] = std::move(worker));
  }

  void start_supervisor() {
    supervisor_ = std::make_unique<SupervisorProcess>(
        options_.program, SupervisorInheritance{.environment = environment_,
                                                .runner_lock = lock_.fd(),
                                                .tokens_to_read = tokens_.read_fd(),
                                                .tokens_to_write = tokens_.write_fd()});
    watch(supervisor_->fd(), Source::supervisor, 0, EPOLLIN);
  }

  void fail_unbegun(std::uint64_t number, std::string message) {
    tokens_.give_back();
    reports_->push_back({.kind = ExecutionReport::Kind::ended,
                         .number = number,
                         .end = {.state = ExecutionState::failed, .message = std::move(message)},
                         .failure = RetryOn::kCrash});
  }

  // ---- what happens ----

  void handle_events(Clock::time_point until) {
    std::array<epoll_event, 64> events;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
    const int timeout = static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
    const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), timeout);
    for (int at = 0; at < count; ++at) handle(events[static_cast<std::size_t>(at)]);
  }

  void handle(const epoll_event& event) {
    const auto worker = workers_.find(static_cast<std::uint32_t>(event.data.u64));
    switch (static_cast<Source>(event.data.u64 >> 32U)) {
      case Source::wake: {
        eventfd_t ignored = 0;
        ::eventfd_read(wake_.get(), &ignored);
        woken_ = true;
        break;
      }
      case Source::supervisor:
        take_supervisor_events();
        break;
      case Source::tokens:
        ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, tokens_.available_fd(), nullptr);
        waits_for_token_ = false;
        break;
      case Source::socket:
        if (worker == workers_.end() || !worker->second->socket.valid()) break;
        if ((event.events & EPOLLOUT) != 0 && worker->second->flush())
          watch_socket(*worker->second, false);
        if ((event.events & ~static_cast<unsigned>(EPOLLOUT)) != 0) receive(*worker->second);
        break;
      case Source::output:
        if (worker == workers_.end()) break;
        worker->second->read_output(kBytesAtOnce);
        keep_output_limit(*worker->second);
        break;
    }
  }

  void receive(WorkerProcess& worker) {
    const bool is_open =
        worker.receive([&](const FrameBuffer::Frame& frame) { return take(worker, frame); });
    if (is_open) return;
    worker.socket = UnsharedFd();
    if (!worker.running) {
      set_aside(worker);
    } else if (worker.running->how.doom == Doom::none) {
      worker.running->is_closed = true;
      worker.running->deadline = Clock::now() + kMaxWaitForEnd;
    }
  }

  // False: it is no frame that could come now, and nothing more is read.
  bool take(WorkerProcess& worker, const FrameBuffer::Frame& frame) {
    switch (static_cast<MessageKind>(frame.kind)) {
      case MessageKind::hello:
        if (read_hello(frame.bytes) == kProtocolVersion) return true;
        break;
      case MessageKind::logged:
        if (auto logged = read_logged(frame.bytes); logged && worker.running) {
          reports_->push_back({.kind = ExecutionReport::Kind::logged,
                               .number = worker.running->request.number,
                               .worker = worker.slot,
                               .level = logged->level,
                               .message = std::move(logged->message)});
          return true;
        } else if (logged) {
          return true;  // of a thread that outlived its task
        }
        break;
      case MessageKind::ended:
        if (auto result = read_result(frame.bytes); result && worker.running) {
          take_result(worker, *std::move(result));
          return true;
        }
        break;
      case MessageKind::execute:
        break;
    }
    doom(worker, Doom::wrote_into_connection);
    return false;
  }

  void take_result(WorkerProcess& worker, WorkerResult result) {
    RunningExecution& running = *worker.running;
    const bool was_asked = running.how.doom != Doom::none;
    read_rest(worker);
    worker.cpu_time_before = result.cpu_time_so_far;
    ExecutionEnd end = std::move(result.end);
    if (running.how.doom == Doom::timeout || running.how.doom == Doom::memory ||
        running.how.doom == Doom::output) {
      const ExecutionEnd death = describe_death(running.how, running.request.limits, nullptr);
      end.state = death.state;
      end.message = death.message;
    }
    finish(worker, std::move(end), RetryOn::kError);
    if (worker.is_fresh || was_asked) {
      if (was_asked) signal(worker, SIGKILL);
      retire(worker);
    } else {
      idle_.push_back(worker.number);
    }
  }

  void finish(WorkerProcess& worker, ExecutionEnd end, unsigned failure) {
    RunningExecution& running = *worker.running;
    if (end.state == ExecutionState::timeout) failure = RetryOn::kTimeout;
    if (running.how.doom == Doom::memory) failure = RetryOn::kMemory;
    if (running.how.doom == Doom::output) failure = RetryOn::kCrash;
    const bool has_failed =
        end.state == ExecutionState::failed || end.state == ExecutionState::timeout;
    running.output.finish();
    end.output_path = running.output.path();
    if (!running.output.problem().empty()) {
      reports_->push_back(
          {.kind = ExecutionReport::Kind::logged,
           .number = running.request.number,
           .worker = worker.slot,
           .level = LogLevel::warning,
           .message = fmt::format("what it printed cannot be kept: {}", running.output.problem())});
    }
    by_execution_.erase(running.request.number);
    reports_->push_back({.kind = ExecutionReport::Kind::ended,
                         .number = running.request.number,
                         .worker = worker.slot,
                         .end = std::move(end),
                         .duration = std::chrono::duration_cast<std::chrono::microseconds>(
                             Clock::now() - running.began),
                         .failure = has_failed ? failure : 0});
    worker.running.reset();
    tokens_.give_back();
  }

  // ---- ends of processes ----

  void take_supervisor_events() {
    while (supervisor_) {
      const auto event = supervisor_->next_event();
      if (!event) break;
      const auto found = workers_.find(event->worker);
      if (found == workers_.end()) continue;
      if (event->kind == SupervisorEvent::started) found->second->pid = event->pid;
      if (event->kind == SupervisorEvent::failed || event->kind == SupervisorEvent::ended)
        bury(*found->second, *event);
    }
    if (supervisor_ && supervisor_->has_ended()) lose_supervisor();
  }

  void bury(WorkerProcess& worker, const SupervisorEvent& event) {
    if (worker.running) {
      read_rest(worker);
      if (worker.socket.valid()) receive(worker);  // it may have told the result before
    }
    if (worker.running) {
      const RunningExecution& running = *worker.running;
      ExecutionEnd end =
          event.kind == SupervisorEvent::failed
              ? ExecutionEnd{.state = ExecutionState::failed,
                             .message = fmt::format("no process can be started for it: {}",
                                                    error_text(event.status))}
              : describe_death(running.how, running.request.limits, &event);
      end.cpu_time = std::chrono::microseconds(event.cpu_microseconds) - worker.cpu_time_before;
      end.peak_memory_bytes = event.peak_memory_bytes;
      if (const std::string words = running.output.last_words(kMaxLastWords); !words.empty())
        end.message += fmt::format("; the last it printed: {}", words);
      finish(worker, std::move(end), RetryOn::kCrash);
    }
    set_aside(worker);
    workers_.erase(event.worker);
  }

  void lose_supervisor() {
    const std::string how = supervisor_->how_it_ended();
    supervisor_.reset();
    end_marked_processes(mark_);  // it would have ended what its workers leave behind
    for (auto& [number, worker] : workers_) {
      set_aside(*worker);
      if (!worker->running) continue;
      worker->read_output(kMaxRestBytes);
      finish(*worker,
             {.state = ExecutionState::failed,
              .message = fmt::format("the process that starts the workers ({}) ended with {}",
                                     options_.program.program.string(), how)},
             RetryOn::kCrash);
    }
    workers_.clear();
  }

  // Gives its slot to others.
  void set_aside(WorkerProcess& worker) {
    if (worker.is_retired) return;
    worker.is_retired = true;
    std::erase(idle_, worker.number);
    empty_slots_.push_back(worker.slot);
  }

  // It ends when its connection does.
  void retire(WorkerProcess& worker) {
    set_aside(worker);
    if (!worker.is_fresh) worker.socket = UnsharedFd();
  }

  void signal(const WorkerProcess& worker, int number) {
    if (supervisor_) supervisor_->signal(worker.number, number);
  }

  void doom(WorkerProcess& worker, Doom why) {
    if (!worker.running) {
      set_aside(worker);
    } else {
      worker.running->how.doom = why;
      worker.running->how.was_killed = true;
    }
    signal(worker, SIGKILL);
  }

  // ---- time ----

  // Gives when it is to be called again.
  Clock::time_point act_on_time() {
    Clock::time_point next = Clock::time_point::max();
    if (by_execution_.empty()) return next;
    const Clock::time_point now = Clock::now();
    const bool check_memory = now >= next_memory_check_;
    for (auto& [number, worker] : workers_) {
      if (!worker->running) continue;
      RunningExecution& running = *worker->running;
      if (running.deadline <= now) act_on_deadline(*worker, now);
      next = std::min(next, running.deadline);
      if (!running.request.limits.memory_bytes || running.how.doom != Doom::none) continue;
      if (check_memory) keep_memory_limit(*worker);
      if (check_memory) next_memory_check_ = now + kMemoryCheckInterval;
      next = std::min(next, next_memory_check_);
    }
    return next;
  }

  void act_on_deadline(WorkerProcess& worker, Clock::time_point now) {
    RunningExecution& running = *worker.running;
    running.deadline = Clock::time_point::max();
    if (running.is_closed) {
      doom(worker, Doom::closed_connection);
    } else if (running.how.doom == Doom::none) {
      running.how.doom = Doom::timeout;
      running.deadline = now + options_.grace;
      signal(worker, SIGTERM);
    } else if (running.how.doom == Doom::timeout || running.how.doom == Doom::cancelled) {
      running.how.was_killed = true;  // it was asked before
      signal(worker, SIGKILL);
    }
  }

  void keep_memory_limit(WorkerProcess& worker) {
    if (worker.pid == 0) return;
    RunningExecution& running = *worker.running;
    const std::uint64_t used = resident_bytes_of_tree(worker.pid);
    if (used <= *running.request.limits.memory_bytes) return;
    running.how.memory_bytes = used;
    doom(worker, Doom::memory);
  }

  void keep_output_limit(WorkerProcess& worker) {
    if (is_beyond_output_limit(worker)) doom(worker, Doom::output);
  }

  // What it printed last; there is nothing to kill any more.
  static void read_rest(WorkerProcess& worker) {
    worker.read_output(kMaxRestBytes);
    if (is_beyond_output_limit(worker)) worker.running->how.doom = Doom::output;
  }

  // False where it is to end for another reason.
  static bool is_beyond_output_limit(const WorkerProcess& worker) {
    if (!worker.running || worker.running->how.doom != Doom::none) return false;
    const auto& limit = worker.running->request.limits.output_bytes;
    return limit && worker.running->output.total_bytes() > *limit;
  }

  // ---- epoll ----

  void watch(int fd, Source source, std::uint32_t worker, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.u64 = tag(source, worker);
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0 && errno != EEXIST)
      throw std::system_error(errno, std::generic_category(), "epoll_ctl");
  }

  void watch_socket(const WorkerProcess& worker, bool for_writing) {
    epoll_event event{};
    event.events = for_writing ? EPOLLIN | EPOLLOUT : EPOLLIN;
    event.data.u64 = tag(Source::socket, worker.number);
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, worker.socket.get(), &event);
  }

  void watch_tokens() {
    if (!waits_for_token_) watch(tokens_.available_fd(), Source::tokens, 0, EPOLLIN);
    waits_for_token_ = true;
  }

  const ProcessExecutorOptions options_;
  RunnerLock lock_;
  const std::string mark_;  // of all processes below this runner
  // Read once: threads of the host may change theirs while a supervisor has to be started again.
  const std::vector<std::string> environment_;
  JobTokens tokens_;
  UniqueFd epoll_;
  UniqueFd wake_;
  std::unique_ptr<SupervisorProcess> supervisor_;
  std::size_t slot_count_ = 0;
  std::vector<std::size_t> empty_slots_;
  std::vector<std::uint32_t> idle_;  // workers without work
  std::uint32_t last_worker_ = 0;
  std::unordered_map<std::uint32_t, std::unique_ptr<WorkerProcess>> workers_;
  std::unordered_map<std::uint64_t, std::uint32_t> by_execution_;  // its worker
  std::deque<ExecutionRequest> waiting_;
  std::vector<ExecutionReport> early_ends_;
  std::vector<ExecutionReport>* reports_ = nullptr;  // of the poll() that is under way
  Clock::time_point next_memory_check_ = {};
  bool woken_ = false;
  bool waits_for_token_ = false;
};

}  // namespace

std::unique_ptr<Executor> make_process_executor(ProcessExecutorOptions options) {
  return std::make_unique<ProcessExecutor>(std::move(options));
}

}  // namespace rota::inline v1
