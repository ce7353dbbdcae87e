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

std::optional<FolderListing> nothing_is_known(const FileIdentity&) { return std::nullopt; }

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
    for (const CandidateFolder& folder :
         scan({.roots = {root_}, .packages = packages, .recursive = recursive}, nothing_is_known)
             .folders) {
      for (const auto& [type, name] : folder.files) found.push_back(folder.folder->module_of(name));
    }
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

TEST_F(ScanTest, RefusesAFolderThatOthersCanWriteWithAllBelowIt) {
  for (const char* file : {"scripts/open/deep/a.so", "scripts/b.so"}) make(file);
  fs::permissions(root_ / "scripts/open", fs::perms::all);
  const Scan found = scan({.roots = {root_}}, nothing_is_known);
  ASSERT_EQ(found.refused.size(), 1U);
  EXPECT_EQ(found.refused[0].file, root_ / "scripts/open");
  EXPECT_EQ(found.refused[0].reason, RefusalReason::writable_by_others);
  EXPECT_EQ(modules(), Names{"scripts.b"});
}

TEST_F(ScanTest, ChecksEveryFolderFromTheRootToThePackage) {
  make("a/b/c/x.so");
  for (const char* open : {"", "a", "a/b", "a/b/c"}) {
    fs::permissions(root_ / open, fs::perms::all);
    EXPECT_EQ(modules({"a.b.c"}), Names{}) << open;
    fs::permissions(root_ / open, fs::perms::owner_all);
    EXPECT_EQ(modules({"a.b.c"}), Names{"a.b.c.x"}) << open;
  }
}

TEST_F(ScanTest, CutsALoopOfLinks) {
  make("p/a.so");
  fs::create_directory_symlink("..", root_ / "p/up");
  EXPECT_EQ(modules(), Names{"p.a"});
}

TEST_F(ScanTest, LooksIntoAFolderOnce) {
  make("p/a.so");
  EXPECT_EQ(modules({"p", "p"}), Names{"p.a"});
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
  const Discovery discovery = discover({.roots = {root}});
  EXPECT_TRUE(discovery.task_classes.empty());
  std::map<std::string, RefusalReason> reasons;
  for (const RefusedFile& refused : discovery.refused) {
    reasons[fs::path(refused.file).filename()] = refused.reason;
    EXPECT_FALSE(refused.message.empty());
  }
  EXPECT_EQ(discovery.refused.size(), 4U);
  EXPECT_EQ(reasons.at("text.so"), RefusalReason::not_elf);
  EXPECT_EQ(reasons.at("fifo.so"), RefusalReason::not_regular);
  EXPECT_EQ(reasons.at("gone.so"), RefusalReason::unreadable);
  EXPECT_EQ(reasons.at("program.so"), RefusalReason::no_task);
  fs::remove_all(root);
}

}  // namespace
}  // namespace rota
