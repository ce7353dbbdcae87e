// SPDX-License-Identifier: Apache-2.0
// Plans and runs in Python. A run goes on in a thread of its own, so that signals reach Python meanwhile.
#include "bindings.h"
#include "report/graph_svg.h"
#include "report/graph_text.h"
#include "report/json.h"
#include "report/run_report.h"
#include "report/text.h"
#include "run_record/run_graph.h"
#include "run_record/task_standing.h"
#include "values.h"
#include <rota/plan.h>
#include <rota/runner.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

namespace rota::python {
namespace {

using namespace nb::literals;

constexpr std::chrono::milliseconds kBetweenLooksAtSignals{50};

nb::dict from_step(const Plan& plan, const PlanStep& step) {
  nb::dict dict;
  dict["task_id"] = plan.graph.task_id(step.task);
  dict["will_run"] = step.will_run();
  dict["kind"] = std::string(to_string(step.kind));
  dict["reason"] = step.reason;
  dict["arguments"] = from_arguments(step.arguments);
  return dict;
}

nb::dict from_outcome(const Plan& plan, const TaskOutcome& outcome) {
  nb::dict dict;
  dict["task_id"] = plan.graph.task_id(outcome.task);
  dict["state"] = std::string(to_string(outcome.state));
  dict["message"] = outcome.message;
  dict["task_run_id"] = outcome.task_run_id;
  dict["duration"] = std::chrono::duration<double>(outcome.duration).count();
  dict["attempts"] = outcome.attempts;
  dict["output_path"] = outcome.output_path;
  return dict;
}

// Tells a Python object what happens, of the methods of RunObserver those that it has.
class PythonObserver final : public RunObserver {
 public:
  explicit PythonObserver(nb::object object) : object_(std::move(object)) {}

  void run_started(const Plan& plan, std::string_view run_id) override {
    plan_ = &plan;
    tell("run_started", [&] { return nb::make_tuple(std::string(run_id)); });
  }
  void task_started(const PlanStep& step) override {
    tell("task_started", [&] { return nb::make_tuple(id_of(step)); });
  }
  void task_retried(const PlanStep& step, const TaskOutcome& attempt,
                    std::chrono::milliseconds delay) override {
    tell("task_retried", [&] {
      return nb::make_tuple(id_of(step), from_outcome(*plan_, attempt),
                            std::chrono::duration<double>(delay).count());
    });
  }
  void task_finished(const PlanStep& step, const TaskOutcome& outcome) override {
    tell("task_finished",
         [&] { return nb::make_tuple(id_of(step), from_outcome(*plan_, outcome)); });
  }
  void task_logged(const PlanStep& step, LogLevel level, std::string_view message) override {
    tell("task_logged", [&] {
      return nb::make_tuple(
          id_of(step), std::string(to_string(level)),
          nb::steal(PyUnicode_DecodeUTF8(message.data(), static_cast<Py_ssize_t>(message.size()),
                                         "replace")));
    });
  }

 private:
  const std::string& id_of(const PlanStep& step) const { return plan_->graph.task_id(step.task); }

  template <class MakeArguments>
  void tell(const char* method, MakeArguments&& make_arguments) {
    const nb::gil_scoped_acquire gil;
    const nb::object function = nb::getattr(object_, method, nb::none());
    if (!function.is_none()) function(*make_arguments());
  }

  nb::object object_;
  const Plan* plan_ = nullptr;
};

// The three steps of Ctrl-C, as the command takes them.
struct Stops {
  std::stop_source stop;
  std::stop_source cancel;
  std::stop_source kill;
  int asked = 0;

  void ask() {
    ++asked;
    stop.request_stop();
    if (asked >= 2) cancel.request_stop();
    if (asked >= 3) kill.request_stop();
  }
};

class RunInThread {
 public:
  explicit RunInThread(std::function<RunSummary()> run)
      : thread_([this, run = std::move(run)] {
          try {
            summary_ = run();
          } catch (...) {
            error_ = std::current_exception();
          }
          const std::lock_guard lock(mutex_);
          is_done_ = true;
          done_.notify_all();
        }) {}

  bool wait(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    return done_.wait_for(lock, time, [this] { return is_done_; });
  }

