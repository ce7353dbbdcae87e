// SPDX-License-Identifier: Apache-2.0
// A plan as the text that a log keeps, and back (docs/planning.md has its form).
#include "execution_log/execution_rules.h"
#include <rota/error.h>
#include <rota/plan.h>

#include <array>
#include <iterator>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace rota::inline v1 {
namespace {

using Json = nlohmann::json;

constexpr int kRecordFormat = 1;

constexpr std::array<std::pair<ReasonKind, std::string_view>, 10> kKindNames = {
    {{ReasonKind::up_to_date, "up_to_date"},
     {ReasonKind::never_ran, "never_ran"},
     {ReasonKind::failed, "failed"},
     {ReasonKind::version_changed, "version_changed"},
     {ReasonKind::argument_changed, "argument_changed"},
     {ReasonKind::code_changed, "code_changed"},
     {ReasonKind::input_changed, "input_changed"},
     {ReasonKind::output_changed, "output_changed"},
     {ReasonKind::dependency_ran_later, "dependency_ran_later"},
     {ReasonKind::forced, "forced"}}};

bool is_plain(std::string_view text) {
  for (const char c : text) {
    if (c < ' ' || c > '~' || c == '"' || c == '\\') return false;
  }
  return true;
}

void add_text(std::string& record, std::string_view text) {
  if (is_plain(text)) {
    record.append(1, '"').append(text).append(1, '"');
  } else {
    record += Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
  }
}

// Each fingerprint once; most tasks of a plugin have the same.
class Fingerprints {
 public:
  explicit Fingerprints(const Graph& graph) {
    number_.reserve(graph.size());
    for (TaskIndex task = 0; task < graph.size(); ++task) {
      const std::string_view fingerprint = graph.task_class(task)->fingerprint();
      const auto [at, is_new] = known_.try_emplace(fingerprint, known_.size());
      if (is_new) in_order_.push_back(fingerprint);
      number_.push_back(at->second);
    }
  }

  std::size_t number_of(TaskIndex task) const { return number_[task]; }
  const std::vector<std::string_view>& all() const { return in_order_; }

 private:
  std::unordered_map<std::string_view, std::size_t> known_;
  std::vector<std::string_view> in_order_;
  std::vector<std::size_t> number_;
};

// A dependency is the position of its task, or its id where it is not in the plan.
void add_dependencies(std::string& record, const Graph& graph, TaskIndex task) {
  record += '[';
  const char* separator = "";
  for (const TaskIndex dependency : graph.dependencies(task)) {
    fmt::format_to(std::back_inserter(record), "{}{}", separator, dependency);
    separator = ",";
  }
  const auto& declared = graph.task_class(task)->metadata().dependencies;
  if (declared.size() != graph.dependencies(task).size()) {
    std::vector<std::string_view> outside;
    for (const std::string& id : declared) {
      if (!graph.find(id)) outside.emplace_back(id);
    }
    std::ranges::sort(outside);
    outside.erase(std::unique(outside.begin(), outside.end()), outside.end());
    for (const std::string_view id : outside) {
      record += std::exchange(separator, ",");
      add_text(record, id);
    }
  }
  record += ']';
}

Value value_of(const Json& json) {
  if (json.is_boolean()) return Value(json.get<bool>());
  if (json.is_number_float()) return Value(json.get<double>());
  if (json.is_number_integer()) return Value(json.get<std::int64_t>());
  if (json.is_string()) return Value(json.get<std::string>());
  return {};
}

// What a record may not say is an exception of the JSON library.
RecordedStep read_step(const Json& json, const Json& fingerprints,
                       const std::vector<RecordedStep>& before) {
  RecordedStep step{.task_id = json.at(0).get<std::string>(),
                    .version = json.at(1).get<std::string>(),
                    .fingerprint = fingerprints.at(json.at(2).get<std::size_t>())};
  const auto kind = parse_reason_kind(json.at(3).get<std::string>());
  if (!kind) throw PlanError("it has an unknown reason");
  step.kind = *kind;
  step.reason = json.at(4).get<std::string>();
  for (const auto& [name, value] : json.at(5).items()) step.arguments.set(name, value_of(value));
  for (const Json& dependency : json.at(6)) {
    step.dependencies.push_back(dependency.is_string()
                                    ? dependency.get<std::string>()
                                    : before.at(dependency.get<std::size_t>()).task_id);
  }
  return step;
}

}  // namespace

std::string_view to_string(ReasonKind kind) noexcept {
  for (const auto& [known, name] : kKindNames) {
    if (known == kind) return name;
  }
  return "unknown";
}

std::optional<ReasonKind> parse_reason_kind(std::string_view name) noexcept {
  for (const auto& [kind, known] : kKindNames) {
    if (known == name) return kind;
  }
  return std::nullopt;
}

std::string Plan::to_record() const {
  const Fingerprints fingerprints(graph);
  std::string record = fmt::format("{{\"format\":{},\"fingerprints\":[", kRecordFormat);
  record.reserve(64 * steps.size() + 256);
  const char* separator = "";
  for (const std::string_view fingerprint : fingerprints.all()) {
    record += std::exchange(separator, ",");
    add_text(record, fingerprint);
  }
  record += "],\"steps\":[";
  separator = "\n";
  for (const PlanStep& step : steps) {
    record.append(std::exchange(separator, ",\n")).append(1, '[');
    add_text(record, graph.task_id(step.task));
    record += ',';
    add_text(record, graph.task_class(step.task)->metadata().version);
    fmt::format_to(std::back_inserter(record), ",{},\"{}\",", fingerprints.number_of(step.task),
                   to_string(step.kind));
    // When a task became up to date is no decision, and would make another plan of it each time.
    add_text(record, step.will_run() ? std::string_view(step.reason) : std::string_view());
    record.append(1, ',').append(step.arguments.empty() ? "{}" : step.arguments.to_json());
    record += ',';
    add_dependencies(record, graph, step.task);
    record += ']';
  }
  record += "\n]}\n";
  return record;
}

std::string Plan::hash() const { return plan_hash_of(to_record()); }

std::vector<RecordedStep> read_plan_record(std::string_view record) {
  try {
    const Json json = Json::parse(record);
    const int format = json.at("format").get<int>();
    if (format != kRecordFormat)
      throw PlanError(fmt::format("it has the format {}, which is not known", format));
    std::vector<RecordedStep> steps;
    for (const Json& step : json.at("steps"))
      steps.push_back(read_step(step, json.at("fingerprints"), steps));
    return steps;
  } catch (const PlanError& error) {
    throw PlanError(fmt::format("a plan that was kept cannot be read: {}", error.what()));
  } catch (const std::exception&) {  // of the JSON library, or of a number that is too large
    throw PlanError(
        "a plan that was kept cannot be read: its text is damaged; `rota verify` looks for what "
        "else "
        "is");
  }
}

void begin_run(ExecutionLog& log, const Plan& plan, std::string_view run_id) {
  if (plan.count_to_run() == 0 || !log.keeps_runs()) return;
  const std::string record = plan.to_record();
  log.begin_run(
      {.run_id = std::string(run_id), .plan_hash = plan_hash_of(record), .resumes = plan.resumes},
      record);
}

}  // namespace rota::inline v1
