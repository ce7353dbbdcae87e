// SPDX-License-Identifier: Apache-2.0
// Indexes that an import into an empty log makes when all rows are there: to sort them once costs less than to look for
// the place of each. The index that tells whether an id is there is one of them: as long as it is left out, hashes
// of the ids are kept in memory instead. Knows nothing of executions but their ids, and in which tables they are.
#pragma once

#include "sqlite_log/database.h"
#include "sqlite_log/page_cache.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rota::inline v1 {

// Hashes of ids that were seen, up to a number of them.
class SeenIds {
 public:
  // False: one with its hash was added before, or there is no room for it; then it is false for all from then on.
  bool add(std::string_view id);
  void clear() noexcept { *this = {}; }

 private:
  bool put(std::uint64_t hash);
  void grow();

  std::vector<std::uint64_t> slots_;  // 0: free
  std::size_t used_ = 0;
  bool has_room_ = true;
};

// Of one transaction, which is undone where the indexes are not made again.
class DeferredIndexes {
 public:
  // Looks whether the log is empty.
  explicit DeferredIndexes(Connection& connection);

  // Before an execution is added. True: no other has its id, and no index would tell. Else the index of ids is there,
  // and tells.
  bool is_surely_new(std::string_view task_run_id);
  // After each execution that was added.
  void count_one();
  // All that were left out are there again.
  void create();

 private:
  void leave_out();
  void create_index_of_ids();
  void sort(const std::string& statement);

  Connection& connection_;
  PageCache cache_;
  const bool was_empty_;
  std::size_t added_ = 0;
  SeenIds ids_;
  std::string index_of_ids_;           // the statement that makes it, while it is left out
  std::vector<std::string> left_out_;  // those that make the others
};

}  // namespace rota::inline v1
