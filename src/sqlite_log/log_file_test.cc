// SPDX-License-Identifier: Apache-2.0
// What is opened as a log, what is made, and what is refused and left as it is.
#include "sqlite_log/log_file.h"

#include "sqlite_log/log_folder.h"
#include "sqlite_log/schema.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

class LogFileTest : public ::testing::Test {
 protected:
  // Opening it fails with that message, and nothing in the folder changes.
  void expect_refused(const fs::path& file, const ::testing::Matcher<std::string>& message,
                      const LogOptions& options = {}) {
    const auto before = snapshot(folder_.path());
    EXPECT_THAT(open_error(file, options), AllOf(message, HasSubstr(file.string())));
    EXPECT_TRUE(snapshot(folder_.path()) == before) << "the folder has changed: " << file;
  }
  static mode_t mode_of(const fs::path& path) {
    struct stat found {};
    EXPECT_EQ(::stat(path.c_str(), &found), 0) << path;
    return found.st_mode & 07777U;
  }

  TemporaryFolder folder_;
  const fs::path log_ = folder_ / "log.db";
};

TEST_F(LogFileTest, IsMadeWithItsFoldersForItsUserAloneWhateverTheUmask) {
  for (const mode_t umask : {0000U, 0022U, 0777U}) {
    TemporaryFolder folder;
    const mode_t before = ::umask(umask);
    const fs::path file = folder / "a" / ".rota" / "log.db";
    {
      const auto log = open_sqlite_log(file);
      log->record_task_execution({.task_id = "t"}, {});
      EXPECT_EQ(mode_of(file.string() + "-wal"), 0600U);
      EXPECT_EQ(log->location(), file.string());
    }
    ::umask(before);
    EXPECT_EQ(mode_of(folder / "a"), 0700U);
    EXPECT_EQ(mode_of(folder / "a" / ".rota"), 0700U);
    EXPECT_EQ(mode_of(file), 0600U);
    EXPECT_EQ(mode_of(file.string() + ".lock") & 077U, 0U);
  }
}

TEST_F(LogFileTest, StandsAloneWhenItIsClosed) {
  make_log_with_one_success(log_);
  EXPECT_THAT(snapshot(folder_.path()),
              ::testing::UnorderedElementsAre(::testing::Pair("log.db", ::testing::_),
                                              ::testing::Pair("log.db.lock", "")));
}

TEST_F(LogFileTest, HoldsWhatItHeldWhenItIsOpenedAgain) {
  make_log_with_one_success(log_);
  EXPECT_TRUE(open_sqlite_log(log_)->find_latest_execution("t", true));
}

TEST_F(LogFileTest, AFileThatWasEmptiedIsNoNewLog) {
  make_log_with_one_success(log_);
  EXPECT_EQ(mode_of(log_), 0600U);
  write_bytes(log_, "");
  expect_refused(log_, HasSubstr("it is empty, and what was in it is lost"), {});
  EXPECT_TRUE(fs::is_empty(log_));
}

TEST_F(LogFileTest, WhatAProcessThatWasKilledHasLeftUnfinishedIsInNobodysWay) {
  write_bytes(log_.string() + ".new", "half a database");
  write_bytes(log_.string() + ".new-journal", "half a journal");
  make_log_with_one_success(log_);
  EXPECT_TRUE(open_sqlite_log(log_)->find_latest_execution("t", true));
  EXPECT_FALSE(fs::exists(log_.string() + ".new"));
  EXPECT_FALSE(fs::exists(log_.string() + ".new-journal"));
}

TEST_F(LogFileTest, RefusesAPathThatIsNoFilesPath) {
  EXPECT_THAT(open_error(""), HasSubstr("its path is empty"));
  EXPECT_THAT(open_error(folder_.path().string() + "/"), HasSubstr("it is a folder"));
  EXPECT_THAT(open_error(folder_ / ".."), HasSubstr("it is a folder"));
  EXPECT_THAT(open_error("postgresql://host/log"), HasSubstr("it is a URL"));
  EXPECT_FALSE(fs::exists("postgresql:"));
  EXPECT_THAT(open_error(fs::path(std::string("/a\0b", 4))),
              HasSubstr("a\\x00b: its path has a NUL"));
}

