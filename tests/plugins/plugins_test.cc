// SPDX-License-Identifier: Apache-2.0
#include <rota/rota.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

const fs::path kPlugins = PLUGINS;

Discovery discover_one(const std::string& name) { return discover({.roots = {kPlugins / name}}); }

bool is_mapped(const std::string& name) {
  std::ostringstream maps;
  maps << std::ifstream("/proc/self/maps").rdbuf();
  return maps.str().find(name) != std::string::npos;
}

class PluginsTest : public ::testing::Test {
 protected:
  PluginsTest() {
    std::string name = (fs::temp_directory_path() / "rota-plugins-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    set_log_sink([this](LogLevel, std::string_view, std::string_view message) {
      messages_.emplace_back(message);
    });
  }
  ~PluginsTest() override {
    set_log_sink({});
    ::unsetenv("ROTA_PATH");
    fs::remove_all(folder_);
  }

  fs::path folder_;
  std::vector<std::string> messages_;
};

TEST_F(PluginsTest, AreReadWithoutRunningOrMappingThem) {
  const Discovery discovery = discover_one("hostile");
  ASSERT_EQ(discovery.task_classes.size(), 1U);
  EXPECT_EQ(discovery.task_classes.at("t_hostile")->metadata().version, "6.6.6");
  EXPECT_FALSE(is_mapped("test_hostile.so"));
}

TEST_F(PluginsTest, SayAllOfTheirMetadata) {
  const TaskMetadata metadata = discover_one("sound").task_classes.at("t_count")->metadata();
  EXPECT_EQ(metadata,
            (TaskMetadata{.task_id = "t_count",
                          .task_type = "test",
                          .description = "Counts",
                          .version = "1.2.0",
                          .class_name = "CountTask",
                          .module = "test_sound",
                          .dependencies = {"t_throw"},
                          .author = "Tests",
                          .parameters = {
                              {.name = "k", .type = ParameterType::integer, .default_value = 5}}}));
}

TEST_F(PluginsTest, AreLoadedAtTheFirstInstance) {
  const TaskClassPtr task_class = discover_one("sound").task_classes.at("t_count");
  const auto task = task_class->create({{"k", 7}});
  EXPECT_TRUE(is_mapped("test_sound.so"));
  const auto log = open_memory_log();
  task->bind_context({.log = log.get(),
                      .project_root = folder_,
                      .sink = [](LogLevel, std::string_view, std::string_view) {}});
  EXPECT_TRUE(task->run());
  EXPECT_EQ(task->metrics().at("k"), Value(7));
  EXPECT_EQ(task->version(), "1.2.0");
}

TEST_F(PluginsTest, DoNotRegisterThemselvesByBeingLoaded) {
  discover_one("sound").task_classes.at("t_count")->create();
  EXPECT_EQ(get_task_class("t_count"), nullptr);
  EXPECT_THAT(TaskRegistry::process().registration_errors(), IsEmpty());
}

TEST_F(PluginsTest, ThrowThroughTheEntryWithTheirMessage) {
  const TaskClassPtr task_class = discover_one("sound").task_classes.at("t_throw");
  EXPECT_THAT([&] { task_class->create(); },
              ThrowsMessage<TaskRegistryError>(AllOf(HasSubstr("t_throw"), HasSubstr("no licence"),
                                                     HasSubstr("test_sound.so"))));
  EXPECT_THAT(
      [&] {
        task_class->create({{"argument", true}});
      },
      ThrowsMessage<ArgumentError>(HasSubstr("argument")));
  EXPECT_THAT(
      [&] {
        discover_one("sound").task_classes.at("t_count")->create({{"k", "seven"}});
      },
      ThrowsMessage<ArgumentError>(HasSubstr("argument k is text (seven), not integer")));
}

TEST_F(PluginsTest, WithAMissingSymbolAreFoundAndFailAtTheFirstInstanceByName) {
  const TaskClassPtr task_class = discover_one("unlinked").task_classes.at("t_unlinked");
  for (int attempt = 0; attempt < 2; ++attempt) {
    EXPECT_THAT([&] { task_class->create(); },
                ThrowsMessage<TaskRegistryError>(
                    AllOf(HasSubstr("test_unlinked.so"), HasSubstr("a_symbol_that_is_nowhere"))));
  }
}

TEST_F(PluginsTest, OfTwoWithOneIdTheFirstOnThePathCounts) {
  const Discovery discovery = discover({.roots = {kPlugins / "twin", kPlugins / "sound"}});
  EXPECT_EQ(discovery.task_classes.at("t_count")->metadata().version, "9.9.9");
  ASSERT_EQ(discovery.duplicates.size(), 1U);
  EXPECT_THAT(discovery.duplicates[0].kept, HasSubstr("test_twin.so"));
  EXPECT_THAT(discovery.duplicates[0].shadowed, HasSubstr("test_sound.so"));
}

