// SPDX-License-Identifier: Apache-2.0
#include "sqlite_log/lease_queries.h"

#include "sqlite_log/lease.h"

#include <utility>
#include <vector>

namespace rota::inline v1 {

std::optional<std::int64_t> select_lease(Connection& connection, std::int64_t started_sequence) {
  Statement row(connection, "SELECT lease_until FROM execution WHERE started_sequence = :started");
  row.bind(":started", started_sequence);
  if (!row.step() || row.is_null(0)) return std::nullopt;
  return row.integer(0);
}

void update_lease(Connection& connection, std::int64_t started_sequence, std::int64_t lease) {
  Statement(connection,
            "UPDATE execution SET lease_until = :lease "
            "WHERE started_sequence = :started AND state <= 1")
      .bind(":lease", lease)
      .bind(":started", started_sequence)
      .run();
}

std::size_t renew_leases(Connection& connection, const Owner& owner, TimePoint now) {
  std::vector<std::pair<std::int64_t, std::optional<std::int64_t>>> own;
  {
    Statement row(connection,
                  "SELECT started_sequence, lease_until FROM execution INDEXED BY execution_active "
                  "WHERE state <= 1 AND owner_pid = :pid AND owner_start_ticks = :ticks "
                  "AND owner_host = :host AND owner_boot_id = :boot");
    row.bind(":pid", owner.pid)
        .bind(":ticks", owner.start_ticks)
        .bind(":host", owner.host)
        .bind(":boot", owner.boot_id);
    while (row.step()) {
      own.emplace_back(row.integer(0),
                       row.is_null(1) ? std::nullopt : std::optional(row.integer(1)));
    }
  }
  for (const auto& [started_sequence, lease] : own)
    update_lease(connection, started_sequence, renewed_lease(lease, now));
  return own.size();
}

}  // namespace rota::inline v1
