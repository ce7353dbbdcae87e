// SPDX-License-Identifier: Apache-2.0
// The execution log in Python. The GIL is released while the log works.
#include "bindings.h"
#include "values.h"
#include <rota/exchange.h>
#include <rota/execution_log.h>
#include <rota/lineage.h>
#include <rota/project.h>

#include <algorithm>
#include <chrono>

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>

namespace rota::python {
namespace {

using namespace nb::literals;

template <class Function>
auto without_gil(Function&& function) {
  const nb::gil_scoped_release released;
  return function();
}

ExecutionState to_state(const std::string& name) {
  if (const auto state = parse_execution_state(name)) return *state;
  throw nb::value_error(("there is no state of executions '" + name + "'").c_str());
}

std::optional<ExecutionState> to_state(const std::optional<std::string>& name) {
  if (!name) return std::nullopt;
  return to_state(*name);
}

// A file that is not there is kept by its name alone.
std::vector<FileStamp> to_stamps(const ExecutionLog& log,
                                 const std::vector<std::filesystem::path>& paths) {
  std::vector<FileStamp> stamps;
  for (const std::filesystem::path& path : paths) {
    std::error_code error;
    if (std::filesystem::is_regular_file(path, error)) {
      stamps.push_back(log.stamp_file(path));
    } else {
      stamps.push_back({.path = log.path_in_log(path)});
    }
  }
  return stamps;
}

ExecutionStart to_start(const std::string& task_id, const std::string& task_type,
                        const std::string& version, nb::handle arguments, const std::string& run_id,
                        const std::string& reason, nb::handle tags) {
  return {.task_id = task_id,
          .task_type = task_type,
          .version = version,
          .arguments = to_arguments(arguments).to_json(),
          .run_id = run_id,
          .reason = reason,
          .tags = tags.is_none() ? "{}" : to_json(tags)};
}

struct EndGiven {
  ExecutionEnd end;
  std::vector<std::filesystem::path> inputs;
  std::vector<std::filesystem::path> outputs;

