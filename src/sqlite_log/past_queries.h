// SPDX-License-Identifier: Apache-2.0
// The latest executions of many tasks at once, with the columns alone that a plan needs. The caller holds a
// transaction.
#pragma once

#include "execution_log/owners.h"
#include "sqlite_log/database.h"
#include <rota/execution_log.h>

#include <span>
#include <string_view>

namespace rota::inline v1 {

namespace queries {
extern const char* const kPastExecution;
extern const char* const kAllPastExecutions;
}  // namespace queries

// As ExecutionLog::find_latest_executions.
void select_latest_of_many(Connection& connection, const Owners& owners,
                           std::span<const std::string_view> task_ids,
                           const TakePastExecution& take);

}  // namespace rota::inline v1
