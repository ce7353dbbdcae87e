// SPDX-License-Identifier: Apache-2.0
#include "cli/run_settings.h"

#include "cli/exit_code.h"
#include "cli/output.h"

#include <fnmatch.h>

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace rota::cli {
namespace {

constexpr std::size_t kMaxJobs = 1024;

// Policies for the tasks whose ids a pattern matches; the later of two is the stronger.
struct PolicyRule {
  std::string pattern;
  TaskPolicy policy;

  bool is_for(const std::string& task_id) const {
    return pattern == "*" || ::fnmatch(pattern.c_str(), task_id.c_str(), 0) == 0;
  }
};

void set(TaskPolicy& policy, const std::string& name, const std::string& value,
         const std::string& where) {
  try {
    set_policy(policy, name, value);
  } catch (const ArgumentError& error) {
    throw UsageError(fmt::format("{}: {}", where, error.what()));
  }
}

std::size_t parse_count(const std::string& text, std::size_t least, std::size_t most,
                        const std::string& where) {
  std::size_t count = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), count);
  if (read.ec == std::errc() && read.ptr == text.data() + text.size() && count >= least &&
      count <= most)
    return count;
  throw UsageError(fmt::format("{}: '{}' is no number from {} to {}", where, text, least, most));
}

bool parse_flag(const std::string& text, const std::string& where) {
  if (text == "true") return true;
  if (text == "false") return false;
  throw UsageError(fmt::format("{}: '{}' is neither true nor false", where, text));
}

std::string file_of(const Project& project) { return (project.root / "rota.toml").string(); }

std::string where_of(const Project& project, const Setting& setting) {
  return fmt::format("{}:{}: {}", file_of(project), setting.line, setting.name);
}

std::string require_executor(const std::string& name, const std::string& where) {
  if (name == "inline" || name == "process") return name;
  throw UsageError(
      fmt::format("{}: there is no executor '{}'; there are: inline, process", where, name));
}

class OptionsMaker {
 public:
  explicit OptionsMaker(const ProjectTasks& tasks) : tasks_(tasks), project_(tasks.project()) {
    options_.executor = "process";
    options_.project_root = project_.root;
  }

  void take_file() {
    PolicyRule all{"*", {}};
    for (const Setting& setting : project_.settings.run) {
      const std::string where = where_of(project_, setting);
      if (setting.name == "executor") {
        options_.executor = require_executor(setting.value, where);
      } else if (setting.name == "jobs") {
        options_.jobs = parse_count(setting.value, 0, kMaxJobs, where);
      } else if (setting.name == "keep_going") {
        options_.stop_at_failure = !parse_flag(setting.value, where);
      } else if (setting.name == "grace") {
        options_.grace = duration(setting.value, where);
      } else if (setting.name == "max_output") {
        options_.max_output_bytes = size(setting.value, where);
      } else {
        set(all.policy, setting.name, setting.value, where);
      }
    }
    rules_.push_back(std::move(all));
    for (const Setting& setting : project_.settings.pools)
      options_.pools[setting.name] =
          parse_count(setting.value, 1, 1'000'000, where_of(project_, setting));
    for (const TaskSettings& task : project_.settings.tasks) {
      PolicyRule rule{task.pattern, {}};
      for (const Setting& setting : task.settings)
        set(rule.policy, setting.name, setting.value, where_of(project_, setting));
      if (!is_for_any(rule) && !task.settings.empty()) {
        print_warning(fmt::format("{}:{}: there is no task {}", file_of(project_),
                                  task.settings.front().line, task.pattern));
      }
      rules_.push_back(std::move(rule));
    }
  }

  void take(const RunSettingsGiven& given) {
    if (!given.executor.empty()) options_.executor = given.executor;
    if (given.jobs) options_.jobs = *given.jobs;
    if (given.fail_fast) options_.stop_at_failure = true;
    if (given.keep_going) options_.stop_at_failure = false;
    options_.force_restart = given.restart;
    for (const std::string& text : given.pools) {
      const std::size_t equals = text.find('=');
      if (equals == 0 || equals == std::string::npos)
        throw UsageError(fmt::format("--pool {}: write NAME=N", text));
      options_.pools[text.substr(0, equals)] =
          parse_count(text.substr(equals + 1), 1, 1'000'000, "--pool " + text);
    }
    for (const std::string& text : given.policies) take_policy(text);
  }