TEST_F(PluginsTest, ThatGiveOneIdToTwoOfTheirClassesLoseBothAndNoOther) {
  const Discovery discovery = discover_one("repeated");
  EXPECT_EQ(discovery.task_classes.size(), 1U);
  EXPECT_TRUE(discovery.task_classes.contains("t_single"));
  ASSERT_EQ(discovery.refused.size(), 1U);
  EXPECT_THAT(discovery.refused[0].message, HasSubstr("2 of its classes have the id t_repeated"));
}

TEST_F(PluginsTest, ThatWereCopiedInPartAreRefusedBeforeTheyAreLoaded) {
  for (const std::uintmax_t size : {std::uintmax_t{4096}, std::uintmax_t{2048}}) {
    fs::copy_file(kPlugins / "sound" / "test_sound.so", folder_ / "p.so",
                  fs::copy_options::overwrite_existing);
    fs::resize_file(folder_ / "p.so", size);
    const Discovery discovery = discover({.roots = {folder_}});
    EXPECT_TRUE(discovery.task_classes.empty());
    ASSERT_EQ(discovery.refused.size(), 1U);
    EXPECT_EQ(discovery.refused[0].reason, RefusalReason::truncated);
  }
}

TEST_F(PluginsTest, WithClassesOfOneNameDoNotMeet) {
  const auto log = open_memory_log();
  const auto sound = discover_one("sound").task_classes.at("t_count")->create();
  const auto twin = discover_one("twin").task_classes.at("t_count")->create();
  for (BaseTask* task : {sound.get(), twin.get()}) {
    task->bind_context({.log = log.get(),
                        .project_root = folder_,
                        .sink = [](LogLevel, std::string_view, std::string_view) {}});
    EXPECT_TRUE(task->run());
  }
  EXPECT_TRUE(sound->results().contains("count"));
  EXPECT_TRUE(twin->results().contains("twin"));
}

TEST_F(PluginsTest, ThatChangedSinceTheyWereReadAreNotLoaded) {
  fs::copy_file(kPlugins / "twin" / "test_twin.so", folder_ / "p.so");
  const TaskClassPtr task_class = discover({.roots = {folder_}}).task_classes.at("t_twin");
  fs::remove(folder_ / "p.so");
  fs::copy_file(kPlugins / "sound" / "test_sound.so", folder_ / "p.so");
  EXPECT_THAT([&] { task_class->create(); },
              ThrowsMessage<TaskRegistryError>(HasSubstr("has changed since")));
}

TEST_F(PluginsTest, ThatAreGoneAreAnErrorByName) {
  fs::copy_file(kPlugins / "twin" / "test_twin.so", folder_ / "p.so");
  const TaskClassPtr task_class = discover({.roots = {folder_}}).task_classes.at("t_twin");
  fs::remove(folder_ / "p.so");
  EXPECT_THAT([&] { task_class->create(); }, ThrowsMessage<TaskRegistryError>(HasSubstr("p.so")));
}

TEST_F(PluginsTest, AreRegisteredOnceHoweverOftenTheyAreDiscovered) {
  fs::create_directories(folder_ / "scripts" / "tasks");
  fs::copy_file(kPlugins / "sound" / "test_sound.so", folder_ / "scripts" / "tasks" / "sound.so");
  ::setenv("ROTA_PATH", folder_.c_str(), 1);
  TaskRegistry registry;
  EXPECT_EQ(registry.register_discovered_tasks({{"scripts.tasks"}}, true), 2U);
  EXPECT_EQ(registry.register_discovered_tasks(), 0U);
  EXPECT_EQ(registry.size(), 2U);
  EXPECT_EQ(registry.get_task_class("t_count")->metadata().module, "scripts.tasks.sound");
  EXPECT_THAT(messages_, IsEmpty());
}

TEST_F(PluginsTest, ThatCannotBeRegisteredAreReportedAndKeepNoOtherOut) {
  fs::create_directories(folder_ / "scripts");
  fs::copy_file(kPlugins / "sound" / "test_sound.so", folder_ / "scripts" / "sound.so");
  std::ofstream(folder_ / "scripts" / "text.so") << "no library";
  ::setenv("ROTA_PATH", folder_.c_str(), 1);
  TaskRegistry registry;
  registry.register_task_class(make_task_class({.task_id = "t_count", .class_name = "Mine"},
                                               [](const Arguments&) { return nullptr; }));
  EXPECT_EQ(registry.register_discovered_tasks(), 1U);
  EXPECT_EQ(registry.get_task_class("t_count")->metadata().class_name, "Mine");
  ASSERT_EQ(messages_.size(), 2U);
  EXPECT_THAT(messages_[0], HasSubstr("text.so"));
  EXPECT_THAT(messages_[1], AllOf(HasSubstr("Mine"), HasSubstr("sound.so")));
}

TEST_F(PluginsTest, AreLoadedOnceByManyThreads) {
  const Discovery discovery = discover_one("twin");
  std::vector<std::thread> threads;
  for (int at = 0; at < 8; ++at) {
    threads.emplace_back(
        [&] { EXPECT_NE(discovery.task_classes.at("t_twin")->create(), nullptr); });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace rota