  // Reads the files, and so is called without the GIL.
  ExecutionEnd complete(const ExecutionLog& log) && {
    end.inputs = to_stamps(log, inputs);
    end.outputs = to_stamps(log, outputs);
    return std::move(end);
  }
};

EndGiven to_end(const std::string& state, const std::string& message, nb::handle inputs,
                nb::handle outputs, nb::handle metrics, std::optional<double> duration) {
  EndGiven given{.end = {.state = to_state(state), .message = message},
                 .inputs = to_paths(inputs),
                 .outputs = to_paths(outputs)};
  if (!metrics.is_none()) given.end.metrics = to_json(metrics);
  if (duration) given.end.duration = to_duration(*duration);
  return given;
}

// One of ExecutionLog's members that track files, by the id of an execution or of a task.
template <auto Member>
auto track(ExecutionLog& log, const std::string& id, nb::object paths) {
  const auto files = to_paths(paths);
  return without_gil([&] { return (log.*Member)(id, files); });
}

nb::object execution_time(const Execution& execution) {
  if (!execution.finished_at) return nb::none();
  return nb::cast(
      std::chrono::duration<double>(*execution.finished_at - execution.started_at).count());
}

LineageDirection to_direction(const std::string& name) {
  if (name == "up") return LineageDirection::up;
  if (name == "down") return LineageDirection::down;
  throw nb::value_error("a direction is 'up' or 'down'");
}

nb::dict from_lineage(const Lineage& lineage) {
  nb::list files;
  for (const LineageFile& file : lineage.files) {
    nb::dict one;
    one["path"] = file.path;
    one["producer"] = file.producer ? nb::object(nb::int_(*file.producer)) : nb::none();
    files.append(one);
  }
  nb::list uses;
  for (const LineageUse& use : lineage.uses) {
    nb::dict one;
    one["execution"] = use.execution;
    one["file"] = use.file;
    one["direction"] = use.direction == FileDirection::input ? "input" : "output";
    one["stamp"] = use.stamp;
    uses.append(one);
  }
  nb::dict dict;
  dict["files"] = files;
  dict["executions"] = nb::cast(lineage.executions);
  dict["uses"] = uses;
  return dict;
}

ExportFormat to_format(const std::string& name) {
  if (name == "json") return ExportFormat::json;
  if (name == "jsonl") return ExportFormat::jsonl;
  if (name == "csv") return ExportFormat::csv;
  throw nb::value_error("a format of exports is 'json', 'jsonl' or 'csv'");
}

ImportMode to_mode(const std::string& name) {
  if (name == "merge") return ImportMode::merge;
  if (name == "replace") return ImportMode::replace;
  throw nb::value_error("an import is made in the mode 'merge' or 'replace'");
}

CleanupRule to_rule(std::optional<double> max_age, std::optional<std::int64_t> max_per_task,
                    std::vector<std::string> task_run_ids, bool dry_run) {
  CleanupRule rule{.task_run_ids = std::move(task_run_ids), .dry_run = dry_run};
  if (max_per_task) rule.max_per_task = to_count(*max_per_task, "max_per_task");
  if (max_age)
    rule.max_age = std::chrono::duration_cast<std::chrono::seconds>(to_duration(*max_age));
  return rule;
}

std::string_view name_of(KeptBecause reason) noexcept { return to_string(reason); }

void bind_records(nb::module_& module) {
  nb::class_<FileStamp>(module, "FileStamp",
                        "A file that an execution read or wrote, as it was then.")
      .def_ro("path", &FileStamp::path,
              "relative to the project root where it is inside, else absolute")
      .def_ro("size_bytes", &FileStamp::size_bytes)
      .def_ro("mtime_nanoseconds", &FileStamp::mtime_nanoseconds, "since 1970")
      .def_ro("content_hash", &FileStamp::content_hash, "'xxh3:' and 32 hex digits; '': not known")
      .def("__repr__", [](const FileStamp& stamp) { return "FileStamp('" + stamp.path + "')"; });
  nb::class_<ExecutionHandle>(module, "ExecutionHandle", "The right to end one execution.")
      .def_ro("task_run_id", &ExecutionHandle::task_run_id)
      .def_ro("epoch", &ExecutionHandle::epoch);
  nb::class_<Execution>(module, "Execution",
                        "One attempt to run a task, as the log has it. A copy.")
      .def_ro("task_run_id", &Execution::task_run_id)
      .def_prop_ro("task_id", [](const Execution& one) { return one.start.task_id; })
      .def_prop_ro("task_type", [](const Execution& one) { return one.start.task_type; })
      .def_prop_ro("version", [](const Execution& one) { return one.start.version; })
      .def_prop_ro("arguments", [](const Execution& one) { return from_json(one.start.arguments); })
      .def_prop_ro("run_id", [](const Execution& one) { return one.start.run_id; })
      .def_prop_ro("reason", [](const Execution& one) { return one.start.reason; })
      .def_prop_ro("fingerprint", [](const Execution& one) { return one.start.fingerprint; })
      .def_prop_ro("attempt", [](const Execution& one) { return one.start.attempt; })
      .def_prop_ro("state",
                   [](const Execution& one) { return std::string(to_string(one.state())); })
      .def_prop_ro("success",
                   [](const Execution& one) { return one.state() == ExecutionState::success; })
      .def_prop_ro("message", [](const Execution& one) { return one.end.message; })
      .def_prop_ro("inputs", [](const Execution& one) { return one.end.inputs; })
      .def_prop_ro("outputs", [](const Execution& one) { return one.end.outputs; })
      .def_prop_ro("metrics", [](const Execution& one) { return from_json(one.end.metrics); })
      .def_prop_ro("exit_code", [](const Execution& one) { return one.end.exit_code; })
      .def_prop_ro("signal", [](const Execution& one) { return one.end.signal; })
      .def_prop_ro("output_path", [](const Execution& one) { return one.end.output_path; })
      .def_prop_ro(
          "started_at", [](const Execution& one) { return from_time(one.started_at); },
          "an aware datetime in UTC")
      .def_prop_ro("finished_at",
                   [](const Execution& one) {
                     return one.finished_at ? from_time(*one.finished_at) : nb::object(nb::none());
                   })
      .def_prop_ro("execution_time", &execution_time, "seconds; None while it runs")
      .def_prop_ro("host", [](const Execution& one) { return one.owner.host; })
      .def_prop_ro("pid", [](const Execution& one) { return one.owner.pid; })
      .def_ro("notes", &Execution::notes)
      .def_prop_ro("tags", [](const Execution& one) { return from_json(one.tags); })
      .def_prop_ro("imported_fields",
                   [](const Execution& one) { return from_json(one.imported_fields); })
      .def_ro("started_sequence", &Execution::started_sequence)
      .def_ro("finished_sequence", &Execution::finished_sequence, "0 while it runs")
      .def_ro("changed_sequence", &Execution::changed_sequence)
      .def_ro("epoch", &Execution::epoch)
      .def("__repr__", [](const Execution& one) {
        return "<Execution " + one.task_run_id + " of " + one.start.task_id + ": " +
               std::string(to_string(one.state())) + ">";
      });
}

void bind_results(nb::module_& module) {
  nb::class_<CleanupEntry>(module, "CleanupEntry")
      .def_ro("task_run_id", &CleanupEntry::task_run_id)
      .def_ro("task_id", &CleanupEntry::task_id)
      .def_prop_ro("state",
                   [](const CleanupEntry& one) { return std::string(to_string(one.state)); })
      .def_ro("started_sequence", &CleanupEntry::started_sequence)
      .def_prop_ro("started_at", [](const CleanupEntry& one) { return from_time(one.started_at); })
      .def_ro("output_path", &CleanupEntry::output_path);
  nb::class_<KeptExecution>(module, "KeptExecution",
                            "An execution that is old and stays all the same.")
      .def_ro("execution", &KeptExecution::execution)
      .def_prop_ro("reason",
                   [](const KeptExecution& one) { return std::string(name_of(one.reason)); })
      .def_ro("path", &KeptExecution::path);
  nb::class_<CleanupResult>(module, "CleanupResult")
      .def_ro("removed", &CleanupResult::removed)
      .def_ro("kept", &CleanupResult::kept)
      .def_ro("unknown", &CleanupResult::unknown);
  nb::class_<LogFinding>(module, "LogFinding", "Something that should never be in a log.")
      .def_ro("rule", &LogFinding::rule)
      .def_ro("task_run_id", &LogFinding::task_run_id)
      .def_ro("message", &LogFinding::message);
  nb::class_<ImportSummary>(module, "ImportSummary")
      .def_ro("imported", &ImportSummary::imported)
      .def_ro("known", &ImportSummary::known, "were in the log already, with the same content")
      .def_ro("skipped", &ImportSummary::skipped)
      .def_ro("problems", &ImportSummary::problems);
  nb::class_<ExportSummary>(module, "ExportSummary")
      .def_ro("exported", &ExportSummary::exported)
      .def_ro("active", &ExportSummary::active, "left out of JSON: they have no end yet")
      .def_ro("replaced_texts", &ExportSummary::replaced_texts);
}

nb::dict from_run(const RecordedRun& run) {
  nb::dict dict;
  dict["run_id"] = run.start.run_id;
  dict["plan_hash"] = run.start.plan_hash;
  dict["resumes"] = run.start.resumes;
  dict["started_at"] = from_time(run.started_at);
  dict["finished_at"] = run.finished_at ? from_time(*run.finished_at) : nb::object(nb::none());
  dict["host"] = run.owner.host;
  dict["pid"] = run.owner.pid;
  return dict;
}

// In pieces, between which Python looks at its signals.
std::vector<Execution> watch(const ExecutionLog& log, std::int64_t sequence, std::size_t limit,
                             std::chrono::microseconds timeout) {
  constexpr std::chrono::milliseconds kPiece{100};
  constexpr std::chrono::hours kLongest{24 * 365};
  const auto end =
      std::chrono::steady_clock::now() + std::min<std::chrono::microseconds>(timeout, kLongest);
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    const auto piece = std::clamp(left, std::chrono::milliseconds(0), kPiece);
    std::vector<Execution> changes = without_gil([&] { return log.watch(sequence, limit, piece); });
    if (!changes.empty() || left <= kPiece) return changes;
    if (PyErr_CheckSignals() != 0) throw nb::python_error();
  }
}

using Log = nb::class_<ExecutionLog>;

void bind_writes(Log& log) {
  log.def(
         "begin_execution",
         [](ExecutionLog& self, const std::string& task_id, const std::string& task_type,
            const std::string& version, nb::object arguments, const std::string& run_id,
            const std::string& reason, nb::object tags) {
           const ExecutionStart start =
               to_start(task_id, task_type, version, arguments, run_id, reason, tags);
           return without_gil([&] { return self.begin_execution(start); });
         },
         "task_id"_a, nb::kw_only(), "task_type"_a = "unknown", "version"_a = "",
         "arguments"_a = nb::none(), "run_id"_a = "", "reason"_a = "", "tags"_a = nb::none(),
         "Write that an execution has begun, owned by this process. AlreadyRunningError names the "
         "owner where the "
         "same task runs already with the same arguments.")
      .def(
          "finish_execution",
          [](ExecutionLog& self, const ExecutionHandle& handle, const std::string& state,
             const std::string& message, nb::object inputs, nb::object outputs,
             nb::object metrics) {
            EndGiven given = to_end(state, message, inputs, outputs, metrics, std::nullopt);
            return without_gil(
                [&] { return self.finish_execution(handle, std::move(given).complete(self)); });
          },
          "handle"_a, nb::kw_only(), "state"_a = "success", "message"_a = "",
          "inputs"_a = nb::tuple(), "outputs"_a = nb::tuple(), "metrics"_a = nb::none(),
          "Write its end. False when it has an end already, or the handle is of an old epoch: "
          "nothing changes.")
      .def(
          "record_task_execution",
          [](ExecutionLog& self, const std::string& task_id, const std::string& task_type,
             const std::string& state, const std::string& message, const std::string& version,
             nb::object arguments, std::optional<double> duration, nb::object inputs,
             nb::object outputs, nb::object metrics, const std::string& run_id,
             const std::string& reason, nb::object tags) {
            const ExecutionStart start =
                to_start(task_id, task_type, version, arguments, run_id, reason, tags);
            EndGiven given = to_end(state, message, inputs, outputs, metrics, duration);
            return without_gil(
                [&] { return self.record_task_execution(start, std::move(given).complete(self)); });
          },
          "task_id"_a, nb::kw_only(), "task_type"_a = "unknown", "state"_a = "success",
          "message"_a = "", "version"_a = "", "arguments"_a = nb::none(), "duration"_a = nb::none(),
          "inputs"_a = nb::tuple(), "outputs"_a = nb::tuple(), "metrics"_a = nb::none(),
          "run_id"_a = "", "reason"_a = "", "tags"_a = nb::none(),
          "Write a whole execution in one durable step; give its task_run_id. `duration` is in "
          "seconds.")
      .def("mark_lost_executions", &ExecutionLog::mark_lost_executions,
           nb::call_guard<nb::gil_scoped_release>(),
           "Mark as 'lost' what belongs to dead processes of this host; give how many.")
      .def(
          "track_input_files", &track<&ExecutionLog::track_input_files>, "task_run_id"_a, "paths"_a,
          "Add files to the inputs of an execution, with size, time and hash where they are there.")
      .def("track_output_files", &track<&ExecutionLog::track_output_files>, "task_run_id"_a,
           "paths"_a, "The same for its outputs.")
      .def("track_input_files_of_task", &track<&ExecutionLog::track_input_files_of_task>,
           "task_id"_a, "paths"_a, "For the newest execution of the task; give its task_run_id.")
      .def("track_output_files_of_task", &track<&ExecutionLog::track_output_files_of_task>,
           "task_id"_a, "paths"_a, "For the newest execution of the task; give its task_run_id.")
      .def(
          "update_execution_record",
          [](ExecutionLog& self, const std::string& id, std::optional<std::string> notes,
             nb::object tags) {
            RecordUpdate update{.notes = std::move(notes)};
            if (!tags.is_none()) update.tags = to_json(tags);
            return without_gil([&] { return self.update_execution_record(id, update); });
          },
          "task_run_id"_a, nb::kw_only(), "notes"_a = nb::none(), "tags"_a = nb::none(),
          "Change the free fields; False when there is no such execution.")
      .def("remove_execution_record", &ExecutionLog::remove_execution_record, "task_run_id"_a,
           nb::call_guard<nb::gil_scoped_release>(),
           "Remove one that has ended; False when there is no such execution.")
      .def(
          "cleanup_old_executions",
          [](ExecutionLog& self, std::optional<double> max_age,
             std::optional<std::int64_t> max_per_task, std::vector<std::string> task_run_ids,
             bool dry_run) {
            const CleanupRule rule =
                to_rule(max_age, max_per_task, std::move(task_run_ids), dry_run);
            return without_gil([&] { return self.cleanup_old_executions(rule); });
          },
          nb::kw_only(), "max_age"_a = nb::none(), "max_per_task"_a = nb::none(),
          "task_run_ids"_a = std::vector<std::string>(), "dry_run"_a = false,
          "Remove old executions; `max_age` is in seconds. What must stay is told as kept.");
}

void bind_reads(Log& log) {
  log.def(
         "get_task_execution_history",
         [](const ExecutionLog& self, std::optional<std::string> task_id,
            std::optional<std::string> state, std::int64_t limit, bool success_only,
            std::int64_t before_sequence, std::optional<std::string> run_id, nb::object since,
            nb::object until) {
           HistoryQuery query{.task_id = std::move(task_id),
                              .state = to_state(state),
                              .before_sequence = before_sequence,
                              .limit = to_count(limit, "limit"),
                              .success_only = success_only,
                              .run_id = std::move(run_id)};
           if (!since.is_none()) query.since = to_time(since, "since");
           if (!until.is_none()) query.until = to_time(until, "until");
           return without_gil([&] { return self.get_task_execution_history(query); });
         },
         "task_id"_a = nb::none(), nb::kw_only(), "state"_a = nb::none(), "limit"_a = 100,
         "success_only"_a = false, "before_sequence"_a = 0, "run_id"_a = nb::none(),
         "since"_a = nb::none(), "until"_a = nb::none(),
         "Executions, newest start first; limit 0: all.")
      .def("find_latest_execution", &ExecutionLog::find_latest_execution, "task_id"_a,
           "success_only"_a = false, nb::call_guard<nb::gil_scoped_release>(),
           "The newest that really ran, or the success that ended last; None: there is none.")
      .def("find_execution", &ExecutionLog::find_execution, "task_run_id"_a,
           nb::call_guard<nb::gil_scoped_release>(), "None: there is none of that id.")
      .def(
          "find_task_run_ids",
          [](const ExecutionLog& self, const std::string& prefix, std::int64_t limit) {
            const std::size_t most = to_count(limit, "limit");
            return without_gil([&] { return self.find_task_run_ids(prefix, most); });
          },
          "prefix"_a, "limit"_a = 100, "The ids of executions that begin so, in order.")
      .def(
          "find_run",
          [](const ExecutionLog& self, const std::string& run_id) -> nb::object {
            const auto found = without_gil([&] { return self.find_run(run_id); });
            return found ? nb::object(from_run(*found)) : nb::object(nb::none());
          },
          "run_id"_a,
          "A run as a dict: run_id, plan_hash, resumes (the run it goes on with, or ''), "
          "started_at and finished_at (aware datetimes; None: it goes on, or its owner died), "
          "host, "
          "pid. None: there is none.")
      .def(
          "get_run_history",
          [](const ExecutionLog& self, std::int64_t limit) {
            const std::size_t most = to_count(limit, "limit");
            nb::list runs;
            for (const RecordedRun& run : without_gil([&] { return self.get_run_history(most); }))
              runs.append(from_run(run));
            return runs;
          },
          "limit"_a = 100, "Runs as find_run() gives them, newest start first; limit 0: all.")
      .def("find_plan", &ExecutionLog::find_plan, "plan_hash"_a,
           nb::call_guard<nb::gil_scoped_release>(),
           "What a run has frozen: the text of a JSON object. None: there is none.")
      .def(
          "find_task_by_output",
          [](const ExecutionLog& self, nb::object path) {
            const auto file = to_path(path);
            return without_gil([&] { return self.find_task_by_output(file); });
          },
          "path"_a, "The newest execution that has the file as an output.")
      .def(
          "find_tasks_by_input",
          [](const ExecutionLog& self, nb::object path, std::int64_t limit) {
            const auto file = to_path(path);
            const std::size_t most = to_count(limit, "limit");
            return without_gil([&] { return self.find_tasks_by_input(file, most); });
          },
          "path"_a, "limit"_a = 100, "Executions that read the file, newest first; limit 0: all.")
      .def(
          "lineage",
          [](const ExecutionLog& self, nb::object path, const std::string& direction) {
            const auto file = to_path(path);
            const LineageDirection way = to_direction(direction);
            return from_lineage(without_gil([&] { return lineage(self, file, way); }));
          },
          "path"_a, "direction"_a = "up",
          "What a file was made from ('up') or what was made from it ('down'): a dict with files, "
          "executions and "
          "uses, which name the first two by their places.")
      .def(
          "path_in_log",
          [](const ExecutionLog& self, nb::object path) { return self.path_in_log(to_path(path)); },
          "path"_a, "The name that a file has in the log.")
      .def("validate_execution_log", &ExecutionLog::validate_execution_log,
           nb::call_guard<nb::gil_scoped_release>(),
           "What should never be in a log; reads all of it.")
      .def("last_sequence", &ExecutionLog::last_sequence, nb::call_guard<nb::gil_scoped_release>(),
           "The number of the last change; 0: there was none.")
      .def(
          "changes_since",
          [](const ExecutionLog& self, std::int64_t sequence, std::int64_t limit) {
            const std::size_t most = to_count(limit, "limit");
            return without_gil([&] { return self.changes_since(sequence, most); });
          },
          "sequence"_a, "limit"_a = 0,
          "Executions that have changed after that number, in the order of their changes.")
      .def(
          "watch",
          [](const ExecutionLog& self, std::int64_t sequence, std::int64_t limit, double timeout) {
            return watch(self, sequence, to_count(limit, "limit"), to_duration(timeout));
          },
          "sequence"_a, "limit"_a = 0, "timeout"_a = 1.0,
          "What has changed since; waits at most `timeout` seconds where there is nothing yet.")
      .def_prop_ro("project_root",
                   [](const ExecutionLog& self) { return from_path(self.project_root()); })
      .def_prop_ro("location", &ExecutionLog::location);
}

void bind_exchange(Log& log) {
  log.def(
         "import_execution_log",
         [](ExecutionLog& self, nb::object path, const std::string& mode,
            const std::string& time_zone, bool skip_bad) {
           const auto source = to_path(path);
           const ImportOptions options{
               .mode = to_mode(mode), .time_zone = time_zone, .skip_bad = skip_bad};
           return without_gil([&] { return import_execution_log(self, source, options); });
         },
         "path"_a, nb::kw_only(), "mode"_a = "merge", "time_zone"_a = "local", "skip_bad"_a = false,
         "Add the executions of a JSON log (schema 1.x), all or nothing.")
      .def(
          "export_execution_log",
          [](const ExecutionLog& self, nb::object path, const std::string& format,
             std::optional<std::string> task_id, std::optional<std::string> state,
             const std::string& time_zone) {
            const auto target = to_path(path);
            const ExportOptions options{
                .format = to_format(format),
                .filter = {.task_id = std::move(task_id), .state = to_state(state)},
                .time_zone = time_zone};
            return without_gil([&] { return export_execution_log(self, target, options); });
          },
          "path"_a, nb::kw_only(), "format"_a = "json", "task_id"_a = nb::none(),
          "state"_a = nb::none(), "time_zone"_a = "local",
          "Write the executions, oldest first: the whole file, or what was there before.");
}

LogOptions to_options(nb::handle project_root, bool read_only) {
  LogOptions options{.read_only = read_only};
  if (!project_root.is_none()) options.project_root = to_path(project_root);
  return options;
}

void bind_opening(nb::module_& module) {
  module.def(
      "process_log", &process_log, nb::rv_policy::reference,
      nb::call_guard<nb::gil_scoped_release>(),
      "The log of this process: where ROTA_LOG points, else .rota/log.db under the project root.");
  module.def(
      "open_sqlite_log",
      [](nb::object path, nb::object project_root, bool read_only) {
        const auto file = to_path(path);
        const LogOptions options = to_options(project_root, read_only);
        return without_gil([&] { return open_sqlite_log(file, options); });
      },
      "path"_a, "project_root"_a = nb::none(), "read_only"_a = false,
      "A log in an SQLite file, made where there is none.");
  module.def(
      "open_memory_log",
      [](nb::object project_root) { return open_memory_log(to_options(project_root, false)); },
      "project_root"_a = nb::none(), "A log that lives and dies with the object.");
  nb::class_<Project>(module, "Project", "Where a project's log and task classes are.")
      .def_prop_ro("root", [](const Project& self) { return from_path(self.root); })
      .def_prop_ro("log_path", [](const Project& self) { return from_path(self.log_path); })
      .def_prop_ro("search_path",
                   [](const Project& self) {
                     nb::list folders;
                     for (const auto& folder : self.search_path) folders.append(from_path(folder));
                     return folders;
                   })
      .def_ro("search_path_is_given", &Project::search_path_is_given);
  module.def(
      "find_project",
      [](nb::object from) { return from.is_none() ? find_project() : find_project(to_path(from)); },
      "from_folder"_a = nb::none(), "The project of a folder; none: of the current one.");
}

}  // namespace

void bind_log(nb::module_& module) {
  bind_records(module);
  bind_results(module);
  Log log(module, "ExecutionLog",
          "The durable history of executions. All members may be called from any thread; a write "
          "that returns is "
          "durable, one that raises LogError has changed nothing.");
  bind_writes(log);
  bind_reads(log);
  bind_exchange(log);
  bind_opening(module);
}

}  // namespace rota::python
