// SPDX-License-Identifier: Apache-2.0
#include "sqlite_log/deferred_indexes.h"

#include "os/blocked_signals.h"

#include <functional>
#include <utility>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

constexpr const char* kIndexOfIds = "execution_task_run_id";
// Those that no import asks and that have a row for each execution or file. The other unique ones do what an import
// needs: they refuse.
constexpr const char* kIndexes[] = {"execution_task", "execution_file_path"};
// Below it is not worth a change of the schema, after which each process prepares its statements again.
constexpr std::size_t kFrom = 1'000;

// In KiB. Rows that come in their order need few pages; an index in which ids come in any order needs all of its own:
// what does not fit is written and read again and again. Each of the threads that sort takes as much as the cache may.
constexpr int kCacheForRows = 24 << 10;
constexpr int kCacheForIndexes = 56 << 10;
constexpr int kCacheForSorting = 6 << 10;

bool is_empty(Connection& connection) {
  Statement any(connection, "SELECT 1 FROM execution LIMIT 1");
  return !any.step();
}

// Empty: there is no such index.
std::string statement_of(Connection& connection, const char* index) {
  Statement statement(connection, "SELECT sql FROM sqlite_schema WHERE name = :name");
  return statement.bind(":name", index).step() ? statement.text(0) : "";
}

// The statement that makes it.
std::string drop(Connection& connection, const char* index) {
  std::string statement = statement_of(connection, index);
  if (!statement.empty()) connection.execute(fmt::format("DROP INDEX {}", index).c_str());
  return statement;
}

}  // namespace

// ---- SeenIds ----

bool SeenIds::add(std::string_view id) {
  constexpr std::size_t kFullParts = 4;  // three of them may be used
  if (used_ >= slots_.size() / kFullParts * (kFullParts - 1)) grow();
  return has_room_ && put(std::hash<std::string_view>()(id));
}

// Where many follow each other, by chance or because somebody chose them so, there is no room.
bool SeenIds::put(std::uint64_t hash) {
  constexpr std::size_t kMostSteps = 1000;
  if (hash == 0) hash = 1;
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t step = 0; step < kMostSteps; ++step) {
    std::uint64_t& slot = slots_[(hash + step) & mask];
    if (slot == hash) return false;
    if (slot != 0) continue;
    slot = hash;
    ++used_;
    return true;
  }
  has_room_ = false;
  return false;
}

void SeenIds::grow() {
  constexpr std::size_t kFirstSlots = 4096;
  constexpr std::size_t kMostSlots = std::size_t{1} << 21U;  // 16 MiB, for 1.5 million ids
  has_room_ = has_room_ && slots_.size() < kMostSlots;
  if (!has_room_) return;
  std::vector<std::uint64_t> before(slots_.empty() ? kFirstSlots : slots_.size() * 2);
  slots_.swap(before);
  used_ = 0;
  for (const std::uint64_t hash : before) {
    if (hash != 0) put(hash);
  }
}

// ---- DeferredIndexes ----

DeferredIndexes::DeferredIndexes(Connection& connection)
    : connection_(connection), cache_(connection), was_empty_(is_empty(connection)) {
  cache_.resize(kCacheForIndexes);
}

bool DeferredIndexes::is_surely_new(std::string_view task_run_id) {
  if (!was_empty_ || (added_ >= kFrom && index_of_ids_.empty())) return false;
  const bool is_new = ids_.add(task_run_id);
  if (index_of_ids_.empty()) return false;
  if (!is_new) create_index_of_ids();
  return is_new;
}

void DeferredIndexes::count_one() {
  if (++added_ == kFrom && was_empty_) leave_out();
}

void DeferredIndexes::leave_out() {
  // Logs that were made before it had a name have it as part of their table.
  index_of_ids_ = drop(connection_, kIndexOfIds);
  if (!index_of_ids_.empty()) cache_.resize(kCacheForRows);
  for (const char* const index : kIndexes) {
    left_out_.push_back(drop(connection_, index));
    if (left_out_.back().empty())
      connection_.fail_as_damaged(fmt::format("its index {} is missing", index));
  }
}

void DeferredIndexes::create_index_of_ids() {
  ids_.clear();
  sort(std::exchange(index_of_ids_, {}));
  cache_.resize(kCacheForIndexes);
}

// Two threads of SQLite sort what this one gives them.
void DeferredIndexes::sort(const std::string& statement) {
  const BlockedSignals blocked;  // they inherit it
  cache_.resize(kCacheForSorting);
  connection_.execute("PRAGMA threads = 2");
  Statement(connection_, statement).run();  // the first statement of the text, which the file gave
  connection_.execute("PRAGMA threads = 0");
}

void DeferredIndexes::create() {
  ids_.clear();
  if (!index_of_ids_.empty()) create_index_of_ids();
  for (const std::string& statement : left_out_) sort(statement);
  left_out_.clear();
}

}  // namespace rota::inline v1
