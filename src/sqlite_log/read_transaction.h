// SPDX-License-Identifier: Apache-2.0
// Several reads of one state of the file. Knows nothing of what is read.
#pragma once

#include "sqlite_log/database.h"

namespace rota::inline v1 {

// All that `read` reads from the connection is of one state of the file.
template <class Read>
void read_at_once(Connection& connection, const Read& read) {
  Statement(connection, "BEGIN").run();
  try {
    read();
    Statement(connection, "COMMIT").run();
  } catch (...) {
    if (connection.in_transaction()) Statement(connection, "ROLLBACK").run();
    throw;
  }
}

}  // namespace rota::inline v1
