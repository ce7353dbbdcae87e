// SPDX-License-Identifier: Apache-2.0
#include "discovery/plugin_cache.h"

#include "os/replace_file.h"
#include "os/temporary_folder.h"

#include <sys/stat.h>

#include <fstream>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

FileIdentity file(std::uint64_t inode) {
  return {.device = 1, .inode = inode, .size = 10, .mtime_nanoseconds = 5, .ctime_nanoseconds = 6};
}

PluginContent sound(const std::string& notes) {
  return {.refusal = {}, .notes = SharedBytes(notes), .is_sound = true, .hash = Sha256{1, 2}};
}

PluginContent refused() {
  return {.refusal = Refusal{RefusalReason::truncated, "it is short"},
          .notes = {},
          .by_sections = false};
}

PluginCache reopened(const std::string& bytes) {
  return PluginCache::parse(SharedBytes(bytes)).value();
}

TEST(PluginCache, GivesWhatWasPutIn) {
  const PluginCache cache =
      reopened(PluginCache().with({{file(9), sound("nine")}, {file(3), refused()}}, 2));
  EXPECT_EQ(cache.size(), 2U);
  EXPECT_EQ(cache.find(file(9)), sound("nine"));
  EXPECT_EQ(cache.find(file(3)), refused());
  EXPECT_EQ(cache.find(file(4)), std::nullopt);
  EXPECT_EQ(cache.find(file(10)), std::nullopt);
}

TEST(PluginCache, DoesNotKnowAFileThatDiffersInAnything) {
  const PluginCache cache = reopened(PluginCache().with({{file(9), sound("nine")}}, 1));
  const auto changed = [](auto member) {
    FileIdentity identity = file(9);
    ++(identity.*member);
    return identity;
  };
  EXPECT_FALSE(cache.find(changed(&FileIdentity::device)));
  EXPECT_FALSE(cache.find(changed(&FileIdentity::inode)));
  EXPECT_FALSE(cache.find(changed(&FileIdentity::size)));
  EXPECT_FALSE(cache.find(changed(&FileIdentity::mtime_nanoseconds)));
  EXPECT_FALSE(cache.find(changed(&FileIdentity::ctime_nanoseconds)));
}

TEST(PluginCache, KeepsWhatItKnewBesidesAndForgetsTheOldStateOfAFile) {
  const PluginCache first =
      reopened(PluginCache().with({{file(1), sound("one")}, {file(2), sound("two")}}, 2));
  FileIdentity changed = file(2);
  changed.mtime_nanoseconds = 77;
  const PluginCache second = reopened(first.with({{changed, sound("new")}}, 1));
  EXPECT_EQ(second.size(), 2U);
  EXPECT_EQ(second.find(file(1)), sound("one"));
  EXPECT_EQ(second.find(changed), sound("new"));
  EXPECT_FALSE(second.find(file(2)));
}

TEST(PluginCache, DoesNotGrowWithoutEnd) {
  std::vector<CachedFile> many;
  for (std::uint64_t inode = 0; inode < 5000; ++inode) many.emplace_back(file(inode), sound("x"));
  const PluginCache cache = reopened(PluginCache().with(many, many.size()));
  EXPECT_EQ(cache.size(), 5000U);
  EXPECT_EQ(reopened(cache.with({{file(9999), sound("y")}}, 1)).size(), 1002U);
}

TEST(PluginCache, WithAnyByteChangedOrCutIsRefused) {
  const std::string bytes = PluginCache().with({{file(9), sound("nine")}, {file(3), refused()}}, 2);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    // Which format it has, and which version of the reader made it: another one's is empty.
    if ((at >= 8 && at < 12) || (at >= 16 && at < 24)) continue;
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x40);
    EXPECT_FALSE(PluginCache::parse(SharedBytes(damaged))) << at;
    EXPECT_FALSE(PluginCache::parse(SharedBytes(bytes.substr(0, at)))) << at;
  }
  EXPECT_FALSE(PluginCache::parse(SharedBytes(bytes + "x")));
}

