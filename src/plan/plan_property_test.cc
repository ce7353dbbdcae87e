// SPDX-License-Identifier: Apache-2.0
// Random graphs: what is run is up to date, and a change reaches exactly what follows from it.
#include "graph/test_tasks.h"
#include <rota/plan.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

using testing_tasks::make_task;

struct Tasks {
  std::vector<std::vector<std::size_t>> needs;
  std::vector<int> versions;

  static std::string name(std::size_t task) { return fmt::format("t_{:02}", task); }

  Graph graph() const {
    std::vector<TaskClassPtr> classes;
    for (std::size_t task = 0; task < needs.size(); ++task) {
      TaskMetadata metadata{.task_id = name(task), .version = fmt::format("1.{}", versions[task])};
      for (const std::size_t need : needs[task]) metadata.dependencies.push_back(name(need));
      classes.push_back(make_task(std::move(metadata)));
    }
    return Graph(std::move(classes));
  }

  std::set<std::size_t> descendants(std::size_t of) const {
    std::set<std::size_t> found;
    for (std::size_t task = of + 1; task < needs.size(); ++task) {
      for (const std::size_t need : needs[task]) {
        if (need == of || found.contains(need)) found.insert(task);
      }
    }
    return found;
  }
};

Tasks random_tasks(std::mt19937& random) {
  Tasks tasks;
  tasks.needs.resize(1 + random() % 12);
  tasks.versions.assign(tasks.needs.size(), 0);
  for (std::size_t task = 1; task < tasks.needs.size(); ++task) {
    std::set<std::size_t> needs;
    for (std::size_t count = random() % 4; count > 0; --count) needs.insert(random() % task);
    tasks.needs[task].assign(needs.begin(), needs.end());
  }
  return tasks;
}

// Begins and ends in a random order that respects the dependencies.
void run(const Plan& plan, ExecutionLog& log, std::mt19937& random) {
  enum class State { waiting, running, done };
  std::vector<State> states;
  std::vector<ExecutionHandle> handles(plan.steps.size());
  std::vector<TaskIndex> open;
  for (const PlanStep& step : plan.steps) {
    states.push_back(step.will_run() ? State::waiting : State::done);
    if (step.will_run()) open.push_back(step.task);
  }
  while (!open.empty()) {
    const std::size_t at = random() % open.size();
    const TaskIndex task = open[at];
    if (states[task] == State::running) {
      ASSERT_TRUE(log.finish_execution(handles[task], {}));
      states[task] = State::done;
      open.erase(open.begin() + static_cast<std::ptrdiff_t>(at));
      continue;
    }
    const auto needs = plan.graph.dependencies(task);
    if (!std::ranges::all_of(needs, [&](TaskIndex need) { return states[need] == State::done; }))
      continue;
    handles[task] =
        log.begin_execution({.task_id = plan.graph.task_id(task),
                             .version = plan.graph.task_class(task)->metadata().version});
    states[task] = State::running;
  }
}

void expect_plan_after_touching(const Tasks& tasks, std::size_t touched, const Plan& plan) {
  const std::set<std::size_t> descendants = tasks.descendants(touched);
  ASSERT_EQ(plan.count_to_run(), descendants.size() + 1);
  for (std::size_t task = 0; task < tasks.needs.size(); ++task) {
    const PlanStep& step = plan.steps[plan.graph.find(Tasks::name(task)).value()];
    if (task == touched) {
      ASSERT_EQ(step.reason, fmt::format("version 1.{} -> 1.{}", tasks.versions[task] - 1,
                                         tasks.versions[task]));
    } else if (!descendants.contains(task)) {
      ASSERT_EQ(step.kind, ReasonKind::up_to_date) << step.reason;
    } else {
      std::set<std::string> possible;
      for (const std::size_t need : tasks.needs[task]) {
        if (need == touched || descendants.contains(need)) {
          possible.insert(fmt::format("dependency {} ran later", Tasks::name(need)));
        }
      }
      ASSERT_TRUE(possible.contains(step.reason)) << step.reason;
    }
  }
}

TEST(PlanProperty, WhatRanIsUpToDateAndATouchReachesExactlyTheDescendants) {
  std::mt19937 random(7);
  for (int round = 0; round < 1'000; ++round) {
    Tasks tasks = random_tasks(random);
    const auto log = open_memory_log();
    ASSERT_NO_FATAL_FAILURE(run(make_plan(tasks.graph(), *log), *log, random));
    for (int touch = 0; touch < 3; ++touch) {
      const Plan rested = make_plan(tasks.graph(), *log);
      ASSERT_EQ(rested.count_to_run(), 0U) << "round " << round;
      const std::size_t touched = random() % tasks.needs.size();
      ++tasks.versions[touched];
      const Plan plan = make_plan(tasks.graph(), *log);
      ASSERT_NO_FATAL_FAILURE(expect_plan_after_touching(tasks, touched, plan));
      ASSERT_NO_FATAL_FAILURE(run(plan, *log, random));
    }
  }
}

// A run that stops anywhere: what is left is planned, what has succeeded is not.
TEST(PlanProperty, AfterARunThatStoppedTheRestIsPlanned) {
  std::mt19937 random(8);
  for (int round = 0; round < 500; ++round) {
    const Tasks tasks = random_tasks(random);
    const auto log = open_memory_log();
    const Plan first = make_plan(tasks.graph(), *log);
    const std::size_t done = random() % (first.steps.size() + 1);
    for (std::size_t task = 0; task < done; ++task) {
      log->record_task_execution(
          {.task_id = first.graph.task_id(static_cast<TaskIndex>(task)), .version = "1.0"}, {});
    }
    const Plan second = make_plan(tasks.graph(), *log);
    for (std::size_t task = 0; task < second.steps.size(); ++task) {
      ASSERT_EQ(second.steps[task].will_run(), task >= done) << second.steps[task].reason;
    }
  }
}

TEST(PlanAtScale, AHundredThousandTasksArePlannedInSeconds) {
  constexpr std::size_t kSize = 100'000;
  std::vector<TaskClassPtr> classes;
  const auto log = open_memory_log();
  for (std::size_t task = 0; task < kSize; ++task) {
    std::vector<std::string> needs;
    if (task > 0) needs.push_back(fmt::format("t_{:06}", task - 1));
    classes.push_back(make_task(fmt::format("t_{:06}", task), needs));
    log->record_task_execution({.task_id = fmt::format("t_{:06}", task), .version = "1.0.0"}, {});
  }
  const auto begin = std::chrono::steady_clock::now();
  const Plan plan = make_plan(Graph(std::move(classes)), *log);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(60));
  EXPECT_EQ(plan.count_to_run(), 0U);
}

}  // namespace
}  // namespace rota
