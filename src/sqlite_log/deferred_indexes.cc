// SPDX-License-Identifier: Apache-2.0
#include "sqlite_log/deferred_indexes.h"

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

// Those that no import asks and that have a row for each execution or file. The unique ones do what an import needs:
// they refuse.
constexpr const char* kIndexes[] = {"execution_task", "execution_file_path"};
// Below it is not worth a change of the schema, after which each process prepares its statements again.
constexpr std::size_t kFrom = 1'000;

bool is_empty(Connection& connection) {
  Statement any(connection, "SELECT 1 FROM execution LIMIT 1");
  return !any.step();
}

std::string statement_of(Connection& connection, const char* index) {
  Statement statement(connection, "SELECT sql FROM sqlite_schema WHERE name = :name");
  if (!statement.bind(":name", index).step())
    connection.fail_as_damaged(fmt::format("its index {} is missing", index));
  return statement.text(0);
}

}  // namespace

DeferredIndexes::DeferredIndexes(Connection& connection)
    : connection_(connection), was_empty_(is_empty(connection)) {}

void DeferredIndexes::count_one() {
  if (was_empty_ && ++added_ == kFrom) leave_out();
}

void DeferredIndexes::leave_out() {
  for (const char* const index : kIndexes) {
    left_out_.push_back(statement_of(connection_, index));
    connection_.execute(fmt::format("DROP INDEX {}", index).c_str());
  }
}

void DeferredIndexes::create() {
  // What is sorted takes as much memory as the cache may; what that has now is in the way.
  if (!left_out_.empty()) connection_.execute("PRAGMA cache_size = -16384; PRAGMA shrink_memory");
  for (const std::string& statement : left_out_) connection_.execute(statement.c_str());
  left_out_.clear();
}

}  // namespace rota::inline v1
