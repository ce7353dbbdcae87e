// SPDX-License-Identifier: Apache-2.0
#include "executor/job_tokens.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <system_error>

namespace rota::inline v1 {

JobTokens::JobTokens(std::size_t jobs) : jobs_(jobs) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    throw std::system_error(errno, std::generic_category(), "pipe2");
  to_read_ = UniqueFd(ends[0]);
  to_write_ = UniqueFd(ends[1]);
  // The ends that are handed on must wait, as programs expect; whether one waits belongs to the opening of a pipe.
  const std::string name = "/proc/self/fd/" + std::to_string(to_read_.get());
  own_ = UniqueFd(::open(name.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!own_.valid()) throw std::system_error(errno, std::generic_category(), name);
  put(jobs);
}

bool JobTokens::take() {
  if (!try_take()) {
    if (taken_ > 0) return false;
    put(jobs_);
    try_take();
  }
  ++taken_;
  return true;
}

void JobTokens::give_back() {
  --taken_;
  put(1);
}

bool JobTokens::try_take() {
  char byte = 0;
  return ::read(own_.get(), &byte, 1) == 1;
}

void JobTokens::put(std::size_t count) { write_all(to_write_.get(), std::string(count, '+')); }

}  // namespace rota::inline v1
