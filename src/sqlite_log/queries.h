// SPDX-License-Identifier: Apache-2.0
// What is asked of the tables and what is written to them, in SQL. Knows nothing of threads, processes and
// transactions: the caller holds one where several statements belong together.
#pragma once

#include "sqlite_log/database.h"
#include <rota/execution_log.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace rota::inline v1 {

// All SQL that looks up executions, for the test that looks at how SQLite runs it.
namespace queries {
extern const char* const kByRunId;
extern const char* const kLatestSuccess;
extern const char* const kLatestRun;
extern const char* const kActive;
extern const char* const kAllActive;
extern const char* const kHistory;
extern const char* const kHistoryOfTask;
extern const char* const kHistoryOfTaskAndState;
extern const char* const kHistoryOfSuccess;
extern const char* const kHistoryOfOtherState;
extern const char* const kUnchangedSince;
extern const char* const kChangedSince;
extern const char* const kOldestFirst;
extern const char* const kLastSequence;
extern const char* const kOldestFirstOfTask;
extern const char* const kLatestEnded;
}  // namespace queries

// Throws LogError for a number that is no state.
ExecutionState read_state(Connection& connection, std::int64_t number);

// ---- reading; executions come as they are stored, with their files ---------------------------------

std::optional<Execution> select_execution(Connection& connection, std::string_view task_run_id);
std::optional<Execution> select_latest(Connection& connection, std::string_view task_id,
                                       bool success_only);
std::optional<Execution> select_active(Connection& connection, std::string_view task_id,
                                       std::string_view arguments);
// Oldest start first.
std::vector<Execution> select_all_active(Connection& connection);
// Newest start first, `query.limit` not looked at; ends when `take` gives false.
void select_history(Connection& connection, const HistoryQuery& query,
                    const std::function<bool(Execution)>& take);

// Those whose last change came after `sequence`, in the order of their changes; limit 0: all.
std::vector<Execution> select_changes(Connection& connection, std::int64_t sequence,
                                      std::size_t limit);

// ---- import and export ----------------------------------------------------------------------------

// Oldest start first; ends when `take` gives false.
void select_oldest_first(Connection& connection, const std::optional<std::string>& task_id,
                         const std::function<bool(Execution)>& take);
// The newest execution of a task that really ran and has ended.
std::optional<Execution> select_latest_ended(Connection& connection, std::string_view task_id);
std::int64_t select_last_sequence(Connection& connection);
void set_sequence(Connection& connection, std::int64_t sequence);
void delete_all_executions(Connection& connection);

// ---- writing ---------------------------------------------------------------------------------------

// The next `count` numbers of the log's sequence, for a start, an end or a change; gives the first.
std::int64_t take_sequence(Connection& connection, std::int64_t count = 1);
// With its end and its files when it has one.
void insert_execution(Connection& connection, const Execution& execution);
// The same where there is none of its task_run_id yet, and the row of its task is left to InsertionNotes; else false,
// and nothing is written.
bool insert_if_new(Connection& connection, const Execution& execution);
// The same where it is known that there is none.
void insert_new(Connection& connection, const Execution& execution);
// Ends an active execution, whose end, finished_sequence, finished_at and epoch are as they are to be. The
// files of its end come to those that it has.
void update_ended(Connection& connection, const Execution& execution);

}  // namespace rota::inline v1
