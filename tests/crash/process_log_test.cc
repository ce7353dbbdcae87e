// SPDX-License-Identifier: Apache-2.0
// process_log(), in processes of its own, for there is one of it in a process.
#include "os/temporary_folder.h"
#include "sqlite_log/log_folder.h"
#include "worker_process.h"
#include <rota/execution_log.h>

#include <cstdlib>
#include <set>

#include <gmock/gmock.h>

namespace rota {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

class ProcessLogTest : public ::testing::Test {
 protected:
  ProcessLogTest() {
    ::unsetenv("ROTA_LOG");
    fs::create_directories(folder_ / "project" / "below");
    write_bytes(folder_ / "project" / "rota.toml", "");
    fs::current_path(folder_ / "project" / "below");
  }
  ~ProcessLogTest() override {
    fs::current_path(before_);
    ::unsetenv("ROTA_LOG");
  }

  std::string say(const std::vector<std::string>& words, int status) {
    WorkerProcess worker(words);
    const std::string line = worker.line();
    EXPECT_EQ(worker.wait(), status << 8);
    return line;
  }

  const fs::path before_ = fs::current_path();
  TemporaryFolder folder_;
};

TEST_F(ProcessLogTest, IsInTheProjectOfTheCurrentFolderAndStandsAloneAfterTheEnd) {
  EXPECT_EQ(say({"process-log", "t"}, 0), (folder_ / "project" / ".rota" / "log.db").string());
  EXPECT_THAT(snapshot(folder_ / "project" / ".rota"),
              UnorderedElementsAre(Pair("log.db", ::testing::_), Pair("log.db.lock", "")));
  EXPECT_TRUE(
      open_sqlite_log(folder_ / "project" / ".rota" / "log.db")->find_latest_execution("t", true));
}

TEST_F(ProcessLogTest, IsWhereTheEnvironmentSays) {
  ::setenv("ROTA_LOG", (folder_ / "elsewhere" / "x.db").c_str(), 1);
  EXPECT_EQ(say({"process-log", "t"}, 0), (folder_ / "elsewhere" / "x.db").string());
  EXPECT_FALSE(fs::exists(folder_ / "project" / ".rota"));
}

TEST_F(ProcessLogTest, AnErrorNamesWhatIsWrong) {
  ::setenv("ROTA_LOG", (folder_ / "project").c_str(), 1);
  EXPECT_THAT(say({"process-log", "t"}, 1), HasSubstr("it is a folder"));
  ::unsetenv("ROTA_LOG");
  write_bytes(folder_ / "project" / "rota.toml", "nonsense");
  EXPECT_THAT(say({"process-log", "t"}, 1), HasSubstr("rota.toml:1:"));
}

TEST_F(ProcessLogTest, EndsWithTheProgramAlsoWhileThreadsStillWrite) {
  for (int round = 0; round < 5; ++round) {
    WorkerProcess worker({"process-log-threads"});
    const std::vector<std::string> acknowledged = worker.remaining_lines();
    EXPECT_EQ(worker.wait(), 0);
    EXPECT_GE(acknowledged.size(), 20U);
    const fs::path path = folder_ / "project" / ".rota" / "log.db";
    EXPECT_FALSE(fs::exists(path.string() + "-wal"));
    const auto log = open_sqlite_log(path);
    for (const std::string& run : acknowledged) EXPECT_TRUE(log->find_execution(run)) << run;
  }
}

}  // namespace
}  // namespace rota
