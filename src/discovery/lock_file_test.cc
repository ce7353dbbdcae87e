// SPDX-License-Identifier: Apache-2.0
#include "discovery/lock_file.h"

#include "os/temporary_folder.h"

#include <fstream>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

const std::string kHash(64, 'a');

LockFile parse(const std::string& text) { return LockFile::parse(text, "/project", "rota.lock"); }

TEST(LockFile, NamesFilesByPathsBelowItsFolderAndByWholePaths) {
  const LockFile lock =
      parse("# a comment\n\n" + kHash + "  scripts/a.so\n" + kHash + " */opt/b c.so\n");
  EXPECT_EQ(lock.size(), 2U);
  EXPECT_TRUE(lock.find("/project/scripts/a.so"));
  EXPECT_TRUE(lock.find("/project/scripts/../scripts/a.so"));
  EXPECT_TRUE(lock.find("/opt/b c.so"));
  EXPECT_FALSE(lock.find("/project/scripts/b.so"));
}

TEST(LockFile, ThatIsDamagedIsRefusedWithItsLine) {
  for (const std::string& line :
       {std::string("x"), kHash, kHash + "  ", kHash + " a.so", kHash.substr(1) + "g  a.so",
        kHash.substr(1) + "  a.so", "\\" + kHash + "  a\\nb.so",
        kHash + std::string("  a\0.so", 7)}) {
    EXPECT_THAT([&] { parse("# first\n" + line + "\n"); },
                ThrowsMessage<TaskRegistryError>(HasSubstr("rota.lock:2: ")))
        << line;
  }
}

TEST(LockFile, ThatNamesAFileTwiceIsRefused) {
  EXPECT_THAT([&] { parse(kHash + "  a.so\n" + kHash + "  ./a.so\n"); },
              ThrowsMessage<TaskRegistryError>(HasSubstr("/project/a.so is named twice")));
}

TEST(LockFile, OfRandomTextIsReadOrRefused) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string text = kHash + "  a.so\n" + kHash + "  b.so\n";
    for (int change = 0; change < 3; ++change)
      text[random() % text.size()] = static_cast<char>(random());
    try {
      EXPECT_LE(parse(text).size(), 4U);
    } catch (const TaskRegistryError&) {
    }
  }
}

PluginFile plugin_in(const fs::path& folder, const std::string& name) {
  return {.folder = std::make_shared<const PluginFolder>(PluginFolder{folder.string(), ""}),
          .name = name};
}

TEST(LockFile, IsReadAsItWasWritten) {
  const TemporaryFolder folder;
  const TemporaryFolder elsewhere;
  fs::create_directory(folder / "scripts");
  std::ofstream(folder / "scripts/a.so") << "abc";
  std::ofstream(elsewhere / "b.so") << "";
  write_lock_file(folder / "rota.lock",
                  {plugin_in(folder / "scripts", "a.so"), plugin_in(elsewhere.path(), "b.so")});
  const LockFile lock = LockFile::open(folder / "rota.lock");
  EXPECT_EQ(to_hex(lock.find(folder / "scripts/a.so").value()),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_TRUE(lock.find(elsewhere / "b.so"));
  EXPECT_EQ(
      std::system(("cd " + folder.path().string() + " && sha256sum --quiet -c rota.lock").c_str()),
      0);
}

TEST(LockFile, ThatOthersCanWriteIsNotUsed) {
  const TemporaryFolder folder;
  std::ofstream(folder / "rota.lock") << "";
  fs::permissions(folder / "rota.lock", fs::perms::all);
  EXPECT_THAT([&] { LockFile::open(folder / "rota.lock"); },
              ThrowsMessage<TaskRegistryError>(HasSubstr("chmod go-w")));
}

TEST(LockFile, IsNotWrittenForAFileThatCannotBeReadOrNamed) {
  const TemporaryFolder folder;
  EXPECT_THROW(write_lock_file(folder / "rota.lock", {plugin_in(folder.path(), "no.so")}),
               TaskRegistryError);
  std::ofstream(folder / "a\nb.so") << "";
  EXPECT_THAT([&] { write_lock_file(folder / "rota.lock", {plugin_in(folder.path(), "a\nb.so")}); },
              ThrowsMessage<TaskRegistryError>(HasSubstr("rename it")));
  EXPECT_FALSE(fs::exists(folder / "rota.lock"));
}

}  // namespace
}  // namespace rota
