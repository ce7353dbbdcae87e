// SPDX-License-Identifier: Apache-2.0
#include "os/sha256.h"

#include "os/file.h"
#include "os/temporary_folder.h"

#include <fstream>

#include <gtest/gtest.h>

namespace rota {
namespace {

std::string hash_of(const std::string& content) {
  const TemporaryFolder folder;
  std::ofstream(folder / "file", std::ios::binary) << content;
  const UniqueFd fd = open_for_reading(folder / "file");
  return to_hex(sha256_of_file(fd.get()).value());
}

// The examples of FIPS 180-4 (NIST, "Secure Hashing: example values").
TEST(Sha256, OfAFileIsThatOfTheStandard) {
  EXPECT_EQ(hash_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hash_of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hash_of(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, IsReadBackFromItsText) {
  const std::string hex = hash_of("abc");
  EXPECT_EQ(to_hex(parse_sha256(hex).value()), hex);
  for (const std::string& bad : {std::string(), hex + "0", hex.substr(1), "g" + hex.substr(1)})
    EXPECT_FALSE(parse_sha256(bad)) << bad;
}

TEST(Sha256, OfAFolderIsAnError) {
  const TemporaryFolder folder;
  const UniqueFd fd = open_for_reading(folder.path());
  EXPECT_FALSE(sha256_of_file(fd.get()));
}

}  // namespace
}  // namespace rota
