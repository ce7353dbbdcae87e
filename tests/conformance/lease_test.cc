// SPDX-License-Identifier: Apache-2.0
// Two hosts that share a log, each with clocks of its own: an owner that is gone is found by the lease that it does
// not renew, and one that lives never loses what it runs. A log in memory has no other hosts.
#include "sqlite_log/lease.h"

#include "logs_under_test.h"
#include "sqlite_log/database.h"

#include <thread>

#include <gmock/gmock.h>

namespace rota {
namespace {

using ::testing::HasSubstr;

using ::testing::Not;

// Doubts in the file, as another program sees them.
class PlainRead {
 public:
  explicit PlainRead(const std::filesystem::path& file) : connection_(file, Access::read_only) {}
  std::int64_t count() const {
    Statement row(connection_, "SELECT count(*) FROM execution WHERE lease_until < 0");
    return row.step() ? row.integer(0) : 0;
  }

 private:
  mutable Connection connection_;
};

// A host with the log open, which renews its leases every so often.
class Host {
 public:
  Host(const std::string& name, std::int64_t pid, const std::filesystem::path& path, bool is_shared,
       std::chrono::milliseconds renew_every = std::chrono::hours(24)) {
    processes_.become(pid, name);
    LogFileRules rules;
    rules.renew_every = renew_every;
    if (is_shared) rules.shared_file_system = [](const std::filesystem::path&) { return "nfs"; };
    log_ = std::make_unique<SqliteLog>(path, LogOptions{}, processes_.owners(), rules);
  }
  SqliteLog& log() { return *log_; }
  Processes& processes() { return processes_; }
  void stop() { log_.reset(); }
  std::string begin_error() {
    try {
      log_->begin_execution({.task_id = "t"});
    } catch (const AlreadyRunningError& error) {
      return error.what();
    }
    return "begun";
  }