TEST_F(LogFileTest, RefusesWhatIsNoRegularFile) {
  fs::create_directory(log_);
  expect_refused(log_, HasSubstr("it is a folder"));
  fs::remove(log_);
  ASSERT_EQ(::mkfifo(log_.c_str(), 0600), 0);
  expect_refused(log_, HasSubstr("it is no regular file"));
  EXPECT_THAT(open_error("/dev/null"), HasSubstr("it is no regular file"));
}

TEST_F(LogFileTest, RefusesAFileThatIsNoDatabase) {
  std::string noise(100'000, '\0');
  for (std::size_t at = 0; at < noise.size(); ++at) noise[at] = static_cast<char>(at * at >> 3);
  for (const std::string& bytes : {std::string("x"), std::string("some notes\n"), noise,
                                   std::string(5000, '\0'), std::string("SQLite format 3\0", 16)}) {
    write_bytes(log_, bytes);
    expect_refused(log_, HasSubstr("it is not a database"));
    expect_refused(log_, HasSubstr("it is not a database"), {.read_only = true});
  }
}

TEST_F(LogFileTest, RefusesADatabaseOfAnotherProgram) {
  PlainSqlite(log_).run(
      "CREATE TABLE mine (x); INSERT INTO mine VALUES (1); PRAGMA application_id = 66");
  expect_refused(log_, HasSubstr("of another program (application id 0x00000042)"));
  PlainSqlite(log_).run("PRAGMA application_id = 0");
  expect_refused(log_, HasSubstr("of another program (application id 0x00000000)"));
}

TEST_F(LogFileTest, LeavesADatabaseOfAnotherProgramAsItIsAlsoWhereItHasSomethingToRecover) {
  TemporaryFolder elsewhere;
  {
    PlainSqlite other(elsewhere / "x");
    other.run("PRAGMA journal_mode = WAL; CREATE TABLE mine (x); INSERT INTO mine VALUES (1)");
    fs::copy(elsewhere / "x", log_);
    fs::copy(elsewhere / "x-wal", log_.string() + "-wal");
  }
  ASSERT_GT(fs::file_size(log_.string() + "-wal"), 0U);
  expect_refused(log_, HasSubstr("of another program"));
  expect_refused(log_, HasSubstr("of another program"), {.read_only = true});
}

TEST_F(LogFileTest, RefusesALogOfANewerVersion) {
  make_log_with_one_success(log_);
  PlainSqlite(log_).run("PRAGMA user_version = 4");
  expect_refused(
      log_,
      HasSubstr("it has format 4, and this version of Rota knows format 3 only; use the newer"));
  expect_refused(log_, HasSubstr("it has format 4"), {.read_only = true});
  PlainSqlite(log_).run("PRAGMA user_version = 0");
  expect_refused(log_, HasSubstr("it has format 0"));
}

TEST_F(LogFileTest, RefusesALogThatANewerVersionHasJustChanged) {
  TemporaryFolder elsewhere;
  make_log_with_one_success(elsewhere / "x");
  {
    PlainSqlite newer(elsewhere / "x");
    newer.run("PRAGMA user_version = 4");  // in the -wal only
    fs::copy(elsewhere / "x", log_);
    fs::copy(elsewhere / "x-wal", log_.string() + "-wal");
  }
  const std::string file = read_bytes(log_);
  const std::string wal = read_bytes(log_.string() + "-wal");
  EXPECT_THAT(open_error(log_), HasSubstr("it has format 4"));
  EXPECT_EQ(read_bytes(log_), file);
  EXPECT_EQ(read_bytes(log_.string() + "-wal"), wal);
}

TEST_F(LogFileTest, RefusesASymbolicLink) {
  make_log_with_one_success(folder_ / "real.db");
  fs::create_symlink("real.db", log_);
  expect_refused(log_, HasSubstr("it is a symbolic link"));
  fs::remove(log_);
  fs::create_symlink("nowhere.db", log_);
  expect_refused(log_, HasSubstr("it is a symbolic link"));
}

TEST_F(LogFileTest, RefusesAFileThatEveryUserMayWrite) {
  make_log_with_one_success(log_);
  ASSERT_EQ(::chmod(log_.c_str(), 0666), 0);
  for (const bool read_only : {false, true})
    expect_refused(log_, HasSubstr("every user of this host may write it"),
                   {.read_only = read_only});
  ASSERT_EQ(::chmod(log_.c_str(), 0664), 0);
  EXPECT_TRUE(open_sqlite_log(log_)->find_latest_execution("t", true)) << "a group may share a log";
}

TEST_F(LogFileTest, RefusesALinkThatLeadsOutOfTheProject) {
  TemporaryFolder outside;
  fs::create_directory(folder_ / "project");
  fs::create_directory_symlink(outside.path(), folder_ / "project" / ".rota");
  expect_refused(folder_ / "project" / ".rota" / "log.db",
                 HasSubstr("leads its folder out of the project, to " + outside.path().string()));
  expect_refused(folder_ / "project" / ".rota" / "deep" / "log.db", HasSubstr("out of the project"),
                 {.project_root = folder_ / "project"});
  expect_refused(folder_ / "project" / ".rota" / "log.db", HasSubstr("out of the project"),
                 {.project_root = folder_.path() / "project" / ""});
  EXPECT_TRUE(fs::is_empty(outside.path()));
}

TEST_F(LogFileTest, TakesALinkThatStaysInTheProjectAndAProjectThatIsALink) {
  fs::create_directories(folder_ / "project" / "var");
  fs::create_directory_symlink("var", folder_ / "project" / ".rota");
  fs::create_directory_symlink("project", folder_ / "link");
  make_log_with_one_success(folder_ / "link" / ".rota" / "log.db");
  EXPECT_TRUE(
      open_sqlite_log(folder_ / "project" / "var" / "log.db")->find_latest_execution("t", true));
  EXPECT_NO_THROW(
      open_sqlite_log(folder_ / "link" / ".rota" / "log.db", {.project_root = folder_ / "link"}));
}

TEST_F(LogFileTest, RefusesToBeginAnewBesideTheLastChangesOfALogThatIsGone) {
  for (const char* suffix : {"-wal", "-journal"}) {
    write_bytes(log_.string() + suffix, "changes");
    expect_refused(log_, AllOf(HasSubstr("it is gone"), HasSubstr(std::string("log.db") + suffix)));
    fs::remove(log_.string() + suffix);
  }
}

TEST_F(LogFileTest, ReadOnlyAsksForAFileThatIsThere) {
  expect_refused(log_, HasSubstr("there is no such file"), {.read_only = true});
  expect_refused(folder_ / "no" / "log.db", HasSubstr("cannot be opened (No such file"),
                 {.read_only = true});
  write_bytes(log_, "");
  expect_refused(log_, HasSubstr("it is empty"), {.read_only = true});
}

TEST_F(LogFileTest, ReadOnlyReadsAndDoesNotWrite) {
  make_log_with_one_success(log_);
  const std::string bytes = read_bytes(log_);
  const auto log = open_sqlite_log(log_, {.read_only = true});
  EXPECT_TRUE(log->find_latest_execution("t", true));
  for (const auto& write :
       std::vector<std::function<void()>>{[&] { log->begin_execution({.task_id = "t"}); },
                                          [&] {
                                            log->finish_execution({"x", 1}, {});
                                          },
                                          [&] { log->record_task_execution({.task_id = "t"}, {}); },
                                          [&] { log->mark_lost_executions(); }}) {
    try {
      write();
      ADD_FAILURE() << "written";
    } catch (const LogError& error) {
      EXPECT_THAT(error.what(), HasSubstr("opened for reading only"));
    }
  }
  EXPECT_EQ(read_bytes(log_), bytes);
}

TEST_F(LogFileTest, ReadOnlySeesWhatOthersWriteMeanwhile) {
  make_log_with_one_success(log_);
  const auto reader = open_sqlite_log(log_, {.read_only = true});
  const auto writer = open_sqlite_log(log_);
  const std::string run = writer->record_task_execution({.task_id = "u"}, {});
  EXPECT_EQ(reader->find_latest_execution("u", true)->task_run_id, run);
}

TEST_F(LogFileTest, FoldersAndFilesThisUserMayNotWriteAreRefusedForWritingOnly) {
  make_log_with_one_success(log_);
  const WithoutRootRights rights(folder_.path());
  for (const fs::path& locked : {folder_.path(), log_}) {
    const mode_t mode = mode_of(locked);
    ASSERT_EQ(::chmod(locked.c_str(), mode & 0555U), 0);
    expect_refused(log_,
                   HasSubstr(locked == log_ ? "may not write it (Permission denied)"
                                            : "may not write in its folder (Permission denied)"));
    EXPECT_TRUE(open_sqlite_log(log_, {.read_only = true})->find_latest_execution("t", true));
    ASSERT_EQ(::chmod(locked.c_str(), mode), 0);
  }
  ASSERT_EQ(::chmod(log_.c_str(), 0200), 0);
  EXPECT_THAT(open_error(log_), HasSubstr("may not read it"));
  EXPECT_THAT(open_error(log_, {.read_only = true}), HasSubstr("may not read it"));
}

TEST_F(LogFileTest, IsNotMadeInAFolderThisUserMayNotWrite) {
  const WithoutRootRights rights(folder_.path());
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0500), 0);
  expect_refused(log_, HasSubstr("it cannot be made (Permission denied)"));
  expect_refused(folder_ / ".rota" / "log.db", HasSubstr("cannot be made (Permission denied)"));
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0700), 0);
}

