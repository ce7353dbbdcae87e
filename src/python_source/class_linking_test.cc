// SPDX-License-Identifier: Apache-2.0
#include "python_source/class_linking.h"

#include <deque>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Names = std::vector<std::string>;

SourceValue text(const char* value) { return Value(value); }

SourceInit identity_init(const char* task_id) {
  return {.calls_base = true,
          .passes = {{"task_id", text(task_id)}, {"task_type", text("profiling")}}};
}

// __init__(self, task_id, task_type, description, **kwargs), which passes the three on.
SourceInit passing_init() {
  SourceInit init{.takes_any = true, .calls_base = true};
  for (const char* name : {"task_id", "task_type", "description"}) {
    init.parameters.push_back({.name = name, .required = true});
    init.positional.push_back(Computed{name});
  }
  return init;
}

class LinkingTest : public ::testing::Test {
 protected:
  void add(const std::string& module, std::vector<SourceClass> classes) {
    SourceFile& file = files_.emplace_back();
    file.module = module;
    file.path = "/project/" + module;
    file.root = root_;
    sources_.push_back({&file, {.classes = std::move(classes)}});
  }
  const LinkedClasses& link() { return linked_ = link_classes(sources_, sources_.size()); }
  Names ids() {
    Names found;
    for (const LinkedClass& one : link().tasks) found.push_back(one.metadata.task_id);
    return found;
  }
  Names unclear() {
    Names found;
    for (const UnclearClass& one : link().unclear)
      found.push_back(one.class_name + ": " + one.reason);
    return found;
  }

  std::shared_ptr<const std::string> root_ = std::make_shared<const std::string>("/project");
  std::deque<SourceFile> files_;
  std::vector<ReadSource> sources_;
  LinkedClasses linked_;
};

const Names kConfigures = {"configure_operations"};

TEST_F(LinkingTest, AClassThatDerivesFromBaseTaskAndConfiguresOperationsIsATask) {
  add("m", {{.name = "MyTask", .bases = {"rota.BaseTask"}, .methods = kConfigures},
            {.name = "NoOperations", .bases = {"rota.BaseTask"}},
            {.name = "NoBase", .methods = kConfigures},
            {.name = "_Hidden", .bases = {"rota.BaseTask"}, .methods = kConfigures},
            {.name = "BaseTask", .methods = kConfigures}});
  EXPECT_EQ(ids(), Names{"my"});
  EXPECT_THAT(unclear(), IsEmpty());
  EXPECT_EQ(linked_.tasks[0].metadata.class_name, "MyTask");
  EXPECT_EQ(linked_.tasks[0].metadata.module, "m");
}

TEST_F(LinkingTest, InheritsAcrossFiles) {
  add("p.tasks", {{.name = "ProfilingTask",
                   .bases = {"p.base.Middle"},
                   .attributes = {{"task_id", text("t_profiling")}}}});
  add("p.base", {{.name = "Middle",
                  .bases = {"pamola_core.utils.tasks.base_task.BaseTask"},
                  .methods = kConfigures,
                  .attributes = {{"version", text("2.0.0")}, {"author", text("Data")}}}});
  EXPECT_EQ(ids(), (Names{"t_profiling", "middle"}));
  EXPECT_EQ(linked_.tasks[0].metadata.version, "2.0.0");
  EXPECT_EQ(linked_.tasks[0].metadata.author, "Data");
}

TEST_F(LinkingTest, FindsABaseThatItsPackageReExports) {
  add("p.tasks", {{.name = "ATask", .bases = {"p.lib.Middle"}}});
  add("p.lib.inner", {{.name = "Middle", .bases = {"rota.BaseTask"}, .methods = kConfigures}});
  EXPECT_EQ(ids(), (Names{"a", "middle"}));
}

TEST_F(LinkingTest, TheDocumentsCustomBaseTaskIsNoTaskAndTheClassBelowItIs) {
  add("m", {{.name = "CustomBaseTask",
             .bases = {"rota.BaseTask"},
             .methods = {"__init__", "execute"},
             .init = passing_init()},
            {.name = "CustomTask",
             .bases = {"m.CustomBaseTask"},
             .methods = {"__init__", "configure_operations"},
             .init = identity_init("custom_task")}});
  EXPECT_EQ(ids(), Names{"custom_task"});
  EXPECT_EQ(linked_.tasks[0].metadata.task_type, "profiling");
  EXPECT_THAT(linked_.tasks[0].metadata.parameters, IsEmpty());
}

