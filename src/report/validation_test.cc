// SPDX-License-Identifier: Apache-2.0
#include "report/validation.h"

#include "report/approved.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace rota {
namespace {

using testing_report::expect_approved;

std::vector<PluginValidation> validations() {
  return {{.file = "scripts/good.so", .made = {"t_a", "t_b"}},
          {.file = "scripts/odd.so",
           .made = {"t_a"},
           .not_made = {{"t_needs", "it needs the argument source"}}},
          {.file = "scripts/bad\x1b[31m.so",
           .made = {"t_a"},
           .not_made = {{"t_needs", "it needs the argument source"}},
           .failures = {{"t_b", "its constructor threw: no\nlicence", ""},
                        {"t_c", "crashed (Aborted) while it was being made",
                         "first\nok      x.so  (1 task class)\n\n\x1b[2Jlast \xff"}}},
          {.file = "scripts/none.so", .failures = {{"", "it is no shared library", ""}}},
          {.file = "scripts/library.so", .note = "it is a shared library without task classes"}};
}

TEST(Validation, TextHasALineForEachGoodFileAndForEachFailure) {
  std::string text;
  for (const PluginValidation& plugin : validations()) text += validation_to_text(plugin);
  expect_approved("validation.txt", text + validation_summary(validations()));
}

TEST(Validation, JsonHasAllOfItAndIsValidAlsoWhenAPluginWroteBytesThatAreNoText) {
  const std::string json = validation_to_json(validations());
  const auto parsed = nlohmann::json::parse(json);
  EXPECT_FALSE(parsed["good"].get<bool>());
  EXPECT_EQ(parsed["files"].size(), 5U);
  EXPECT_TRUE(parsed["files"][3]["failures"][0]["task_id"].is_null());
  expect_approved("validation.json", json);
}

TEST(Validation, NothingAtAllIsGood) {
  EXPECT_EQ(nlohmann::json::parse(validation_to_json({})),
            (nlohmann::json{{"good", true}, {"files", nlohmann::json::array()}}));
  EXPECT_EQ(validation_summary({}), "0 files: 0 good, 0 failed\n");
}

}  // namespace
}  // namespace rota
