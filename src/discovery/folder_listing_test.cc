// SPDX-License-Identifier: Apache-2.0
#include "discovery/folder_listing.h"

#include "os/file.h"
#include "os/temporary_folder.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using namespace std::string_view_literals;

std::optional<FolderListing> read(const fs::path& folder) {
  const UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return FolderListing::read(fd.get());
}

bool is_listing(std::string_view bytes) {
  return FolderListing::parse(SharedBytes(std::string(bytes))).has_value();
}

TEST(FolderListing, HasLibrariesFoldersAndWhatMayBeOneByName) {
  const TemporaryFolder folder;
  for (const char* file : {"b.so", "a.so", "notes.txt", ".hidden.so", "c.so.1"})
    std::ofstream(folder / file) << "";
  fs::create_directory(folder / "tasks");
  fs::create_directory(folder / ".git");
  fs::create_symlink("nowhere", folder / "link");
  ASSERT_EQ(::mkfifo((folder / "pipe.so").c_str(), 0600), 0);
  const auto listing = read(folder.path());
  ASSERT_TRUE(listing);
  EXPECT_THAT(listing->entries(),
              ElementsAre(Pair(EntryType::library, "a.so"), Pair(EntryType::library, "b.so"),
                          Pair(EntryType::other, "link"), Pair(EntryType::other, "pipe.so"),
                          Pair(EntryType::folder, "tasks")));
}

TEST(FolderListing, OfItsBytesIsTheSame) {
  const TemporaryFolder folder;
  for (int at = 0; at < 3000; ++at)
    std::ofstream(folder / ("plugin_" + std::to_string(at) + ".so")) << "";
  const auto listing = read(folder.path());
  ASSERT_TRUE(listing);
  EXPECT_EQ(listing->entries().size(), 3000U);
  EXPECT_EQ(FolderListing::parse(listing->bytes())->entries(), listing->entries());
}

TEST(FolderListing, EndsEachNameWithANul) {
  const FolderListing listing = FolderListing::of("a.so");
  ASSERT_THAT(listing.entries(), ElementsAre(Pair(EntryType::other, "a.so")));
  EXPECT_STREQ(listing.entries()[0].second.data(), "a.so");
}

TEST(FolderListing, OfAnEmptyFolderIsEmpty) {
  const TemporaryFolder folder;
  EXPECT_THAT(read(folder.path())->entries(), IsEmpty());
  EXPECT_TRUE(is_listing(""));
}

TEST(FolderListing, IsNotMadeOfBytesThatAreNone) {
  EXPECT_TRUE(is_listing("la.so\0"sv));
  EXPECT_FALSE(is_listing("la.so"));
  EXPECT_FALSE(is_listing("xa.so\0"sv));
  EXPECT_FALSE(is_listing("l\0"sv));
  EXPECT_FALSE(is_listing("\0"sv));
  EXPECT_FALSE(is_listing("l../a.so\0"sv));
  EXPECT_FALSE(is_listing("d..\0"sv));
}

TEST(FolderListing, OfWhatIsNoFolderIsNone) {
  const TemporaryFolder folder;
  std::ofstream(folder / "file") << "";
  const UniqueFd fd(::open((folder / "file").c_str(), O_RDONLY | O_CLOEXEC));
  EXPECT_FALSE(FolderListing::read(fd.get()));
}

}  // namespace
}  // namespace rota
