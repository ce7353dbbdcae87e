// SPDX-License-Identifier: Apache-2.0
#include "report/upkeep_text.h"

#include "report/counted.h"
#include "report/json_text.h"
#include "report/printable.h"
#include "report/table.h"
#include "report/time_text.h"

#include <algorithm>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

constexpr std::size_t kShownExecutions = 50;
constexpr std::size_t kShownFindings = 100;

std::string reason_text(const KeptExecution& kept) {
  switch (kept.reason) {
    case KeptBecause::active:
      return "it is active";
    case KeptBecause::latest_success:
      return "the latest success of its task";
    case KeptBecause::makes_existing_file:
      return fmt::format("made {}, which is there", kept.path);
  }
  return "";
}

void add_entry(Table& table, const char* verb, const CleanupEntry& entry,
               const std::string& reason) {
  table.add_row({verb, local_time_text(entry.started_at), std::string(to_string(entry.state)),
                 entry.task_run_id.substr(0, 8), entry.task_id, reason});
}

void add_rest(Table& table, const char* verb, std::size_t count) {
  if (count > kShownExecutions)
    table.add_row({verb, fmt::format("and {} more", count - kShownExecutions)});
}

Json entry_tree(const CleanupEntry& entry) {
  return {{"task_run_id", entry.task_run_id},
          {"task_id", entry.task_id},
          {"state", to_string(entry.state)},
          {"started_at", utc_time_text(entry.started_at)},
          {"started_sequence", entry.started_sequence}};
}

Json kept_tree(const KeptExecution& kept) {
  Json tree = entry_tree(kept.execution);
  tree["reason"] = to_string(kept.reason);
  tree["path"] = kept.path.empty() ? Json(nullptr) : Json(kept.path);
  return tree;
}

Json finding_tree(const LogFinding& finding) {
  return {{"rule", finding.rule},
          {"task_run_id", finding.task_run_id.empty() ? Json(nullptr) : Json(finding.task_run_id)},
          {"message", finding.message}};
}

}  // namespace

std::string cleanup_to_text(const CleanupResult& result, bool dry_run) {
  Table table;
  const char* const removed = dry_run ? "would remove" : "removed";
  for (std::size_t at = 0; at < std::min(kShownExecutions, result.removed.size()); ++at)
    add_entry(table, removed, result.removed[at], "");
  add_rest(table, removed, result.removed.size());
  for (std::size_t at = 0; at < std::min(kShownExecutions, result.kept.size()); ++at)
    add_entry(table, "kept", result.kept[at].execution, reason_text(result.kept[at]));
  add_rest(table, "kept", result.kept.size());
  for (const std::string& name : result.unknown) table.add_row({"not there", name});
  return fmt::format("{}{} {}, {} kept\n", table.text(),
                     counted(result.removed.size(), "execution", "executions"),
                     dry_run ? "would be removed" : "removed", result.kept.size());
}

std::string cleanup_to_json(const CleanupResult& result, bool dry_run) {
  Json removed = Json::array();
  for (const CleanupEntry& entry : result.removed) removed.push_back(entry_tree(entry));
  Json kept = Json::array();
  for (const KeptExecution& one : result.kept) kept.push_back(kept_tree(one));
  return indented({{"dry_run", dry_run},
                   {"removed", std::move(removed)},
                   {"kept", std::move(kept)},
                   {"unknown", result.unknown}});
}

std::string findings_to_text(const std::string& location, const std::vector<LogFinding>& findings) {
  const std::string where = printable(location);
  if (findings.empty()) return fmt::format("{}: sound\n", where);
  Table table;
  for (std::size_t at = 0; at < std::min(kShownFindings, findings.size()); ++at) {
    const LogFinding& finding = findings[at];
    table.add_row(
        {finding.rule, finding.task_run_id.empty() ? "-" : finding.task_run_id, finding.message});
  }
  if (findings.size() > kShownFindings)
    table.add_row({fmt::format("and {} more; --json has all", findings.size() - kShownFindings)});
  return fmt::format("{}{}: {}\n", table.text(), where,
                     counted(findings.size(), "finding", "findings"));
}

std::string findings_to_json(const std::string& location, const std::vector<LogFinding>& findings) {
  Json all = Json::array();
  for (const LogFinding& finding : findings) all.push_back(finding_tree(finding));
  return indented(
      {{"location", location}, {"sound", findings.empty()}, {"findings", std::move(all)}});
}

}  // namespace rota::inline v1
