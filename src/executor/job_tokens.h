// SPDX-License-Identifier: Apache-2.0
// A GNU make job server: a pipe with a byte for each job that may run, from which this process takes one for each
// execution and programs that tasks start (make, cargo, gcc -flto) take more while there are any. So all of them
// together run no more at a time than was asked for. Knows nothing of executions.
#pragma once

#include "os/file.h"

#include <cstddef>

namespace rota::inline v1 {

class JobTokens {
 public:
  // Throws std::system_error where the system has no pipe left.
  explicit JobTokens(std::size_t jobs);

  // False: others have them all; available_fd() is readable when there is one again. With none taken it is true:
  // what was lost with a killed program is made up for.
  bool take();
  void give_back();

  int read_fd() const noexcept { return to_read_.get(); }
  int write_fd() const noexcept { return to_write_.get(); }
  int available_fd() const noexcept { return own_.get(); }

 private:
  bool try_take();
  void put(std::size_t count);

  std::size_t jobs_;
  std::size_t taken_ = 0;
  UniqueFd to_read_;
  UniqueFd to_write_;
  UniqueFd own_;  // the same pipe, without waiting
};

}  // namespace rota::inline v1