TEST(PluginCache, KeepsWhatFoldersHoldApartFromFiles) {
  const SharedBytes listing(std::string("la.so\0", 6));
  const PluginCache cache =
      reopened(PluginCache().with({{file(9), sound("nine")}}, 1, {{file(4), listing}}));
  EXPECT_EQ(cache.find_folder(file(4)), listing);
  EXPECT_EQ(cache.find(file(4)), std::nullopt);
  EXPECT_EQ(cache.find_folder(file(9)), std::nullopt);
  FileIdentity changed = file(4);
  changed.mtime_nanoseconds = 6;
  EXPECT_EQ(cache.find_folder(changed), std::nullopt);
  EXPECT_EQ(reopened(cache.with({{file(8), sound("eight")}}, 1)).find_folder(file(4)), listing);
}

TEST(PluginCache, OfAnotherVersionOfTheReaderIsEmpty) {
  std::string bytes = PluginCache().with({{file(9), sound("nine")}}, 1);
  bytes[16] = static_cast<char>(bytes[16] ^ 1);
  EXPECT_EQ(reopened(bytes).size(), 0U);
}

TEST(PluginCache, OfAnotherFormatIsEmpty) {
  std::string bytes = PluginCache().with({{file(9), sound("nine")}}, 1);
  bytes[8] = static_cast<char>(bytes[8] ^ 1);
  EXPECT_EQ(reopened(bytes).size(), 0U);
}

class PluginCacheFile : public ::testing::Test {
 protected:
  void write(const std::string& bytes, mode_t mode = 0600) {
    ASSERT_EQ(replace_file(path(), bytes, mode), "");
  }
  fs::path path() const { return folder_ / "plugins.cache"; }
  std::size_t open_size() {
    problem_.clear();
    return PluginCache::open(path(), problem_).size();
  }

  TemporaryFolder folder_;
  std::string bytes_ = PluginCache().with({{file(9), sound("nine")}}, 1);
  std::string problem_;
};

TEST_F(PluginCacheFile, ThatIsNotThereIsEmptyWithoutAProblem) {
  EXPECT_EQ(open_size(), 0U);
  EXPECT_EQ(problem_, "");
}

TEST_F(PluginCacheFile, IsRead) {
  write(bytes_);
  EXPECT_EQ(open_size(), 1U);
  EXPECT_EQ(problem_, "");
}

TEST_F(PluginCacheFile, ThatIsDamagedIsAProblemAndEmpty) {
  write(bytes_.substr(0, bytes_.size() - 1));
  EXPECT_EQ(open_size(), 0U);
  EXPECT_THAT(problem_, HasSubstr("damaged"));
  write("");
  EXPECT_EQ(open_size(), 0U);
  EXPECT_THAT(problem_, HasSubstr("damaged"));
}

TEST_F(PluginCacheFile, ThatOthersCouldHaveWrittenIsNotUsed) {
  write(bytes_, 0666);
  EXPECT_EQ(open_size(), 0U);
  EXPECT_THAT(problem_, HasSubstr("chmod go-w"));
}

TEST_F(PluginCacheFile, ThatIsALinkOrAFifoIsNotUsedAndDoesNotHang) {
  ASSERT_EQ(replace_file(folder_ / "other", bytes_, 0600), "");
  fs::create_symlink("other", path());
  EXPECT_EQ(open_size(), 0U);
  EXPECT_NE(problem_, "");
  fs::remove(path());
  ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
  EXPECT_EQ(open_size(), 0U);
  EXPECT_THAT(problem_, HasSubstr("no regular file"));
}

TEST(PluginContent, OfAFileThatChangedJustNowIsNotSettled) {
  const std::int64_t now = 1'000'000'000'000;
  FileIdentity identity = file(1);
  identity.ctime_nanoseconds = now - 1'999'999'999;
  EXPECT_FALSE(is_settled(identity, now));
  identity.ctime_nanoseconds = now + 5'000'000'000;
  EXPECT_FALSE(is_settled(identity, now));
  identity.ctime_nanoseconds = now - 2'000'000'001;
  EXPECT_TRUE(is_settled(identity, now));
}

}  // namespace
}  // namespace rota
