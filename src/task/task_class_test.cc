// SPDX-License-Identifier: Apache-2.0
#include <rota/task_class.h>

#include <array>
#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

class WithIdentity : public BaseTask {
 public:
  WithIdentity(std::string id, std::string type, std::string description)
      : BaseTask(std::move(id), std::move(type), std::move(description)) {}
  void configure_operations() override {}
};

class WithArguments : public BaseTask {
 public:
  explicit WithArguments(const Arguments& arguments)
      : BaseTask(arguments), threads(arguments.get<int>("threads", 1)) {}
  void configure_operations() override {}
  int threads;
};

class WithInheritedConstructors : public BaseTask {
 public:
  using BaseTask::BaseTask;
  void configure_operations() override {}
};

class PassesIdentity : public BaseTask {
 public:
  PassesIdentity() : BaseTask("t_passed", "profiling", "Passes it itself") {}
  void configure_operations() override {}
};

class WithStaticMembers : public BaseTask {
 public:
  static constexpr const char* task_type = "cleaning";
  static constexpr std::string_view version = "3.1";
  static constexpr std::array<const char*, 2> dependencies = {"t_a", "t_b"};
  using BaseTask::BaseTask;
  void configure_operations() override {}
};

// Has the interface of BaseTask and does not derive from it.
class Foreign {
 public:
  bool initialize() { return true; }
  void configure_operations() {}
  bool execute() { return true; }
  bool finalize(bool) { return true; }
  bool run() { return ++runs < 3; }
  int runs = 0;
};

class WithoutFinalize {
 public:
  bool initialize() { return true; }
  void configure_operations() {}
  bool execute() { return true; }
  bool run() { return true; }
};

static_assert(TaskType<WithIdentity> && TaskType<WithArguments> &&
              TaskType<WithInheritedConstructors> && TaskType<PassesIdentity> && TaskType<Foreign>);
static_assert(!TaskType<BaseTask> && !TaskType<WithoutFinalize> && !TaskType<int>);

TEST(TaskClass, MakesEachKindOfClassWithItsIdentity) {
  for (const TaskClassPtr& task_class :
       {make_task_class<WithIdentity>("t_x"), make_task_class<WithArguments>("t_x"),
        make_task_class<WithInheritedConstructors>("t_x"),
        make_task_class<WithStaticMembers>("t_x")}) {
    const auto task = task_class->create();
    EXPECT_EQ(task->task_id(), "t_x");
    EXPECT_EQ(task->task_type(), task_class->metadata().task_type);
  }
}

TEST(TaskClass, LetsAClassPassItsOwnIdentity) {
  const auto task = make_task_class<PassesIdentity>("t_passed")->create();
  EXPECT_EQ(task->task_type(), "profiling");
  EXPECT_EQ(task->description(), "Passes it itself");
}

TEST(TaskClass, RefusesAnInstanceThatNamesItselfOtherwise) {
  EXPECT_THAT([] { make_task_class<PassesIdentity>("t_other")->create(); },
              ThrowsMessage<TaskRegistryError>(AllOf(HasSubstr("t_other"), HasSubstr("t_passed"))));
}

TEST(TaskClass, PassesNamedArgumentsOn) {
  const auto task = make_task_class<WithArguments>("t_x")->create({{"threads", 4}});
  EXPECT_EQ(dynamic_cast<WithArguments&>(*task).threads, 4);
  EXPECT_EQ(task->arguments().get<int>("threads"), 4);
  EXPECT_FALSE(task->arguments().contains("task_id"));
}

TEST(TaskClass, NamesTheArgumentsThatAConstructorCannotTake) {
  EXPECT_THAT(
      [] {
        make_task_class<PassesIdentity>("t_passed")->create({{"a", 1}, {"b", 2}});
      },
      ThrowsMessage<ArgumentError>(AllOf(HasSubstr("argument a"), HasSubstr("argument b"))));
}

TEST(TaskClass, AConstructorThatReadsABadArgumentIsAnArgumentError) {
  EXPECT_THAT(
      [] {
        make_task_class<WithArguments>("t_x")->create({{"threads", "four"}});
      },
      ThrowsMessage<ArgumentError>(
          AllOf(HasSubstr("t_x"), HasSubstr("threads"), HasSubstr("four"))));
}

