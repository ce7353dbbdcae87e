// SPDX-License-Identifier: Apache-2.0
// What the library does with a plugin in plain C (c_plugin.c).
#include <rota/rota.h>

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// The plugin's functions use paths relative to the current folder.
class CPluginTest : public ::testing::Test {
 protected:
  CPluginTest() {
    std::string name = (fs::temp_directory_path() / "rota-c-plugin-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    before_ = fs::current_path();
    fs::current_path(folder_);
  }
  ~CPluginTest() override {
    fs::current_path(before_);
    fs::remove_all(folder_);
  }

  std::unique_ptr<BaseTask> create(const std::string& task_id, const Arguments& arguments = {}) {
    auto task = discovery_.task_classes.at(task_id)->create(arguments);
    task->bind_context(
        {.log = log_.get(),
         .project_root = folder_,
         .sink = [this](LogLevel, std::string_view, std::string_view text) { said_ += text; }});
    return task;
  }

  std::string text_of(const char* name) const {
    std::ostringstream text;
    text << std::ifstream(folder_ / name).rdbuf();
    return text.str();
  }

  fs::path folder_;
  fs::path before_;
  std::string said_;
  std::unique_ptr<ExecutionLog> log_ = open_memory_log();
  Discovery discovery_ = discover({.roots = {fs::path(PLUGINS) / "c"}});
};

TEST_F(CPluginTest, IsFoundWithAllThatItSaysOfItself) {
  EXPECT_TRUE(discovery_.refused.empty());
  EXPECT_EQ(discovery_.task_classes.size(), 4U);
  const TaskMetadata expected{.task_id = "t_sum",
                              .task_type = "sum",
                              .description = "Sums",
                              .version = "2.0.0",
                              .class_name = "summing",
                              .module = "test_c",
                              .dependencies = {"t_greet"},
                              .author = "C team"};
  EXPECT_EQ(discovery_.task_classes.at("t_sum")->metadata(), expected);
}

TEST_F(CPluginTest, NamesItsDependenciesWithOrWithoutSpaces) {
  EXPECT_THAT(discovery_.task_classes.at("t_careless")->metadata().dependencies,
              ElementsAre("t_greet", "t_sum", "t_silent"));
  EXPECT_TRUE(discovery_.task_classes.at("t_greet")->metadata().dependencies.empty());
}

TEST_F(CPluginTest, GetsArgumentsAndTellsMetricsOutputsAndMessages) {
  const auto task = create("t_greet", {{"name", "world"}});
  ASSERT_TRUE(task->run());
  EXPECT_EQ(text_of("greeting.txt"), "hello world\n");
  EXPECT_EQ(task->metrics().at("letters"), Value(5.0));
  EXPECT_THAT(said_, HasSubstr("greeted"));
  EXPECT_THAT(task->results(), ElementsAre(::testing::Key("write_greeting")));
  const auto execution = log_->find_latest_execution("t_greet", true);
  ASSERT_TRUE(execution);
  ASSERT_EQ(execution->end.outputs.size(), 1U);
  EXPECT_EQ(execution->end.outputs[0].path, "greeting.txt");
}

TEST_F(CPluginTest, IsToldWhenThereIsNoSuchArgument) {
  ASSERT_TRUE(create("t_greet")->run());
  EXPECT_EQ(text_of("greeting.txt"), "hello nobody\n");
}

TEST_F(CPluginTest, RunsItsOperationsInOrderBetweenOpenAndClose) {
  const auto task = create("t_sum", {{"limit", 6}});
  ASSERT_TRUE(task->run());
  EXPECT_EQ(text_of("trace.txt"), "open\nread\nsum\ntell\nclose\n");
  EXPECT_EQ(task->metrics().at("sum"), Value(6.0));
}

TEST_F(CPluginTest, IsOpenedAnewForEachRun) {
  const auto task = create("t_sum");
  ASSERT_TRUE(task->run());
  ASSERT_TRUE(task->run());
  EXPECT_EQ(task->metrics().at("sum"), Value(6.0));
  EXPECT_EQ(text_of("trace.txt"), "open\nread\nsum\ntell\nclose\nopen\nread\nsum\ntell\nclose\n");
}

TEST_F(CPluginTest, IsClosedAfterAFailedOperationWhoseTextIsTheReason) {
  const auto task = create("t_sum", {{"limit", 5}});
  EXPECT_FALSE(task->run());
  EXPECT_EQ(task->error_details()->operation, "sum");
  EXPECT_EQ(task->error_details()->message, "the sum 6 is above the limit 5");
  EXPECT_EQ(text_of("trace.txt"), "open\nread\nsum\nclose\n");
}

TEST_F(CPluginTest, IsNotClosedWhenItsOpenFailed) {
  const auto task = create("t_sum", {{"rows", "none"}});
  EXPECT_FALSE(task->run());
  EXPECT_THAT(task->error_details()->message, HasSubstr("rows=none: there is nothing to sum"));
  EXPECT_EQ(text_of("trace.txt"), "open\n");
}

TEST_F(CPluginTest, ThatFailsWithoutATextFailsAllTheSame) {
  const auto task = create("t_silent");
  EXPECT_FALSE(task->run());
  EXPECT_THAT(task->error_details()->message, HasSubstr("did not say why"));
}

TEST_F(CPluginTest, ThatPromisesAFileAndMakesNoneFails) {
  const auto task = create("t_careless");
  EXPECT_FALSE(task->run());
  EXPECT_THAT(task->error_details()->message, HasSubstr("never/written.txt"));
}

}  // namespace
}  // namespace rota
