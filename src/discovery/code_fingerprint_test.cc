// SPDX-License-Identifier: Apache-2.0
#include "discovery/code_fingerprint.h"

#include "os/file.h"
#include "os/temporary_folder.h"

#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <random>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

using ::testing::MatchesRegex;

constexpr const char* kSelf = "/proc/self/exe";

std::string fingerprint_of(const std::filesystem::path& file) {
  const UniqueFd fd = open_for_reading(file);
  struct stat status {};
  EXPECT_EQ(::fstat(fd.get(), &status), 0);
  return code_fingerprint_of_file(fd.get(), static_cast<std::uint64_t>(status.st_size));
}

std::string self() {
  std::ifstream file(kSelf, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

const int kHere = 1;

TEST(CodeFingerprint, OfALoadedProgramIsTheBuildIdOfItsFile) {
  const std::string loaded = code_fingerprint_at(&kHere);
  EXPECT_THAT(loaded, MatchesRegex("build-id:[0-9a-f]{16,128}"));
  EXPECT_EQ(fingerprint_of(std::filesystem::read_symlink(kSelf)), loaded);
  EXPECT_EQ(code_fingerprint_at(nullptr), "");
}

TEST(CodeFingerprint, OfAFileWithoutABuildIdIsTheHashOfItsBytes) {
  const TemporaryFolder folder;
  write(folder / "a.so", "no library at all");
  const std::string first = fingerprint_of(folder / "a.so");
  EXPECT_THAT(first, MatchesRegex("xxh3:[0-9a-f]{32}"));
  write(folder / "a.so", "no library at ALL");
  EXPECT_NE(fingerprint_of(folder / "a.so"), first);
}

TEST(CodeFingerprint, DoesNotChangeWithWhatTheBuildIdDoesNotCover) {
  const TemporaryFolder folder;
  write(folder / "a.so", self() + "appended");
  EXPECT_EQ(fingerprint_of(folder / "a.so"), code_fingerprint_at(&kHere));
}

// Each gives some fingerprint, and reads nothing outside of the file.
TEST(CodeFingerprint, IsReadFromDamagedFilesToo) {
  std::mt19937 random(5);
  const TemporaryFolder folder = TemporaryFolder::in_memory();
  const std::string whole = self().substr(0, 8192);
  for (int round = 0; round < 2'000; ++round) {
    std::string bytes = whole.substr(0, random() % whole.size());
    for (auto changes = random() % 8; changes > 0 && !bytes.empty(); --changes)
      bytes[random() % std::min<std::size_t>(bytes.size(), 1024)] = static_cast<char>(random());
    write(folder / "a.so", bytes);
    EXPECT_NE(fingerprint_of(folder / "a.so"), "");
  }
}

}  // namespace
}  // namespace rota
