// SPDX-License-Identifier: Apache-2.0
// Compares a text with the one that a person has looked at and approved, in the folder approved/.
// With ROTA_APPROVE=1 in the environment the new text is written there, to be looked at and
// committed.
#pragma once

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

namespace rota::testing_report {

inline void expect_approved(const std::string& name, const std::string& text) {
  const std::string path = std::string(ROTA_APPROVED_FOLDER) + "/" + name;
  if (std::getenv("ROTA_APPROVE") != nullptr) std::ofstream(path, std::ios::binary) << text;
  std::ifstream file(path, std::ios::binary);
  ASSERT_TRUE(file) << path << " is missing";
  const std::string approved{std::istreambuf_iterator<char>(file),
                             std::istreambuf_iterator<char>()};
  EXPECT_EQ(text, approved) << "differs from " << path;
}

}  // namespace rota::testing_report
