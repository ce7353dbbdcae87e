// SPDX-License-Identifier: Apache-2.0
// Which plugins are taken, on real files: trust, allow-list, lock, and what the cache remembers of them.
#include "os/temporary_folder.h"
#include <rota/rota.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

const fs::path kPlugins = PLUGINS;

class RulesTest : public ::testing::Test {
 protected:
  RulesTest() {
    fs::create_directory(folder_ / "plugins");
    add("a.so", "sound");
  }
  fs::path add(const fs::path& name, const std::string& plugin) {
    const fs::path file = folder_ / "plugins" / name;
    fs::create_directories(file.parent_path());
    fs::copy_file(kPlugins / plugin / ("test_" + plugin + ".so"), file,
                  fs::copy_options::overwrite_existing);
    return file;
  }
  DiscoveryQuery query() const { return {.roots = {folder_ / "plugins"}}; }
  DiscoveryQuery cached() const {
    DiscoveryQuery asked = query();
    asked.cache_file = folder_ / "cache/plugins.cache";
    return asked;
  }
  // Until a change could no longer go unseen, nothing is kept of a file.
  static void wait_until_settled() { std::this_thread::sleep_for(std::chrono::milliseconds(2100)); }
  static void expect_refused(const Discovery& discovery, RefusalReason reason) {
    EXPECT_THAT(discovery.task_classes, IsEmpty());
    ASSERT_EQ(discovery.refused.size(), 1U);
    EXPECT_EQ(discovery.refused[0].reason, reason);
  }

  TemporaryFolder folder_;
  fs::path plugin_ = folder_ / "plugins/a.so";
};

// ---- trust ---------------------------------------------------------------------------------------

TEST_F(RulesTest, AFileThatOthersCanWriteIsRefusedUntilTheyCannot) {
  for (const mode_t mode : {0666U, 0664U, 0646U}) {
    ::chmod(plugin_.c_str(), mode);
    expect_refused(discover(query()), RefusalReason::writable_by_others);
    expect_refused(discover_file(plugin_), RefusalReason::writable_by_others);
  }
  ::chmod(plugin_.c_str(), 0644);
  EXPECT_EQ(discover(query()).task_classes.size(), 2U);
}

TEST_F(RulesTest, AFolderThatOthersCanWriteIsRefused) {
  for (const mode_t mode : {0777U, 0775U, 01777U}) {
    ::chmod((folder_ / "plugins").c_str(), mode);
    expect_refused(discover(query()), RefusalReason::writable_by_others);
    expect_refused(discover_file(plugin_), RefusalReason::writable_by_others);
  }
}

TEST_F(RulesTest, AFileOfAnotherUserIsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  ASSERT_EQ(::chown(plugin_.c_str(), 4711, 4711), 0);
  expect_refused(discover(query()), RefusalReason::wrong_owner);
  ASSERT_EQ(::chown(plugin_.c_str(), 0, 0), 0);
  ASSERT_EQ(::chown((folder_ / "plugins").c_str(), 4711, 4711), 0);
  expect_refused(discover(query()), RefusalReason::wrong_owner);
}

TEST_F(RulesTest, ALinkIsHeldAgainstTheFolderThatItLeadsTo) {
  fs::create_directory(folder_ / "open");
  fs::rename(plugin_, folder_ / "open/real.so");
  fs::create_symlink("../open/real.so", plugin_);
  EXPECT_EQ(discover(query()).task_classes.size(), 2U);
  ::chmod((folder_ / "open").c_str(), 0777);
  expect_refused(discover(query()), RefusalReason::writable_by_others);
}

TEST_F(RulesTest, ATaskIsNotMadeOfAFileThatLostItsTrustSinceItWasFound) {
  const Discovery discovery = discover(query());
  ::chmod(plugin_.c_str(), 0666);
  EXPECT_THAT([&] { discovery.task_classes.at("t_count")->create(); },
              ThrowsMessage<TaskRegistryError>(HasSubstr("has changed since")));
}

TEST_F(RulesTest, OnlyAllowedFoldersAreTakenFrom) {
  add("team/b.so", "twin");
  DiscoveryQuery asked = query();
  asked.allowed_folders = {folder_ / "plugins/team"};
  const Discovery discovery = discover(asked);
  EXPECT_TRUE(discovery.task_classes.contains("t_twin"));
  ASSERT_EQ(discovery.refused.size(), 1U);
  EXPECT_EQ(discovery.refused[0].file, plugin_);
  EXPECT_EQ(discovery.refused[0].reason, RefusalReason::not_allowed);
}

TEST_F(RulesTest, ALinkInAnAllowedFolderDoesNotLeadOut) {
  fs::create_directory(folder_ / "plugins/team");
  fs::create_symlink("../a.so", folder_ / "plugins/team/link.so");
  DiscoveryQuery asked = query();
  asked.allowed_folders = {folder_ / "plugins/team"};
  EXPECT_THAT(discover(asked).task_classes, IsEmpty());
}