TEST_F(LogFileTest, ALogOfAnotherUserIsReadAlsoWithChangesInTheWalWhereItsSharedMemoryIsThere) {
  TemporaryFolder elsewhere;
  {
    const auto log = open_sqlite_log(elsewhere / "log.db");
    log->record_task_execution({.task_id = "t"}, {});
    for (const char* suffix : {"", "-wal", "-shm"}) {
      fs::copy(elsewhere / ("log.db" + std::string(suffix)), log_.string() + suffix);
      ASSERT_EQ(::chmod((log_.string() + suffix).c_str(), 0444), 0);
    }
  }
  const WithoutRootRights rights(folder_.path());
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0500), 0);
  const auto before = snapshot(folder_.path());
  EXPECT_TRUE(open_sqlite_log(log_, {.read_only = true})->find_latest_execution("t", true));
  EXPECT_TRUE(snapshot(folder_.path()) == before);
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0700), 0);
}

TEST_F(LogFileTest, AReadOnlyFolderWithChangesThatCannotBeReadIsRefusedNotReadWithoutThem) {
  TemporaryFolder elsewhere;
  {
    const auto log = open_sqlite_log(elsewhere / "log.db");
    log->record_task_execution({.task_id = "t"}, {});
    fs::copy(elsewhere / "log.db", log_);
    fs::copy(elsewhere / "log.db-wal", log_.string() + "-wal");
  }
  const WithoutRootRights rights(folder_.path());
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0500), 0);
  expect_refused(log_, HasSubstr("its last changes are in the -wal file"), {.read_only = true});
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0700), 0);
}

