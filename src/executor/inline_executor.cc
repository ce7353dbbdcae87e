// SPDX-License-Identifier: Apache-2.0
#include "executor/executor.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace rota::inline v1 {
namespace {

class InlineExecutor final : public Executor {
 public:
  explicit InlineExecutor(std::size_t threads) {
    for (std::size_t at = 0; at < std::max<std::size_t>(threads, 1); ++at) {
      threads_.emplace_back([this] { work(); });
    }
  }

  ~InlineExecutor() override {
    {
      const std::lock_guard lock(mutex_);
      closing_ = true;
    }
    wake_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  void submit(Job job) override {
    {
      const std::lock_guard lock(mutex_);
      jobs_.push_back(std::move(job));
    }
    wake_.notify_one();
  }

 private:
  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      wake_.wait(lock, [this] { return closing_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      {
        const Job job = std::move(jobs_.front());
        jobs_.pop_front();
        lock.unlock();
        job();
      }
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  bool closing_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace

std::unique_ptr<Executor> make_inline_executor(std::size_t threads) {
  return std::make_unique<InlineExecutor>(threads);
}

}  // namespace rota::inline v1
