// SPDX-License-Identifier: Apache-2.0
// The SQL of leases. The caller holds a transaction.
#pragma once

#include "sqlite_log/database.h"
#include <rota/execution_log.h>

#include <cstdint>
#include <optional>

namespace rota::inline v1 {

std::optional<std::int64_t> select_lease(Connection& connection, std::int64_t started_sequence);
void update_lease(Connection& connection, std::int64_t started_sequence, std::int64_t lease);
// Of all active executions of the owner; gives how many there are.
std::size_t renew_leases(Connection& connection, const Owner& owner, TimePoint now);

}  // namespace rota::inline v1