// ---- the lock ------------------------------------------------------------------------------------

TEST_F(RulesTest, WithALockOnlyTheContentThatItNamesIsTaken) {
  DiscoveryQuery asked = query();
  asked.lock_file = folder_ / "rota.lock";
  write_lock_file(asked.lock_file, discover(query()).plugins);
  EXPECT_EQ(discover(asked).task_classes.size(), 2U);
  discover(asked).task_classes.at("t_count")->create();

  add("b.so", "twin");
  const Discovery with_new = discover(asked);
  EXPECT_EQ(with_new.task_classes.size(), 2U);
  ASSERT_EQ(with_new.refused.size(), 1U);
  EXPECT_EQ(with_new.refused[0].reason, RefusalReason::lock_differs);
  EXPECT_THAT(with_new.refused[0].message, HasSubstr("rota discover --lock"));

  fs::remove(folder_ / "plugins/b.so");
  std::ofstream(plugin_, std::ios::app) << "x";
  expect_refused(discover(asked), RefusalReason::lock_differs);
}

TEST_F(RulesTest, ALockThatIsDamagedLetsNothingThrough) {
  DiscoveryQuery asked = query();
  asked.lock_file = folder_ / "rota.lock";
  EXPECT_THROW(discover(asked), TaskRegistryError);
  std::ofstream(asked.lock_file) << "# a comment\nnonsense\n";
  EXPECT_THAT([&] { discover(asked); }, ThrowsMessage<TaskRegistryError>(HasSubstr("rota.lock:2")));
  std::ofstream(asked.lock_file) << "# nothing named\n";
  expect_refused(discover(asked), RefusalReason::lock_differs);
}

TEST_F(RulesTest, ALockIsKeptWithTheCacheToo) {
  wait_until_settled();
  DiscoveryQuery asked = cached();
  EXPECT_EQ(discover(asked).cache.files_read, 1U);
  asked.lock_file = folder_ / "rota.lock";
  write_lock_file(asked.lock_file, discover(query()).plugins);
  EXPECT_EQ(discover(asked).cache.files_read, 1U);  // its hash was not known
  EXPECT_EQ(discover(asked).cache.files_known, 1U);
  EXPECT_EQ(discover(asked).task_classes.size(), 2U);
  std::ofstream(asked.lock_file) << std::string(64, '0') << "  plugins/a.so\n";
  expect_refused(discover(asked), RefusalReason::lock_differs);
}

// ---- the cache -----------------------------------------------------------------------------------

TEST_F(RulesTest, AFileThatDidNotChangeIsNotReadAgain) {
  std::ofstream(folder_ / "plugins/text.so") << "no library";
  EXPECT_EQ(discover(cached()).cache.files_read, 2U);
  EXPECT_EQ(discover(cached()).cache.files_read, 2U) << "it changed just now";
  wait_until_settled();
  const Discovery read = discover(cached());
  const Discovery known = discover(cached());
  EXPECT_EQ(read.cache.files_read, 2U);
  EXPECT_EQ(known.cache.files_read, 0U);
  EXPECT_EQ(known.cache.files_known, 2U);
  EXPECT_EQ(known.task_classes.at("t_count")->metadata(),
            read.task_classes.at("t_count")->metadata());
  ASSERT_EQ(known.refused.size(), 1U);
  EXPECT_EQ(known.refused[0].message, read.refused[0].message);
  EXPECT_NE(known.task_classes.at("t_count")->create(), nullptr);
}

TEST_F(RulesTest, AFileReplacedByOneOfTheSameSizeWithinTheSameSecondIsSeenAtOnce) {
  wait_until_settled();
  discover(cached());
  const std::uintmax_t size = fs::file_size(plugin_);
  struct stat before {};
  ASSERT_EQ(::stat(plugin_.c_str(), &before), 0);
  const fs::path other = add("new", "twin");
  fs::resize_file(other, size);
  const timespec times[] = {before.st_atim, before.st_mtim};
  ASSERT_EQ(::utimensat(AT_FDCWD, other.c_str(), times, 0), 0);
  fs::rename(other, plugin_);
  EXPECT_TRUE(discover(cached()).task_classes.contains("t_twin"));
}

TEST_F(RulesTest, AFileOverwrittenInPlaceIsSeenAtOnce) {
  wait_until_settled();
  discover(cached());
  const std::uintmax_t size = fs::file_size(plugin_);
  add("a.so", "twin");
  fs::resize_file(plugin_, size);
  EXPECT_TRUE(discover(cached()).task_classes.contains("t_twin"));
}

