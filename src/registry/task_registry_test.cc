// SPDX-License-Identifier: Apache-2.0
#include <rota/task_declaration.h>
#include <rota/task_registry.h>

#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class First : public BaseTask {
 public:
  using BaseTask::BaseTask;
  void configure_operations() override {}
};
class Second : public First {
 public:
  using First::First;
};

class Declared : public BaseTask {
 public:
  using BaseTask::BaseTask;
  void configure_operations() override {}
};
ROTA_TASK(Declared, .task_id = "t_declared", .task_type = "test", .version = "2.0",
          .dependencies = {"t_a", "t_b"},
          .docstring = "Declared for the tests.\n@Author: The tests\n@Kind: unit\n");

class DeclaredAgain : public BaseTask {
 public:
  using BaseTask::BaseTask;
  void configure_operations() override {}
};
ROTA_TASK(DeclaredAgain, .task_id = "t_declared_twice");
namespace other {
class DeclaredTwice : public BaseTask {
 public:
  using BaseTask::BaseTask;
  void configure_operations() override {}
};
ROTA_TASK(DeclaredTwice, .task_id = "t_declared_twice");
}  // namespace other

// Collects what goes to the log sink.
class SinkGuard {
 public:
  SinkGuard() {
    set_log_sink([this](LogLevel, std::string_view, std::string_view message) {
      messages.emplace_back(message);
    });
  }
  ~SinkGuard() { set_log_sink({}); }
  std::vector<std::string> messages;
};

TEST(TaskRegistry, FindsWhatWasRegisteredAndNothingElse) {
  TaskRegistry registry;
  EXPECT_TRUE(registry.register_task_class<First>("t_a"));
  EXPECT_NE(registry.get_task_class("t_a"), nullptr);
  EXPECT_EQ(registry.get_task_class("t_b"), nullptr);
  EXPECT_EQ(registry.get_task_class(""), nullptr);
  EXPECT_EQ(registry.size(), 1U);
  EXPECT_EQ(registry.list_registered_tasks().at("t_a").task_id, "t_a");
}

TEST(TaskRegistry, RefusesASecondClassUnderATakenIdAndNamesBoth) {
  TaskRegistry registry;
  registry.register_task_class<First>("t_a");
  EXPECT_THAT([&] { registry.register_task_class<Second>("t_a"); },
              ThrowsMessage<TaskRegistryError>(
                  AllOf(HasSubstr("t_a"), HasSubstr("First"), HasSubstr("Second"))));
  EXPECT_THAT(registry.get_task_class("t_a")->metadata().class_name, HasSubstr("First"));
}

TEST(TaskRegistry, ReplacesOnlyWhenToldTo) {
  TaskRegistry registry;
  registry.register_task_class<First>("t_a");
  EXPECT_TRUE(registry.replace_task_class("t_a", make_task_class<Second>("t_a")));
  EXPECT_THAT(registry.get_task_class("t_a")->metadata().class_name, HasSubstr("Second"));
  EXPECT_EQ(registry.size(), 1U);
}

TEST(TaskRegistry, TheSameObjectTwiceIsNoConflict) {
  TaskRegistry registry;
  const TaskClassPtr task_class = make_task_class<First>("t_a");
  EXPECT_TRUE(registry.register_task_class(task_class));
  EXPECT_TRUE(registry.register_task_class(task_class));
}

TEST(TaskRegistry, TheSameTypeTwiceIsNoConflictAlsoAfterItsDeclaration) {
  TaskRegistry registry;
  EXPECT_TRUE(registry.register_task_class<First>("t_a"));
  EXPECT_TRUE(registry.register_task_class<First>("t_a"));
  EXPECT_TRUE(register_task_class<Declared>("t_declared"));
  EXPECT_EQ(get_task_class("t_declared")->metadata().version, "2.0");
}

TEST(TaskRegistry, RefusesMalformedIdsAndNoClass) {
  TaskRegistry registry;
  EXPECT_THROW(registry.register_task_class<First>("1x"), TaskRegistryError);
  EXPECT_THROW(registry.register_task_class<First>(""), TaskRegistryError);
  EXPECT_THROW(registry.register_task_class("t_a", nullptr), TaskRegistryError);
  EXPECT_THROW(registry.register_task_class(nullptr), TaskRegistryError);
  EXPECT_EQ(registry.size(), 0U);
}

TEST(TaskRegistry, GivesFalseForAnInvalidClassAndAllReasonsToTheLog) {
  const SinkGuard sink;
  TaskRegistry registry;
  const auto invalid = make_task_class({.task_id = "t_a", .version = "", .dependencies = {"t_a"}},
                                       [](const Arguments&) { return nullptr; });
  EXPECT_FALSE(registry.register_task_class(invalid));
  EXPECT_EQ(registry.get_task_class("t_a"), nullptr);
  EXPECT_THAT(sink.messages, Contains(AllOf(HasSubstr("version"), HasSubstr("depends on itself"))));
}