TEST_F(LinkingTest, ArgumentsByPositionAreNamedByTheNextConstructor) {
  SourceInit own{.calls_base = true, .positional = {text("quick"), text("t_x")}};
  SourceInit middle{
      .parameters = {{.name = "task_type"}, {.name = "name"}},
      .calls_base = true,
      .passes = {{"task_id", Computed{"name"}}, {"task_type", Computed{"task_type"}}}};
  add("m", {{.name = "A", .bases = {"m.Middle"}, .methods = kConfigures, .init = own},
            {.name = "Middle", .bases = {"rota.BaseTask"}, .init = middle}});
  EXPECT_EQ(ids(), Names{"t_x"});
  EXPECT_EQ(linked_.tasks[0].metadata.task_type, "quick");
}

TEST_F(LinkingTest, AClassAttributeIsStrongerThanTheConstructor) {
  add("m", {{.name = "A",
             .bases = {"rota.BaseTask"},
             .methods = kConfigures,
             .attributes = {{"task_id", text("t_attribute")}},
             .init = identity_init("t_argument")}});
  EXPECT_EQ(ids(), Names{"t_attribute"});
}

TEST_F(LinkingTest, AnIdThatIsLeftToTheCallerIsThatOfTheClassName) {
  add("m", {{.name = "HTTPImportTask",
             .bases = {"rota.BaseTask"},
             .methods = kConfigures,
             .init = passing_init()}});
  EXPECT_EQ(ids(), Names{"http_import"});
}

TEST_F(LinkingTest, AFieldThatIsComputedMakesTheClassUnclear) {
  add("m",
      {{.name = "A",
        .line = 7,
        .bases = {"rota.BaseTask"},
        .methods = kConfigures,
        .attributes = {{"task_id", Computed{}}}},
       {.name = "B", .bases = {"rota.BaseTask"}, .methods = {"configure_operations", "version"}}});
  EXPECT_THAT(ids(), IsEmpty());
  EXPECT_EQ(unclear(), (Names{"A: task_id is computed", "B: version is computed"}));
  EXPECT_EQ(linked_.unclear[0].line, 7U);
}

TEST_F(LinkingTest, AFieldOfAWrongTypeIsRefusedByWhatItIs) {
  add("m", {{.name = "A",
             .bases = {"rota.BaseTask"},
             .methods = kConfigures,
             .attributes = {{"dependencies", Computed{.is = "a list of int"}},
                            {"task_id", Value(std::int64_t{3})},
                            {"version", std::vector<std::string>{"1"}}}}});
  link();
  EXPECT_EQ(linked_.tasks.at(0).refusal,
            "its task_id is an int; write a str; its version is a list of str; write a str; "
            "its dependencies is a list of int; write a list of str");
}

TEST_F(LinkingTest, ABaseThatIsNotThereMakesAClassUnclearWhenItLooksLikeATask) {
  add("m", {{.name = "A", .bases = {"company.Base"}, .methods = kConfigures},
            {.name = "B", .bases = {"argparse.Action"}, .methods = {"run"}},
            {.name = "C", .bases = {"?"}, .attributes = {{"task_id", text("t_c")}}}});
  EXPECT_EQ(unclear(), (Names{"A: its base company.Base is in no file that is looked at",
                              "C: one of its bases is computed"}));
}

TEST_F(LinkingTest, AConstructorThatNeitherTakesNorPassesTheIdentityIsSeen) {
  add("m",
      {{.name = "A", .bases = {"rota.BaseTask"}, .methods = kConfigures, .init = SourceInit{}},
       {.name = "B", .bases = {"rota.BaseTask"}, .methods = kConfigures, .init = passing_init()}});
  link();
  EXPECT_FALSE(linked_.tasks.at(0).traits.is_constructible);
  EXPECT_TRUE(linked_.tasks.at(1).traits.is_constructible);
}

