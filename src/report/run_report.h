// SPDX-License-Identifier: Apache-2.0
// One run for people and programs that look at it afterwards: a page that stands alone, and a trace. Pure
// functions: what tasks printed is given to them.
#pragma once

#include "layout/graph_layout.h"
#include "run_record/past_run.h"
#include "run_record/task_standing.h"
#include <rota/export.h>
#include <rota/graph.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rota::inline v1 {

struct RunReport {
  std::string project = {};  // as a person calls it
  PastRun record = {};
  // The tasks of the run that are still there, with all that they need, and how each stood in the run.
  Graph graph;
  std::vector<TaskStanding> standings = {};
  std::optional<GraphLayout> layout = {};           // without: no graph is drawn
  std::map<std::string, std::string> outputs = {};  // the end of what was printed, by task_run_id
  TimePoint made_at{};
};

// A page in HTML that needs nothing else: no network, no other file. Its Content-Security-Policy allows the
// page's own script and style and no other, by their hashes, whatever the texts of tasks are.
ROTA_EXPORT std::string run_report_to_html(const RunReport& report);
// For the viewers of Chrome's trace event format (chrome://tracing, Perfetto, speedscope): a complete event for
// each execution on the thread of its worker, in microseconds since the run began.
ROTA_EXPORT std::string past_run_to_trace(const PastRun& record);

}  // namespace rota::inline v1
