// SPDX-License-Identifier: Apache-2.0
#include "report/discovery_text.h"

#include "report/approved.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace rota {
namespace {

using testing_report::expect_approved;

Discovery some_discovery() {
  Discovery discovery;
  const auto folder = std::make_shared<const PluginFolder>(PluginFolder{"/p", ""});
  PluginFile flights{.folder = folder, .name = "flights.so"};
  for (const char* id : {"t_1I_import", "t_1C_clean"}) {
    const TaskClassPtr task_class =
        make_task_class({.task_id = id, .class_name = "Task"},
                        [](const Arguments&) { return std::unique_ptr<BaseTask>(); });
    discovery.task_classes.emplace(task_class->task_id(), task_class);
    flights.task_classes.push_back(task_class);
  }
  discovery.plugins = {flights, {.folder = folder, .name = "old.so", .remark = "it is odd"}};
  discovery.refused = {{"/p/cut.so", RefusalReason::truncated, "its code lies outside of the file"},
                       {"/p/\x1B[31m.so", RefusalReason::not_elf, "it is no shared library"}};
  discovery.duplicates = {{"t_1C_clean", "Task (/p/flights.so)", "Task (/p/old.so)"}};
  discovery.cache = {.files_known = 3, .files_read = 1, .problem = ""};
  return discovery;
}

TEST(DiscoveryText, ShowsWhatWasFoundRefusedAndIsThereTwice) {
  expect_approved("discovery.txt", discovery_to_text(some_discovery()));
}

TEST(DiscoveryText, AsJsonHasAllOfIt) {
  const std::string text = discovery_to_json(some_discovery());
  expect_approved("discovery.json", text);
  EXPECT_TRUE(nlohmann::json::accept(text));
}

PythonDiscovery some_python() {
  PythonDiscovery python;
  const TaskClassPtr task_class =
      make_task_class({.task_id = "t_1B_profile", .class_name = "Profile", .module = "p.a"},
                      [](const Arguments&) { return std::unique_ptr<BaseTask>(); });
  python.task_classes.emplace(task_class->task_id(), task_class);
  python.files = {{"/p/a.py", "p.a", {task_class}}, {"/p/b.py", "p.b", {}}};
  python.refused = {{"/p/c.py", RefusalReason::not_python, "line 3: invalid syntax"}};
  python.uncertain = {{"/p/d.py", 7, "Odd", "task_id is computed"}};
  python.duplicates = {{"t_1C_clean", "Task (/p/flights.so)", "Clean in /p/b.py"}};
  python.cache = {.files_known = 4, .files_read = 2, .problem = ""};
  return python;
}

TEST(DiscoveryText, ShowsPythonFilesBesidePlugins) {
  expect_approved("discovery_python.txt", discovery_to_text(some_discovery(), some_python()));
  expect_approved("discovery_python.json", discovery_to_json(some_discovery(), some_python()));
}

TEST(DiscoveryText, OfNothingIsALineOfFigures) {
  EXPECT_EQ(discovery_to_text({}), "0 task classes in 0 plugins, 0 refused, 0 duplicates\n");
}

}  // namespace
}  // namespace rota
