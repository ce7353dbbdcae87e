// SPDX-License-Identifier: Apache-2.0
// Logs in processes that fork: what parents and children may do with one that was open, and what is in it then.
#include "os/forking_test.h"
#include "os/process_identity.h"
#include "sqlite_log/log_folder.h"
#include "sqlite_log/sqlite_log.h"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

#ifdef __SANITIZE_THREAD__
constexpr bool kMayStartThreads = false;  // ThreadSanitizer takes them for those of the parent
#else
constexpr bool kMayStartThreads = true;
#endif

// What a child does, told by its exit status: how many checks failed, or that something was thrown.
class Child {
 public:
  template <class Work>
  explicit Child(const Work& work) : pid_(::fork()) {
    if (pid_ == 0) ::_exit(status_of(work));
  }
  int wait() {
    int status = 0;
    if (pid_ < 0 || ::waitpid(pid_, &status, 0) != pid_) return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  pid_t pid() const { return pid_; }

 private:
  template <class Work>
  static int status_of(const Work& work) {
    try {
      return work() ? 0 : 1;
    } catch (const std::exception& error) {
      ::write(STDERR_FILENO, error.what(), std::string_view(error.what()).size());
      return 2;
    }
  }

  pid_t pid_;
};

class ForkTest : public ::testing::Test {
 protected:
  void SetUp() override { SKIP_WHERE_CHILDREN_CANNOT_ALLOCATE(); }

  static void record(ExecutionLog& log, const std::string& task_id, int times = 1) {
    for (int time = 0; time < times; ++time) log.record_task_execution({.task_id = task_id}, {});
  }
  static std::size_t count(const ExecutionLog& log, const std::string& task_id) {
    return log.get_task_execution_history({.task_id = task_id, .limit = 0}).size();
  }
  static bool is_refused(const std::string& message) {
    return message.find("this process was forked from one that") != std::string::npos &&
           message.find("; fork when no thread uses it") != std::string::npos;
  }
  std::unique_ptr<ExecutionLog> open_without_wal() {
    LogFileRules rules;
    rules.shared_file_system = [](const fs::path&) { return "nfs"; };
    return std::make_unique<SqliteLog>(path_, LogOptions{}, Owners{}, rules);
  }
  std::unique_ptr<ExecutionLog> open_sharing_syncs() {
    LogFileRules rules;
    rules.always_shares_syncs = true;
    return std::make_unique<SqliteLog>(path_, LogOptions{}, Owners{}, rules);
  }
  void expect_sound(const ExecutionLog& log) {
    EXPECT_THAT(log.validate_execution_log(), IsEmpty());
    EXPECT_EQ(PlainSqlite(path_).run("PRAGMA integrity_check; PRAGMA foreign_key_check"), "ok|");
  }

