// SPDX-License-Identifier: Apache-2.0
// Where jobs run. Knows nothing of tasks, plans or the log.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace rota::inline v1 {

// A job is run once, some time after it was submitted, on a thread of the executor. It must not throw.
// submit() may be called from any thread, also from a job. Destroying the executor first runs all that was
// submitted.
class Executor {
 public:
  using Job = std::function<void()>;

  Executor() = default;
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;
  virtual ~Executor() = default;

  virtual void submit(Job job) = 0;
};

// Threads of this process; jobs begin in the order in which they were submitted.
std::unique_ptr<Executor> make_inline_executor(std::size_t threads);

}  // namespace rota::inline v1
