// SPDX-License-Identifier: Apache-2.0
#include "pseudonym.h"

#include "table/files.h"

#include <sys/stat.h>

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flights {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class KeyFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "flights_key_XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string error_of_loading() {
    try {
      load_or_create_key(path());
    } catch (const FileError& error) {
      return error.what();
    }
    return "no error";
  }
  fs::path path() const { return folder_ / "data" / "pseudonym.key"; }

  fs::path folder_;
};

TEST_F(KeyFile, IsMadeOnceForItsOwnerOnly) {
  const Key key = load_or_create_key(path());
  EXPECT_EQ(load_or_create_key(path()), key);
  EXPECT_NE(key, Key());
  EXPECT_EQ(fs::status(path()).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  const auto files = fs::directory_iterator(path().parent_path());
  EXPECT_EQ(std::distance(begin(files), end(files)), 1);
}

TEST_F(KeyFile, IsAnotherOneElsewhere) {
  EXPECT_NE(load_or_create_key(path()), load_or_create_key(folder_ / "other.key"));
}

TEST_F(KeyFile, OfTheWrongSizeIsRefusedAndLeftAlone) {
  fs::create_directories(path().parent_path());
  std::ofstream(path()) << "short";
  fs::permissions(path(), fs::perms::owner_read);
  EXPECT_THAT(error_of_loading(), HasSubstr("5 bytes are no key of 32"));
  EXPECT_EQ(read_file(path()), "short");
}

TEST_F(KeyFile, ThatOthersMayReadIsRefused) {
  load_or_create_key(path());
  fs::permissions(path(), fs::perms::group_read, fs::perm_options::add);
  EXPECT_THAT(error_of_loading(), HasSubstr("chmod 600"));
}

TEST(Pseudonym, IsTheBeginningOfHmacSha256) {
  const std::vector<unsigned char> key(20, 0x0b);  // test case 1 of RFC 4231
  EXPECT_EQ(pseudonym(key, "Hi There"), "b0344c61d8db38535ca8afceaf0bf12b");
}

TEST(Pseudonymize, KeepsWhatIsEqualAndWhatIsMissing) {
  Texts originals;
  originals.append("N1");
  originals.append("N2");
  originals.append_missing();
  originals.append("N1");
  const Texts pseudonyms = pseudonymize(originals, Key{1});
  EXPECT_EQ(pseudonyms.at(0), pseudonyms.at(3));
  EXPECT_NE(pseudonyms.at(0), pseudonyms.at(1));
  EXPECT_TRUE(pseudonyms.missing(2));
  EXPECT_EQ(pseudonyms.at(0), pseudonym(Key{1}, "N1"));
  EXPECT_NE(pseudonyms.at(0), pseudonymize(originals, Key{2}).at(0));
}

TEST(FindOriginal, FindsItAnywhereInTheBytes) {
  const std::vector<std::string> originals = {"N102UW", "N14228", "N1"};
  EXPECT_EQ(find_original("abcN14228", originals), "N1");
  EXPECT_EQ(find_original(std::string_view("\0\0N102U", 8), {"N102UW", "N102U"}), "N102U");
  EXPECT_EQ(find_original("N102UW", {"N102UW"}), "N102UW");
  EXPECT_EQ(find_original("n102uw N102VW N", {"N102UW", "N14228"}), "");
  EXPECT_EQ(find_original("", originals), "");
  EXPECT_EQ(find_original("abc", {""}), "");
}

}  // namespace
}  // namespace flights