  TemporaryFolder folder_;
  const fs::path path_ = folder_ / "log.db";
};

TEST_F(ForkTest, AChildRecordsAndReadsInALogThatWasOpenAndTheParentGoesOn) {
  const auto log = open_sqlite_log(path_);
  record(*log, "before");
  EXPECT_EQ(count(*log, "before"), 1U);
  Child child([&] {
    record(*log, "child", 3);
    return count(*log, "before") == 1 && count(*log, "child") == 3 &&
           log->validate_execution_log().empty();
  });
  record(*log, "parent", 3);
  EXPECT_EQ(child.wait(), 0);
  record(*log, "parent");
  EXPECT_EQ(count(*log, "child"), 3U);
  EXPECT_EQ(count(*log, "parent"), 4U);
  expect_sound(*log);
}

TEST_F(ForkTest, AChildOpensTheSameFileAndOthers) {
  const auto log = open_sqlite_log(path_);
  record(*log, "before");
  Child child([&] {
    record(*open_sqlite_log(path_), "again");
    record(*open_sqlite_log(path_.string() + "2"), "other");
    return count(*open_sqlite_log(path_, {.read_only = true}), "again") == 1;
  });
  EXPECT_EQ(child.wait(), 0);
  EXPECT_EQ(count(*log, "again"), 1U);
  EXPECT_EQ(count(*open_sqlite_log(path_.string() + "2"), "other"), 1U);
}

TEST_F(ForkTest, AChildOpensALogWhereItsParentHadNoneOpen) {
  make_log_with_one_success(path_);
  Child child([&] { return count(*open_sqlite_log(path_, {.read_only = true}), "t") == 1; });
  EXPECT_EQ(child.wait(), 0);
}

TEST_F(ForkTest, AGrandchildDoesAsItsParent) {
  const auto log = open_sqlite_log(path_);
  record(*log, "t");
  Child child([&] {
    record(*log, "t");
    Child grandchild([&] {
      record(*log, "t");
      return true;
    });
    record(*log, "t");
    return grandchild.wait() == 0;
  });
  EXPECT_EQ(child.wait(), 0);
  EXPECT_EQ(count(*log, "t"), 4U);
}

TEST_F(ForkTest, NothingIsOpenAtTheMomentOfTheFork) {
  const auto log = open_sqlite_log(path_);
  const auto sharing = open_sharing_syncs();
  record(*log, "t");
  record(*sharing, "t");
  EXPECT_EQ(count(*log, "t"), 2U);
  Child child([&] {
    for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
      std::error_code gone;
      if (fs::read_symlink(entry.path(), gone).native().starts_with(folder_.path().native()))
        return false;
    }
    const std::string maps = read_bytes("/proc/self/maps");
    return maps.find(folder_.path().native()) == std::string::npos;
  });
  EXPECT_EQ(child.wait(), 0);
}

TEST_F(ForkTest, ALogWithoutAWalAndOneForReadingAreUsedInChildrenToo) {
  const auto log = open_without_wal();
  record(*log, "t");
  EXPECT_EQ(count(*log, "t"), 1U);
  const auto reader = open_sqlite_log(path_, {.read_only = true});
  EXPECT_EQ(count(*reader, "t"), 1U);
  Child child([&] {
    record(*log, "t");
    return count(*reader, "t") == 2 &&
           error_of([&] { record(*reader, "t"); }).find("reading only") != std::string::npos;
  });
  EXPECT_EQ(child.wait(), 0);
  EXPECT_EQ(count(*reader, "t"), 2U);
  expect_sound(*log);
}

TEST_F(ForkTest, ManyChildrenRecordWhileThreadsOfTheParentWrite) {
  constexpr int kChildren = 12;
  constexpr int kRecords = 10;
  const auto log = open_sqlite_log(path_);
  const auto same = open_sharing_syncs();
  std::atomic<bool> stop = false;
  std::atomic<int> written = 0;
  std::vector<std::jthread> threads;
  for (ExecutionLog* used : {log.get(), log.get(), same.get()}) {
    threads.emplace_back([&, used] {
      for (; !stop; ++written) {
        record(*used, "parent");
        EXPECT_TRUE(used->find_latest_execution("parent", true));
      }
    });
  }
  std::vector<Child> children;
  for (int number = 0; number < kChildren; ++number) {
    children.emplace_back([&, number] {
      record(number % 2 == 0 ? *log : *same, "child", kRecords);
      return count(*log, "child") >= kRecords;
    });
  }
  for (Child& child : children) EXPECT_EQ(child.wait(), 0);
  stop = true;
  threads.clear();
  EXPECT_EQ(count(*log, "child"), std::size_t{kChildren} * kRecords);
  EXPECT_EQ(count(*log, "parent"), static_cast<std::size_t>(written));
  expect_sound(*log);
}

TEST_F(ForkTest, ThreadsMayForkAtTheSameTime) {
  const auto log = open_sqlite_log(path_);
  std::vector<std::jthread> threads;
  for (int number = 0; number < 4; ++number) {
    threads.emplace_back([&] {
      for (int time = 0; time < 5; ++time) {
        record(*log, "parent");
        Child child([&] {
          record(*log, "child");
          return true;
        });
        EXPECT_EQ(child.wait(), 0);
      }
    });
  }
  threads.clear();
  EXPECT_EQ(count(*log, "child"), 20U);
  EXPECT_EQ(count(*log, "parent"), 20U);
}