 private:
  Processes processes_;
  std::unique_ptr<SqliteLog> log_;
};

class LeaseTest : public ::testing::TestWithParam<bool> {
 protected:
  Host host(const std::string& name, std::int64_t pid,
            std::chrono::milliseconds renew_every = std::chrono::hours(24)) {
    return {name, pid, folder_ / "log.db", GetParam(), renew_every};
  }
  const TemporaryFolder folder_ = TemporaryFolder::in_memory();
};
INSTANTIATE_TEST_SUITE_P(Logs, LeaseTest, ::testing::Bool(),
                         [](const auto& info) { return info.param ? "shared" : "local"; });

TEST_P(LeaseTest, AnOwnerThatRenewsNothingIsLostToAnotherHostInTime) {
  Host mill = host("mill", 1);
  Host loom = host("loom", 2);
  const ExecutionHandle orphan = mill.log().begin_execution({.task_id = "t"});
  EXPECT_THAT(loom.begin_error(), HasSubstr("on host mill as process 1"));
  EXPECT_THAT(loom.begin_error(), HasSubstr("counts as lost to who tries again after 180 seconds"));
  loom.processes().pass(kDoubtStands - std::chrono::milliseconds(1));
  EXPECT_THAT(loom.begin_error(), HasSubstr("on host mill"));
  EXPECT_EQ(loom.log().mark_lost_executions(), 0U);
  loom.processes().pass(std::chrono::milliseconds(1));
  const ExecutionHandle next = loom.log().begin_execution({.task_id = "t"});
  const Execution lost = loom.log().find_execution(orphan.task_run_id).value();
  EXPECT_EQ(lost.state(), ExecutionState::lost);
  EXPECT_THAT(lost.end.message, HasSubstr("host mill"));
  EXPECT_FALSE(mill.log().finish_execution(orphan, {})) << "a late owner writes its end";
  EXPECT_EQ(mill.log().find_execution(orphan.task_run_id)->state(), ExecutionState::lost);
  EXPECT_TRUE(loom.log().finish_execution(next, {}));
  EXPECT_TRUE(loom.log().validate_execution_log().empty());
}

TEST_P(LeaseTest, MarkingFindsItToo) {
  Host mill = host("mill", 1);
  Host loom = host("loom", 2);
  const ExecutionHandle orphan = mill.log().begin_execution({.task_id = "t"});
  EXPECT_EQ(loom.log().mark_lost_executions(), 0U);
  loom.processes().pass(kDoubtStands);
  EXPECT_EQ(loom.log().mark_lost_executions(), 1U);
  EXPECT_FALSE(mill.log().finish_execution(orphan, {}));
}

TEST_P(LeaseTest, ADoubtOutlivesTheProcessThatHadIt) {
  Host mill = host("mill", 1);
  mill.log().begin_execution({.task_id = "t"});
  {
    Host loom = host("loom", 2);
    EXPECT_THAT(loom.begin_error(), HasSubstr("on host mill"));
  }
  Host later = host("loom", 3);
  later.processes().pass(kDoubtStands);
  EXPECT_EQ(later.begin_error(), "begun");
}

TEST_P(LeaseTest, WallClocksThatAreHoursApartOrSetBackChangeNothing) {
  Host mill = host("mill", 1);
  Host loom = host("loom", 2);
  const auto at = [](std::int64_t hours) { return TimePoint(std::chrono::hours(hours)); };
  mill.processes().set_clock(at(400'000));
  loom.processes().set_clock(at(400'048));
  const ExecutionHandle handle = mill.log().begin_execution({.task_id = "t"});
  EXPECT_THAT(loom.begin_error(), HasSubstr("on host mill"));
  for (const std::int64_t hours : {500'000, 300'000, 400'000}) {
    loom.processes().set_clock(at(hours));
    EXPECT_THAT(loom.begin_error(), HasSubstr("on host mill")) << hours;
    EXPECT_EQ(loom.log().mark_lost_executions(), 0U);
  }
  EXPECT_TRUE(mill.log().finish_execution(handle, {}));
}

TEST_P(LeaseTest, AnOwnerThatRenewsIsNeverLostEvenWithItsClockSetBack) {
  Host mill = host("mill", 1, std::chrono::milliseconds(1));
  Host loom = host("loom", 2);
  const ExecutionHandle handle = mill.log().begin_execution({.task_id = "t"});
  for (int round = 0; round < 5; ++round) {
    mill.processes().set_clock(TimePoint(std::chrono::hours(400'000 - 1'000 * round)));
    EXPECT_THAT(loom.begin_error(), HasSubstr("on host mill"));
    // A renewal is a commit, after which the doubt is gone.
    const PlainRead doubts(folder_ / "log.db");
    while (doubts.count() != 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    loom.processes().pass(kDoubtStands * 2);
  }
  EXPECT_TRUE(mill.log().finish_execution(handle, {}));
}

TEST_P(LeaseTest, OnItsOwnHostADeadOwnerMakesWayAtOnceAndALivingOneNever) {
  Host first = host("mill", 1);
  Host second = host("mill", 2);
  first.log().begin_execution({.task_id = "t"});
  second.processes().pass(kDoubtStands * 10);
  EXPECT_THAT(second.begin_error(), Not(HasSubstr("counts as lost")));
  second.processes().pass(kDoubtStands * 10);
  EXPECT_THAT(second.begin_error(), HasSubstr("on host mill"));
  second.processes().end(1);
  EXPECT_EQ(second.begin_error(), "begun");
}

TEST_P(LeaseTest, ARenewalIsNoChangeOfTheExecution) {
  Host mill = host("mill", 1, std::chrono::milliseconds(1));
  Host loom = host("loom", 2);
  const ExecutionHandle handle = mill.log().begin_execution({.task_id = "t"});
  EXPECT_THAT(loom.begin_error(), HasSubstr("on host mill"));
  const PlainRead doubts(folder_ / "log.db");
  while (doubts.count() != 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(mill.log().last_sequence(), 1);
  EXPECT_EQ(mill.log().find_execution(handle.task_run_id)->changed_sequence, 1);
  EXPECT_TRUE(mill.log().validate_execution_log().empty());
}

}  // namespace
}  // namespace rota
