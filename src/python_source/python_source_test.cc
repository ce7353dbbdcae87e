// SPDX-License-Identifier: Apache-2.0
// With real files and a real python3.
#include "os/temporary_folder.h"
#include "python_source/scanner_process.h"
#include <rota/python_source.h>

#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Names = std::vector<std::string>;

std::string task(const std::string& class_name) {
  return "from rota import BaseTask\nclass " + class_name +
         "(BaseTask):\n    def configure_operations(self): pass\n";
}

class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old;
    value == nullptr ? ::unsetenv(name) : ::setenv(name, value, 1);
  }
  ~Environment() { old_ ? ::setenv(name_, old_->c_str(), 1) : ::unsetenv(name_); }

 private:
  const char* name_;
  std::optional<std::string> old_;
};

class PythonSourceTest : public ::testing::Test {
 protected:
  fs::path make(const fs::path& file, const std::string& text) {
    const fs::path path = folder_ / file;
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text;
    return path;
  }
  PythonDiscovery discover(const Names& packages = {}, bool recursive = true) {
    return discover_python(
        {.roots = {folder_.path()}, .packages = packages, .recursive = recursive});
  }
  PythonDiscovery discover_with_cache() {
    return discover_python(
        {.roots = {folder_.path()}, .cache_file = folder_ / ".rota" / "plugins.cache"});
  }
  Names modules(const Names& packages = {}, bool recursive = true) {
    Names found;
    for (const PythonFile& file : discover(packages, recursive).files) found.push_back(file.module);
    return found;
  }
  // A program in place of Python.
  std::string fake_python(const std::string& script) {
    const fs::path path = make("fake", "#!/bin/sh\n" + script + "\n");
    fs::permissions(path, fs::perms::owner_all);
    return path.string();
  }
  static void settle() { std::this_thread::sleep_for(std::chrono::milliseconds(2200)); }

  TemporaryFolder folder_;
};

TEST_F(PythonSourceTest, TakesModulesOfAPackageByTheirDottedNames) {
  make("scripts/tasks/one.py", task("One"));
  make("scripts/tasks/deep/two.py", task("Two"));
  make("scripts/tasks/__init__.py", task("Three"));
  make("scripts/other.py", task("Four"));
  make("elsewhere/five.py", task("Five"));
  EXPECT_EQ(modules({"scripts.tasks"}),
            (Names{"scripts.tasks", "scripts.tasks.one", "scripts.tasks.deep.two"}));
  EXPECT_EQ(modules({"scripts.tasks"}, false), (Names{"scripts.tasks", "scripts.tasks.one"}));
  EXPECT_EQ(modules({"scripts.other"}), Names{"scripts.other"});
  EXPECT_EQ(modules({"elsewhere", "none"}), Names{"elsewhere.five"});
}

TEST_F(PythonSourceTest, ModulesOfARootAreNamedFromItAndItsOwnInitHasNoName) {
  make("one.py", task("One"));
  make("__init__.py", task("Two"));
  make("p/__init__.py", task("Three"));
  EXPECT_EQ(modules(), (Names{"one", "p"}));
}

TEST_F(PythonSourceTest, LeavesOutWhatIsNoModule) {
  for (const char* file :
       {"__main__.py", ".hidden/a.py", "__pycache__/b.py", "node_modules/c.py", "venv/d.py",
        "venv/lib/e.py", "my-folder/f.py", "my-file.py", "g.pyc", ".h.py"})
    make(file, task("T"));
  make("venv/pyvenv.cfg", "");
  EXPECT_THAT(modules(), IsEmpty());
}

TEST_F(PythonSourceTest, CutsLoopsAndTakesAFileOnce) {
  make("a.py", task("A"));
  fs::create_directory_symlink(folder_.path(), folder_ / "again");
  fs::create_symlink("a.py", folder_ / "b.py");
  EXPECT_EQ(modules(), Names{"a"});
}

TEST_F(PythonSourceTest, FindsBasesInFilesOfTheRootThatAreNotAskedFor) {
  make("library/__init__.py", "from .middle import Middle\n");
  make("library/middle.py", "from other.base import Base\nclass Middle(Base): pass\n");
  make("other/base.py", task("Base"));
  make("scripts/a.py", "from library import Middle\nclass ATask(Middle): task_id = 't_a'\n");
  make("scripts/b.py", "from elsewhere import Middle\nclass BTask(Middle): task_id = 't_b'\n");
  const PythonDiscovery found = discover({"scripts"});
  EXPECT_THAT(found.task_classes, SizeIs(1));
  EXPECT_TRUE(found.task_classes.contains("t_a"));
  ASSERT_THAT(found.uncertain, SizeIs(1));
  EXPECT_EQ(found.uncertain[0].reason, "its base elsewhere.Middle is in no file that is looked at");
}

