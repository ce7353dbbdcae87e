// SPDX-License-Identifier: Apache-2.0
#include "files.h"

#include <zip.h>

#include <fstream>

#include <gtest/gtest.h>

namespace flights {
namespace {

namespace fs = std::filesystem;

class Files : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "flights_files_XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }

  void make_zip(const std::string& member, const std::string& bytes) {
    zip_t* archive = zip_open((folder_ / "a.csv.zip").c_str(), ZIP_CREATE, nullptr);
    zip_file_add(archive, member.c_str(), zip_source_buffer(archive, bytes.data(), bytes.size(), 0),
                 0);
    ASSERT_EQ(zip_close(archive), 0);
  }
  std::string error_of_reading() {
    try {
      fs::path found;
      read_file_or_zip(folder_ / "a.csv", found);
    } catch (const FileError& error) {
      return error.what();
    }
    return "no error";
  }

  fs::path folder_;
};

TEST_F(Files, AreReadFromAZipWhereThereIsNoPlainOne) {
  fs::path found;
  make_zip("a.csv", "zipped");
  EXPECT_EQ(read_file_or_zip(folder_ / "a.csv", found), "zipped");
  EXPECT_EQ(found, folder_ / "a.csv.zip");
  std::ofstream(folder_ / "a.csv") << "plain";
  EXPECT_EQ(read_file_or_zip(folder_ / "a.csv", found), "plain");
  EXPECT_EQ(found, folder_ / "a.csv");
}

TEST_F(Files, ADamagedZipIsOneClearError) {
  make_zip("a.csv", std::string(100000, 'x') + "some text that is not all the same");
  std::fstream zip(folder_ / "a.csv.zip", std::ios::in | std::ios::out | std::ios::binary);
  zip.seekp(60);
  zip << "damage";
  zip.close();
  EXPECT_NE(error_of_reading().find("a.csv in it is damaged: "), std::string::npos)
      << error_of_reading();
}

TEST_F(Files, ACutZipAndAZipWithoutTheFileAreOneClearError) {
  make_zip("b.csv", "other");
  EXPECT_NE(error_of_reading().find("there is no a.csv in this zip file"), std::string::npos);
  fs::resize_file(folder_ / "a.csv.zip", 50);
  EXPECT_NE(error_of_reading().find("cannot be opened as a zip file: "), std::string::npos);
}

TEST_F(Files, WritingReplacesTheWholeFileOrNothing) {
  const fs::path path = folder_ / "deep" / "file";
  write_file(path, "first");
  write_file(path, "2nd");
  EXPECT_EQ(read_file(path), "2nd");
  EXPECT_FALSE(fs::exists(path.string() + ".partial"));
  fs::create_directory(folder_ / "taken");
  EXPECT_THROW(write_file(folder_ / "taken", "x"), FileError);
  EXPECT_FALSE(fs::exists(folder_ / "taken.partial"));
}

}  // namespace
}  // namespace flights
