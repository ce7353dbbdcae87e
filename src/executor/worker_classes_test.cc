// SPDX-License-Identifier: Apache-2.0
#include "executor/worker_classes.h"

#include <rota/worker.h>

#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

using ::testing::HasSubstr;

class WorkerClassesTest : public ::testing::Test {
 protected:
  ~WorkerClassesTest() override { set_source_loader({}); }
  TaskClassPtr find() {
    problem_.clear();
    return classes_.find("/p/a.py", "identity", "t_a", problem_);
  }

  WorkerClasses classes_;
  std::string problem_;
};

TEST_F(WorkerClassesTest, AsksTheLoaderForAClassOfASource) {
  const TaskClassPtr made = make_task_class(
      {.task_id = "t_a"}, [](const Arguments&) { return std::unique_ptr<BaseTask>(); });
  std::string asked;
  set_source_loader([&](const std::string& file, const std::string& identity,
                        const std::string& task_id, std::string&) {
    asked = file + " " + identity + " " + task_id;
    return made;
  });
  EXPECT_EQ(find(), made);
  EXPECT_EQ(asked, "/p/a.py identity t_a");
}

TEST_F(WorkerClassesTest, SaysWhyASourceCannotBeLoaded) {
  EXPECT_EQ(find(), nullptr);
  EXPECT_THAT(problem_, HasSubstr("the worker's program runs no Python"));

  set_source_loader([](const auto&, const auto&, const auto&, std::string& problem) {
    problem = "module a cannot be imported";
    return TaskClassPtr();
  });
  EXPECT_EQ(find(), nullptr);
  EXPECT_EQ(problem_, "module a cannot be imported");

  set_source_loader(
      [](const auto&, const auto&, const auto&, std::string&) { return TaskClassPtr(); });
  EXPECT_EQ(find(), nullptr);
  EXPECT_THAT(problem_, HasSubstr("is not in /p/a.py any more"));

  set_source_loader([](const auto&, const auto&, const auto&, std::string&) -> TaskClassPtr {
    throw std::runtime_error("the interpreter is gone");
  });
  EXPECT_EQ(find(), nullptr);
  EXPECT_EQ(problem_, "the interpreter is gone");
}

}  // namespace
}  // namespace rota