TEST_F(ForkTest, WhatAChildBeginsIsItsOwnAndLostWhenItDies) {
  if (!kMayStartThreads) GTEST_SKIP();
  const auto log = open_sqlite_log(path_);
  const ExecutionHandle of_parent = log->begin_execution({.task_id = "parent"});
  Child child([&] {
    log->begin_execution({.task_id = "child"});
    const auto begun = log->find_latest_execution("child", false);
    const auto other = log->find_execution(of_parent.task_run_id);
    return begun->owner.pid == ::getpid() && begun->owner == owner_of_this_process() &&
           begun->state() == ExecutionState::running && other->owner.pid == ::getppid();
  });
  EXPECT_EQ(child.wait(), 0);
  EXPECT_EQ(log->find_latest_execution("child", false)->owner.pid, child.pid());
  EXPECT_EQ(log->find_latest_execution("child", false)->state(), ExecutionState::lost);
  EXPECT_EQ(log->mark_lost_executions(), 1U);
  EXPECT_EQ(log->find_execution(of_parent.task_run_id)->state(), ExecutionState::running);
  EXPECT_TRUE(log->finish_execution(of_parent, {}));
}

TEST_F(ForkTest, AChildRenewsItsOwnLeasesAndNoneOfItsParent) {
  if (!kMayStartThreads) GTEST_SKIP();
  LogFileRules rules;
  rules.renew_every = std::chrono::milliseconds(5);
  const auto log = std::make_unique<SqliteLog>(path_, LogOptions{}, Owners{}, rules);
  const ExecutionHandle active = log->begin_execution({.task_id = "parent"});
  const auto lease_of = [&](const std::string& task_id) {
    return PlainSqlite(path_).run(
        "SELECT coalesce(lease_until, 0) FROM execution WHERE task_id = '" + task_id + "'");
  };
  while (lease_of("parent") == "0|") std::this_thread::yield();
  std::vector<int> ends(2);
  ASSERT_EQ(::pipe(ends.data()), 0);
  Child child([&] {
    log->begin_execution({.task_id = "child"});
    char byte = 0;
    return ::read(ends[0], &byte, 1) == 1;
  });
  for (const char* task_id : {"child", "parent"}) {
    const std::string before = lease_of(task_id);
    while (lease_of(task_id) == before) std::this_thread::yield();
  }
  ASSERT_EQ(::write(ends[1], "x", 1), 1);
  EXPECT_EQ(child.wait(), 0);
  EXPECT_TRUE(log->finish_execution(active, {}));
  for (const int end : ends) ::close(end);
}

TEST_F(ForkTest, AnExecutionHasOneEndWhetherTheParentOrAChildWritesIt) {
  const auto log = open_sqlite_log(path_);
  const ExecutionHandle handle = log->begin_execution({.task_id = "t"});
  Child child([&] { return log->finish_execution(handle, {}); });
  EXPECT_EQ(child.wait(), 0);
  EXPECT_FALSE(log->finish_execution(handle, {}));
  EXPECT_EQ(log->find_latest_execution("t", false)->owner.pid, ::getpid());
}

TEST_F(ForkTest, AChildThatIsForkedInASnapshotIsRefusedAndTheParentIsSound) {
  const auto log = open_sqlite_log(path_);
  record(*log, "t");
  const auto other = open_sqlite_log(path_.string() + "2");
  log->read_snapshot([&](const LogSnapshot&) {
    Child child([&] {
      record(*other, "t");  // that nobody was using
      return is_refused(error_of([&] { record(*log, "t"); })) &&
             is_refused(error_of([&] { count(*log, "t"); })) &&
             is_refused(error_of([&] { log->validate_execution_log(); })) &&
             is_refused(error_of([&] { open_sqlite_log(path_); })) &&
             Child([&] { return is_refused(error_of([&] { open_sqlite_log(path_); })); }).wait() ==
                 0;
    });
    record(*log, "t");
    EXPECT_EQ(child.wait(), 0);
  });
  record(*log, "t");
  EXPECT_EQ(count(*log, "t"), 3U);
  EXPECT_EQ(count(*other, "t"), 1U);
  Child later([&] {
    record(*log, "t");
    return true;
  });
  EXPECT_EQ(later.wait(), 0);
  expect_sound(*log);
}