TEST_F(LogFileTest, AReadOnlyFolderShowsWhatItsOwnerWritesLater) {
  make_log_with_one_success(log_);
  std::unique_ptr<ExecutionLog> reader;
  {
    const WithoutRootRights rights(folder_.path());
    ASSERT_EQ(::chmod(folder_.path().c_str(), 0500), 0);
    reader = open_sqlite_log(log_, {.read_only = true});
    EXPECT_FALSE(reader->find_latest_execution("u", true));
    ASSERT_EQ(::chmod(folder_.path().c_str(), 0700), 0);
  }
  const std::string run = open_sqlite_log(log_)->record_task_execution({.task_id = "u"}, {});
  const WithoutRootRights rights(folder_.path());
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0500), 0);
  EXPECT_EQ(reader->find_latest_execution("u", true)->task_run_id, run);
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0700), 0);
}

TEST_F(LogFileTest, ALogWithAnAwkwardNameIsALog) {
  const fs::path odd = folder_ / "50% off?#&mode=memory; 'x' caf\xC3\xA9" / "file:log.db";
  make_log_with_one_success(odd);
  EXPECT_TRUE(open_sqlite_log(odd, {.read_only = true})->find_latest_execution("t", true));
  const WithoutRootRights rights(folder_.path());
  ASSERT_EQ(::chmod(odd.parent_path().c_str(), 0500), 0);
  EXPECT_TRUE(
      open_sqlite_log(odd, {.read_only = true})->find_latest_execution("t", true));  // as immutable
  ASSERT_EQ(::chmod(odd.parent_path().c_str(), 0700), 0);
}

TEST_F(LogFileTest, ARelativePathStaysWhereItWasWhenTheCurrentFolderChanges) {
  const fs::path before = fs::current_path();
  fs::current_path(folder_.path());
  const auto log = open_sqlite_log("log.db");
  fs::current_path(before);
  log->record_task_execution({.task_id = "t"}, {});
  EXPECT_EQ(log->location(), log_.string());
  EXPECT_TRUE(open_sqlite_log(log_)->find_latest_execution("t", true));
}

}  // namespace
}  // namespace rota
