// SPDX-License-Identifier: Apache-2.0
// The SQL that keeps a log in order: free fields, removals, and what a cleanup asks. Knows nothing of
// threads, processes and transactions: the caller holds one where several statements belong together.
#pragma once

#include "sqlite_log/database.h"
#include <rota/execution_log.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rota::inline v1 {

// For the test that looks at how SQLite runs it.
namespace queries {
extern const char* const kUpdateFreeFields;
extern const char* const kTaskOf;
extern const char* const kRemove;
extern const char* const kAllByTask;
extern const char* const kSuccessesOfTask;
extern const char* const kOutputsOf;
extern const char* const kProducersOf;
extern const char* const kRunIdsFrom;
}  // namespace queries

// False when there is no such execution; a change takes a number of the sequence.
bool update_free_fields(Connection& connection, std::string_view task_run_id,
                        const RecordUpdate& update);
void remove_execution(Connection& connection, std::int64_t started_sequence);

// All executions, those of one task after the other, its newest start first; the end is nullopt while active.
void for_each_by_task(
    Connection& connection,
    const std::function<void(CleanupEntry, const std::optional<TimePoint>& finished_at)>& take);
// The start of a task's latest success that `is_left_out` does not leave out; 0: none.
std::int64_t select_latest_success_start(Connection& connection, std::string_view task_id,
                                         const std::function<bool(std::int64_t)>& is_left_out);
std::vector<std::string> select_output_paths(Connection& connection, std::int64_t started_sequence);
// The newest execution with that output, in the same way.
std::int64_t select_producer(Connection& connection, std::string_view path,
                             const std::function<bool(std::int64_t)>& is_left_out);

// In byte order.
std::vector<std::string> select_run_ids(Connection& connection, std::string_view prefix,
                                        std::size_t limit);

}  // namespace rota::inline v1