TEST_F(ForkTest, AChildThatIsForkedInAnImportIsRefusedAndTheImportIsWhole) {
  const auto log = open_sqlite_log(path_);
  log->import_executions(ImportMode::merge, [&](const AddExecution& add) {
    Child child([&] { return is_refused(error_of([&] { record(*log, "t"); })); });
    EXPECT_EQ(child.wait(), 0);
    Execution execution;
    execution.task_run_id = "01234567-89ab-4cde-8f01-23456789abcd";
    execution.start.task_id = "imported";
    execution.started_at = TimePoint(std::chrono::seconds(1));
    execution.finished_at = TimePoint(std::chrono::seconds(2));
    add(execution);
  });
  EXPECT_EQ(count(*log, "imported"), 1U);
  expect_sound(*log);
}

TEST_F(ForkTest, AForkWaitsForAnotherThreadThatReads) {
  const auto log = open_sqlite_log(path_);
  record(*log, "t");
  std::promise<void> reads;
  std::promise<void> forked;
  const auto reader = std::async(std::launch::async, [&] {
    log->read_snapshot([&](const LogSnapshot&) {
      reads.set_value();
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
      EXPECT_EQ(count(*log, "t"), 1U);  // a use within a use does not wait for the fork
    });
    forked.get_future().wait();
  });
  reads.get_future().wait();
  Child child([&] {
    record(*log, "t");
    return true;
  });
  forked.set_value();
  EXPECT_EQ(child.wait(), 0);
  EXPECT_EQ(count(*log, "t"), 2U);
}

TEST_F(ForkTest, AForkDoesNotWaitForeverAndTheReaderGoesOn) {
  const auto log = open_sqlite_log(path_);
  record(*log, "t");
  std::promise<void> reads;
  std::promise<void> end;
  const auto reader = std::async(std::launch::async, [&] {
    log->read_snapshot([&](const LogSnapshot& snapshot) {
      reads.set_value();
      end.get_future().wait();
      EXPECT_EQ(count(*log, "t"), 2U);
      int seen = 0;
      snapshot.for_each_execution({}, [&](const Execution&) { return ++seen > 0; });
      EXPECT_LE(seen, 2);
    });
  });
  reads.get_future().wait();
  Child child([&] { return is_refused(error_of([&] { record(*log, "t"); })); });
  record(*log, "t");
  EXPECT_EQ(child.wait(), 0);
  end.set_value();
}

TEST_F(ForkTest, AChildThatDestroysItsLogLeavesThatOfTheParent) {
  auto log = open_sqlite_log(path_);
  record(*log, "t");
  const ExecutionHandle active = log->begin_execution({.task_id = "u"});  // whose lease is renewed
  Child child([&] {
    log.reset();
    record(*open_sqlite_log(path_), "t");
    return true;
  });
  EXPECT_EQ(child.wait(), 0);
  record(*log, "t");
  EXPECT_TRUE(log->finish_execution(active, {}));
  EXPECT_EQ(count(*log, "t"), 3U);
  log.reset();
  EXPECT_FALSE(fs::exists(path_.string() + "-wal"));
}

TEST_F(ForkTest, AChildIsFreeWhereOtherThreadsOfItsParentWereWithinSqlite) {
  const auto log = open_sqlite_log(path_);
  std::atomic<bool> stop = false;
  std::jthread of_the_host([&] {
    while (!stop) PlainSqlite(":memory:").run("CREATE TABLE t (a); INSERT INTO t VALUES (1)");
  });
  for (int time = 0; time < 20; ++time) {
    Child child([&] {
      record(*log, "t");
      return true;
    });
    EXPECT_EQ(child.wait(), 0);
  }
  stop = true;
  EXPECT_EQ(count(*log, "t"), 20U);
}

}  // namespace
}  // namespace rota
