// SPDX-License-Identifier: Apache-2.0
// Every execution log there is, for the tests that all of them must pass, and processes that end when a
// test says so.
#pragma once

#include "execution_log/memory_log.h"
#include "execution_log/owners.h"
#include "os/temporary_folder.h"
#include "sqlite_log/sqlite_log.h"
#include <rota/execution_log.h>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace rota {

struct LogUnderTest {
  std::string name;
  // Opened twice in one folder it is one log, unless it lives in memory. The folder is its project.
  std::function<std::unique_ptr<ExecutionLog>(const TemporaryFolder&, Owners)> open;
};

inline void PrintTo(const LogUnderTest& log, std::ostream* out) { *out << log.name; }

inline LogUnderTest memory_log_under_test() {
  return {"memory", [](const TemporaryFolder& folder, Owners owners) {
            return std::make_unique<MemoryLog>(std::move(owners), folder.path());
          }};
}

inline LogUnderTest sqlite_log_under_test() {
  return {"sqlite", [](const TemporaryFolder& folder, Owners owners) {
            return std::make_unique<SqliteLog>(folder / "log.db", LogOptions{}, std::move(owners));
          }};
}

// As above, where several hosts may have the file.
inline LogUnderTest shared_sqlite_log_under_test() {
  return {"sqlite_shared", [](const TemporaryFolder& folder, Owners owners) {
            LogFileRules rules;
            rules.shared_file_system = [](const std::filesystem::path&) { return "nfs"; };
            return std::make_unique<SqliteLog>(folder / "log.db", LogOptions{}, std::move(owners),
                                               rules);
          }};
}

// Owners as a log sees them. May be asked from any thread.
class Processes {
 public:
  // The log's own process from now on.
  void become(std::int64_t pid, std::string host = "mill") {
    const std::lock_guard hold(mutex_);
    pid_ = pid;
    host_ = std::move(host);
  }
  // The clock stands there from now on.
  void set_clock(TimePoint now) {
    const std::lock_guard hold(mutex_);
    now_ = now;
  }
  void end(std::int64_t pid) {
    const std::lock_guard hold(mutex_);
    dead_.insert(pid);
  }
  Owners owners() {
    return {[this] {
              const std::lock_guard hold(mutex_);
              return Owner{host_, "boot", pid_, 17};
            },
            [this](const Owner& owner) {
              const std::lock_guard hold(mutex_);
              return dead_.contains(owner.pid);
            },
            [this] {
              const std::lock_guard hold(mutex_);
              return now_.value_or(log_time_now());
            },
            [this](const Owner& owner) {
              const std::lock_guard hold(mutex_);
              return owner.host == host_;
            },
            [this] {
              const std::lock_guard hold(mutex_);
              return since_boot_;
            }};
  }
  // The clock that nobody sets goes on.
  void pass(std::chrono::milliseconds time) {
    const std::lock_guard hold(mutex_);
    since_boot_ += time;
  }

 private:
  std::mutex mutex_;
  std::int64_t pid_ = 1;
  std::string host_ = "mill";
  std::optional<TimePoint> now_;
  std::chrono::milliseconds since_boot_ = std::chrono::hours(1);
  std::set<std::int64_t> dead_;
};

class ConformanceTest : public ::testing::TestWithParam<LogUnderTest> {
 protected:
  ConformanceTest() : log_(GetParam().open(folder_, processes_.owners())) {}

  // Arguments that differ where `n` does.
  static std::string arguments(const std::string& n) { return R"({"n":")" + n + "\"}"; }
  ExecutionHandle begin(const std::string& task, const std::string& n = "") {
    return log_->begin_execution({.task_id = task, .arguments = n.empty() ? "{}" : arguments(n)});
  }
  bool finish(const ExecutionHandle& handle, ExecutionState state = ExecutionState::success) {
    return log_->finish_execution(handle, {.state = state});
  }
  std::string record(const std::string& task, ExecutionState state = ExecutionState::success) {
    return log_->record_task_execution({.task_id = task}, {.state = state});
  }
  Execution find(const ExecutionHandle& handle) {
    return log_->find_execution(handle.task_run_id).value();
  }

  TemporaryFolder folder_;
  Processes processes_;
  std::unique_ptr<ExecutionLog> log_;
};

}  // namespace rota

// For each file of tests: its cases run on every log.
#define ROTA_TEST_ON_ALL_LOGS(Suite)                                                      \
  INSTANTIATE_TEST_SUITE_P(                                                               \
      Logs, Suite,                                                                        \
      ::testing::Values(::rota::memory_log_under_test(), ::rota::sqlite_log_under_test(), \
                        ::rota::shared_sqlite_log_under_test()),                          \
      [](const auto& info) { return info.param.name; })
