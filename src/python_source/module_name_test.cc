// SPDX-License-Identifier: Apache-2.0
#include "python_source/module_name.h"

#include <gtest/gtest.h>

namespace rota {
namespace {

TEST(ModuleNameTest, TellsIdentifiers) {
  for (const char* good : {"a", "_", "Flights2", "__init__",
                           "gr\xC3\xB6\xC3\x9F"
                           "e"})
    EXPECT_TRUE(is_python_identifier(good)) << good;
  for (const char* bad : {"", "2a", "my-tasks", "a.b", "a b", "\xFF"})
    EXPECT_FALSE(is_python_identifier(bad)) << bad;
}

TEST(ModuleNameTest, MakesIdsOfClassNames) {
  EXPECT_EQ(task_id_of_class_name("MyTask"), "my");
  EXPECT_EQ(task_id_of_class_name("MyProfilingTask"), "my_profiling");
  EXPECT_EQ(task_id_of_class_name("HTTPImportTask"), "http_import");
  EXPECT_EQ(task_id_of_class_name("Step2Clean"), "step2_clean");
  EXPECT_EQ(task_id_of_class_name("Task"), "task");
  EXPECT_EQ(task_id_of_class_name("My_Task"), "my");
  EXPECT_EQ(task_id_of_class_name("__Task"), "__task");
  EXPECT_EQ(task_id_of_class_name("already_snake"), "already_snake");
}

}  // namespace
}  // namespace rota
