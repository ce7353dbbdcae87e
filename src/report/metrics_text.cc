// SPDX-License-Identifier: Apache-2.0
#include "report/metrics_text.h"

#include "report/printable.h"

#include <map>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

double seconds(std::chrono::microseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

// A label's value with its quotes. What is not printable, or no UTF-8, is shown as an escape.
std::string label(std::string_view text) {
  std::string value = "\"";
  for (const char c : printable(text)) {
    if (c == '\\' || c == '"') value += '\\';
    value += c;
  }
  return value + '"';
}

std::string head(std::string_view name, std::string_view type, std::string_view help) {
  return fmt::format("# HELP {0} {2}\n# TYPE {0} {1}\n", name, type, help);
}

std::string labels_of(const ExecutionTotals::key_type& key) {
  return fmt::format("{{task_id={},state={}}}", label(key.first), label(to_string(key.second)));
}

std::string gauge(std::string_view name, std::string_view help, double value) {
  return head(name, "gauge", help) + fmt::format("{} {}\n", name, value);
}

std::string last_run_text(const RunSummary& run, TimePoint at) {
  std::map<std::string_view, std::size_t> counts;
  for (const TaskOutcome& outcome : run.outcomes) ++counts[to_string(outcome.state)];
  std::string text = head("rota_last_run_info", "gauge", "The last run; its value is always 1.");
  text += fmt::format("rota_last_run_info{{run_id={}}} 1\n", label(run.run_id));
  text += gauge("rota_last_run_succeeded",
                "Whether all tasks of the last run succeeded or were up to date.",
                run.succeeded() ? 1 : 0);
  text +=
      gauge("rota_last_run_duration_seconds", "How long the last run took.", seconds(run.duration));
  text += gauge("rota_last_run_end_timestamp_seconds",
                "When the last run ended, in seconds since 1970.", seconds(at.time_since_epoch()));
  text += head("rota_last_run_tasks", "gauge", "Tasks of the last run, by what became of them.");
  for (const auto& [state, count] : counts)
    text += fmt::format("rota_last_run_tasks{{state={}}} {}\n", label(state), count);
  return text;
}

}  // namespace

std::string metrics_text(const ExecutionTotals& totals, const RunSummary& last_run, TimePoint at) {
  constexpr std::string_view kCount = "rota_task_executions_total";
  constexpr std::string_view kDuration = "rota_task_execution_duration_seconds";
  std::string text =
      head(kCount, "counter", "Executions in the log that have ended, by task and state.");
  for (const auto& [key, total] : totals)
    text += fmt::format("{}{} {}\n", kCount, labels_of(key), total.count);
  text += head(kDuration, "summary", "How long they took, by task and state.");
  for (const auto& [key, total] : totals) {
    const std::string labels = labels_of(key);
    text += fmt::format("{}_sum{} {}\n", kDuration, labels, seconds(total.duration));
    text += fmt::format("{}_count{} {}\n", kDuration, labels, total.count);
  }
  return text + last_run_text(last_run, at);
}

}  // namespace rota::inline v1