TEST(TaskRegistry, RegistersAClassUnderAnotherIdWithThatId) {
  TaskRegistry registry;
  registry.register_task_class("t_b", make_task_class<First>("t_a"));
  EXPECT_EQ(registry.get_task_class("t_b")->metadata().task_id, "t_b");
  EXPECT_EQ(registry.create_task_instance("t_b")->task_id(), "t_b");
}

TEST(TaskRegistry, GivesNullForAnUnknownInstance) {
  EXPECT_EQ(TaskRegistry().create_task_instance("t_unknown"), nullptr);
}

TEST(TaskRegistry, OfTheProcessHoldsWhatTheProgramDeclares) {
  const TaskMetadata metadata =
      get_task_metadata(*TaskRegistry::process().get_task_class("t_declared"));
  EXPECT_EQ(metadata.class_name, "Declared");
  EXPECT_EQ(metadata.version, "2.0");
  EXPECT_EQ(metadata.author, "The tests");
  EXPECT_EQ(metadata.description, "Declared for the tests.");
  EXPECT_EQ(metadata.dependencies, (std::vector<std::string>{"t_a", "t_b"}));
  EXPECT_EQ(metadata.tags.at("kind"), "unit");
  EXPECT_EQ(metadata.module, "__main__");
  EXPECT_EQ(create_task_instance("t_declared")->task_type(), "test");
}

TEST(TaskRegistry, KeepsTheErrorsOfDeclarationsForTheFirstWhoAsks) {
  EXPECT_THAT(TaskRegistry::process().registration_errors(),
              Contains(AllOf(HasSubstr("t_declared_twice"), HasSubstr("DeclaredAgain"),
                             HasSubstr("DeclaredTwice"))));
  EXPECT_EQ(get_task_class("t_declared_twice")->metadata().class_name, "DeclaredAgain");
}

TEST(TaskRegistry, ServesManyThreadsAtOnce) {
  TaskRegistry registry;
  constexpr int kEach = 2000;
  const auto work = [&](int thread) {
    for (int at = 0; at < kEach; ++at) {
      const std::string id = "t_" + std::to_string(thread) + "_" + std::to_string(at);
      EXPECT_TRUE(registry.register_task_class<First>(id));
      EXPECT_NE(registry.get_task_class(id), nullptr);
      registry.get_task_class("t_0_0");
      if (at % 500 == 0) registry.list_registered_tasks();
    }
  };
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) threads.emplace_back(work, thread);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(registry.size(), 4U * kEach);
}

TEST(TaskRegistry, LetsOneOfTwoThreadsHaveAnId) {
  for (int round = 0; round < 50; ++round) {
    TaskRegistry registry;
    std::atomic<int> taken{0};
    std::atomic<int> refused{0};
    const auto claim = [&](const TaskClassPtr& task_class) {
      try {
        registry.register_task_class("t_a", task_class) ? ++taken : ++refused;
      } catch (const TaskRegistryError&) {
        ++refused;
      }
    };
    std::thread one(claim, make_task_class<First>("t_a"));
    std::thread other(claim, make_task_class<Second>("t_a"));
    one.join();
    other.join();
    EXPECT_EQ(taken, 1);
    EXPECT_EQ(refused, 1);
  }
}

TEST(Dependencies, AreSatisfiedByASuccessAndNothingElse) {
  const auto log = open_memory_log();
  log->record_task_execution({.task_id = "t_ok"}, {.state = ExecutionState::success});
  log->record_task_execution({.task_id = "t_ok"}, {.state = ExecutionState::failed});
  log->record_task_execution({.task_id = "t_bad"}, {.state = ExecutionState::failed});
  EXPECT_TRUE(find_unsatisfied_dependencies("t_x", {}, *log).empty());
  EXPECT_TRUE(find_unsatisfied_dependencies("t_x", {"t_ok"}, *log).empty());
  const auto unsatisfied = find_unsatisfied_dependencies("t_x", {"t_ok", "t_bad", "t_never"}, *log);
  ASSERT_EQ(unsatisfied.size(), 2U);
  EXPECT_EQ(unsatisfied[0].task_id, "t_bad");
  EXPECT_EQ(unsatisfied[0].latest->state(), ExecutionState::failed);
  EXPECT_EQ(unsatisfied[1].task_id, "t_never");
  EXPECT_FALSE(unsatisfied[1].latest.has_value());
  EXPECT_THROW(find_unsatisfied_dependencies("t_x", {"no id"}, *log), TaskRegistryError);
}

}  // namespace
}  // namespace rota
