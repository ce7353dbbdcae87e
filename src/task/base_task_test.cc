// SPDX-License-Identifier: Apache-2.0
#include "execution_log/memory_log.h"
#include <rota/base_task.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A task whose steps the test writes.
class Scripted : public BaseTask {
 public:
  Scripted() : BaseTask("t_scripted", "test", "") {}

  bool initialize() override {
    trace.push_back("initialize");
    return on_initialize ? on_initialize() : true;
  }
  void configure_operations() override {
    trace.push_back("configure");
    for (const auto& [name, function] : script) add_operation(name, function);
    if (on_configure) on_configure();
  }
  bool finalize(bool success) override {
    trace.push_back(success ? "finalize true" : "finalize false");
    return on_finalize ? on_finalize() : true;
  }
  void pre_operation_hook(std::string_view name) override {
    trace.push_back("pre " + std::string(name));
  }
  void post_operation_hook(std::string_view name, const OperationResult& result) override {
    trace.push_back("post " + std::string(name) + " " + std::string(to_string(result.status)));
    if (on_post) on_post();
  }
  OperationFunction step(const std::string& name,
                         OperationResult result = OperationResult::success()) {
    return [this, name, result](OperationContext&) {
      trace.push_back("run " + name);
      return result;
    };
  }

  std::vector<std::pair<std::string, OperationFunction>> script;
  std::function<bool()> on_initialize, on_finalize;
  std::function<void()> on_configure, on_post;
  std::vector<std::string> trace;
};

