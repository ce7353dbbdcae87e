// SPDX-License-Identifier: Apache-2.0
#include "executor/worker_limits.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <new>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

// Sanitizers reserve terabytes, which count.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kCanLimitData = false;
#else
constexpr bool kCanLimitData = true;
#endif

std::atomic<bool> memory_ran_out{false};

void note_that_memory_ran_out() {
  memory_ran_out = true;
  throw std::bad_alloc();
}

rusage usage(int whose) {
  rusage used{};
  ::getrusage(static_cast<__rusage_who>(whose), &used);
  return used;
}

std::chrono::microseconds cpu_time(const rusage& used) {
  const auto duration = [](const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
  };
  return duration(used.ru_utime) + duration(used.ru_stime);
}

// Gives what it was before.
rlim_t limit(int resource, rlim_t soft) {
  rlimit limits{};
  const auto which = static_cast<__rlimit_resource_t>(resource);
  if (::getrlimit(which, &limits) != 0) return RLIM_INFINITY;
  const rlim_t before = limits.rlim_cur;
  limits.rlim_cur = std::min(soft, limits.rlim_max);
  ::setrlimit(which, &limits);
  return before;
}

// So that the peak is that of what follows. Opened each time: a task may have put another file under its number.
void forget_peak() {
  const int fd = ::open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;
  [[maybe_unused]] const ssize_t written = ::write(fd, "5", 1);
  ::close(fd);
}

std::uint64_t data_bytes() {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("VmData:")) return std::stoull(line.substr(7)) * 1024;
  }
  return 0;
}

}  // namespace

void WorkerLimits::begin(const ExecutionLimits& limits) {
  forget_peak();
  const rusage own = usage(RUSAGE_SELF);
  const rusage children = usage(RUSAGE_CHILDREN);
  cpu_before_ = cpu_time(own) + cpu_time(children);
  children_peak_before_ = children.ru_maxrss;
  is_limited_ = limits.memory_bytes || limits.cpu_time;
  if (!is_limited_) return;
  limits_ = limits;
  memory_ran_out = false;
  std::set_new_handler(note_that_memory_ran_out);
  // So that an allocation beyond it fails at once. What counts here was asked for, and not only what is in use.
  if (limits.memory_bytes && kCanLimitData)
    data_limit_before_ = limit(RLIMIT_DATA, data_bytes() + *limits.memory_bytes);
  if (limits.cpu_time) {
    const auto so_far = std::chrono::ceil<std::chrono::seconds>(cpu_time(own));
    cpu_limit_before_ = limit(RLIMIT_CPU, static_cast<rlim_t>((so_far + *limits.cpu_time).count()));
  }
}

void WorkerLimits::end(WorkerResult& result) {
  const rusage own = usage(RUSAGE_SELF);
  const rusage children = usage(RUSAGE_CHILDREN);
  result.cpu_time_so_far = cpu_time(own) + cpu_time(children);
  result.end.cpu_time = result.cpu_time_so_far - cpu_before_;
  const long of_children = children.ru_maxrss > children_peak_before_ ? children.ru_maxrss : 0;
  result.end.peak_memory_bytes =
      static_cast<std::uint64_t>(std::max(own.ru_maxrss, of_children)) * 1024;
  if (!is_limited_) return;
  if (limits_.memory_bytes && kCanLimitData) limit(RLIMIT_DATA, data_limit_before_);
  if (limits_.cpu_time) limit(RLIMIT_CPU, cpu_limit_before_);
  std::set_new_handler(nullptr);
  if (memory_ran_out && result.end.state == ExecutionState::failed)
    result.end.message += fmt::format("; it had come to its memory limit of {} bytes",
                                      limits_.memory_bytes.value_or(0));
}

}  // namespace rota::inline v1
