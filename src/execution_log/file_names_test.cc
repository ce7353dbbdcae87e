// SPDX-License-Identifier: Apache-2.0
#include "execution_log/file_names.h"

#include "os/temporary_folder.h"
#include <rota/error.h>

#include <filesystem>
#include <string>

#include <gtest/gtest.h>

namespace rota {
namespace {

namespace fs = std::filesystem;
using namespace std::string_literals;

// A project with a folder data, and a link to the project beside it. Each test runs in a process of its own,
// so that it may go where it likes.
class FileNamesTest : public ::testing::Test {
 protected:
  FileNamesTest() {
    fs::create_directories(project_ / "data" / "deep");
    fs::create_directory(folder_ / "elsewhere");
    fs::create_directory_symlink(project_, folder_ / "link");
    fs::current_path(project_);
  }
  ~FileNamesTest() override { fs::current_path(before_); }

  const fs::path before_ = fs::current_path();
  TemporaryFolder folder_;
  const fs::path real_ = fs::canonical(folder_.path());
  const fs::path project_ = real_ / "project";
};

TEST_F(FileNamesTest, EverySpellingOfAFileInsideHasOneName) {
  const FileNames names(project_);
  for (const fs::path& spelling :
       {fs::path("data/a.csv"), fs::path("./data/./a.csv"), fs::path("data//a.csv"),
        fs::path("data/deep/../a.csv"), fs::path("data/a.csv/"), fs::path("../project/data/a.csv"),
        project_ / "data/a.csv", fs::path("//" + (project_ / "data//a.csv").string()),
        folder_ / "link/data/a.csv"}) {
    EXPECT_EQ(names.of_path(spelling), "data/a.csv") << spelling;
  }
}

TEST_F(FileNamesTest, ARelativePathIsRelativeToTheCurrentFolder) {
  fs::current_path(project_ / "data" / "deep");
  const FileNames names(project_);
  EXPECT_EQ(names.of_path("a.csv"), "data/deep/a.csv");
  EXPECT_EQ(names.of_path("../a.csv"), "data/a.csv");
  EXPECT_EQ(names.of_path("../../../elsewhere/a.csv"), (real_ / "elsewhere/a.csv").string());
}

TEST_F(FileNamesTest, AProjectThatIsReachedByALinkIsTheSameProject) {
  const FileNames names(folder_ / "link" / "");
  EXPECT_EQ(names.root(), folder_ / "link");
  EXPECT_EQ(names.of_path(folder_ / "link/data/a.csv"), "data/a.csv");
  EXPECT_EQ(names.of_path(project_ / "data/a.csv"), "data/a.csv");
  EXPECT_EQ(names.of_path("data/a.csv"), "data/a.csv");
  EXPECT_EQ(names.of_stored((project_ / "data/a.csv").string()), "data/a.csv");
}

TEST_F(FileNamesTest, AFolderThatIsOnlyCalledLikeTheProjectIsOutside) {
  const FileNames names(project_);
  EXPECT_EQ(names.of_path("../project_2/a.csv"), (real_ / "project_2/a.csv").string());
  EXPECT_EQ(names.of_path("../a.csv"), (real_ / "a.csv").string());
}

TEST_F(FileNamesTest, DotsAfterALinkLeaveTheFolderThatItLeadsTo) {
  fs::create_directory_symlink(real_ / "elsewhere", project_ / "outward");
  const FileNames names(project_);
  EXPECT_EQ(names.of_path("outward/../a.csv"), (real_ / "a.csv").string());
}

TEST_F(FileNamesTest, ALinkInsideTheProjectKeepsItsName) {
  fs::create_directory_symlink(real_ / "elsewhere", project_ / "outward");
  fs::create_symlink("data/a.csv", project_ / "newest.csv");
  const FileNames names(project_);
  EXPECT_EQ(names.of_path("outward/a.csv"), "outward/a.csv");
  EXPECT_EQ(names.of_path("newest.csv"), "newest.csv");
}

TEST_F(FileNamesTest, AStoredPathIsRelativeToTheProjectWhereverOneIs) {
  fs::current_path(project_ / "data");
  const FileNames names(project_);
  EXPECT_EQ(names.of_stored("data//./a.csv"), "data/a.csv");
  EXPECT_EQ(names.of_stored((project_ / "data/../data/a.csv").string()), "data/a.csv");
  EXPECT_EQ(names.of_stored("../a.csv"), (real_ / "a.csv").string());
  EXPECT_EQ(names.of_stored("/elsewhere//a.csv"), "/elsewhere/a.csv");
  EXPECT_EQ(names.of_stored("data/a.csv/"), "data/a.csv");
  EXPECT_EQ(names.of_stored(project_.string()), ".");
  EXPECT_EQ(names.of_stored("/"), "/");
}

TEST_F(FileNamesTest, TextOfAnyKindIsAName) {
  const FileNames names(project_);
  for (const std::string& text :
       {"it's \"quoted\""s, "line\nline"s, "\xFF\xFE no utf-8"s, "nul\0inside"s, "\0"s, " "s,
        "..."s, "~"s, "-n"s, std::string(4096, 'x'), std::string(1'000'000, 'y')}) {
    EXPECT_EQ(names.of_stored(text), text);
    EXPECT_EQ(names.of_path(text), text);
  }
  EXPECT_EQ(names.of_stored(""), "");
}

TEST_F(FileNamesTest, ALoopOfLinksIsAName) {
  fs::create_symlink("loop", project_ / "loop");
  EXPECT_EQ(FileNames(project_).of_path("loop/a.csv"), "loop/a.csv");
  EXPECT_EQ(FileNames(real_ / "elsewhere").of_path("loop/a.csv"),
            (project_ / "loop/a.csv").string());
}

TEST_F(FileNamesTest, AnEmptyPathIsRefused) {
  EXPECT_THROW(FileNames(project_).of_path(""), LogError);
}

TEST_F(FileNamesTest, WithoutACurrentFolderOnlyAbsolutePathsHaveAName) {
  fs::create_directory(real_ / "gone");
  fs::current_path(real_ / "gone");
  fs::remove(real_ / "gone");
  const FileNames names(project_);
  EXPECT_EQ(names.of_path(project_ / "a.csv"), "a.csv");
  EXPECT_THROW(names.of_path("a.csv"), LogError);
}

}  // namespace
}  // namespace rota