class BaseTaskTest : public ::testing::Test {
 protected:
  BaseTaskTest() {
    std::string name = (std::filesystem::temp_directory_path() / "rota-task-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    bind(task_);
  }
  ~BaseTaskTest() override { std::filesystem::remove_all(folder_); }
  void bind(BaseTask& task, std::stop_token stop = {}) {
    task.bind_context({.log = log_.get(),
                       .run_id = "run",
                       .project_root = folder_,
                       .stop = std::move(stop),
                       .sink = [](LogLevel, std::string_view, std::string_view) {}});
  }
  Execution latest() { return log_->find_latest_execution("t_scripted", false).value(); }
  std::size_t count() { return log_->get_task_execution_history({}).size(); }

  std::filesystem::path folder_;
  std::unique_ptr<ExecutionLog> log_ = open_memory_log();
  Scripted task_;
};

TEST_F(BaseTaskTest, GoesThroughItsLifeCycleInOrder) {
  task_.script = {{"one", task_.step("one")}, {"two", task_.step("two")}};
  EXPECT_TRUE(task_.run());
  EXPECT_THAT(task_.trace,
              ElementsAre("initialize", "configure", "pre one", "run one", "post one SUCCESS",
                          "pre two", "run two", "post two SUCCESS", "finalize true"));
  EXPECT_EQ(task_.status(), TaskStatus::success);
  EXPECT_EQ(task_.results().size(), 2U);
}

TEST_F(BaseTaskTest, RecordsASuccessInTheLog) {
  task_.script = {{"one", task_.step("one")}};
  EXPECT_TRUE(task_.run());
  EXPECT_EQ(latest().state(), ExecutionState::success);
  EXPECT_EQ(latest().task_run_id, task_.task_run_id());
  EXPECT_EQ(latest().start.run_id, "run");
  EXPECT_EQ(latest().start.task_type, "test");
}

TEST_F(BaseTaskTest, WithoutOperationsIsAConfigurationError) {
  EXPECT_FALSE(task_.run());
  EXPECT_EQ(task_.status(), TaskStatus::configuration_error);
  EXPECT_EQ(to_string(task_.status()), "configuration_error");
  EXPECT_THAT(task_.error_details()->message, HasSubstr("no operations"));
  EXPECT_EQ(latest().state(), ExecutionState::failed);
  EXPECT_THAT(task_.trace, ElementsAre("initialize", "configure", "finalize false"));
}

TEST_F(BaseTaskTest, AFailedOperationFailsTheTaskAndStopsIt) {
  task_.script = {{"one", task_.step("one", OperationResult::error("no such column"))},
                  {"two", task_.step("two")}};
  EXPECT_FALSE(task_.run());
  EXPECT_EQ(task_.status(), TaskStatus::error);
  EXPECT_EQ(task_.error_details()->operation, "one");
  EXPECT_EQ(latest().end.message, "one: no such column");
  EXPECT_FALSE(task_.results().contains("two"));
}

TEST_F(BaseTaskTest, ContinueOnErrorDoesTheOthersAndStillFails) {
  task_.config().continue_on_error = true;
  task_.script = {{"one", task_.step("one", OperationResult::error("bad"))},
                  {"two", task_.step("two")}};
  EXPECT_FALSE(task_.run());
  EXPECT_EQ(task_.results().find("two")->second.status, OperationStatus::success);
  EXPECT_EQ(latest().state(), ExecutionState::failed);
}

TEST_F(BaseTaskTest, AnExceptionInAnOperationIsAFailedOperationWithItsMessage) {
  task_.script = {
      {"one", [](OperationContext&) -> OperationResult { throw std::runtime_error("disk gone"); }}};
  EXPECT_FALSE(task_.run());
  EXPECT_EQ(task_.results().find("one")->second.message, "disk gone");
  EXPECT_EQ(task_.error_details()->type, "exception");
  EXPECT_EQ(latest().end.message, "one: disk gone");
}

TEST_F(BaseTaskTest, NothingEscapesRun) {
  Scripted task;
  bind(task);
  task.script = {{"one", [](OperationContext&) -> OperationResult { throw 42; }}};
  EXPECT_FALSE(task.run());
  task.script = {{"one", task.step("one")}};
  task.on_initialize = []() -> bool { throw 42; };
  EXPECT_FALSE(task.run());
  task.on_initialize = nullptr;
  task.on_configure = [] { throw std::logic_error("configure"); };
  EXPECT_FALSE(task.run());
  EXPECT_EQ(task.status(), TaskStatus::configuration_error);
  task.on_configure = nullptr;
  task.on_finalize = []() -> bool { throw std::logic_error("finalize"); };
  EXPECT_FALSE(task.run());
  EXPECT_EQ(latest().end.message, "finalize: finalize");
  task.on_finalize = nullptr;
  task.on_post = [] { throw std::logic_error("hook"); };
  EXPECT_FALSE(task.run());
  EXPECT_EQ(count(), 5U);
}

TEST_F(BaseTaskTest, ASecondRunBeginsAnew) {
  task_.script = {{"one", task_.step("one")}};
  task_.on_configure = [this] { task_.set_metric("rows", 3); };
  EXPECT_TRUE(task_.run());
  const std::string first = task_.task_run_id();
  task_.trace.clear();
  EXPECT_TRUE(task_.run());
  EXPECT_EQ(std::count(task_.trace.begin(), task_.trace.end(), "run one"), 1);
  EXPECT_EQ(task_.operations().size(), 1U);
  EXPECT_NE(task_.task_run_id(), first);
  EXPECT_EQ(count(), 2U);
}

TEST_F(BaseTaskTest, ASecondRunForgetsTheErrorOfTheFirst) {
  EXPECT_FALSE(task_.run());
  task_.script = {{"one", task_.step("one")}};
  EXPECT_TRUE(task_.run());
  EXPECT_FALSE(task_.error_details().has_value());
}

TEST_F(BaseTaskTest, StopsBetweenOperationsWhenAsked) {
  task_.script = {{"one",
                   [this](OperationContext& operation) {
                     task_.request_stop();
                     EXPECT_TRUE(operation.cancelled());
                     return OperationResult::success();
                   }},
                  {"two", task_.step("two")}};
  EXPECT_FALSE(task_.run());
  EXPECT_EQ(task_.status(), TaskStatus::cancelled);
  EXPECT_FALSE(task_.results().contains("two"));
  EXPECT_EQ(latest().state(), ExecutionState::cancelled);
}

TEST_F(BaseTaskTest, StoppedBeforeItBeganIsRecordedAsCancelled) {
  std::stop_source source;
  source.request_stop();
  bind(task_, source.get_token());
  task_.script = {{"one", task_.step("one")}};
  EXPECT_FALSE(task_.run());
  EXPECT_TRUE(task_.trace.empty());
  EXPECT_EQ(latest().state(), ExecutionState::cancelled);
}

TEST_F(BaseTaskTest, RecordsWhatItReadsAndWrites) {
  std::ofstream(folder_ / "in.txt") << "abc";
  task_.script = {{"copy", [this](OperationContext&) {
                     std::ofstream(task_.project_file("out.txt")) << "abcdef";
                     task_.track_input("in.txt");
                     task_.track_input(folder_ / "in.txt");
                     task_.add_artifact("out.txt", "the copy");
                     task_.track_input("/etc/passwd");
                     task_.set_metric("rows", 2);
                     return OperationResult::success();
                   }}};
  ASSERT_TRUE(task_.run());
  const ExecutionEnd end = latest().end;
  ASSERT_EQ(end.inputs.size(), 2U);
  EXPECT_EQ(end.inputs[0].path, "in.txt");
  EXPECT_EQ(end.inputs[0].size_bytes, 3U);
  EXPECT_EQ(end.inputs[1].path, "/etc/passwd");
  ASSERT_EQ(end.outputs.size(), 1U);
  EXPECT_EQ(end.outputs[0].path, "out.txt");
  EXPECT_EQ(end.outputs[0].size_bytes, 6U);
  EXPECT_EQ(end.metrics, R"({"rows":2})");
  EXPECT_EQ(task_.artifacts().at(0).description, "the copy");
}

TEST_F(BaseTaskTest, RemembersAnInputAsItWasWhenItWasTold) {
  std::ofstream(folder_ / "in.txt") << "abc";
  task_.script = {{"read", [this](OperationContext&) {
                     task_.track_input("in.txt");
                     std::ofstream(folder_ / "in.txt") << "changed under the task";
                     return OperationResult::success();
                   }}};
  ASSERT_TRUE(task_.run());
  EXPECT_EQ(latest().end.inputs.at(0).size_bytes, 3U);
}

TEST_F(BaseTaskTest, AnInputThatChangedUnderTheTaskHasNoHash) {
  std::ofstream(folder_ / "in.txt") << "abc";
  task_.script = {{"read", [this](OperationContext&) {
                     task_.track_input("in.txt");
                     std::ofstream(folder_ / "in.txt") << "abcd";
                     return OperationResult::success();
                   }}};
  ASSERT_TRUE(task_.run());
  EXPECT_EQ(latest().end.inputs.at(0).content_hash, "");
}

TEST_F(BaseTaskTest, TakesTheHashOfAFileFromTheLogWhereThatKnowsIt) {
  std::ofstream(folder_ / "in.txt") << "abc";
  task_.script = {{"read", [this](OperationContext&) {
                     task_.track_input("in.txt");
                     return OperationResult::success();
                   }}};
  ASSERT_TRUE(task_.run());
  const FileStamp read = latest().end.inputs.at(0);
  EXPECT_EQ(read.content_hash, log_->stamp_file(folder_ / "in.txt").content_hash);

  FileStamp told = read;
  told.content_hash = "xxh3:00000000000000000000000000000001";
  log_->record_task_execution({.task_id = "t_maker"}, {.outputs = {told}});
  ASSERT_TRUE(task_.run());
  EXPECT_EQ(latest().end.inputs.at(0).content_hash, told.content_hash) << "not read again";
}

TEST_F(BaseTaskTest, AFolderAndAFailedExecutionHaveNoHash) {
  std::ofstream(folder_ / "in.txt") << "abc";
  std::filesystem::create_directory(folder_ / "made");
  bool fails = false;
  task_.script = {{"make", [&](OperationContext&) {
                     task_.track_output("made");
                     task_.track_output("in.txt");
                     return fails ? OperationResult::error("told to") : OperationResult::success();
                   }}};
  ASSERT_TRUE(task_.run());
  EXPECT_EQ(latest().end.outputs.at(0).content_hash, "");
  EXPECT_NE(latest().end.outputs.at(1).content_hash, "");
  fails = true;
  std::ofstream(folder_ / "in.txt") << "abcdef";
  ASSERT_FALSE(task_.run());
  EXPECT_EQ(latest().end.outputs.at(1).content_hash, "");
}

TEST_F(BaseTaskTest, RefusesAnOperationThatIsAddedByAnother) {
  task_.script = {{"one", [this](OperationContext&) {
                     task_.add_operation("late", task_.step("late"));
                     return OperationResult::success();
                   }}};
  EXPECT_FALSE(task_.run());
  EXPECT_THAT(latest().end.message, HasSubstr("operation late comes too late"));
}

TEST_F(BaseTaskTest, RunFromInsideItsOwnOperationDoesNothing) {
  task_.script = {{"one",
                   [this](OperationContext&) {
                     EXPECT_FALSE(task_.run());
                     return OperationResult::success();
                   }},
                  {"two", task_.step("two")}};
  EXPECT_TRUE(task_.run());
  EXPECT_FALSE(task_.error_details().has_value());
  EXPECT_EQ(task_.results().size(), 2U);
  EXPECT_EQ(count(), 1U);
}

TEST_F(BaseTaskTest, TellsItsLoggerWhatItsOperationsSay) {
  std::vector<std::string> messages;
  task_.bind_context({.log = log_.get(),
                      .project_root = folder_,
                      .sink = [&](LogLevel level, std::string_view, std::string_view message) {
                        messages.push_back(std::string(to_string(level)) + " " +
                                           std::string(message));
                      }});
  task_.script = {{"one", task_.step("one", OperationResult::warning("half of it only"))},
                  {"two", task_.step("two", OperationResult::skipped("nothing new"))},
                  {"three", task_.step("three", OperationResult::success("3 rows"))}};
  EXPECT_TRUE(task_.run());
  EXPECT_THAT(messages, ElementsAre("warning operation one: half of it only",
                                    "info operation two skipped: nothing new",
                                    "info operation three: 3 rows"));
}

TEST_F(BaseTaskTest, ATrackedFileThatIsGoneAtTheEndFailsTheTask) {
  task_.script = {{"one", [this](OperationContext&) {
                     task_.track_output("never_written.txt");
                     return OperationResult::success();
                   }}};
  EXPECT_FALSE(task_.run());
  EXPECT_THAT(latest().end.message, HasSubstr("never_written.txt"));
}

TEST_F(BaseTaskTest, OperationsNeedNamesOfTheirOwn) {
  task_.script = {{"one", task_.step("one")}, {"one", task_.step("one")}};
  EXPECT_FALSE(task_.run());
  EXPECT_EQ(task_.status(), TaskStatus::configuration_error);
  EXPECT_THROW(task_.add_operation("", task_.step("x")), ArgumentError);
  EXPECT_THROW(task_.add_operation("x", nullptr), ArgumentError);
}

TEST_F(BaseTaskTest, TheSameTaskTwiceAtOnceRunsOnce) {
  Scripted other;
  bind(other);
  other.script = {{"one", other.step("one")}};
  task_.script = {{"one", [&](OperationContext&) {
                     EXPECT_FALSE(other.run());
                     return OperationResult::success();
                   }}};
  EXPECT_TRUE(task_.run());
  EXPECT_EQ(other.status(), TaskStatus::already_running);
  EXPECT_TRUE(other.trace.empty());
}

// A log that breaks when it is told to; everything else is the memory log's.
class BreakingLog : public MemoryLog {
 public:
  BreakingLog() : MemoryLog(Owners{}) {}
  ExecutionHandle begin_execution(const ExecutionStart& start) override {
    if (broken_at_begin) throw LogError("no space");
    return MemoryLog::begin_execution(start);
  }
  bool finish_execution(const ExecutionHandle& handle, const ExecutionEnd& end) override {
    if (broken_at_finish) throw LogError("no space");
    return MemoryLog::finish_execution(handle, end);
  }

