// SPDX-License-Identifier: Apache-2.0
#include "os/fork_safe_mutex.h"

#include "os/forking_test.h"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace rota {
namespace {

using std::chrono::milliseconds;

// The exit status of a child that does it.
template <class Work>
int status_of_child(const Work& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(60);
    work();
    ::_exit(0);
  }
  int status = 0;
  return ::waitpid(child, &status, 0) == child ? status : -1;
}

TEST(ForkSafeMutex, IsFreeInAChildWhateverOtherThreadsDid) {
  SKIP_WHERE_CHILDREN_CANNOT_ALLOCATE();
  ForkSafeMutex outer;
  ForkSafeMutex inner;
  std::atomic<bool> stop = false;
  std::vector<std::jthread> threads;
  for (int number = 0; number < 3; ++number) {
    threads.emplace_back([&, number] {
      while (!stop) {
        const std::lock_guard hold_outer(outer);
        const std::lock_guard hold_inner(inner);
        if (number == 0) inner.wait_for(milliseconds(1), [&] { return stop.load(); });
      }
    });
  }
  for (int time = 0; time < 50; ++time) {
    EXPECT_EQ(status_of_child([&] {
                const std::lock_guard hold_outer(outer);
                const std::lock_guard hold_inner(inner);
              }),
              0);
  }
  stop = true;
}

TEST(ForkSafeMutex, IsHeldInBothProcessesWhereTheThreadThatForksHoldsIt) {
  ForkSafeMutex mutex;
  mutex.lock();
  EXPECT_EQ(status_of_child([&] {
              mutex.unlock();
              const std::lock_guard hold(mutex);
            }),
            0);
  mutex.unlock();
  const std::lock_guard hold(mutex);
}

TEST(ForkSafeMutex, ChildrenWaitAndWakeAlthoughThreadsOfTheParentWait) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "ThreadSanitizer takes the threads of the child for those of the parent";
#endif
  SKIP_WHERE_CHILDREN_CANNOT_ALLOCATE();
  ForkSafeMutex mutex;
  std::atomic<bool> stop = false;
  std::jthread waits([&] {
    const std::lock_guard hold(mutex);
    mutex.wait_for(milliseconds(60'000), [&] { return stop.load(); });
  });
  EXPECT_EQ(status_of_child([&] {
              for (int time = 0; time < 10; ++time) {
                std::atomic<bool> done = false;
                std::thread wakes([&] {
                  const std::lock_guard hold(mutex);
                  done = true;
                  mutex.notify_all();
                });
                {
                  const std::lock_guard hold(mutex);
                  mutex.wait_for(milliseconds(60'000), [&] { return done.load(); });
                }
                wakes.join();
              }
            }),
            0);
  const std::lock_guard hold(mutex);
  stop = true;
  mutex.notify_all();
}

}  // namespace
}  // namespace rota
