// SPDX-License-Identifier: Apache-2.0
#include "report/run_data.h"

#include "report/json_text.h"
#include "report/printable.h"
#include "report/time_text.h"
#include <rota/version.h>

#include <unordered_map>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

double milliseconds(std::chrono::microseconds duration) {
  return static_cast<double>(duration.count()) / 1'000;
}

// A terminal's text as lines for a page: colours and the like are shown as what they are.
std::string printable_lines(std::string_view text) {
  std::string result;
  for (;;) {
    const std::size_t end = text.find('\n');
    result += printable(text.substr(0, end));
    if (end == std::string_view::npos) return result;
    result += '\n';
    text.remove_prefix(end + 1);
  }
}

class Data {
 public:
  explicit Data(const RunReport& report) : report_(report) {}

  std::string text() {
    const std::string executions = lines(report_.record.executions, [this](const auto& recorded) {
      return execution_tree(recorded);
    });
    return fmt::format("{{\"run\":{},\n\"tasks\":{},\n\"executions\":{}\n}}\n", compact(run_tree()),
                       lines(tasks(), [](const Json& tree) { return tree; }), executions);
  }

 private:
  Json run_tree() const {
    const PastRun& record = report_.record;
    return {
        {"id", record.run_id},
        {"project", report_.project},
        {"host", record.executions.empty() ? "" : record.executions.front().execution.owner.host},
        {"began", utc_time_text(record.began)},
        {"duration",
         milliseconds((record.is_active ? report_.made_at : record.ended) - record.began)},
        {"active", record.is_active},
        {"lanes", record.lanes},
        {"made_at", utc_time_text(report_.made_at)},
        {"rota_version",
         fmt::format("{}.{}.{}", ROTA_VERSION_MAJOR, ROTA_VERSION_MINOR, ROTA_VERSION_PATCH)}};
  }

  std::vector<Json> tasks() const {
    std::vector<Json> trees;
    for (TaskIndex task = 0; task < report_.graph.size(); ++task) {
      const TaskMetadata& metadata = report_.graph.task_class(task)->metadata();
      const TaskStanding& standing = report_.standings[task];
      Json needs = Json::array();
      for (const TaskIndex dependency : report_.graph.dependencies(task))
        needs.push_back(dependency);
      trees.push_back({{"id", printable(metadata.task_id)},
                       {"type", metadata.task_type},
                       {"description", metadata.description},
                       {"version", metadata.version},
                       {"condition", to_string(standing.condition)},
                       {"words", standing.words()},
                       {"needs", std::move(needs)}});
    }
    for (const auto& [task_id, execution] : gone_) trees.push_back(gone_tree(task_id, *execution));
    return trees;
  }

  // Of a task that is no longer there.
  static Json gone_tree(const std::string& task_id, const Execution& execution) {
    const TaskStanding standing{condition_of(execution.state(), {}), execution.state(), {}};
    return {{"id", printable(task_id)},
            {"type", execution.start.task_type},
            {"description", "It is no longer in the project."},
            {"version", execution.start.version},
            {"condition", to_string(standing.condition)},
            {"words", standing.words()},
            {"needs", Json::array()}};
  }

  std::size_t number_of(const Execution& execution) {
    const std::string& task_id = execution.start.task_id;
    if (const auto task = report_.graph.find(task_id)) return *task;
    const auto [at, is_new] =
        number_of_gone_.emplace(task_id, report_.graph.size() + number_of_gone_.size());
    if (is_new)
      gone_.emplace_back(task_id, &execution);
    else
      gone_[at->second - report_.graph.size()].second = &execution;
    return at->second;
  }

  static Json files_tree(const std::vector<FileStamp>& files) {
    Json tree = Json::array();
    for (const FileStamp& file : files)
      tree.push_back(Json::array({printable(file.path), file.size_bytes}));
    return tree;
  }

  Json execution_tree(const RecordedExecution& recorded) {
    const Execution& execution = recorded.execution;
    const ExecutionEnd& end = execution.end;
    const auto or_null = [](const auto& value) { return value ? Json(*value) : Json(nullptr); };
    const auto duration = recorded.duration();
    Json earlier = Json::array();
    for (const auto& before : recorded.earlier) earlier.push_back(milliseconds(before));
    const auto output = report_.outputs.find(execution.task_run_id);
    return {{"task", number_of(execution)},
            {"id", execution.task_run_id},
            {"state", to_string(execution.state())},
            {"start", milliseconds(execution.started_at - report_.record.began)},
            {"duration", duration ? Json(milliseconds(*duration)) : Json(nullptr)},
            {"lane", recorded.lane},
            {"attempt", execution.start.attempt},
            {"critical", recorded.is_on_critical_path},
            {"earlier", std::move(earlier)},
            {"reason", execution.start.reason},
            {"message", printable_lines(end.message)},
            {"arguments", execution.start.arguments},
            {"metrics", end.metrics},
            {"exit_code", or_null(end.exit_code)},
            {"signal", or_null(end.signal)},
            {"cpu", end.cpu_time ? Json(milliseconds(*end.cpu_time)) : Json(nullptr)},
            {"memory", or_null(end.peak_memory_bytes)},
            {"output_path", end.output_path},
            {"output", output == report_.outputs.end() ? "" : printable_lines(output->second)},
            {"inputs", files_tree(end.inputs)},
            {"outputs", files_tree(end.outputs)}};
  }

  const RunReport& report_;
  std::unordered_map<std::string, std::size_t> number_of_gone_;
  std::vector<std::pair<std::string, const Execution*>> gone_;
};

// JSON has these characters in its strings only, so that an escape means the same.
std::string without_tags(const std::string& json) {
  std::string text;
  text.reserve(json.size());
  for (const char c : json) {
    if (c == '<' || c == '>' || c == '&')
      text += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    else
      text += c;
  }
  return text;
}

}  // namespace

std::string run_report_to_data(const RunReport& report) {
  return without_tags(Data(report).text());
}

}  // namespace rota::inline v1
