// SPDX-License-Identifier: Apache-2.0
// What a task has done so far, in a file: saved after each operation, taken up by the next attempt.
#include "os/folder_below.h"
#include "os/replace_file.h"
#include "os/uuid.h"
#include "task/file_stamp.h"
#include "task/value_json.h"
#include <rota/base_task.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace rota::inline v1 {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr int kFormat = 1;
constexpr const char* kFolder = ".rota/checkpoints";

Value to_value(const Json& json) {
  if (json.is_boolean()) return Value(json.get<bool>());
  if (json.is_number_integer()) return Value(json.get<std::int64_t>());
  if (json.is_number()) return Value(json.get<double>());
  if (json.is_string()) return Value(json.get<std::string>());
  return {};
}

template <class Named>
Json named_values(const Named& values) {
  Json object = Json::object();
  for (const auto& [name, value] : values) object[name] = value_to_json<Json>(value);
  return object;
}

Json to_json(const TrackedFile& tracked) {
  Json json{{"file", tracked.file.string()}};
  if (!tracked.stamp) return json;
  json["path"] = tracked.stamp->path;
  json["size_bytes"] = tracked.stamp->size_bytes;
  json["mtime_nanoseconds"] = tracked.stamp->mtime_nanoseconds;
  return json;
}

TrackedFile to_tracked(const Json& json) {
  TrackedFile tracked{fs::path(json.at("file").get<std::string>()), {}};
  if (json.contains("path")) {
    tracked.stamp = FileStamp{.path = json.at("path"),
                              .size_bytes = json.at("size_bytes"),
                              .mtime_nanoseconds = json.at("mtime_nanoseconds")};
  }
  return tracked;
}

// What was done.
struct Progress {
  std::string task_id = {};
  std::vector<std::string> operations = {};
  Arguments state = {};
  Metrics metrics = {};
  std::vector<TrackedFile> inputs = {};
  std::vector<TrackedFile> outputs = {};
  std::vector<Artifact> artifacts = {};
};

std::vector<TrackedFile> to_files(const Json& json, const char* name) {
  std::vector<TrackedFile> files;
  for (const Json& one : json.value(name, Json::array())) files.push_back(to_tracked(one));
  return files;
}

// All of it, or an exception.
Progress read_progress(std::istream& file) {
  const Json json = Json::parse(file);
  if (json.at("format") != kFormat) throw std::runtime_error("it is of another format");
  Progress progress{.task_id = json.at("task_id"), .operations = json.at("operations")};
  for (const auto& [name, value] : json.at("state").get_ref<const Json::object_t&>())
    progress.state.set(name, to_value(value));
  for (const auto& [name, value] : json.at("metrics").get_ref<const Json::object_t&>())
    progress.metrics[name] = to_value(value);
  progress.inputs = to_files(json, "inputs");
  progress.outputs = to_files(json, "outputs");
  for (const Json& one : json.value("artifacts", Json::array()))
    progress.artifacts.push_back({one.at("path").get<std::string>(), one.at("description")});
  return progress;
}

// Some of the operations have been done, and nothing is known of others.
bool is_beginning_of(const std::vector<std::string>& done, const std::vector<Operation>& all) {
  return !done.empty() && done.size() < all.size() &&
         std::equal(done.begin(), done.end(), all.begin(),
                    [](const std::string& name, const Operation& operation) {
                      return name == operation.name;
                    });
}

template <class T>
void append(std::vector<T>& all, std::vector<T>&& more) {
  std::move(more.begin(), more.end(), std::back_inserter(all));
}

bool is_unchanged(const TrackedFile& tracked, const fs::path& root) {
  const auto now = stamp_file(tracked.file, root);
  return now.has_value() == tracked.stamp.has_value() &&
         (!now || (now->size_bytes == tracked.stamp->size_bytes &&
                   now->mtime_nanoseconds == tracked.stamp->mtime_nanoseconds));
}

// Of one task with one version and arguments: another attempt at the same finds it, nothing else does.
std::string name_of(const BaseTask& task) {
  return fmt::format("{}.{}.json", task.task_id(),
                     make_uuid_of(task.version() + "\n" + task.arguments().to_json()));
}

}  // namespace

bool BaseTask::uses_checkpoints() const noexcept {
  return config_.enable_checkpoints || context_.enable_checkpoints;
}

void BaseTask::save_checkpoint(std::size_t operations_done) {
  if (!uses_checkpoints() || operations_done == operations_.size()) return;
  Json json{{"format", kFormat},
            {"task_id", task_id_},
            {"state", named_values(state_)},
            {"metrics", named_values(metrics_)}};
  for (std::size_t at = 0; at < operations_done; ++at)
    json["operations"].push_back(operations_[at].name);
  for (const TrackedFile& file : inputs_) json["inputs"].push_back(to_json(file));
  for (const TrackedFile& file : outputs_) json["outputs"].push_back(to_json(file));
  for (const Artifact& artifact : artifacts_)
    json["artifacts"].push_back(
        {{"path", artifact.path.string()}, {"description", artifact.description}});
  std::string problem;
  if (!open_folder_below(project_root(), kFolder).valid()) {
    problem = error_text(errno);
  } else {
    problem = replace_file(project_root() / kFolder / name_of(*this),
                           json.dump(-1, ' ', false, Json::error_handler_t::replace), 0600);
  }
  if (!problem.empty())
    logger_.warning(fmt::format("the checkpoint after operation {} cannot be saved: {}",
                                operations_[operations_done - 1].name, problem));
}

// Gives how many operations need not be done again.
std::size_t BaseTask::restore_checkpoint() {
  if (!uses_checkpoints()) return 0;
  if (config_.force_restart || context_.force_restart) {
    remove_checkpoint();
    return 0;
  }
  std::ifstream file(project_root() / kFolder / name_of(*this));
  if (!file) return 0;
  try {
    Progress progress = read_progress(file);
    const bool are_unchanged = std::ranges::all_of(
        progress.inputs,
        [this](const TrackedFile& input) { return is_unchanged(input, project_root()); });
    if (progress.task_id != task_id_ || !are_unchanged ||
        !is_beginning_of(progress.operations, operations_))
      return 0;
    append(inputs_, std::move(progress.inputs));
    append(outputs_, std::move(progress.outputs));
    append(artifacts_, std::move(progress.artifacts));
    for (auto& [name, value] : progress.metrics) metrics_[name] = std::move(value);
    state_ = std::move(progress.state);
    for (const std::string& name : progress.operations)
      results_[name] = OperationResult::skipped("done by an earlier attempt");
    logger_.info(fmt::format("going on after operation {}", progress.operations.back()));
    return progress.operations.size();
  } catch (const std::exception& error) {
    logger_.warning(fmt::format("the checkpoint cannot be used, beginning anew: {}", error.what()));
    return 0;
  }
}

void BaseTask::remove_checkpoint() const {
  if (!uses_checkpoints()) return;
  std::error_code ignored;
  fs::remove(project_root() / kFolder / name_of(*this), ignored);
}

}  // namespace rota::inline v1