  RunSummary take() {
    thread_.join();
    if (error_) std::rethrow_exception(error_);
    return std::move(summary_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable done_;
  bool is_done_ = false;
  RunSummary summary_;
  std::exception_ptr error_;
  std::thread thread_;
};

RunSummary run_with_signals(const Plan& plan, const TaskRegistry& registry, ExecutionLog& log,
                            RunOptions options) {
  Stops stops;
  options.stop = stops.stop.get_token();
  options.cancel = stops.cancel.get_token();
  options.kill = stops.kill.get_token();
  RunInThread running([&] { return run(plan, registry, log, options); });
  for (;;) {
    bool is_done = false;
    {
      const nb::gil_scoped_release released;
      is_done = running.wait(kBetweenLooksAtSignals);
    }
    if (is_done) break;
    if (PyErr_CheckSignals() != 0) {
      PyErr_Clear();
      stops.ask();
    }
  }
  RunSummary summary = running.take();
  if (stops.asked > 0) {
    PyErr_SetNone(PyExc_KeyboardInterrupt);
    throw nb::python_error();
  }
  return summary;
}

struct PythonSummary {
  RunSummary summary;
  nb::object plan;  // the outcomes name its tasks
};

nb::object run_plan(nb::object plan_object, const TaskRegistry& registry, ExecutionLog& log,
                    const std::string& executor, std::size_t jobs, nb::object observer,
                    bool stop_at_failure, std::map<std::string, std::size_t> pools,
                    bool force_restart, std::vector<std::string> worker) {
  const Plan& plan = nb::cast<const Plan&>(plan_object);
  RunOptions options{.executor = executor, .jobs = jobs};
  options.stop_at_failure = stop_at_failure;
  options.pools = std::move(pools);
  options.force_restart = force_restart;
  if (!worker.empty()) {
    options.worker.program = worker.front();
    options.worker.words.assign(worker.begin() + 1, worker.end());
  }
  options.project_root = log.project_root();
  PythonObserver told(observer);
  if (!observer.is_none()) options.observer = &told;
  return nb::cast(
      PythonSummary{run_with_signals(plan, registry, log, std::move(options)), plan_object});
}

Plan plan_tasks(const TaskRegistry& registry, const ExecutionLog& log,
                const std::vector<std::string>& task_ids, bool force, nb::dict arguments) {
  PlanOptions options{.force = force};
  for (const auto& [id, given] : arguments)
    options.arguments[nb::cast<std::string>(id)] = to_arguments(given);
  options.project_root = log.project_root();
  const nb::gil_scoped_release released;
  return make_plan(build_graph(registry, task_ids), log, options);
}

std::string draw(const Plan& plan, const ExecutionLog& log, const std::string& format) {
  const nb::gil_scoped_release released;
  const std::vector<TaskStanding> standings = standings_of(plan, log);
  if (format == "json") return graph_to_json(plan.graph, standings);
  if (format == "mermaid") return graph_to_mermaid(plan.graph, standings);
  if (format == "dot") return graph_to_dot(plan.graph, standings);
  if (format == "svg")
    return graph_to_svg(plan.graph, lay_out_graph(GraphBoxes(plan.graph).query()), standings,
                        SvgPlace::file);
  throw PlanError("there is no format of graphs '" + format +
                  "'; there are dot, svg, mermaid and json");
}

// `outputs`: the end of what was printed, by task_run_id.
std::string report_of_run(const ExecutionLog& log, const TaskRegistry& registry,
                          const std::string& run_id, const std::string& format,
                          std::map<std::string, std::string> outputs) {
  const nb::gil_scoped_release released;
  PastRun record = read_past_run(log, run_id);
  Graph graph = graph_of_run(log, record, registry);
  arrange(record, graph);
  if (format == "trace") return past_run_to_trace(record);
  if (format != "html")
    throw PlanError("there is no format of reports '" + format + "'; there are html and trace");
  RunReport report{
      .project = log.project_root().filename().string(),
      .record = std::move(record),
      .graph = std::move(graph),
      .outputs = std::move(outputs),
      .made_at = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now())};
  report.standings = standings_in_run(report.record, report.graph, log);
  report.layout = lay_out_graph(GraphBoxes(report.graph).query());
  return run_report_to_html(report);
}

nb::dict dependencies_of(const Plan& plan) {
  nb::dict dict;
  for (TaskIndex task = 0; task < plan.graph.size(); ++task) {
    nb::list ids;
    for (const TaskIndex one : plan.graph.dependencies(task)) ids.append(plan.graph.task_id(one));
    dict[plan.graph.task_id(task).c_str()] = ids;
  }
  return dict;
}

void bind_plan(nb::module_& module) {
  nb::class_<Plan>(module, "Plan", "What will run, what not, and why; frozen when it is made.")
      .def_prop_ro(
          "steps",
          [](const Plan& plan) {
            nb::list steps;
            for (const PlanStep& step : plan.steps) steps.append(from_step(plan, step));
            return steps;
          },
          "dicts in the order of the plan: task_id, will_run, kind, reason, arguments")
      .def_prop_ro(
          "task_ids",
          [](const Plan& plan) {
            std::vector<std::string> ids;
            for (const PlanStep& step : plan.steps) ids.push_back(plan.graph.task_id(step.task));
            return ids;
          },
          "the ids of all tasks, in the order of the plan")
      .def_prop_ro("dependencies", &dependencies_of, "of each task by its id, a list of ids")
      .def_prop_ro("count_to_run", &Plan::count_to_run)
      .def("hash", &Plan::hash, "'sha256:' and 64 hex digits of what the plan says.")
      .def(
          "to_json", [](const Plan& plan) { return plan_to_json(plan); },
          "The text of a JSON object, as `rota plan --json` prints it.")
      .def("draw", &draw, "log"_a, "format"_a = "dot",
           "The graph as text: 'dot', 'svg', 'mermaid' or 'json', coloured by state of the log.")
      .def("__len__", [](const Plan& plan) { return plan.steps.size(); })
      .def("__str__", [](const Plan& plan) { return plan_to_text(plan); });
  module.def("make_plan", &plan_tasks, "registry"_a, "log"_a, "task_ids"_a, "force"_a,
             "arguments"_a);
}

void bind_summary(nb::module_& module) {
  nb::class_<PythonSummary>(module, "RunSummary",
                            "What became of a run. It is true where all succeeded.")
      .def_prop_ro("run_id", [](const PythonSummary& self) { return self.summary.run_id; })
      .def_prop_ro(
          "outcomes",
          [](const PythonSummary& self) {
            const Plan& plan = nb::cast<const Plan&>(self.plan);
            nb::list outcomes;
            for (const TaskOutcome& one : self.summary.outcomes)
              outcomes.append(from_outcome(plan, one));
            return outcomes;
          },
          "dicts in the order of the plan: task_id, state, message, task_run_id, duration "
          "(seconds), attempts, output_path")
      .def_prop_ro(
          "duration",
          [](const PythonSummary& self) {
            return std::chrono::duration<double>(self.summary.duration).count();
          },
          "seconds")
      .def_prop_ro("succeeded", [](const PythonSummary& self) { return self.summary.succeeded(); })
      .def_prop_ro("log_failed", [](const PythonSummary& self) { return self.summary.log_failed; })
      .def_prop_ro("already_running",
                   [](const PythonSummary& self) { return self.summary.already_running; })
      .def_prop_ro("interrupted",
                   [](const PythonSummary& self) { return self.summary.interrupted; })
      .def("__bool__", [](const PythonSummary& self) { return self.summary.succeeded(); })
      .def("__str__", [](const PythonSummary& self) {
        return summary_to_text(self.summary, nb::cast<const Plan&>(self.plan));
      });
  module.def("run_plan", &run_plan, "plan"_a, "registry"_a, "log"_a, "executor"_a, "jobs"_a,
             "observer"_a.none(), "stop_at_failure"_a, "pools"_a, "force_restart"_a, "worker"_a);
}

}  // namespace

void bind_runs(nb::module_& module) {
  module.def("find_newest_run", &find_newest_run, "log"_a,
             nb::call_guard<nb::gil_scoped_release>());
  module.def("report_of_run", &report_of_run, "log"_a, "registry"_a, "run_id"_a, "format"_a,
             "outputs"_a);
  bind_plan(module);
  bind_summary(module);
}

}  // namespace rota::python
