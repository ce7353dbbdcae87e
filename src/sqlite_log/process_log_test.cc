// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "sqlite_log/log_folder.h"

namespace rota {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

std::string error_of_process_log() {
  try {
    process_log();
  } catch (const LogError& error) {
    return error.what();
  }
  return "no error";
}

// There is one log for a process, so there is one test.
TEST(ProcessLog, IsWhereTheEnvironmentOrTheProjectSaysAndIsTriedUntilItWorks) {
  // Not removed at the end: the log stays open as long as the process.
  std::string name = (fs::temp_directory_path() / "rota-process-log-XXXXXX").string();
  ASSERT_NE(::mkdtemp(name.data()), nullptr);
  const fs::path folder = fs::canonical(name);
  const fs::path before = fs::current_path();
  fs::create_directories(folder / "project" / "below");
  fs::create_directories(folder / "directory.db");
  fs::current_path(folder / "project" / "below");

  write_bytes(folder / "project" / "rota.toml", "nonsense");
  EXPECT_THAT(error_of_process_log(), HasSubstr("rota.toml:1:"));
  write_bytes(folder / "project" / "rota.toml", "");

  ::setenv("ROTA_LOG", (folder / "directory.db").c_str(), 1);
  EXPECT_THAT(error_of_process_log(), HasSubstr("it is a folder"));
  EXPECT_THAT(error_of_process_log(), HasSubstr("it is a folder"));

  ::unsetenv("ROTA_LOG");
  ExecutionLog& log = process_log();
  EXPECT_EQ(log.location(), folder / "project" / ".rota" / "log.db");
  fs::current_path(before);
  EXPECT_EQ(&process_log(), &log);
  log.record_task_execution({.task_id = "t"}, {});
  EXPECT_TRUE(process_log().find_latest_execution("t", true));
}

}  // namespace
}  // namespace rota
