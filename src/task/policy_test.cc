// SPDX-License-Identifier: Apache-2.0
#include <rota/error.h>
#include <rota/policy.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

TaskPolicy with(std::string_view name, std::string_view value) {
  TaskPolicy policy;
  set_policy(policy, name, value);
  return policy;
}

TEST(Policy, ReadsDurations) {
  EXPECT_EQ(parse_duration("250ms"), 250ms);
  EXPECT_EQ(parse_duration("1.5h"), 90min);
  EXPECT_EQ(parse_duration(" 2 d "), 48h);
  for (const char* wrong : {"", "5", "s", "-1s", "1 year", "nan s", "1e400s", "1s1s"})
    EXPECT_THROW(parse_duration(wrong), ArgumentError) << wrong;
}

TEST(Policy, ReadsSizes) {
  EXPECT_EQ(parse_size("2GiB"), std::uint64_t{2} << 30U);
  EXPECT_EQ(parse_size("0.5 KiB"), 512U);
  for (const char* wrong : {"", "2", "2GB", "-1B", "99999999999TiB"})
    EXPECT_THROW(parse_size(wrong), ArgumentError) << wrong;
}

TEST(Policy, ReadsEachByItsName) {
  EXPECT_EQ(with("retries", "3").retries, 3U);
  EXPECT_EQ(with("timeout", "30s").timeout, 30s);
  EXPECT_EQ(with("cpu_limit", "1500ms").cpu_limit, 2s);
  EXPECT_EQ(with("retry_on", "crash, timeout").retry_on, RetryOn::kCrash | RetryOn::kTimeout);
  EXPECT_EQ(with("isolation", "fresh").isolation, Isolation::fresh);
  EXPECT_EQ(with("priority", "-5").priority, -5);
  EXPECT_THAT(*with("pools", "gpu, disk,gpu").pools, ElementsAre("disk", "gpu"));
  EXPECT_EQ(with("checkpoints", "true").checkpoints, true);
}

TEST(Policy, RefusesWhatCannotBeMeant) {
  const std::pair<const char*, const char*> wrong[] = {
      {"retires", "3"},        {"retries", "-1"},      {"retries", "3x"},
      {"timeout", "0s"},       {"priority", "1.5"},    {"retry_jitter", "2"},
      {"retry_factor", "0.5"}, {"isolation", "jail"},  {"retry_on", "rain"},
      {"checkpoints", "yes"},  {"memory_limit", "0B"}, {"retry_factor", "nan"}};
  for (const auto& [name, value] : wrong) EXPECT_THROW(with(name, value), ArgumentError) << name;
}

TEST(Policy, TheStrongerCountsWhereItIsSet) {
  TaskPolicy stronger = with("timeout", "1s");
  TaskPolicy weaker = with("timeout", "2s");
  set_policy(weaker, "retries", "4");
  const TaskPolicy merged = merge(stronger, weaker);
  EXPECT_EQ(merged.timeout, 1s);
  EXPECT_EQ(merged.retries, 4U);
  EXPECT_FALSE(merged.priority);
}

TEST(Policy, DelaysGrowToTheirCapAndVary) {
  TaskPolicy policy = with("retry_delay", "100ms");
  set_policy(policy, "retry_max_delay", "350ms");
  set_policy(policy, "retry_jitter", "0");
  EXPECT_EQ(retry_delay(policy, 1, 0.5), 100ms);
  EXPECT_EQ(retry_delay(policy, 2, 0.5), 200ms);
  EXPECT_EQ(retry_delay(policy, 3, 0.5), 350ms);
  EXPECT_EQ(retry_delay(policy, 4000, 0.5), 350ms);
  set_policy(policy, "retry_jitter", "0.5");
  EXPECT_EQ(retry_delay(policy, 1, 0), 50ms);
  EXPECT_EQ(retry_delay(policy, 1, 1), 150ms);
}

}  // namespace
}  // namespace rota
