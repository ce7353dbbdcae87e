// SPDX-License-Identifier: Apache-2.0
#include "execution_log/memory_log.h"
#include "os/temporary_folder.h"
#include <rota/base_task.h>

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class CheckpointTest : public ::testing::Test {
 protected:
  // Three operations, of which `broken` fails.
  class Task : public BaseTask {
   public:
    explicit Task(CheckpointTest& test) : BaseTask("t_long", "", ""), test_(test) {}
    void configure_operations() override {
      for (const std::string name : {"read", "count", "write"}) {
        add_operation(name, [this, name](OperationContext&) {
          test_.ran.push_back(name);
          if (name == "read") {
            track_input("in.txt");
            set_state("rows", 17);
            set_metric("read", 1);
          }
          test_.rows = state().get<int>("rows", 0);
          return name == test_.broken ? OperationResult::error("broken")
                                      : OperationResult::success();
        });
      }
    }

   private:
    CheckpointTest& test_;
  };

  CheckpointTest() { std::ofstream(folder_ / "in.txt") << "1"; }

  bool run(bool enabled = true, bool restart = false) {
    ran.clear();
    Task task(*this);
    task.bind_context({.log = log_.get(), .project_root = folder_.path()});
    task.config().enable_checkpoints = enabled;
    task.config().force_restart = restart;
    const bool succeeded = task.run();
    metrics = task.metrics();
    return succeeded;
  }
  bool has_checkpoint() const {
    const auto folder = folder_ / ".rota" / "checkpoints";
    return std::filesystem::exists(folder) && !std::filesystem::is_empty(folder);
  }

  TemporaryFolder folder_;
  std::unique_ptr<ExecutionLog> log_ = open_memory_log({.project_root = folder_.path()});
  std::string broken = "write";
  std::vector<std::string> ran;
  int rows = 0;
  Metrics metrics;
};

TEST_F(CheckpointTest, GoesOnAfterTheLastFinishedOperationWithWhatWasKept) {
  EXPECT_FALSE(run());
  EXPECT_THAT(ran, ElementsAre("read", "count", "write"));
  broken = "";
  rows = 0;
  EXPECT_TRUE(run());
  EXPECT_THAT(ran, ElementsAre("write"));
  EXPECT_EQ(rows, 17);
  EXPECT_EQ(metrics.count("read"), 1U);
  EXPECT_EQ(log_->find_latest_execution("t_long", true)->end.inputs.at(0).path, "in.txt");
}

TEST_F(CheckpointTest, ASuccessLeavesNone) {
  EXPECT_FALSE(run());
  EXPECT_TRUE(has_checkpoint());
  broken = "";
  EXPECT_TRUE(run());
  EXPECT_FALSE(has_checkpoint());
  run();
  EXPECT_THAT(ran, ElementsAre("read", "count", "write"));
}

TEST_F(CheckpointTest, BeginsAnewWhereItIsTold) {
  EXPECT_FALSE(run());
  EXPECT_FALSE(run(true, true));
  EXPECT_THAT(ran, ElementsAre("read", "count", "write"));
}

TEST_F(CheckpointTest, BeginsAnewWhereAnInputHasChanged) {
  EXPECT_FALSE(run());
  std::ofstream(folder_ / "in.txt") << "two";
  EXPECT_FALSE(run());
  EXPECT_THAT(ran, ElementsAre("read", "count", "write"));
}

TEST_F(CheckpointTest, BeginsAnewWhereItIsDamaged) {
  EXPECT_FALSE(run());
  for (const auto& entry : std::filesystem::directory_iterator(folder_ / ".rota" / "checkpoints"))
    std::ofstream(entry.path())
        << R"({"format":1,"task_id":"t_long","operations":["read"],"state":7})";
  EXPECT_FALSE(run());
  EXPECT_THAT(ran, ElementsAre("read", "count", "write"));
}

TEST_F(CheckpointTest, WithoutBeingEnabledNothingIsSaved) {
  EXPECT_FALSE(run(false));
  EXPECT_FALSE(std::filesystem::exists(folder_ / ".rota"));
}

}  // namespace
}  // namespace rota
