// SPDX-License-Identifier: Apache-2.0
#include "executor/inline_executor.h"

#include "executor/runner_lock.h"
#include "executor/task_execution.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

ExecutionEnd withdrawn() {
  return {.state = ExecutionState::cancelled, .message = "asked to stop before it began"};
}

class InlineExecutor final : public Executor {
 public:
  InlineExecutor(std::size_t threads, std::stop_token stop, std::filesystem::path project_root)
      : stop_(std::move(stop)), project_root_(std::move(project_root)) {
    for (std::size_t at = 1; at <= threads; ++at) threads_.emplace_back([this, at] { work(at); });
  }

  ~InlineExecutor() override {
    {
      const std::lock_guard<std::recursive_mutex> lock(mutex_);
      closing_ = true;
      waiting_.clear();
    }
    work_to_do_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  std::size_t slots() const noexcept override { return threads_.size(); }

  void submit(ExecutionRequest request) override {
    {
      const std::lock_guard<std::recursive_mutex> lock(mutex_);
      waiting_.push_back(std::move(request));
    }
    work_to_do_.notify_one();
  }

  void poll(Clock::time_point deadline, std::vector<ExecutionReport>& reports) override {
    std::unique_lock<std::recursive_mutex> lock(mutex_);
    for (;;) {
      const Clock::time_point next = stop_late_ones();
      if (woken_ || !reports_.empty() || Clock::now() >= deadline) break;
      // Not wait_until(): a moment far away overflows in the standard library.
      const auto longest = std::chrono::hours(1);
      const auto left = std::min(deadline, next) - Clock::now();
      something_to_tell_.wait_for(lock,
                                  std::clamp<Clock::duration>(left, Clock::duration{0}, longest));
    }
    woken_ = false;
    std::move(reports_.begin(), reports_.end(), std::back_inserter(reports));
    reports_.clear();
  }

  void wake() noexcept override {
    {
      const std::lock_guard<std::recursive_mutex> lock(mutex_);
      woken_ = true;
    }
    something_to_tell_.notify_one();
  }

  void cancel(std::uint64_t number, CancelStep step) override {
    const std::lock_guard<std::recursive_mutex> lock(mutex_);
    const auto at = std::ranges::find(waiting_, number, &ExecutionRequest::number);
    if (at != waiting_.end()) {
      waiting_.erase(at);
      tell({.kind = ExecutionReport::Kind::ended, .number = number, .end = withdrawn()});
      return;
    }
    if (step == CancelStep::withdraw) return;
    if (const auto found = running_.find(number); found != running_.end()) ask(found->second);
  }

  Reconciled reconcile(std::span<const Execution>) override {
    if (project_root_.empty()) return {};
    return {.go_on = {}, .problem = wait_for_dead_runners(project_root_)};
  }

 private:
  struct Running {
    BaseTask* task = nullptr;
    Clock::time_point deadline = Clock::time_point::max();
    bool is_asked = false;
    bool is_late = false;
  };

  void work(std::size_t worker) {
    std::unique_lock<std::recursive_mutex> lock(mutex_);
    for (;;) {
      work_to_do_.wait(lock, [this] { return closing_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      const ExecutionRequest request = std::move(waiting_.front());
      waiting_.pop_front();
      Running& running = running_[request.number];
      const Clock::time_point began = Clock::now();
      if (request.limits.timeout) running.deadline = began + *request.limits.timeout;
      tell({.kind = ExecutionReport::Kind::began, .number = request.number, .worker = worker});
      lock.unlock();
      ExecutionEnd end = execute(request, running, worker);
      const auto duration = Clock::now() - began;
      lock.lock();
      if (running.is_late) end = late(request, std::move(end));
      running_.erase(request.number);
      const unsigned failure = end.state == ExecutionState::timeout  ? RetryOn::kTimeout
                               : end.state == ExecutionState::failed ? RetryOn::kError
                                                                     : 0;
      tell({.kind = ExecutionReport::Kind::ended,
            .number = request.number,
            .worker = worker,
            .end = std::move(end),
            .duration = std::chrono::duration_cast<std::chrono::microseconds>(duration),
            .failure = failure});
    }
  }

  ExecutionEnd execute(const ExecutionRequest& request, Running& running, std::size_t worker) {
    const TaskSurroundings surroundings{
        .stop = stop_,
        .sink =
            [&](LogLevel level, std::string_view, std::string_view message) {
              const std::lock_guard<std::recursive_mutex> lock(mutex_);
              tell({.kind = ExecutionReport::Kind::logged,
                    .number = request.number,
                    .worker = worker,
                    .level = level,
                    .message = std::string(message)});
            },
        .task_is =
            [&](BaseTask* task) {
              const std::lock_guard<std::recursive_mutex> lock(mutex_);
              running.task = task;
              if (task != nullptr && running.is_asked) task->request_stop();
            }};
    return execute_task(*request.task_class, request, surroundings);
  }

  static ExecutionEnd late(const ExecutionRequest& request, ExecutionEnd end) {
    end.state = ExecutionState::timeout;
    end.message = fmt::format("took longer than its timeout of {}; it was asked to end",
                              *request.limits.timeout);
    return end;
  }

  // With the mutex held.
  void tell(ExecutionReport report) {
    reports_.push_back(std::move(report));
    something_to_tell_.notify_one();
  }
  static void ask(Running& running) {
    running.is_asked = true;
    if (running.task != nullptr) running.task->request_stop();
  }
  // Gives when the next one will be late.
  Clock::time_point stop_late_ones() {
    Clock::time_point next = Clock::time_point::max();
    for (auto& [number, running] : running_) {
      if (running.is_late) continue;
      if (running.deadline <= Clock::now()) {
        running.is_late = true;
        ask(running);
      } else {
        next = std::min(next, running.deadline);
      }
    }
    return next;
  }

  const std::stop_token stop_;
  const std::filesystem::path project_root_;
  std::recursive_mutex mutex_;  // a task that is asked to stop may log something on the spot
  std::condition_variable_any work_to_do_;
  std::condition_variable_any something_to_tell_;
  std::deque<ExecutionRequest> waiting_;
  std::unordered_map<std::uint64_t, Running> running_;  // its values stay where they are
  std::vector<ExecutionReport> reports_;
  bool woken_ = false;
  bool closing_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace

std::unique_ptr<Executor> make_inline_executor(std::size_t threads, std::stop_token stop,
                                               std::filesystem::path project_root) {
  return std::make_unique<InlineExecutor>(threads, std::move(stop), std::move(project_root));
}

}  // namespace rota::inline v1
