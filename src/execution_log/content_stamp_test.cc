// SPDX-License-Identifier: Apache-2.0
#include "execution_log/content_stamp.h"

#include "os/temporary_folder.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class ContentStampTest : public ::testing::Test {
 protected:
  fs::path write(const std::string& name, const std::string& content) {
    std::ofstream(folder_ / name, std::ios::binary) << content;
    return folder_ / name;
  }
  static std::string error_of(const fs::path& file,
                              const std::function<void()>& while_reading = {}) {
    try {
      stamp_content(file, while_reading);
    } catch (const LogError& error) {
      EXPECT_THAT(error.what(), Not(HasSubstr("\n")));
      return error.what();
    }
    return "no error";
  }

  TemporaryFolder folder_;
};

// The hashes are those that xxhsum -H2 prints.
TEST_F(ContentStampTest, IsTheSizeTheTimeAndTheHashOfTheContent) {
  const fs::path file = write("a", "");
  const timespec times[2] = {{1, 0}, {1'795'442'709, 123'456'789}};
  ASSERT_EQ(::utimensat(AT_FDCWD, file.c_str(), times, 0), 0);
  EXPECT_EQ(stamp_content(file),
            (FileStamp{"", 0, 1'795'442'709'123'456'789, "xxh3:99aa06d3014798d86001c324468d497f"}));
}

TEST_F(ContentStampTest, AFileOfManyPiecesIsHashedAsAWhole) {
  std::string content(3'000'001, 'x');
  for (std::size_t at = 0; at < content.size(); ++at)
    content[at] = static_cast<char>(at * 31 % 251);
  const FileStamp stamp = stamp_content(write("a", content));
  EXPECT_EQ(stamp.size_bytes, content.size());
  EXPECT_EQ(stamp.content_hash, "xxh3:e549a449e7da693c9be8cd6671ea7c0e");
  content.back() ^= 1;
  EXPECT_NE(stamp_content(write("b", content)).content_hash, stamp.content_hash);
}

TEST_F(ContentStampTest, FollowsALinkToAFile) {
  write("a", "content");
  fs::create_symlink("a", folder_ / "link");
  EXPECT_EQ(stamp_content(folder_ / "link"), stamp_content(folder_ / "a"));
}

TEST_F(ContentStampTest, WhatIsNoRegularFileIsRefusedByNameAndNotWaitedFor) {
  ASSERT_EQ(::mkfifo((folder_ / "fifo").c_str(), 0600), 0);
  EXPECT_THAT(error_of(folder_ / "fifo"), AllOf(HasSubstr("fifo"), HasSubstr("it is a fifo")));
  EXPECT_THAT(error_of(folder_.path()), HasSubstr("it is a folder"));
  EXPECT_THAT(error_of("/dev/zero"), AllOf(HasSubstr("/dev/zero"), HasSubstr("it is a device")));
  const int listener = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, (folder_ / "socket").c_str(), sizeof(address.sun_path) - 1);
  ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  EXPECT_THAT(error_of(folder_ / "socket"), HasSubstr("it is a socket"));
  ::close(listener);
}

TEST_F(ContentStampTest, WhatCannotBeReadIsRefusedByName) {
  EXPECT_THAT(error_of(folder_ / "none\nhere"),
              AllOf(HasSubstr("none\\nhere"), HasSubstr("No such file")));
  EXPECT_THAT(error_of(folder_ / std::string(5000, 'x')), HasSubstr("File name too long"));
  EXPECT_THAT(error_of(folder_ / std::string("a\0b", 3)), HasSubstr("NUL"));
  EXPECT_THAT(error_of(write("a", "") / "below"), HasSubstr("Not a directory"));
}

TEST_F(ContentStampTest, AFileThatChangesWhileItIsReadIsReadAgain) {
  const fs::path file = write("a", "before");
  int pieces = 0;
  const FileStamp stamp = stamp_content(file, [&] {
    if (++pieces == 1) write("a", "after!");
  });
  EXPECT_EQ(pieces, 2);
  EXPECT_EQ(stamp, stamp_content(file));
}

TEST_F(ContentStampTest, AFileThatIsReplacedWhileItIsReadIsReadAgain) {
  const fs::path file = write("a", "before");
  int pieces = 0;
  const FileStamp stamp = stamp_content(file, [&] {
    if (++pieces == 1) fs::rename(write("b", "after!"), file);
  });
  EXPECT_EQ(pieces, 2);
  EXPECT_EQ(stamp, stamp_content(file));
}

TEST_F(ContentStampTest, ATimeOfChangeThatIsSetBackHidesNoChange) {
  const fs::path file = write("a", "before");
  const fs::file_time_type time = fs::last_write_time(file);
  int pieces = 0;
  const FileStamp stamp = stamp_content(file, [&] {
    if (++pieces > 1) return;
    write("a", "after!");
    fs::last_write_time(file, time);
  });
  EXPECT_EQ(pieces, 2);
  EXPECT_EQ(stamp, stamp_content(file));
}

TEST_F(ContentStampTest, AFileThatDoesNotStopChangingIsRefused) {
  const fs::path file = write("a", "x");
  const auto grow = [&] { std::ofstream(file, std::ios::app) << "more"; };
  EXPECT_THAT(error_of(file, grow), HasSubstr("it changes while it is read"));
  const auto shrink = [&] { write("a", std::string(fs::file_size(file) - 1, 'y')); };
  EXPECT_THAT(error_of(file, shrink), HasSubstr("it changes while it is read"));
}

}  // namespace
}  // namespace rota