  bool broken_at_begin = false;
  bool broken_at_finish = false;
};

TEST_F(BaseTaskTest, DoesNothingWhenItsStartCannotBeRecorded) {
  BreakingLog log;
  log.broken_at_begin = true;
  task_.bind_context({.log = &log, .sink = [](LogLevel, std::string_view, std::string_view) {}});
  task_.script = {{"one", task_.step("one")}};
  EXPECT_FALSE(task_.run());
  EXPECT_EQ(task_.status(), TaskStatus::log_error);
  EXPECT_TRUE(task_.trace.empty());
}

TEST_F(BaseTaskTest, IsNoSuccessWhenItsEndCannotBeRecorded) {
  BreakingLog log;
  log.broken_at_finish = true;
  task_.bind_context({.log = &log, .sink = [](LogLevel, std::string_view, std::string_view) {}});
  task_.script = {{"one", task_.step("one")}};
  EXPECT_FALSE(task_.run());
  EXPECT_EQ(task_.status(), TaskStatus::log_error);
  EXPECT_EQ(task_.error_details()->message, "no space");
}

TEST(BaseTask, WithoutAnIdDoesNotRun) {
  class Nameless : public BaseTask {
    void configure_operations() override {}
  };
  Nameless task;
  task.bind_context({.sink = [](LogLevel, std::string_view, std::string_view) {}});
  EXPECT_FALSE(task.run());
  EXPECT_EQ(task.status(), TaskStatus::configuration_error);
}

TEST(BaseTask, StatusesOfOperationsAreWrittenAsInTheDocument) {
  EXPECT_EQ(to_string(OperationStatus::error), "ERROR");
  EXPECT_EQ(to_string(OperationStatus::success), "SUCCESS");
}

}  // namespace
}  // namespace rota
