// SPDX-License-Identifier: Apache-2.0
// An open file that a forked child does not share: the child closes it at once, so that what others are told by its
// closing, or by the end of a lock on it, does not wait for the child. Knows nothing of what it is.
#pragma once

#include "os/file.h"

namespace rota::inline v1 {

// One thread at a time.
class UnsharedFd {
 public:
  UnsharedFd() : UnsharedFd(UniqueFd()) {}
  explicit UnsharedFd(UniqueFd file);
  explicit UnsharedFd(int fd) : UnsharedFd(UniqueFd(fd)) {}
  UnsharedFd(UnsharedFd&& other) noexcept : UnsharedFd() { swap(other); }
  UnsharedFd& operator=(UnsharedFd&& other) noexcept {
    swap(other);
    return *this;
  }
  ~UnsharedFd();

  // Neither, in a child that was forked since.
  int get() const noexcept { return file_.get(); }
  bool valid() const noexcept { return file_.valid(); }

  // From now on forks are looked after: a handler that closes such files has to be registered later.
  static void watch_forks();

 private:
  struct Registry;

  void swap(UnsharedFd& other) noexcept;

  UniqueFd file_;
  UnsharedFd* previous_ = nullptr;
  UnsharedFd* next_ = nullptr;
};

}  // namespace rota::inline v1
