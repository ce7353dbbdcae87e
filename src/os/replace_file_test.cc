// SPDX-License-Identifier: Apache-2.0
#include "os/replace_file.h"

#include "os/temporary_folder.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

namespace rota {
namespace {

namespace fs = std::filesystem;

std::string content_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(ReplaceFile, PutsTheNewContentThereWithItsRights) {
  const TemporaryFolder folder;
  EXPECT_EQ(replace_file(folder / "f", "old", 0600), "");
  EXPECT_EQ(replace_file(folder / "f", "new", 0644), "");
  EXPECT_EQ(content_of(folder / "f"), "new");
  struct stat status {};
  ASSERT_EQ(::stat((folder / "f").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0644U);
}

TEST(ReplaceFile, ReplacesALinkAndLeavesWhatItLeadsTo) {
  const TemporaryFolder folder;
  std::ofstream(folder / "other") << "mine";
  fs::create_symlink("other", folder / "f");
  EXPECT_EQ(replace_file(folder / "f", "new", 0600), "");
  EXPECT_EQ(content_of(folder / "other"), "mine");
  EXPECT_FALSE(fs::is_symlink(folder / "f"));
}

TEST(ReplaceFile, ThatCannotBeWrittenLeavesTheOldOneAndNothingElse) {
  const TemporaryFolder folder;
  ASSERT_EQ(replace_file(folder / "f", "old", 0600), "");
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{100, before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);
  const std::string problem = replace_file(folder / "f", std::string(1000, 'x'), 0600);
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(problem, "File too large");
  EXPECT_EQ(content_of(folder / "f"), "old");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 1);
}

TEST(ReplaceFile, InAFolderThatIsNotThereSaysSo) {
  const TemporaryFolder folder;
  EXPECT_EQ(replace_file(folder / "no/f", "x", 0600), "No such file or directory");
}

}  // namespace
}  // namespace rota
