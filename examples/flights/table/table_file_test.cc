// SPDX-License-Identifier: Apache-2.0
#include "table_file.h"

#include <fstream>

#include <gtest/gtest.h>

namespace flights {
namespace {

class TableFile : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "flights_table_XXXXXX";
    ASSERT_NE(mkdtemp(folder_.data()), nullptr);
    path_ = std::filesystem::path(folder_) / "data" / "cars.clean.table";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  static Table cars() {
    Texts names;
    names.append("van");
    names.append_missing();
    names.append("van");
    Table table("cars");
    table.add(Column("id", Integers{1, kMissingInteger, -3}));
    table.add(Column("speed", Reals{0.1, kMissingReal, 1e300}));
    table.add(Column("name", std::move(names)));
    return table;
  }

  std::string folder_;
  std::filesystem::path path_;
};

TEST_F(TableFile, IsReadAsItWasWritten) {
  write_table(path_, cars());
  const Table table = read_table(path_);
  EXPECT_EQ(table.name(), "cars");
  EXPECT_EQ(table.rows(), 3U);
  EXPECT_EQ(table.integers("id"), (Integers{1, kMissingInteger, -3}));
  EXPECT_EQ(table.reals("speed")[2], 1e300);
  EXPECT_TRUE(table.column("speed").missing(1));
  EXPECT_EQ(table.texts("name").dictionary(), std::vector<std::string>{"van"});
  EXPECT_EQ(table.texts("name").codes(), (std::vector<std::uint32_t>{0, kMissingText, 0}));
}

TEST_F(TableFile, LeavesNothingBesideIt) {
  write_table(path_, cars());
  write_table(path_, cars());
  const auto files = std::filesystem::directory_iterator(path_.parent_path());
  EXPECT_EQ(std::distance(begin(files), end(files)), 1);
}

TEST_F(TableFile, EveryCutIsFound) {
  const std::string whole = encode_table(cars());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THROW(decode_table(path_, std::string_view(whole).substr(0, size)), FileError) << size;
  }
  EXPECT_THROW(decode_table(path_, whole + '\0'), FileError);
}

TEST_F(TableFile, EveryChangedByteIsFound) {
  const std::string whole = encode_table(cars());
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x41);
    EXPECT_THROW(decode_table(path_, damaged), FileError) << at;
  }
}

TEST_F(TableFile, TheErrorNamesTheFileAndTheReason) {
  std::filesystem::create_directories(path_.parent_path());
  std::ofstream(path_) << "id,speed,name\n";
  try {
    read_table(path_);
    FAIL() << "no error";
  } catch (const FileError& error) {
    const std::string message = error.what();
    EXPECT_TRUE(message.starts_with(path_.string() + ": ")) << message;
    EXPECT_NE(message.find("it does not begin as a table does"), message.npos) << message;
  }
}

TEST_F(TableFile, AFileThatIsNotThereIsOneClearError) {
  try {
    read_table(path_);
    FAIL() << "no error";
  } catch (const FileError& error) {
    EXPECT_EQ(error.what(), path_.string() + ": cannot be opened: No such file or directory");
  }
}

TEST(Table, RefusesColumnsThatDoNotFit) {
  Table table("cars");
  table.add(Column("id", Integers{1}));
  EXPECT_THROW(table.add(Column("id", Integers{2})), std::invalid_argument);
  EXPECT_THROW(table.add(Column("speed", Reals{1, 2})), std::invalid_argument);
  EXPECT_THROW(table.reals("id"), std::out_of_range);
  EXPECT_THROW(table.integers("colour"), std::out_of_range);
}

}  // namespace
}  // namespace flights