TEST(TaskClass, AConstructorThatThrowsIsNamedWithItsCauseNested) {
  const auto task_class =
      make_task_class({.task_id = "t_x"}, [](const Arguments&) -> std::unique_ptr<BaseTask> {
        throw std::runtime_error("no licence");
      });
  try {
    task_class->create();
    FAIL();
  } catch (const TaskRegistryError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("t_x"), HasSubstr("no licence")));
    EXPECT_THROW(std::rethrow_if_nested(error), std::runtime_error);
  }
}

TEST(TaskClass, AFactoryThatGivesNothingIsAnError) {
  EXPECT_THROW(
      make_task_class({.task_id = "t_x"}, [](const Arguments&) { return nullptr; })->create(),
      TaskRegistryError);
  EXPECT_THROW(make_task_class({.task_id = "t_x"}, TaskFactory()), ArgumentError);
}

TEST(TaskClass, ReadsStaticMembersAsMetadata) {
  const TaskMetadata metadata = make_task_class<WithStaticMembers>("t_x")->metadata();
  EXPECT_EQ(metadata.task_type, "cleaning");
  EXPECT_EQ(metadata.version, "3.1");
  EXPECT_THAT(metadata.dependencies, ElementsAre("t_a", "t_b"));
  EXPECT_EQ(metadata.class_name, "rota::WithStaticMembers");
}

TEST(TaskClass, HasTheDefaultsOfTheDocument) {
  const TaskMetadata metadata = make_task_class<PassesIdentity>("t_passed")->metadata();
  EXPECT_EQ(metadata.task_type, "unknown");
  EXPECT_EQ(metadata.description, "");
  EXPECT_EQ(metadata.version, "1.0.0");
  EXPECT_EQ(metadata.author, "unknown");
  EXPECT_THAT(metadata.dependencies, IsEmpty());
}

TEST(TaskClass, AdaptsATypeWithTheInterfaceAlone) {
  const auto task = make_task_class<Foreign>("t_foreign")->create();
  const auto log = open_memory_log();
  task->bind_context({.log = log.get(),
                      .project_root = "/tmp",
                      .sink = [](LogLevel, std::string_view, std::string_view) {}});
  EXPECT_TRUE(task->run());
  EXPECT_TRUE(task->run());
  EXPECT_FALSE(task->run());
  EXPECT_EQ(log->find_latest_execution("t_foreign", false)->state(), ExecutionState::failed);
}

TaskMetadata with_parameters() {
  return {.task_id = "t_x",
          .parameters = {{.name = "k", .type = ParameterType::integer, .default_value = 5},
                         {.name = "ratio", .type = ParameterType::number},
                         {.name = "source", .type = ParameterType::text, .required = true}}};
}

TaskClassPtr class_with_parameters() {
  return make_task_class(with_parameters(), [](const Arguments&) { return nullptr; });
}

TEST(Parameters, FillInTheirDefaults) {
  Arguments values = {{"source", "data"}, {"ratio", 1}};
  EXPECT_THAT(validate_arguments(*class_with_parameters(), values), IsEmpty());
  EXPECT_EQ(values.get<int>("k"), 5);
}

TEST(Parameters, NameAllThatIsWrongAtOnce) {
  Arguments values = {{"k", "five"}, {"sorce", "data"}};
  EXPECT_THAT(validate_arguments(*class_with_parameters(), values),
              ElementsAre(HasSubstr("no parameter sorce (there are: k, ratio, source)"),
                          HasSubstr("argument k is text (five), not integer"),
                          HasSubstr("argument source (text) is missing")));
}

class Unfit final : public TaskClass {
 public:
  Unfit(TaskMetadata metadata, TaskClassTraits traits) : TaskClass(std::move(metadata), traits) {}
  TaskClassPtr with_task_id(std::string) const override { return nullptr; }

 private:
  std::unique_ptr<BaseTask> construct(const Arguments&) const override { return nullptr; }
};

class ReadsItsMetadata final : public TaskClass {
 public:
  explicit ReadsItsMetadata(std::string_view task_id) : TaskClass(task_id) {}
  TaskClassPtr with_task_id(std::string) const override { return nullptr; }
  int times_read() const { return times_read_; }

 private:
  std::unique_ptr<BaseTask> construct(const Arguments&) const override { return nullptr; }
  TaskMetadata read_metadata() const override {
    if (++times_read_ == 1 && task_id() == "t_broken") throw TaskRegistryError("it is broken");
    return {.task_id = std::string(task_id()), .version = "3"};
  }

  mutable std::atomic<int> times_read_ = 0;
};

