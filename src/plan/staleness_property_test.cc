// SPDX-License-Identifier: Apache-2.0
// Random histories with files: after a run nothing is to run; what changes nothing keeps it so; one change makes
// stale exactly the task that it touches, for that reason, and what follows from it.
#include "graph/test_tasks.h"
#include "os/temporary_folder.h"
#include <rota/plan.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <fstream>
#include <random>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

namespace fs = std::filesystem;

std::string id_of(std::size_t task) { return fmt::format("t_{:02}", task); }
std::string output_of(std::size_t task) { return fmt::format("out_{:02}", task); }
std::string source_of(std::size_t task) { return fmt::format("src_{:02}", task); }

class Project {
 public:
  explicit Project(std::mt19937& random) : random_(random), needs_(1 + random() % 10) {
    versions_.assign(needs_.size(), 0);
    builds_.assign(needs_.size(), 0);
    numbers_.assign(needs_.size(), 0);
    for (std::size_t task = 0; task < needs_.size(); ++task) {
      write(source_of(task), fmt::format("source {:04}", random_() % 10'000));
      for (auto count = random_() % 3; count > 0 && task > 0; --count)
        needs_[task].insert(random_() % task);
    }
  }

  std::size_t size() const { return needs_.size(); }

  Plan plan() const {
    std::vector<TaskClassPtr> classes;
    PlanOptions options{.project_root = folder_.path()};
    for (std::size_t task = 0; task < size(); ++task) {
      TaskMetadata metadata{.task_id = id_of(task),
                            .version = fmt::format("1.{}", versions_[task])};
      for (const std::size_t need : needs_[task]) metadata.dependencies.push_back(id_of(need));
      classes.push_back(testing_tasks::make_task_of_code(
          std::move(metadata), fmt::format("build-id:{}", builds_[task])));
      options.arguments[id_of(task)] = {{"number", numbers_[task]}};
    }
    return make_plan(Graph(std::move(classes)), *log_, options);
  }

  // Each task reads its source and what its dependencies made.
  void run(const Plan& plan) {
    for (const PlanStep& step : plan.steps) {
      if (!step.will_run()) continue;
      const TaskClass& task_class = *plan.graph.task_class(step.task);
      const std::size_t task = std::stoul(std::string(task_class.task_id().substr(2)));
      const ExecutionHandle handle =
          log_->begin_execution({.task_id = id_of(task),
                                 .version = task_class.metadata().version,
                                 .arguments = step.arguments.to_json(),
                                 .reason = step.reason,
                                 .fingerprint = std::string(task_class.fingerprint())});
      ExecutionEnd end;
      end.inputs.push_back(log_->stamp_file(folder_ / source_of(task)));
      for (const std::size_t need : needs_[task])
        end.inputs.push_back(log_->stamp_file(folder_ / output_of(need)));
      write(output_of(task), handle.task_run_id);
      end.outputs.push_back(log_->stamp_file(folder_ / output_of(task)));
      ASSERT_TRUE(log_->finish_execution(handle, end));
    }
  }

  void change_nothing(std::size_t task) {
    const std::string file = random_() % 2 == 0 ? source_of(task) : output_of(task);
    if (random_() % 2 == 0) {
      const std::string content = read(file);
      fs::remove(folder_ / file);
      write(file, content);
    }
    set_time(file);
  }

  // Changes one thing about a task; gives the kind of the reason that follows.
  ReasonKind change_one_thing(std::size_t task) {
    switch (random_() % 7) {
      case 0:
        ++versions_[task];
        return ReasonKind::version_changed;
      case 1:
        ++builds_[task];
        return ReasonKind::code_changed;
      case 2:
        ++numbers_[task];
        return ReasonKind::argument_changed;
      case 3:
        write(source_of(task), read(source_of(task)) == "other" ? "again" : "other");
        set_time(source_of(task));
        return ReasonKind::input_changed;
      case 4:
        write(output_of(task), "by another hand, and as long as an id");
        set_time(output_of(task));
        return ReasonKind::output_changed;
      case 5:
        fs::remove(folder_ / output_of(task));
        return ReasonKind::output_changed;
      default:
        log_->record_task_execution({.task_id = id_of(task)}, {.state = ExecutionState::failed});
        return ReasonKind::failed;
    }
  }

  bool needs(std::size_t task, std::size_t other) const { return needs_[task].contains(other); }

  std::set<std::size_t> what_follows(std::size_t of) const {
    std::set<std::size_t> found;
    for (std::size_t task = of + 1; task < size(); ++task) {
      for (const std::size_t need : needs_[task]) {
        if (need == of || found.contains(need)) found.insert(task);
      }
    }
    return found;
  }

 private:
  void write(const std::string& file, const std::string& content) {
    std::ofstream(folder_ / file) << content;
  }
  std::string read(const std::string& file) {
    std::ifstream stream(folder_ / file);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  // A moment that no file had: no clock needs to be fine enough.
  void set_time(const std::string& file) {
    const timespec times[2] = {{1'000'000'000 + ++moments_, 0}, {1'000'000'000 + moments_, 0}};
    ASSERT_EQ(::utimensat(AT_FDCWD, (folder_ / file).c_str(), times, 0), 0);
  }

  std::mt19937& random_;
  const TemporaryFolder folder_ = TemporaryFolder::in_memory();
  std::unique_ptr<ExecutionLog> log_ = open_memory_log({.project_root = folder_.path()});
  std::vector<std::set<std::size_t>> needs_;
  std::vector<int> versions_, builds_, numbers_;
  int moments_ = 0;
};

void expect_exactly(const Project& project, const Plan& plan, std::size_t changed,
                    ReasonKind kind) {
  const std::set<std::size_t> following = project.what_follows(changed);
  for (std::size_t task = 0; task < project.size(); ++task) {
    const PlanStep& step = plan.steps[plan.graph.find(id_of(task)).value()];
    if (task == changed) {
      ASSERT_EQ(step.kind, kind) << step.reason;
    } else if (following.contains(task)) {
      ASSERT_EQ(step.kind, ReasonKind::dependency_ran_later) << step.reason;
    } else {
      ASSERT_EQ(step.kind, ReasonKind::up_to_date) << step.reason;
    }
  }
}

TEST(StalenessProperty, OneChangeMakesExactlyWhatFollowsFromItStaleAndNoChangeNothing) {
  std::mt19937 random(17);
  for (int round = 0; round < 40; ++round) {
    Project project(random);
    ASSERT_NO_FATAL_FAILURE(project.run(project.plan()));
    for (int step = 0; step < 4; ++step) {
      ASSERT_EQ(project.plan().count_to_run(), 0U) << "round " << round;
      ASSERT_NO_FATAL_FAILURE(project.change_nothing(random() % project.size()));
      ASSERT_EQ(project.plan().count_to_run(), 0U) << "round " << round;
      const std::size_t changed = random() % project.size();
      const ReasonKind kind = project.change_one_thing(changed);
      const Plan plan = project.plan();
      ASSERT_NO_FATAL_FAILURE(expect_exactly(project, plan, changed, kind)) << "round " << round;
      ASSERT_NO_FATAL_FAILURE(project.run(plan));
    }
  }
}

}  // namespace
}  // namespace rota
