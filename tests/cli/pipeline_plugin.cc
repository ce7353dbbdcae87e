// SPDX-License-Identifier: Apache-2.0
// A small pipeline whose tasks do what files in the project's folder tell them: fail_ID, throw_ID, abort_ID,
// exit_ID, print_ID, warn_ID, fork_ID (a child that is asked to end), and wait_ID, which a task waits to be gone. Each writes data/ID.txt and adds its id to ran.txt.
#include <rota/rota.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace {

namespace fs = std::filesystem;

// Killed where ThreadSanitizer keeps the signal to itself, as it may in a child of a process with threads.
void end_a_child() {
  const pid_t child = ::fork();
  if (child == 0) {
    for (;;) ::pause();
  }
  constexpr int kTries = 200;
  int tries = 0;
  do {
    ::kill(child, ++tries < kTries ? SIGTERM : SIGKILL);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  } while (::waitpid(child, nullptr, WNOHANG) == 0);
}

class PipelineTask : public rota::BaseTask {
 public:
  using BaseTask::BaseTask;

  void configure_operations() override {
    add_operation("obey", [this](rota::OperationContext& operation) { return obey(operation); });
    add_operation("write", [this](rota::OperationContext&) {
      write();
      return rota::OperationResult::success();
    });
  }

 protected:
  virtual void read() {}

 private:
  bool told(const std::string& what) const {
    return fs::exists(project_file(what + "_" + task_id()));
  }

  rota::OperationResult obey(rota::OperationContext& operation) {
    std::ofstream(project_file("ran.txt"), std::ios::app) << task_id() << "\n";
    logger().info("obeying");
    if (told("warn")) logger().warning("a careful word");
    while (told("wait") && !operation.cancelled())
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    if (told("fork")) end_a_child();
    if (told("abort")) std::abort();
    if (told("exit")) std::exit(0);
    if (told("print")) std::puts("a task's own words");
    if (told("throw")) throw std::runtime_error("thrown as told");
    if (told("fail")) return rota::OperationResult::error("failed as told");
    return rota::OperationResult::success();
  }

  void write() {
    read();
    fs::create_directories(project_file("data"));
    const fs::path file = project_file("data/" + task_id() + ".txt");
    std::ofstream(file) << arguments().to_json() << "\n";
    add_artifact(file);
  }
};

class ImportTask : public PipelineTask {
 public:
  using PipelineTask::PipelineTask;
  void read() override {
    if (fs::exists(project_file("source.txt"))) track_input("source.txt");
  }
};
ROTA_TASK(ImportTask, .task_id = "t_import", .task_type = "import", .description = "Reads",
          .version = "2.0.0", .author = "Tests", .dependencies = {},
          .parameters = {
              {.name = "rows", .type = rota::ParameterType::integer, .default_value = "3"},
              {.name = "source", .type = rota::ParameterType::text, .default_value = "here"}});

class CleanTask : public PipelineTask {
 public:
  using PipelineTask::PipelineTask;
};
ROTA_TASK(CleanTask, .task_id = "t_clean", .task_type = "cleaning", .version = CLEAN_VERSION,
          .dependencies = {"t_import"}, .docstring = "Cleans.\n@author: Data team\n@team: core\n");

class ReportTask : public PipelineTask {
 public:
  using PipelineTask::PipelineTask;
};
ROTA_TASK(ReportTask, .task_id = "t_report", .task_type = "report", .dependencies = {"t_clean"});

class OtherTask : public PipelineTask {
 public:
  using PipelineTask::PipelineTask;
};
ROTA_TASK(OtherTask, .task_id = "t_other");

}  // namespace
