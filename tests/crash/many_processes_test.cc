// SPDX-License-Identifier: Apache-2.0
// Many processes that write one log at once, and what happens when its disk is full.
#include "log_rules.h"
#include "os/temporary_folder.h"
#include "sqlite_log/log_folder.h"
#include "worker_process.h"
#include <rota/execution_log.h>

#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <iostream>
#include <set>
#include <thread>

#include <gmock/gmock.h>

namespace rota {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

TEST(ManyProcessesTest, AllThatEightWriteAtOnceIsThereAndReadersNeverFail) {
  constexpr int kProcesses = 8;
  constexpr int kEach = 50;  // begun and ended, and as many recorded as a whole
  const TemporaryFolder folder;
  const fs::path path = folder / ".rota" / "log.db";
  std::vector<WorkerProcess> workers;
  for (int number = 0; number < kProcesses; ++number) {
    workers.emplace_back(std::vector<std::string>{
        "append", path.string(), "t" + std::to_string(number), std::to_string(kEach)});
  }
  std::atomic<bool> ended = false;
  std::atomic<int> reads = 0;
  std::thread reader([&] {
    while (!ended) {
      if (!fs::exists(path)) continue;
      try {
        const auto log = open_sqlite_log(path, {.read_only = true});
        for (int round = 0; round < 20; ++round, ++reads) {
          (void)log->get_task_execution_history({.limit = 10});
          (void)log->find_latest_execution("t3", true);
        }
      } catch (const LogError& error) {
        ADD_FAILURE() << error.what();
      }
    }
  });
  std::set<std::string> said;
  for (WorkerProcess& worker : workers) {
    for (const std::string& line : worker.remaining_lines()) {
      EXPECT_THAT(line, ::testing::Not(HasSubstr("error")));
      if (!line.starts_with("begun ")) said.insert(line.substr(6));
    }
    EXPECT_EQ(worker.wait(), 0);
  }
  ended = true;
  reader.join();
  EXPECT_EQ(said.size(), std::size_t{kProcesses * kEach * 2});
  EXPECT_GT(reads, 0);

  std::set<std::string> there;
  for (const Execution& execution :
       open_sqlite_log(path)->get_task_execution_history({.limit = 0})) {
    EXPECT_EQ(execution.state(), ExecutionState::success);
    there.insert(execution.task_run_id);
  }
  EXPECT_TRUE(there == said);
  EXPECT_EQ(PlainSqlite(path).run("SELECT sequence FROM log; PRAGMA integrity_check"),
            std::to_string(kProcesses * kEach * 4) + "|ok|");
}

TEST(ManyProcessesTest, OfFourThousandThatEightRecordAtOnceNoneIsMissingAndNobodyMeetsALock) {
  constexpr int kProcesses = 8;
  constexpr int kEach = 500;
  const TemporaryFolder folder;
  const fs::path path = folder / ".rota" / "log.db";
  std::vector<WorkerProcess> workers;
  for (int number = 0; number < kProcesses; ++number) {
    workers.emplace_back(std::vector<std::string>{
        "record", path.string(), "t" + std::to_string(number), std::to_string(kEach)});
  }
  std::set<std::string> said;
  std::int64_t longest = 0;
  for (WorkerProcess& worker : workers) {
    for (const std::string& line : worker.remaining_lines()) {
      const std::string word = line.substr(0, line.find(' '));
      if (word == "whole") {
        EXPECT_TRUE(said.insert(line.substr(6)).second) << line;
      } else if (word == "longest") {
        longest = std::max<std::int64_t>(longest, std::stoll(line.substr(8)));
      } else {
        ADD_FAILURE() << line;
      }
    }
    EXPECT_EQ(worker.wait(), 0);
  }
  EXPECT_EQ(said.size(), std::size_t{kProcesses * kEach});
  std::set<std::string> there;
  for (const Execution& execution :
       open_sqlite_log(path)->get_task_execution_history({.limit = 0})) {
    there.insert(execution.task_run_id);
  }
  EXPECT_TRUE(there == said);
  EXPECT_EQ(broken_rules(path), "");
  RecordProperty("longest_wait_microseconds", std::to_string(longest));
  std::cout << "the longest wait for one record: " << longest << " us\n";
}

// A folder with little room: a small disk where this user may mount one, else a limit for the size of files.
class ScarceRoom {
 public:
  explicit ScarceRoom(const fs::path& folder, std::uint64_t room) : folder_(folder) {
    constexpr std::uint64_t kDisk = 512 * 1024;
    fs::create_directory(folder);
    // Mounts of this thread and those it starts from now on: none outlives the test.
    mounted_ = ::unshare(CLONE_NEWNS) == 0 &&
               ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
               ::mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=512k,mode=0700") == 0;
    if (mounted_) {
      write_bytes(folder / "ballast", std::string(kDisk - room, 'b'));
      return;
    }
    ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = room;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ScarceRoom(const ScarceRoom&) = delete;
  ScarceRoom& operator=(const ScarceRoom&) = delete;
  ~ScarceRoom() {
    if (mounted_) {
      ::umount2(folder_.c_str(), MNT_DETACH);
    } else {
      make_room();
    }
  }

  std::string complaint() const {
    return mounted_ ? "the disk is full; make room" : "a file would grow over the limit";
  }
  void make_room() {
    if (mounted_) {
      fs::remove(folder_ / "ballast");
    } else {
      ::setrlimit(RLIMIT_FSIZE, &before_);
    }
  }

 private:
  fs::path folder_;
  bool mounted_ = false;
  rlimit before_ = {};
};

TEST(ScarceRoomTest, AFullDiskIsAnErrorThatSaysSoAndTheLogGoesOnWhenThereIsRoom) {
  const TemporaryFolder folder;
  ScarceRoom room(folder / "disk", 448 * 1024);
  const fs::path path = folder / "disk" / "log.db";
  std::vector<std::string> acknowledged;
  std::string error;
  const auto log = open_sqlite_log(path);
  while (error.empty()) {
    try {
      acknowledged.push_back(
          log->record_task_execution({.task_id = "t"}, {.message = std::string(2000, 'm')}));
    } catch (const LogError& caught) {
      error = caught.what();
    }
  }
  EXPECT_THAT(error, HasSubstr(room.complaint()));
  EXPECT_GT(acknowledged.size(), 5U);
  EXPECT_EQ(log->get_task_execution_history({.limit = 0}).size(), acknowledged.size());
  EXPECT_EQ(open_sqlite_log(path)->get_task_execution_history({.limit = 0}).size(),
            acknowledged.size());

  room.make_room();
  acknowledged.push_back(log->record_task_execution({.task_id = "t"}, {}));
  for (const std::string& run : acknowledged) EXPECT_TRUE(log->find_execution(run)) << run;
  EXPECT_EQ(PlainSqlite(path).run("PRAGMA integrity_check"), "ok|");
}

TEST(ScarceRoomTest, NoLogIsMadeWhereThereIsNoRoomForOne) {
  const TemporaryFolder folder;
  ScarceRoom room(folder / "disk", 8 * 1024);
  const fs::path path = folder / "disk" / "log.db";
  EXPECT_THAT(open_error(path), HasSubstr(room.complaint()));
  EXPECT_FALSE(fs::exists(path));
  EXPECT_FALSE(fs::exists(path.string() + ".new"));
  room.make_room();
  EXPECT_NO_THROW(open_sqlite_log(path));
}

}  // namespace
}  // namespace rota
