// SPDX-License-Identifier: Apache-2.0
#include <rota/project.h>

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

namespace rota {
namespace {

namespace fs = std::filesystem;
using Paths = std::vector<fs::path>;

class ProjectTest : public ::testing::Test {
 protected:
  ProjectTest() {
    std::string name = (fs::temp_directory_path() / "rota-project-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    ::unsetenv("ROTA_LOG");
    ::unsetenv("ROTA_PATH");
  }
  ~ProjectTest() override {
    ::unsetenv("ROTA_LOG");
    ::unsetenv("ROTA_PATH");
    fs::remove_all(folder_);
  }
  void write_settings(const std::string& text) { std::ofstream(folder_ / "rota.toml") << text; }
  std::string error() {
    try {
      find_project(folder_);
    } catch (const Error& caught) {
      return caught.what();
    }
    return "no error";
  }

  fs::path folder_;
};

TEST_F(ProjectTest, RootIsTheNearestFolderUpwardWithSettingsOrALog) {
  fs::create_directories(folder_ / "a" / "b" / "c");
  fs::create_directories(folder_ / "a" / ".rota");
  write_settings("");
  EXPECT_EQ(find_project(folder_ / "a" / "b" / "c").root, folder_ / "a");
  EXPECT_EQ(find_project(folder_).root, folder_);
}

TEST_F(ProjectTest, RootIsTheFolderItselfWhereNothingMarksOne) {
  fs::create_directories(folder_ / "a");
  EXPECT_EQ(find_project(folder_ / "a").root, folder_ / "a");
  EXPECT_EQ(find_project(folder_ / "a").log_path, folder_ / "a" / ".rota" / "log.db");
  EXPECT_EQ(find_project(folder_ / "a").search_path, Paths{folder_ / "a"});
  EXPECT_FALSE(find_project(folder_ / "a").search_path_is_given);
}

TEST_F(ProjectTest, SettingsNameFoldersRelativeToTheRoot) {
  write_settings("path = [\"plugins\", \"/opt/tasks\", \"../other\"]\n");
  const Project project = find_project(folder_);
  EXPECT_EQ(project.search_path,
            (Paths{folder_ / "plugins", "/opt/tasks", folder_.parent_path() / "other"}));
  EXPECT_TRUE(project.search_path_is_given);
}

TEST_F(ProjectTest, EnvironmentIsStrongerThanSettings) {
  write_settings("path = [\"plugins\"]\n");
  ::setenv("ROTA_PATH", "/a::/b:", 1);
  ::setenv("ROTA_LOG", "/somewhere/log.db", 1);
  const Project project = find_project(folder_);
  EXPECT_EQ(project.search_path, (Paths{"/a", "/b"}));
  EXPECT_EQ(project.log_path, "/somewhere/log.db");
}

TEST_F(ProjectTest, BadSettingsAreRefusedByFileAndLine) {
  write_settings("\npath = \n");
  EXPECT_NE(error().find("rota.toml:2:"), std::string::npos) << error();
  write_settings("path = \"one\"\n");
  EXPECT_NE(error().find("path must be a list of folders"), std::string::npos) << error();
  write_settings("path = [1]\n");
  EXPECT_NE(error().find("path must be a list of folders"), std::string::npos) << error();
  write_settings("paht = []\n");
  EXPECT_NE(error().find("unknown setting 'paht'"), std::string::npos) << error();
}

}  // namespace
}  // namespace rota