  RunOptions finish() {
    const auto is_kept_by_processes_only = [](const PolicyRule& rule) {
      return rule.policy.memory_limit_bytes || rule.policy.cpu_limit ||
             rule.policy.output_limit_bytes || rule.policy.isolation == Isolation::fresh;
    };
    if (options_.executor == "inline" && std::ranges::any_of(rules_, is_kept_by_processes_only))
      print_warning(
          "the executor inline keeps no memory_limit, cpu_limit, output_limit and isolation");
    options_.policy = [rules = std::move(rules_)](const TaskMetadata& metadata) {
      TaskPolicy policy = metadata.policy;
      for (const PolicyRule& rule : rules) {
        if (rule.is_for(metadata.task_id)) policy = merge(rule.policy, policy);
      }
      return policy;
    };
    return std::move(options_);
  }

 private:
  void take_policy(const std::string& text) {
    const std::size_t equals = text.find('=');
    const std::size_t colon = text.substr(0, equals).find(':');
    if (equals == std::string::npos || colon == 0)
      throw UsageError(fmt::format("--policy {}: write NAME=VALUE or ID:NAME=VALUE", text));
    const bool for_all = colon == std::string::npos;
    PolicyRule rule{for_all ? "*" : text.substr(0, colon), {}};
    if (!for_all && !is_for_any(rule))
      throw UsageError(fmt::format("--policy {}: there is no task {}", text, rule.pattern));
    const std::size_t name = for_all ? 0 : colon + 1;
    set(rule.policy, text.substr(name, equals - name), text.substr(equals + 1), "--policy " + text);
    rules_.push_back(std::move(rule));
  }

  // All classes are looked through for a pattern only.
  bool is_for_any(const PolicyRule& rule) {
    if (tasks_.registry().get_task_class(rule.pattern) != nullptr) return true;
    if (classes_.empty()) classes_ = tasks_.registry().task_classes();
    return std::ranges::any_of(classes_, [&](const TaskClassPtr& task_class) {
      return rule.is_for(std::string(task_class->task_id()));
    });
  }

  static std::chrono::milliseconds duration(const std::string& text, const std::string& where) try {
    return parse_duration(text);
  } catch (const ArgumentError& error) {
    throw UsageError(fmt::format("{}: {}", where, error.what()));
  }
  static std::uint64_t size(const std::string& text, const std::string& where) try {
    return parse_size(text);
  } catch (const ArgumentError& error) {
    throw UsageError(fmt::format("{}: {}", where, error.what()));
  }

  const ProjectTasks& tasks_;
  std::vector<TaskClassPtr> classes_;  // of them, from the first pattern on
  const Project& project_;
  RunOptions options_;
  std::vector<PolicyRule> rules_;  // weakest first
};

}  // namespace

void add_run_options(Command& command, RunSettingsGiven& given) {
  command
      .add_option("-j,--jobs", given.jobs,
                  "Tasks at the same time; 0: one for each processor (default)")
      .at_most(kMaxJobs)
      .value_name("N");
  command
      .add_option("--executor", given.executor,
                  "Where tasks run: process (workers, each isolated; default) or inline (threads)")
      .one_of({"process", "inline"})
      .value_name("NAME");
  command.add_flag("--fail-fast", given.fail_fast, "After the first failure start nothing more");
  command.add_flag("--keep-going", given.keep_going,
                   "Run all that does not need what failed (default)");
  command.add_flag("--restart", given.restart,
                   "Begin anew where a checkpoint would let a task go on");
  command
      .add_option("--policy", given.policies,
                  "How tasks are run: retries, timeout, memory_limit, priority, pools, "
                  "isolation ...; for the tasks that ID matches, or for all; repeatable")
      .value_name("[ID:]NAME=VALUE")
      .repeatable();
  command
      .add_option("--pool", given.pools,
                  "How many tasks of a pool run at the same time; repeatable")
      .value_name("NAME=N")
      .repeatable();
}

RunOptions run_options_of(const ProjectTasks& tasks, const RunSettingsGiven& given) {
  OptionsMaker maker(tasks);
  maker.take_file();
  maker.take(given);
  return maker.finish();
}

}  // namespace rota::cli
