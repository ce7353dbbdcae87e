// SPDX-License-Identifier: Apache-2.0
#include "execution_log/execution_rules.h"

#include "os/one_line.h"
#include "os/sha256.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <unordered_map>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace rota::inline v1 {
namespace {

// Databases know signed integers of 64 bits only.
constexpr auto kMaxSize = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

void check_sizes(const std::vector<FileStamp>& files, std::string_view location) {
  for (const FileStamp& file : files) {
    if (file.size_bytes <= kMaxSize) continue;
    throw LogError(
        fmt::format("the execution log {} cannot record the file '{}': its size of {} bytes is out "
                    "of range; give a size of at most {}",
                    location, one_line(file.path), file.size_bytes, kMaxSize));
  }
}

void check_resources(const ExecutionEnd& end, std::string_view location) {
  if (end.peak_memory_bytes.value_or(0) > kMaxSize) {
    throw LogError(
        fmt::format("the execution log {} cannot record a peak memory of {} bytes, which is out of "
                    "range; give at most {}",
                    location, *end.peak_memory_bytes, kMaxSize));
  }
  if (end.cpu_time.value_or(std::chrono::microseconds(0)).count() < 0) {
    throw LogError(fmt::format(
        "the execution log {} cannot record a CPU time of {} microseconds; give one of 0 or more",
        location, end.cpu_time->count()));
  }
}

// `what` is "arguments of task 't'" and its like.
[[noreturn]] void refuse_no_object(std::string_view location, std::string_view what,
                                   std::string_view text) {
  constexpr std::size_t kShown = 60;
  throw LogError(fmt::format(
      "the execution log {} cannot record the {}: '{}' is no JSON object; give one such "
      "as {{\"threads\":4}}",
      location, what, one_line(text.substr(0, kShown))));
}

void check_values(const ExecutionEnd& end, std::string_view location) {
  if (!is_json_object(end.metrics)) refuse_no_object(location, "metrics", end.metrics);
  check_sizes(end.inputs, location);
  check_sizes(end.outputs, location);
  check_resources(end, location);
}

}  // namespace

void check_start(const ExecutionStart& start, std::string_view location) {
  if (start.attempt < 1 || start.worker < 0) {
    throw LogError(fmt::format(
        "the execution log {} cannot record attempt {} of task '{}' by worker {}; attempts are "
        "counted from 1, workers from 0",
        location, start.attempt, one_line(start.task_id), start.worker));
  }
  const auto require_object = [&](std::string_view what, const std::string& text) {
    if (is_json_object(text)) return;
    refuse_no_object(location, fmt::format("{} of task '{}'", what, one_line(start.task_id)), text);
  };
  require_object("arguments", start.arguments);
  if (start.tags != "{}") require_object("tags", start.tags);
}

void take_start(Execution& execution, const ExecutionStart& start) {
  execution.start = start;
  execution.tags = std::exchange(execution.start.tags, "{}");
}

void check_end_of_begun(const ExecutionEnd& end, std::string_view location) {
  if (is_active(end.state) || end.state > ExecutionState::lost) {
    throw LogError(fmt::format(
        "the execution log {} cannot end an execution that has begun as '{}'; end it as "
        "success, failed, timeout, cancelled or lost",
        location, to_string(end.state)));
  }
  check_values(end, location);
}

void check_whole_end(const ExecutionEnd& end, std::string_view location) {
  if (is_active(end.state) || end.state > ExecutionState::blocked) {
    throw LogError(fmt::format(
        "the execution log {} cannot record a whole execution as '{}', which is no final "
        "state; begin it instead",
        location, to_string(end.state)));
  }
  check_values(end, location);
}

void check_whole(const Execution& execution, std::string_view location) {
  check_start(execution.start, location);
  check_whole_end(execution.end, location);
  if (!is_json_object(execution.tags)) refuse_no_object(location, "tags", execution.tags);
  const TimePoint finished_at = execution.finished_at.value_or(execution.started_at);
  if (!is_possible_time(execution.started_at) || !is_possible_time(finished_at)) {
    throw LogError(fmt::format(
        "the execution log {} cannot record the execution {}: its times are not from 1970 to 9999",
        location, one_line(execution.task_run_id)));
  }
  if (finished_at < execution.started_at) {
    throw LogError(fmt::format(
        "the execution log {} cannot record the execution {}: its end is before its start",
        location, one_line(execution.task_run_id)));
  }
}

