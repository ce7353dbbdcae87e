// SPDX-License-Identifier: Apache-2.0
#include "discovery/trust.h"

#include "os/temporary_folder.h"

#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

struct stat file_of(uid_t owner, mode_t mode) {
  struct stat status {};
  status.st_uid = owner;
  status.st_mode = S_IFREG | mode;
  return status;
}

TEST(Trust, IsGivenToFilesOfRootAndOfTheUser) {
  EXPECT_FALSE(check_trust(file_of(0, 0755)));
  EXPECT_FALSE(check_trust(file_of(::geteuid(), 0600)));
}

TEST(Trust, IsNotGivenToFilesOfOthers) {
  const auto refusal = check_trust(file_of(::geteuid() + 17, 0755));
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->reason, RefusalReason::wrong_owner);
  EXPECT_THAT(refusal->message, HasSubstr(std::to_string(::geteuid() + 17)));
}

TEST(Trust, IsNotGivenToWhatOthersCanWrite) {
  for (const mode_t mode : {0775U, 0757U, 0622U, 01777U}) {
    const auto refusal = check_trust(file_of(::geteuid(), mode));
    ASSERT_TRUE(refusal) << mode;
    EXPECT_EQ(refusal->reason, RefusalReason::writable_by_others);
    EXPECT_THAT(refusal->message, HasSubstr("chmod go-w"));
  }
}

TEST(Trust, OfAFolderThatIsNotThereIsNoQuestion) {
  const TemporaryFolder folder;
  EXPECT_FALSE(check_folder_trust(folder / "no"));
  fs::permissions(folder.path(), fs::perms::all);
  EXPECT_EQ(check_folder_trust(folder.path())->reason, RefusalReason::writable_by_others);
}

TEST(AllowList, AllowsFoldersBelowThoseItNames) {
  const TemporaryFolder folder;
  for (const char* name : {"good", "good/deep", "goodbye", "bad"})
    fs::create_directory(folder / name);
  for (const std::string& named : {(folder / "good").string(), (folder / "good").string() + "/"}) {
    const AllowList allowed({named});
    EXPECT_TRUE(allowed.allows(folder / "good")) << named;
    EXPECT_TRUE(allowed.allows(folder / "good/deep")) << named;
    EXPECT_FALSE(allowed.allows(folder / "goodbye")) << named;
    EXPECT_FALSE(allowed.allows(folder.path())) << named;
    EXPECT_FALSE(allowed.allows(folder / "good/../bad")) << named;
    EXPECT_FALSE(allowed.allows(folder / "none")) << named;
  }
}

TEST(AllowList, IsNotFooledByLinks) {
  const TemporaryFolder folder;
  for (const char* name : {"good", "bad"}) fs::create_directory(folder / name);
  fs::create_directory_symlink("../bad", folder / "good/link");
  fs::create_directory_symlink("good", folder / "alias");
  const AllowList allowed({folder / "alias"});
  EXPECT_TRUE(allowed.allows(folder / "good"));
  EXPECT_FALSE(allowed.allows(folder / "good/link"));
}

}  // namespace
}  // namespace rota