// What a folder holds is kept too.
TEST_F(RulesTest, FilesAddedRenamedAndRemovedInAKnownFolderAreSeenAtOnce) {
  wait_until_settled();
  discover(cached());
  EXPECT_EQ(discover(cached()).cache.files_read, 0U);
  add("b.so", "twin");
  EXPECT_TRUE(discover(cached()).task_classes.contains("t_twin"));
  fs::rename(folder_ / "plugins/b.so", folder_ / "plugins/b.so.off");
  EXPECT_FALSE(discover(cached()).task_classes.contains("t_twin"));
  fs::create_directory(folder_ / "plugins/deeper");
  fs::rename(folder_ / "plugins/b.so.off", folder_ / "plugins/deeper/b.so");
  EXPECT_TRUE(discover(cached()).task_classes.contains("t_twin"));
  fs::remove(plugin_);
  EXPECT_FALSE(discover(cached()).task_classes.contains("t_throw"));
  fs::remove_all(folder_ / "plugins/deeper");
  EXPECT_THAT(discover(cached()).task_classes, IsEmpty());
}

TEST_F(RulesTest, ALinkInAKnownFolderThatLeadsElsewhereNowIsSeenAtOnce) {
  fs::create_directories(folder_ / "elsewhere");
  fs::copy_file(kPlugins / "twin/test_twin.so", folder_ / "elsewhere/b.so");
  fs::create_symlink(folder_ / "elsewhere/missing", folder_ / "plugins/link.so");
  wait_until_settled();
  for (int round = 0; round < 2; ++round)
    EXPECT_EQ(discover(cached()).refused.size(), 1U) << "it leads to nothing";
  fs::create_symlink("b.so", folder_ / "elsewhere/missing");
  EXPECT_TRUE(discover(cached()).task_classes.contains("t_twin"));
  fs::remove(folder_ / "elsewhere/missing");
  fs::create_directory(folder_ / "elsewhere/missing");
  fs::rename(folder_ / "elsewhere/b.so", folder_ / "elsewhere/missing/c.so");
  EXPECT_TRUE(discover(cached()).task_classes.contains("t_twin")) << "now it is a folder";
}

TEST_F(RulesTest, AKnownFolderThatOthersMayWriteNowIsRefused) {
  wait_until_settled();
  discover(cached());
  fs::permissions(folder_ / "plugins", fs::perms::all);
  expect_refused(discover(cached()), RefusalReason::writable_by_others);
}

TEST_F(RulesTest, ADamagedCacheIsMadeAnew) {
  wait_until_settled();
  discover(cached());
  const fs::path cache = cached().cache_file;
  fs::resize_file(cache, fs::file_size(cache) - 7);
  const Discovery discovery = discover(cached());
  EXPECT_EQ(discovery.task_classes.size(), 2U);
  EXPECT_THAT(discovery.cache.problem, HasSubstr("damaged"));
  EXPECT_EQ(discover(cached()).cache.problem, "");
  EXPECT_EQ(discover(cached()).cache.files_known, 1U);
}

TEST_F(RulesTest, ACacheThatCannotBeWrittenIsToldAndDoesNoHarm) {
  wait_until_settled();
  DiscoveryQuery asked = query();
  asked.cache_file = plugin_ / "plugins.cache";  // below a file
  const Discovery discovery = discover(asked);
  EXPECT_EQ(discovery.task_classes.size(), 2U);
  EXPECT_THAT(discovery.cache.problem, HasSubstr("cannot be written"));
}

TEST_F(RulesTest, ACacheThatOthersCouldHaveWrittenIsNotUsed) {
  wait_until_settled();
  discover(cached());
  ::chmod(cached().cache_file.c_str(), 0666);
  const Discovery discovery = discover(cached());
  EXPECT_EQ(discovery.cache.files_read, 1U);
  EXPECT_THAT(discovery.cache.problem, HasSubstr("chmod go-w"));
}

TEST_F(RulesTest, TheCacheTellsNothingOfTrust) {
  wait_until_settled();
  discover(cached());
  ::chmod(plugin_.c_str(), 0666);
  expect_refused(discover(cached()), RefusalReason::writable_by_others);
}

TEST_F(RulesTest, AFailureToLoadIsNotKept) {
  fs::remove(plugin_);
  add("a.so", "unlinked");
  wait_until_settled();
  discover(cached());
  const Discovery known = discover(cached());
  EXPECT_EQ(known.cache.files_known, 1U);
  for (int attempt = 0; attempt < 2; ++attempt) {
    EXPECT_THAT([&] { known.task_classes.at("t_unlinked")->create(); },
                ThrowsMessage<TaskRegistryError>(HasSubstr("a_symbol_that_is_nowhere")));
  }
  EXPECT_EQ(discover(cached()).task_classes.size(), 1U);
}

TEST_F(RulesTest, ManyAtOnceWithOneCacheFindTheSame) {
  for (int at = 0; at < 200; ++at) add("n" + std::to_string(at) + ".so", "twin");
  wait_until_settled();
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 8; ++thread) {
    threads.emplace_back([&, thread] {
      for (int round = 0; round < 5; ++round) {
        if (thread == 0) fs::remove(cached().cache_file);
        const Discovery discovery = discover(cached());
        EXPECT_EQ(discovery.plugins.size(), 201U);
        EXPECT_EQ(discovery.cache.problem, "");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_ / "cache"), {}), 1)
      << "no file is left over";
}

}  // namespace
}  // namespace rota