TEST_F(LinkingTest, AnAbstractMethodThatIsLeftOpenMakesNoTask) {
  add("m", {{.name = "Open",
             .bases = {"rota.BaseTask"},
             .methods = {"configure_operations", "rows"},
             .abstract_methods = {"rows"}},
            {.name = "Closed", .bases = {"m.Open"}, .methods = {"rows"}}});
  EXPECT_EQ(ids(), Names{"closed"});
  EXPECT_THAT(unclear(), IsEmpty());
}

TEST_F(LinkingTest, AClassWithTheInterfaceOfATaskNeedsNoBaseTask) {
  const Names all = {"configure_operations", "run", "initialize", "execute", "finalize"};
  add("m", {{.name = "A", .methods = all, .attributes = {{"task_id", text("t_a")}}},
            {.name = "B", .methods = all}});
  EXPECT_EQ(ids(), Names{"t_a"});
  EXPECT_FALSE(linked_.tasks[0].traits.derives_from_base_task);
}

TEST_F(LinkingTest, BasesInACircleAndAbsurdlyLongLinesEndWell) {
  add("m",
      {{.name = "A", .bases = {"m.B"}, .methods = kConfigures}, {.name = "B", .bases = {"m.A"}}});
  std::vector<SourceClass> many;
  for (int number = 0; number < 20'000; ++number) {
    many.push_back(
        {.name = "C" + std::to_string(number),
         .bases = {"n.C" + std::to_string(number + 1), "n.C" + std::to_string(number + 2)}});
  }
  add("n", std::move(many));
  EXPECT_THAT(ids(), IsEmpty());
  ASSERT_FALSE(linked_.unclear.empty());
  EXPECT_THAT(linked_.unclear[0].reason, HasSubstr("circle"));
}

TEST_F(LinkingTest, OfTwoModulesOfOneNameTheOneUnderTheSameRootIsTheBase) {
  add("base", {{.name = "Base",
                .bases = {"rota.BaseTask"},
                .methods = kConfigures,
                .attributes = {{"version", text("1.1")}}}});
  root_ = std::make_shared<const std::string>("/other");
  add("base", {{.name = "Base",
                .bases = {"rota.BaseTask"},
                .methods = kConfigures,
                .attributes = {{"version", text("2.2")}}}});
  add("tasks", {{.name = "ATask", .bases = {"base.Base"}}});
  EXPECT_EQ(ids(), (Names{"base", "base", "a"}));
  EXPECT_EQ(linked_.tasks[2].metadata.version, "2.2");
}

TEST_F(LinkingTest, ReadsPolicyParametersAndDocstring) {
  SourceInit init = identity_init("t_a");
  init.parameters = {{.name = "threads", .type = ParameterType::integer, .default_value = Value(4)},
                     {.name = "task_id"}};
  add("m", {{.name = "A",
             .bases = {"rota.BaseTask"},
             .methods = kConfigures,
             .attributes = {{"policy", ValueTable{{"retries", Value(3)}, {"timeout", Value("5m")}}},
                            {"dependencies", Names{"t_b"}}},
             .init = init,
             .docstring = "Counts.\n\n@author: Data team\n@dependencies: t_c\n@stage: 1"}});
  EXPECT_EQ(ids(), Names{"t_a"});
  const TaskMetadata& metadata = linked_.tasks[0].metadata;
  EXPECT_EQ(metadata.policy.retries, 3U);
  EXPECT_EQ(metadata.policy.timeout, std::chrono::minutes(5));
  EXPECT_EQ(metadata.dependencies, Names{"t_b"});
  EXPECT_EQ(metadata.author, "Data team");
  EXPECT_EQ(metadata.description, "Counts.");
  EXPECT_EQ(metadata.tags.at("stage"), "1");
  ASSERT_EQ(metadata.parameters.size(), 1U);
  EXPECT_EQ(metadata.parameters[0].name, "threads");
}

TEST_F(LinkingTest, APolicyThatIsNoneIsARefusalWithItsReason) {
  add("m", {{.name = "A",
             .bases = {"rota.BaseTask"},
             .methods = kConfigures,
             .attributes = {{"policy", ValueTable{{"retries", Value("often")}}}}}});
  EXPECT_THAT(link().tasks[0].refusal, HasSubstr("its policy retries: "));
}

}  // namespace
}  // namespace rota
