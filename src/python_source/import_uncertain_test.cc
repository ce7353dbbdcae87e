// SPDX-License-Identifier: Apache-2.0
// With a program in place of Python that answers what each test wants, also what no Python does: what real modules give
// is tested where rota can be imported, in python/tests.
#include "os/temporary_folder.h"
#include <rota/python_source.h>

#include <cstdlib>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ImportUncertainTest : public ::testing::Test {
 protected:
  ImportUncertainTest() {
    for (const char* name : {"a", "b", "c"}) {
      const fs::path file = folder_ / (std::string(name) + ".py");
      std::ofstream(file) << "class Task: pass\n";
      discovery_.uncertain.push_back({.file = file.string(),
                                      .class_name = "OneTask",
                                      .reason = "task_id is computed",
                                      .module = name,
                                      .root = folder_.path().string()});
    }
  }
  ~ImportUncertainTest() override { ::unsetenv("ROTA_PYTHON"); }

  // `answers`: lines of a shell that writes to 3; the module asked for first is $first.
  void import(const std::string& answers) {
    const fs::path program = folder_ / "fake";
    std::ofstream(program) << "#!/bin/sh\nfirst=$(tr '\\0' '\\n' | sed -n 2p)\n" << answers << "\n";
    fs::permissions(program, fs::perms::owner_all);
    ::setenv("ROTA_PYTHON", program.c_str(), 1);
    import_uncertain(discovery_);
  }
  std::string answer(const std::string& module, const std::string& task_id,
                     const std::string& faults = "{}") {
    const std::string classes =
        R"([{"name":"OneTask","line":0,"bases":["rota.BaseTask"],"methods":[],"abstract_methods":[],)"
        R"("attributes":{"task_id":{"value":")" +
        task_id + R"("}},"init":null,"docstring":null}])";
    return "echo '{\"path\":\"" + (folder_ / (module + ".py")).string() + "\",\"module\":\"" +
           module + "\",\"error\":null,\"classes\":" + (task_id.empty() ? "[]" : classes) +
           ",\"faults\":" + faults + "}' >&3\n";
  }
  std::string refusals() const {
    std::string text;
    for (const RefusedFile& refused : discovery_.refused)
      text += std::string(to_string(refused.reason)) + ": " + refused.message + "\n";
    return text;
  }

  TemporaryFolder folder_;
  PythonDiscovery discovery_;
};

TEST_F(ImportUncertainTest, TakesWhatClassesSayAndForgetsThoseThatAreNone) {
  import("echo ready >&3\n" + answer("a", "t_a") + answer("b", "") +
         answer("c", "", R"({"OneTask":"it has no run"})"));
  ASSERT_THAT(discovery_.task_classes, SizeIs(1));
  EXPECT_EQ(discovery_.task_classes.at("t_a")->metadata().module, "a");
  EXPECT_THAT(discovery_.task_classes.at("t_a")->fingerprint(), HasSubstr("source:xxh3:"));
  EXPECT_EQ(refusals(), "invalid_task: its task class OneTask is not valid: it has no run\n");
  EXPECT_THAT(discovery_.uncertain, IsEmpty());
  EXPECT_EQ(discovery_.problem, "");
}

TEST_F(ImportUncertainTest, OfTwoWithAnIdTheOneThatWasThereCounts) {
  import("echo ready >&3\n" + answer("a", "t_a") + answer("b", "t_a") + answer("c", "t_a"));
  EXPECT_THAT(discovery_.duplicates, SizeIs(2));
  EXPECT_EQ(discovery_.task_classes.at("t_a")->metadata().module, "a");
}

TEST_F(ImportUncertainTest, AModuleThatEndsTheProcessIsRefusedAndTheOthersAreImportedByAnother) {
  import("echo ready >&3\nif test $first = a; then\n" + answer("a", "t_a") +
         "echo 'last words' >&2; kill -SEGV $$; fi\n" + answer("c", "t_c"));
  EXPECT_THAT(discovery_.task_classes, SizeIs(2));
  EXPECT_EQ(refusals(),
            "not_imported: module b cannot be imported: it ends the process that imports it, with "
            "signal 11: last words\n");
  ASSERT_THAT(discovery_.uncertain, SizeIs(1));
  EXPECT_EQ(discovery_.uncertain[0].module, "b");
}

TEST_F(ImportUncertainTest, AnAnswerThatIsNotUnderstoodIsThatOfOneModule) {
  import("echo ready >&3\necho nonsense >&3\n" + answer("a", "t_a") + answer("c", "bad id"));
  EXPECT_THAT(discovery_.task_classes, IsEmpty());
  EXPECT_THAT(refusals(), HasSubstr("not_imported: module a cannot be imported: what Python says"));
  EXPECT_THAT(refusals(), HasSubstr("not_imported: module b cannot be imported: what Python says"));
  EXPECT_THAT(refusals(), HasSubstr("invalid_task: its task class OneTask is not valid: "));
  EXPECT_THAT(discovery_.uncertain, SizeIs(2));
}

TEST_F(ImportUncertainTest, APythonWithoutRotaIsOneProblemAndRefusesNothing) {
  import("echo 'No module named rota' >&2; exit 1");
  EXPECT_THAT(discovery_.problem, HasSubstr("exit status 1: No module named rota"));
  EXPECT_THAT(discovery_.refused, IsEmpty());
  EXPECT_THAT(discovery_.uncertain, SizeIs(3));
}

}  // namespace
}  // namespace rota