TEST_F(PythonSourceTest, TellsAWorkerWhatToImport) {
  const fs::path file = make("scripts/a.py", task("ATask"));
  const PythonDiscovery found = discover({"scripts"});
  const TaskClassPtr task_class = found.task_classes.at("a");
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  const std::string identity =
      fmt::format("{}\nscripts.a\nATask\n{}:{}:{}", folder_.path().string(), status.st_size,
                  status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec, status.st_ino);
  EXPECT_EQ(task_class->location_identity(), identity);
  EXPECT_EQ(python_source_identity(folder_.path(), "scripts.a", "ATask", file), identity);
  EXPECT_EQ(task_class->location(), file.string());
  EXPECT_EQ(task_class->fingerprint(), python_source_fingerprint(file));
  EXPECT_TRUE(task_class->fingerprint().starts_with("source:xxh3:"));
  EXPECT_TRUE(is_python_task(*task_class));
  EXPECT_TRUE(is_known_by_source_alone(*task_class->with_task_id("t_b")));
}

TEST_F(PythonSourceTest, CannotMakeAnInstanceAndSaysWhere) {
  make("a.py", task("ATask"));
  const PythonDiscovery found = discover();
  try {
    found.task_classes.at("a")->create();
    FAIL() << "an instance was made";
  } catch (const TaskRegistryError& error) {
    EXPECT_THAT(error.what(), HasSubstr("it runs in Python processes"));
  }
}

TEST_F(PythonSourceTest, ASyntaxErrorIsToldWithItsLineAndTheRestGoesOn) {
  make("bad.py", "x = 1\nclass X(:\n");
  make("good.py", task("Good"));
  const PythonDiscovery found = discover();
  EXPECT_THAT(found.task_classes, SizeIs(1));
  ASSERT_THAT(found.refused, SizeIs(1));
  EXPECT_EQ(found.refused[0].reason, RefusalReason::not_python);
  EXPECT_THAT(found.refused[0].message, HasSubstr("line 2: "));
}

TEST_F(PythonSourceTest, FilesThatOthersCouldWriteAreRefusedWhenTheyCouldHoldATask) {
  fs::permissions(make("a.py", task("A")), fs::perms(0666));
  fs::permissions(make("plain.py", "x = 1\n"), fs::perms(0666));
  make("open/b.py", task("B"));
  fs::permissions(folder_ / "open", fs::perms(0777));
  const PythonDiscovery found = discover();
  EXPECT_THAT(found.task_classes, IsEmpty());
  Names refused;
  for (const RefusedFile& one : found.refused) {
    EXPECT_EQ(one.reason, RefusalReason::writable_by_others);
    refused.push_back(fs::path(one.file).filename());
  }
  EXPECT_THAT(refused, ::testing::UnorderedElementsAre("a.py", "open"));
}

TEST_F(PythonSourceTest, OfTwoClassesWithOneIdTheFirstCounts) {
  make("a.py", task("Same"));
  make("b.py", task("SameTask"));
  const PythonDiscovery found = discover();
  EXPECT_THAT(found.task_classes, SizeIs(1));
  ASSERT_THAT(found.duplicates, SizeIs(1));
  EXPECT_THAT(found.duplicates[0].kept, HasSubstr("a.py"));
  EXPECT_THAT(found.duplicates[0].shadowed, HasSubstr("b.py"));
}

TEST_F(PythonSourceTest, WithoutPythonTheFilesAreNotLookedAtAndThatIsSaidOnce) {
  const Environment path("PATH", "/nowhere");
  const Environment given("ROTA_PYTHON", nullptr);
  make("a.py", task("A"));
  make("plain.py", "x = 1\n");
  const PythonDiscovery found = discover();
  EXPECT_THAT(found.task_classes, IsEmpty());
  EXPECT_EQ(
      found.problem,
      "Python classes are not looked at in 1 file: there is no python3 in PATH; install one, or "
      "name it with ROTA_PYTHON");
}

