// SPDX-License-Identifier: Apache-2.0
// The row of each task, which names its newest execution and its latest success, so that a look-up does not go through
// an index as large as the history. (Triggers would keep it as well, and double the work of each insert.) Knows
// nothing of threads, processes and transactions.
#pragma once

#include "sqlite_log/database.h"
#include <rota/execution_log.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace rota::inline v1 {

// For the test that looks at how SQLite runs it.
namespace queries {
extern const char* const kTask;
extern const char* const kFirstTask;
extern const char* const kNextTask;
}  // namespace queries

// Both by their starts.
struct TaskRow {
  std::int64_t newest_run = 0;      // of the executions that really ran
  std::int64_t latest_success = 0;  // the one that ended last; 0: none
};

// Nothing where the task has no execution that really ran.
std::optional<TaskRow> select_task(Connection& connection, std::string_view task_id);
// The next task, by id in byte order, that has executions that really ran.
std::optional<std::string> select_next_task(Connection& connection,
                                            const std::optional<std::string>& after);

// After an execution was inserted: it is the newest of its task.
void note_insertion(Connection& connection, const Execution& execution);
// The same for many in one transaction, most of which need not be written.
class InsertionNotes {
 public:
  explicit InsertionNotes(Connection& connection) : connection_(connection) {}
  void add(const Execution& execution);
  void write();

 private:
  Connection& connection_;
  std::unordered_map<std::string, TaskRow> tasks_;
};
// After it was ended: it is the latest that has.
void note_end(Connection& connection, const Execution& execution);
// After one was deleted.
void note_removal(Connection& connection, std::string_view task_id, std::int64_t started_sequence);

}  // namespace rota::inline v1
