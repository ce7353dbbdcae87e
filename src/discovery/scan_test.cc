// SPDX-License-Identifier: Apache-2.0
#include "discovery/scan.h"

#include <sys/stat.h>

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

namespace rota {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

class ScanTest : public ::testing::Test {
 protected:
  ScanTest() {
    std::string name = (fs::temp_directory_path() / "rota-scan-XXXXXX").string();
    root_ = ::mkdtemp(name.data());
  }
  ~ScanTest() override { fs::remove_all(root_); }
  void make(const fs::path& file) {
    fs::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << file.string();
  }
  Names modules(const Names& packages = {}, bool recursive = true) {
    Names found;
    for (const Candidate& candidate : scan({{root_}, packages, recursive}).candidates)
      found.push_back(candidate.module);
    return found;
  }

  fs::path root_;
};

TEST_F(ScanTest, TakesLibrariesByNameFilesBeforeFolders) {
  for (const char* file :
       {"b.so", "a.so", "z/c.so", "k/d.so", "k/notes.txt", "a.so.1", ".hidden/e.so", ".f.so"})
    make(file);
  EXPECT_EQ(modules(), (Names{"a", "b", "k.d", "z.c"}));
}

TEST_F(ScanTest, WithoutRecursionTakesThatFolderAlone) {
  for (const char* file : {"p/a.so", "p/q/b.so"}) make(file);
  EXPECT_EQ(modules({"p"}, false), Names{"p.a"});
  EXPECT_EQ(modules({"p"}, true), (Names{"p.a", "p.q.b"}));
}

TEST_F(ScanTest, LooksPackagesUpAsFoldersAndAsFiles) {
  for (const char* file : {"scripts/tasks.so", "scripts/tasks/one.so", "scripts/other.so"})
    make(file);
  EXPECT_EQ(modules({"scripts.tasks"}), (Names{"scripts.tasks", "scripts.tasks.one"}));
  EXPECT_EQ(modules({"no.such.package"}), Names{});
}

TEST_F(ScanTest, TakesEachFileOnce) {
  make("p/a.so");
  fs::create_symlink("a.so", root_ / "p/b.so");
  EXPECT_EQ(modules({"p", "p"}), Names{"p.a"});
}

TEST_F(ScanTest, CutsALoopOfLinks) {
  make("p/a.so");
  fs::create_directory_symlink("..", root_ / "p/up");
  EXPECT_EQ(modules(), Names{"p.a"});
}

TEST_F(ScanTest, RefusesWhatIsNoDottedPath) {
  for (const char* bad : {"", ".", "..", "a..b", ".a", "a.", "a/b", "/etc", "a b", "../x"}) {
    EXPECT_FALSE(is_package_path(bad)) << bad;
    EXPECT_THROW(modules({bad}), TaskRegistryError) << bad;
  }
  EXPECT_TRUE(is_package_path("scripts.tasks-2.deep_er"));
}

TEST(Discovery, GivesEveryKindOfFileThatIsNoPluginItsReason) {
  std::string name = (fs::temp_directory_path() / "rota-scan-XXXXXX").string();
  const fs::path root = ::mkdtemp(name.data());
  std::ofstream(root / "text.so") << "hello";
  ASSERT_EQ(::mkfifo((root / "fifo.so").c_str(), 0600), 0);
  fs::create_symlink("nowhere", root / "gone.so");
  fs::copy_file("/proc/self/exe", root / "program.so");
  const Discovery discovery = discover({{root}, {}, true});
  EXPECT_TRUE(discovery.task_classes.empty());
  std::map<std::string, RefusalReason> reasons;
  for (const RefusedFile& refused : discovery.refused) {
    reasons[refused.file.filename()] = refused.reason;
    EXPECT_FALSE(refused.message.empty());
  }
  EXPECT_EQ(reasons.at("text.so"), RefusalReason::not_elf);
  EXPECT_EQ(reasons.at("fifo.so"), RefusalReason::not_regular);
  EXPECT_EQ(reasons.at("gone.so"), RefusalReason::unreadable);
  EXPECT_EQ(reasons.at("program.so"), RefusalReason::no_task);
  fs::remove_all(root);
}

}  // namespace
}  // namespace rota
