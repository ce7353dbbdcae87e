// SPDX-License-Identifier: Apache-2.0
#include "execution_log/log_rules.h"

#include "execution_log/execution_rules.h"
#include "os/one_line.h"

#include <map>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace findings {
namespace {

LogFinding make(const char* rule, std::string_view run, std::string message) {
  return {rule, std::string(run), std::move(message)};
}

}  // namespace

LogFinding number_beyond_the_last(std::string_view run, std::int64_t number, std::int64_t last) {
  return make("sequence", run,
              fmt::format("it has the number {}, but the last number given is {}", number, last));
}
LogFinding number_given_twice(std::string_view run, std::int64_t number, std::string_view other) {
  return make("sequence", run,
              fmt::format("its number {} was given to {} too", number, one_line(other)));
}
LogFinding no_such_state(std::string_view run, std::int64_t state) {
  return make("state", run, fmt::format("there is no state {}", state));
}
LogFinding active_with_an_end(std::string_view run) {
  return make("end", run, "it is active and has an end");
}
LogFinding ended_without_an_end(std::string_view run) {
  return make("end", run, "it has ended, but the number or the time of its end is missing");
}
LogFinding end_not_after_start(std::string_view run, std::int64_t started, std::int64_t finished) {
  return make("sequence", run,
              fmt::format("its end has the number {}, which is not after its start, {}", finished,
                          started));
}
LogFinding change_before(std::string_view run, std::int64_t changed, std::int64_t other) {
  return make(
      "sequence", run,
      fmt::format("its last change has the number {}, which is before {} of its start or end",
                  changed, other));
}
LogFinding active_twice(std::string_view run, std::string_view task_id, std::string_view other) {
  return make("active", run,
              fmt::format("task '{}' is active with the same arguments as {} too",
                          one_line(task_id), one_line(other)));
}
LogFinding bad_epoch(std::string_view run, std::int64_t epoch) {
  return make("state", run, fmt::format("its epoch is {}, below 1", epoch));
}
LogFinding no_object(std::string_view run, const char* field) {
  return make(field, run, fmt::format("its {} are no JSON object", field));
}
LogFinding end_before_start(std::string_view run, TimePoint started_at, TimePoint finished_at) {
  return make(
      "times", run,
      fmt::format("it began at {} and ended before, at {} microseconds since 1970",
                  started_at.time_since_epoch().count(), finished_at.time_since_epoch().count()));
}
LogFinding impossible_time(std::string_view run, std::string_view field, TimePoint time) {
  return make("times", run,
              fmt::format("its {} is at {} microseconds since 1970, which is not from 1970 to 9999",
                          field, time.time_since_epoch().count()));
}
LogFinding negative_size(std::string_view run, std::string_view path, std::int64_t size) {
  return make("files", run, fmt::format("its file '{}' has {} bytes", one_line(path), size));
}
LogFinding negative_resource(std::string_view run, std::string_view what, std::int64_t value) {
  return make("resources", run, fmt::format("its {} is {}, below 0", what, value));
}

}  // namespace findings

namespace {

class RuleCheck {
 public:
  explicit RuleCheck(std::int64_t last) : last_(last) {}

  void look_at(const Execution& execution) {
    const std::string& run = execution.task_run_id;
    const auto state = static_cast<std::int64_t>(execution.state());
    if (state > static_cast<std::int64_t>(ExecutionState::blocked))
      add(findings::no_such_state(run, state));
    if (execution.epoch < 1) add(findings::bad_epoch(run, execution.epoch));
    look_at_objects(execution);
    look_at_end(execution);
    look_at_times(execution);
    look_at_numbers(execution);
    if (is_active(execution.state())) look_at_active(execution);
  }

  std::vector<LogFinding> findings() { return std::move(findings_); }

 private:
  void add(LogFinding finding) { findings_.push_back(std::move(finding)); }

  void look_at_end(const Execution& execution) {
    const bool has_any = execution.finished_sequence != 0 || execution.finished_at;
    const bool has_both = execution.finished_sequence != 0 && execution.finished_at;
    if (is_active(execution.state()) && has_any)
      add(findings::active_with_an_end(execution.task_run_id));
    if (!is_active(execution.state()) && !has_both)
      add(findings::ended_without_an_end(execution.task_run_id));
  }

  void look_at_objects(const Execution& execution) {
    const std::string& run = execution.task_run_id;
    if (!is_json_object(execution.start.arguments)) add(findings::no_object(run, "arguments"));
    if (!is_json_object(execution.end.metrics)) add(findings::no_object(run, "metrics"));
    if (!is_json_object(execution.tags)) add(findings::no_object(run, "tags"));
  }

  void look_at_times(const Execution& execution) {
    const std::string& run = execution.task_run_id;
    const TimePoint started_at = execution.started_at;
    const TimePoint finished_at = execution.finished_at.value_or(started_at);
    if (!is_possible_time(started_at)) add(findings::impossible_time(run, "start", started_at));
    if (execution.finished_at && !is_possible_time(finished_at))
      add(findings::impossible_time(run, "end", finished_at));
    if (finished_at < started_at) add(findings::end_before_start(run, started_at, finished_at));
  }

  void look_at_numbers(const Execution& execution) {
    const std::string& run = execution.task_run_id;
    const std::int64_t started = execution.started_sequence;
    const std::int64_t finished = execution.finished_sequence;
    const std::int64_t changed = execution.changed_sequence;
    if (finished != 0 && finished <= started)
      add(findings::end_not_after_start(run, started, finished));
    const std::int64_t newest = std::max(started, finished);
    if (changed < newest) add(findings::change_before(run, changed, newest));
    take_number(execution, started);
    if (finished != 0 && finished != started) take_number(execution, finished);
    if (changed != started && changed != finished) take_number(execution, changed);
  }

  void take_number(const Execution& execution, std::int64_t number) {
    if (number > last_) add(findings::number_beyond_the_last(execution.task_run_id, number, last_));
    const auto [owner, is_new] = numbers_.emplace(number, &execution);
    if (!is_new) {
      add(findings::number_given_twice(execution.task_run_id, number, owner->second->task_run_id));
    }
  }

  void look_at_active(const Execution& execution) {
    const auto [other, is_new] =
        active_.emplace(std::pair(execution.start.task_id, execution.start.arguments), &execution);
    if (is_new) return;
    add(findings::active_twice(execution.task_run_id, execution.start.task_id,
                               other->second->task_run_id));
  }

  const std::int64_t last_;
  std::vector<LogFinding> findings_;
  std::unordered_map<std::int64_t, const Execution*> numbers_;
  std::map<std::pair<std::string, std::string>, const Execution*> active_;
};

}  // namespace

std::vector<LogFinding> find_broken_rules(const std::deque<Execution>& executions,
                                          std::int64_t last) {
  RuleCheck check(last);
  for (const Execution& execution : executions) check.look_at(execution);
  return check.findings();
}

}  // namespace rota::inline v1