TEST(TaskClass, MadeOfItsIdAloneReadsItsMetadataWhenTheyAreAskedFor) {
  const ReadsItsMetadata task_class("t_x");
  EXPECT_EQ(task_class.task_id(), "t_x");
  EXPECT_EQ(task_class.times_read(), 0);
  EXPECT_EQ(task_class.metadata().version, "3");
  EXPECT_EQ(&task_class.metadata(), &task_class.metadata());
  EXPECT_EQ(task_class.times_read(), 1);
}

TEST(TaskClass, GivesAllThreadsTheSameMetadata) {
  const ReadsItsMetadata task_class("t_x");
  std::array<const TaskMetadata*, 8> seen{};
  {
    std::vector<std::jthread> threads;
    for (auto& mine : seen) threads.emplace_back([&] { mine = &task_class.metadata(); });
  }
  EXPECT_THAT(seen, ::testing::Each(&task_class.metadata()));
}

TEST(TaskClass, WhoseMetadataCannotBeReadTriesAgain) {
  const ReadsItsMetadata task_class("t_broken");
  EXPECT_THROW(task_class.metadata(), TaskRegistryError);
  EXPECT_EQ(task_class.metadata().version, "3");
}

TEST(TaskClass, ManyLayOutTheirMetadataOnceAndTellWhatCannotBeRead) {
  constexpr std::size_t kMany = 20'000;
  std::vector<std::shared_ptr<const ReadsItsMetadata>> classes(kMany);
  for (auto& one : classes) one = std::make_shared<const ReadsItsMetadata>("t_x");
  classes.front() = std::make_shared<const ReadsItsMetadata>("t_broken");
  const std::vector<TaskClassPtr> all(classes.begin(), classes.end());
  if (std::thread::hardware_concurrency() < 2)
    GTEST_SKIP() << "one processor lays out nothing ahead";
  EXPECT_THROW(lay_out_metadata(all), TaskRegistryError);
  lay_out_metadata(all);
  for (const auto& one : classes) {
    EXPECT_EQ(one->metadata().version, "3");
    EXPECT_EQ(one->times_read(), one->task_id() == "t_broken" ? 2 : 1);
  }
}

TEST(Validation, GivesAllReasonsOfTheMetadata) {
  const Unfit unfit(
      {.task_id = "1x",
       .description = "\xFF",
       .version = "1 0",
       .dependencies = {"1x", "t_a", "t_a", "b c"},
       .parameters = {{.name = "k", .type = ParameterType::integer, .default_value = "x"},
                      {.name = "k"}}},
      {});
  EXPECT_THAT(validate_task_class(unfit),
              ElementsAre(HasSubstr("task_id '1x'"), HasSubstr("version '1 0'"),
                          HasSubstr("description is not UTF-8"), HasSubstr("dependency '1x'"),
                          HasSubstr("depends on itself"), HasSubstr("depends on t_a twice"),
                          HasSubstr("dependency 'b c'"),
                          HasSubstr("parameter k: its default is text, not integer"),
                          HasSubstr("parameter k is declared twice")));
}

TEST(Validation, GivesAllReasonsOfTheClass) {
  const Unfit unfit({.task_id = "t_x"}, {.derives_from_base_task = false,
                                         .is_constructible = false,
                                         .has_configure_operations = false,
                                         .has_run = false,
                                         .has_initialize = false,
                                         .has_execute = false,
                                         .has_finalize = false});
  EXPECT_EQ(validate_task_class(unfit).size(), 6U);
  const Unfit derived({.task_id = "t_x"},
                      {.has_initialize = false, .has_execute = false, .has_finalize = false});
  EXPECT_THAT(validate_task_class(derived), IsEmpty());
}

TEST(TaskId, IsOneToTwoHundredOfItsCharacters) {
  EXPECT_TRUE(is_valid_task_id("t_1P_profiling"));
  EXPECT_TRUE(is_valid_task_id("_a.b-c"));
  EXPECT_TRUE(is_valid_task_id(std::string(200, 'a')));
  for (const std::string& bad :
       {std::string(), std::string(201, 'a'), std::string("1a"), std::string(".a"),
        std::string("a b"), std::string("a/b"), std::string("a\n"), std::string("\xC3\xA9"),
        std::string("a\0b", 3)}) {
    EXPECT_FALSE(is_valid_task_id(bad)) << bad;
  }
}

}  // namespace
}  // namespace rota