bool is_possible_time(TimePoint time) noexcept {
  constexpr TimePoint kYear10000(std::chrono::seconds(253'402'300'800));
  return time >= TimePoint() && time < kYear10000;
}

void end_at(Execution& execution, TimePoint now, TimePoint earliest_start) noexcept {
  ExecutionEnd& end = execution.end;
  const TimePoint finished_at = std::max(now, execution.started_at);
  if (const auto duration = std::exchange(end.duration, std::nullopt)) {
    const auto began_at = finished_at - std::max(*duration, std::chrono::microseconds(0));
    execution.started_at = std::max(began_at, earliest_start);
  }
  if (const int worker = std::exchange(end.worker, 0); worker > 0) execution.start.worker = worker;
  execution.finished_at = finished_at;
}

void name_as_stored(std::vector<FileStamp>& files, const FileNames& names,
                    std::string_view location) {
  check_sizes(files, location);
  for (FileStamp& file : files) file.path = names.of_stored(file.path);
  if (files.size() < 2) return;
  std::unordered_map<std::string, std::size_t> position;
  std::size_t kept = 0;
  for (FileStamp& file : files) {
    const auto [at, is_new] = position.emplace(file.path, kept);
    if (!is_new) {
      replace_stamp(files[at->second], file);
    } else {
      if (&files[kept] != &file) files[kept] = std::move(file);
      ++kept;
    }
  }
  files.resize(kept);
}

std::vector<FileStamp> stored_files(const std::vector<FileStamp>& files, const FileNames& names,
                                    std::string_view location) {
  std::vector<FileStamp> stored = files;
  name_as_stored(stored, names, location);
  return stored;
}

ExecutionEnd stored_end(ExecutionEnd end, const FileNames& names, std::string_view location) {
  name_as_stored(end.inputs, names, location);
  name_as_stored(end.outputs, names, location);
  return end;
}

void replace_stamp(FileStamp& earlier, const FileStamp& later) {
  const bool keeps_hash = later.content_hash.empty() && later.size_bytes == earlier.size_bytes &&
                          later.mtime_nanoseconds == earlier.mtime_nanoseconds;
  std::string hash = std::move(earlier.content_hash);
  earlier = later;
  if (keeps_hash) earlier.content_hash = std::move(hash);
}

void refuse_unknown_run(std::string_view task_run_id, std::string_view location) {
  throw LogError(fmt::format(
      "the execution log {} cannot track files of the execution '{}': there is none with "
      "this task_run_id; `rota log --json` shows those that there are",
      location, one_line(task_run_id)));
}

bool is_json_object(std::string_view text) {
  if (text == "{}") return true;
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && text[first] == '{' && nlohmann::json::accept(text);
}

void check_update(const RecordUpdate& update, std::string_view task_run_id,
                  std::string_view location) {
  if (!update.tags || is_json_object(*update.tags)) return;
  constexpr std::size_t kShown = 60;
  throw LogError(fmt::format(
      "the execution log {} cannot give the execution {} the tags '{}', which are no JSON object; "
      "give some such as {{\"team\":\"core\"}}",
      location, one_line(task_run_id), one_line(update.tags->substr(0, kShown))));
}

std::optional<ExecutionState> state_asked_for(const HistoryQuery& query) {
  return query.success_only ? ExecutionState::success : query.state;
}

bool contradicts_itself(const HistoryQuery& query) {
  return query.success_only &&
         query.state.value_or(ExecutionState::success) != ExecutionState::success;
}

bool is_asked_for(const Execution& execution, const HistoryQuery& query) {
  const std::optional<ExecutionState> state = state_asked_for(query);
  return !contradicts_itself(query) && (!state || execution.state() == *state) &&
         (!query.task_id || execution.start.task_id == *query.task_id) &&
         (query.before_sequence == 0 || execution.started_sequence < query.before_sequence) &&
         (!query.run_id || execution.start.run_id == *query.run_id) &&
         (!query.since || execution.started_at >= *query.since) &&
         (!query.until || execution.started_at < *query.until);
}

std::string lost_message(const Owner& owner) {
  return fmt::format("its process (pid {}) ended without a word", owner.pid);
}

std::string already_running_message(const Execution& active) {
  const auto since = std::chrono::floor<std::chrono::seconds>(active.started_at);
  return fmt::format(
      "task '{}' is already running with the same arguments, on host {} as process {} since "
      "{:%Y-%m-%d %H:%M:%S} UTC; wait for its end, or end that process",
      one_line(active.start.task_id), one_line(active.owner.host), active.owner.pid,
      fmt::gmtime(since.time_since_epoch().count()));
}

void show_lost_if_owner_is_dead(Execution& execution, const Owners& owners) {
  if (!is_active(execution.state()) || !owners.is_dead(execution.owner)) return;
  execution.end.state = ExecutionState::lost;
  execution.end.message = lost_message(execution.owner);
}

PastExecution past_execution_of(const Execution& execution) {
  return {.started_sequence = execution.started_sequence,
          .finished_sequence = execution.finished_sequence,
          .state = execution.state(),
          .started_at = execution.started_at,
          .finished_at = execution.finished_at,
          .version = execution.start.version,
          .arguments = execution.start.arguments,
          .fingerprint = execution.start.fingerprint,
          .inputs = execution.end.inputs,
          .outputs = execution.end.outputs};
}

std::string plan_hash_of(std::string_view plan) { return "sha256:" + to_hex(sha256_of(plan)); }

void check_run(const RunStart& start, std::string_view plan, std::string_view location) {
  if (start.run_id.empty()) {
    throw LogError(
        fmt::format("the execution log {} cannot keep a run without an id; give it one", location));
  }
  if (start.plan_hash == plan_hash_of(plan)) return;
  throw LogError(fmt::format(
      "the execution log {} cannot keep the plan of the run {}: its hash is {}, not {}; name it by "
      "the hash of its text",
      location, one_line(start.run_id), plan_hash_of(plan), one_line(start.plan_hash)));
}

void refuse_known_run(std::string_view run_id, std::string_view location) {
  throw LogError(
      fmt::format("the execution log {} has a run {} already; give each run an id of its own",
                  location, one_line(run_id)));
}

}  // namespace rota::inline v1
