// SPDX-License-Identifier: Apache-2.0
// Indexes that an import into an empty log makes when all rows are there: to sort them once costs less than to look for
// the place of each. Knows nothing of executions but in which tables they are.
#pragma once

#include "sqlite_log/database.h"

#include <cstddef>
#include <string>
#include <vector>

namespace rota::inline v1 {

// Of one transaction, which is undone where the indexes are not made again.
class DeferredIndexes {
 public:
  // Looks whether the log is empty.
  explicit DeferredIndexes(Connection& connection);

  // After each execution that was added.
  void count_one();
  // All that were left out are there again.
  void create();

 private:
  void leave_out();

  Connection& connection_;
  const bool was_empty_;
  std::size_t added_ = 0;
  std::vector<std::string> left_out_;  // the statements that make them
};

}  // namespace rota::inline v1
