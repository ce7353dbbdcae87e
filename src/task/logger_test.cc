// SPDX-License-Identifier: Apache-2.0
#include <rota/logger.h>

#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

namespace rota {
namespace {

TEST(Logger, GivesItsSinkLevelNameAndMessage) {
  std::vector<std::string> seen;
  const Logger logger("t_x", [&](LogLevel level, std::string_view name, std::string_view message) {
    seen.push_back(std::string(to_string(level)) + "|" + std::string(name) + "|" +
                   std::string(message));
  });
  logger.info("read 3 rows");
  logger.error("no {such} column");
  EXPECT_EQ(seen, (std::vector<std::string>{"info|t_x|read 3 rows", "error|t_x|no {such} column"}));
}

TEST(Logger, GoesOnWhenItsSinkThrows) {
  const Logger logger(
      "t_x", [](LogLevel, std::string_view, std::string_view) { throw std::runtime_error("x"); });
  logger.error("message");
}

TEST(Logger, WithoutASinkOfItsOwnUsesTheCommonOne) {
  std::string seen;
  set_log_sink([&](LogLevel, std::string_view, std::string_view message) { seen = message; });
  Logger("a").warning("heard");
  EXPECT_EQ(seen, "heard");
  set_log_sink({});
  Logger("a").warning("dropped");
  EXPECT_EQ(seen, "heard");
}

}  // namespace
}  // namespace rota