TEST_F(PythonSourceTest, WhatIsKnownNeedsNoPython) {
  const fs::path file = make("a.py", task("A"));
  make("plain.py", "x = 1\n");
  make("bad.py", "class (\n");
  settle();
  EXPECT_EQ(discover_with_cache().cache.files_read, 3U);
  const std::string fake = fake_python("exit 7");
  const Environment given("ROTA_PYTHON", fake.c_str());
  const PythonDiscovery known = discover_with_cache();
  EXPECT_EQ(known.cache.files_known, 3U);
  EXPECT_EQ(known.problem, "");
  EXPECT_THAT(known.task_classes, SizeIs(1));
  EXPECT_THAT(known.refused, SizeIs(1));
  // The same content under a new time is another file to it.
  fs::last_write_time(file, fs::last_write_time(file) - std::chrono::seconds(10));
  EXPECT_THAT(discover_with_cache().problem, HasSubstr("exit status 7"));
}

TEST_F(PythonSourceTest, TheCacheIsPrivateAndMadeAnewWhereItIsDamaged) {
  make("a.py", task("A"));
  settle();
  discover_with_cache();
  const fs::path cache = folder_ / ".rota" / "python.cache";
  EXPECT_EQ(fs::status(cache).permissions(), fs::perms(0600));
  for (const char* damage : {"", "nothing of it", "RotaPy1\n"}) {
    std::ofstream(cache) << damage;
    const PythonDiscovery found = discover_with_cache();
    EXPECT_THAT(found.task_classes, SizeIs(1)) << damage;
    EXPECT_THAT(found.cache.problem, HasSubstr("made anew"));
    EXPECT_EQ(discover_with_cache().cache.files_known, 1U);
  }
}

TEST_F(PythonSourceTest, WhatChangedJustNowIsNotKept) {
  make("a.py", task("A"));
  discover_with_cache();
  EXPECT_EQ(discover_with_cache().cache.files_known, 0U);
}

TEST_F(PythonSourceTest, AScannerThatFailsOrFloodsIsToldOnce) {
  make("a.py", task("A"));
  for (const char* script : {"cat /dev/zero", "exit 3", "kill -9 $$", "printf nothing"}) {
    const std::string fake = fake_python(script);
    const Environment given("ROTA_PYTHON", fake.c_str());
    const PythonDiscovery found = discover();
    EXPECT_THAT(found.task_classes, IsEmpty()) << script;
    EXPECT_THAT(found.problem, HasSubstr("Python classes are not looked at in 1 file: ")) << script;
    EXPECT_THAT(found.problem, HasSubstr(fake)) << script;
  }
}

TEST_F(PythonSourceTest, AnAnswerThatIsNotUnderstoodIsToldOfItsFileAlone) {
  make("a.py", task("A"));
  make("b.py", task("B"));
  for (const char* script :
       {"echo nothing; echo", "yes | head -n 2", "yes",
        "for i in 1 2; do echo '{\"path\": \"/etc/passwd\", \"module\": \"a\", \"error\": null, "
        "\"classes\": []}'; done"}) {
    const std::string fake = fake_python(script);
    const Environment given("ROTA_PYTHON", fake.c_str());
    const PythonDiscovery found = discover();
    EXPECT_THAT(found.task_classes, IsEmpty()) << script;
    ASSERT_THAT(found.refused, SizeIs(2)) << script;
    EXPECT_EQ(found.refused[0].message, "what Python says of it is not understood");
  }
}

TEST_F(PythonSourceTest, AScannerThatDoesNotAnswerIsEnded) {
  const std::string fake = fake_python("sleep 100");
  const SourceFile file{.path = "/p/a.py", .module = "a"};
  const SourceFile* const files[] = {&file};
  const ScannerAnswers answers = scan_with_python(fake, files, std::chrono::milliseconds(200));
  EXPECT_THAT(answers.problem, HasSubstr("no answer in 0.2 s"));
  EXPECT_EQ(answers.records.at(0), std::nullopt);
}

TEST_F(PythonSourceTest, ThousandsOfFilesGoThroughThePipes) {
  std::string big = task("A") + "class Many:\n";
  for (int number = 0; number < 2000; ++number)
    big += "    def method_with_a_long_name_" + std::to_string(number) + "(self): pass\n";
  for (int number = 0; number < 60; ++number) make(fmt::format("m{}.py", number), big);
  const PythonDiscovery found = discover();
  EXPECT_EQ(found.problem, "");
  EXPECT_EQ(found.files.size(), 60U);
}

}  // namespace
}  // namespace rota
