// SPDX-License-Identifier: Apache-2.0
#include "sqlite_log/log_check.h"

#include "execution_log/execution_rules.h"
#include "execution_log/log_rules.h"
#include "os/one_line.h"

#include <functional>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

TimePoint time_of(std::int64_t number) { return TimePoint(std::chrono::microseconds(number)); }

// Rows are read past the indexes, which may be what is damaged.
struct RowRule {
  const char* sql;
  LogFinding (*finding)(const Statement& row);
};

// The rules of one row and of one execution beside another. In each, the first column is the task_run_id.
const RowRule kRules[] = {
    {"SELECT e.task_run_id, max(e.started_sequence, e.changed_sequence, "
     "ifnull(e.finished_sequence, 0)) AS number, log.sequence FROM log, execution AS e NOT INDEXED "
     "WHERE number > log.sequence",
     [](const Statement& row) {
       return findings::number_beyond_the_last(row.text(0), row.integer(1), row.integer(2));
     }},
    {"SELECT task_run_id, started_sequence, finished_sequence FROM execution NOT INDEXED "
     "WHERE finished_sequence <= started_sequence",
     [](const Statement& row) {
       return findings::end_not_after_start(row.text(0), row.integer(1), row.integer(2));
     }},
    {"SELECT task_run_id, changed_sequence, max(started_sequence, ifnull(finished_sequence, 0)) AS "
     "newest FROM execution NOT INDEXED WHERE changed_sequence < newest",
     [](const Statement& row) {
       return findings::change_before(row.text(0), row.integer(1), row.integer(2));
     }},
    // The number of an end or a change that is another's start.
    {"SELECT e.task_run_id, other.started_sequence, other.task_run_id FROM execution AS e NOT "
     "INDEXED JOIN execution AS other ON other.started_sequence = e.finished_sequence "
     "WHERE other.started_sequence <> e.started_sequence",
     [](const Statement& row) {
       return findings::number_given_twice(row.text(0), row.integer(1), row.text(2));
     }},
    {"SELECT e.task_run_id, other.started_sequence, other.task_run_id FROM execution AS e NOT "
     "INDEXED JOIN execution AS other ON other.started_sequence = e.changed_sequence "
     "WHERE other.started_sequence <> e.started_sequence "
     "AND e.changed_sequence IS NOT e.finished_sequence",
     [](const Statement& row) {
       return findings::number_given_twice(row.text(0), row.integer(1), row.text(2));
     }},
    // The number of an end that is another's last change, which may be its end.
    {"SELECT e.task_run_id, e.finished_sequence, other.task_run_id FROM execution AS e NOT INDEXED "
     "JOIN execution AS other INDEXED BY execution_changed "
     "ON other.changed_sequence = e.finished_sequence "
     "AND other.changed_sequence > other.started_sequence + 1 "
     "WHERE other.started_sequence <> e.started_sequence",
     [](const Statement& row) {
       return findings::number_given_twice(row.text(0), row.integer(1), row.text(2));
     }},
    {"SELECT e.task_run_id, e.finished_sequence, other.task_run_id FROM execution AS e NOT INDEXED "
     "JOIN execution AS other ON other.started_sequence = e.finished_sequence - 1 "
     "WHERE other.changed_sequence = e.finished_sequence "
     "AND other.started_sequence <> e.started_sequence",
     [](const Statement& row) {
       return findings::number_given_twice(row.text(0), row.integer(1), row.text(2));
     }},
    // Two last changes that are no ends.
    {"SELECT max(task_run_id), changed_sequence, min(task_run_id) FROM execution NOT INDEXED "
     "WHERE changed_sequence > started_sequence AND changed_sequence IS NOT finished_sequence "
     "GROUP BY changed_sequence HAVING count(*) > 1",
     [](const Statement& row) {
       return findings::number_given_twice(row.text(0), row.integer(1), row.text(2));
     }},
    // Two ends that are not the last changes of their executions.
    {"SELECT max(task_run_id), finished_sequence, min(task_run_id) FROM execution NOT INDEXED "
     "WHERE changed_sequence > finished_sequence GROUP BY finished_sequence HAVING count(*) > 1",
     [](const Statement& row) {
       return findings::number_given_twice(row.text(0), row.integer(1), row.text(2));
     }},
    {"SELECT task_run_id, state FROM execution NOT INDEXED WHERE state NOT BETWEEN 0 AND 9",
     [](const Statement& row) { return findings::no_such_state(row.text(0), row.integer(1)); }},
    {"SELECT task_run_id, epoch FROM execution NOT INDEXED WHERE epoch < 1",
     [](const Statement& row) { return findings::bad_epoch(row.text(0), row.integer(1)); }},
    {"SELECT task_run_id FROM execution NOT INDEXED WHERE state <= 1 "
     "AND (finished_sequence IS NOT NULL OR finished_at IS NOT NULL)",
     [](const Statement& row) { return findings::active_with_an_end(row.text(0)); }},
    {"SELECT task_run_id FROM execution NOT INDEXED WHERE state > 1 "
     "AND (finished_sequence IS NULL OR finished_at IS NULL)",
     [](const Statement& row) { return findings::ended_without_an_end(row.text(0)); }},
    {"SELECT task_run_id, started_at, finished_at FROM execution NOT INDEXED "
     "WHERE finished_at < started_at",
     [](const Statement& row) {
       return findings::end_before_start(row.text(0), time_of(row.integer(1)),
                                         time_of(row.integer(2)));
     }},
    {"SELECT task_run_id, started_at FROM execution NOT INDEXED "
     "WHERE started_at NOT BETWEEN 0 AND 253402300799999999",
     [](const Statement& row) {
       return findings::impossible_time(row.text(0), "start", time_of(row.integer(1)));
     }},
    {"SELECT task_run_id, finished_at FROM execution NOT INDEXED "
     "WHERE finished_at NOT BETWEEN 0 AND 253402300799999999",
     [](const Statement& row) {
       return findings::impossible_time(row.text(0), "end", time_of(row.integer(1)));
     }},
    {"SELECT task_run_id, cpu_microseconds FROM execution NOT INDEXED WHERE cpu_microseconds < 0",
     [](const Statement& row) {
       return findings::negative_resource(row.text(0), "CPU time", row.integer(1));
     }},
    {"SELECT task_run_id, peak_memory_bytes FROM execution NOT INDEXED WHERE peak_memory_bytes < 0",
     [](const Statement& row) {
       return findings::negative_resource(row.text(0), "peak memory", row.integer(1));
     }},
    {"SELECT max(task_run_id), task_id, min(task_run_id) FROM execution NOT INDEXED "
     "WHERE state <= 1 GROUP BY task_id, arguments HAVING count(*) > 1",
     [](const Statement& row) {
       return findings::active_twice(row.text(0), row.text(1), row.text(2));
     }},
    {"SELECT f.started_sequence, f.path FROM execution_file AS f WHERE NOT EXISTS "
     "(SELECT 1 FROM execution AS e WHERE e.started_sequence = f.started_sequence)",
     [](const Statement& row) {
       return LogFinding{
           "files", "",
           fmt::format(
               "the file '{}' belongs to the execution with the number {}, which is not there",
               one_line(row.text(1)), row.integer(0))};
     }},
    {"SELECT ifnull(e.task_run_id, ''), f.path, f.size_bytes FROM execution_file AS f "
     "LEFT JOIN execution AS e USING (started_sequence) WHERE f.size_bytes < 0",
     [](const Statement& row) {
       return findings::negative_size(row.text(0), row.text(1), row.integer(2));
     }},
    {"SELECT e.task_run_id, f.direction, max(f.position) + 1, count(*) FROM execution_file AS f "
     "JOIN execution AS e USING (started_sequence) GROUP BY f.started_sequence, f.direction "
     "HAVING count(*) <> max(f.position) + 1",
     [](const Statement& row) {
       return LogFinding{"files", row.text(0),
                         fmt::format("of its {} {} files {} are there", row.integer(2),
                                     row.integer(1) == 0 ? "input" : "output", row.integer(3))};
     }},
};

LogFinding task_finding(const Statement& row) {
  return {"tasks", "", fmt::format("task {}: {}", one_line(row.text(0)), row.text(1))};
}

// What is known of each task without its executions being asked.
const RowRule kTaskRules[] = {
    {"SELECT task_id, 'its newest execution is ' || newest || ', and the log names ' || "
     "ifnull(newest_run, 'none') FROM (SELECT task_id, max(started_sequence) AS newest "
     "FROM execution NOT INDEXED WHERE state <= 6 GROUP BY task_id) LEFT JOIN task USING (task_id) "
     "WHERE newest_run IS NOT newest",
     &task_finding},
    {"SELECT task_id, 'its latest success is ' || latest || ', and the log names ' || "
     "ifnull(latest_success, 'none') FROM (SELECT task_id, started_sequence AS latest, "
     "max(finished_sequence) FROM execution NOT INDEXED WHERE state = 2 GROUP BY task_id) "
     "LEFT JOIN task USING (task_id) WHERE latest_success IS NOT latest",
     &task_finding},
    {"SELECT task_id, 'the log names its newest execution, and it has none' FROM task WHERE "
     "task_id NOT IN (SELECT task_id FROM execution NOT INDEXED WHERE state <= 6)",
     &task_finding},
    {"SELECT task_id, 'the log names its latest success, and it has none' FROM task WHERE "
     "latest_success IS NOT NULL "
     "AND task_id NOT IN (SELECT task_id FROM execution NOT INDEXED WHERE state = 2)",
     &task_finding},
};

LogFinding run_finding(std::string_view run_id, const std::string& what) {
  return {"runs", "", fmt::format("run {}: {}", one_line(run_id), what)};
}

// The same of runs.
const RowRule kRunRules[] = {
    {"SELECT run_id FROM run WHERE run_id = ''",
     [](const Statement& row) { return run_finding(row.text(0), "it has no id"); }},
    {"SELECT run_id FROM run WHERE started_at NOT BETWEEN 0 AND 253402300799999999 "
     "OR finished_at NOT BETWEEN 0 AND 253402300799999999",
     [](const Statement& row) {
       return run_finding(row.text(0), "it begins or ends before 1970 or after 9999");
     }},
    {"SELECT run_id FROM run WHERE finished_at < started_at",
     [](const Statement& row) { return run_finding(row.text(0), "it ends before it begins"); }},
    {"SELECT run_id, plan_hash FROM run WHERE plan_hash NOT IN (SELECT plan_hash FROM plan)",
     [](const Statement& row) {
       return run_finding(row.text(0),
                          fmt::format("its plan {} is not there", one_line(row.text(1))));
     }},
    {"SELECT run_id, after_sequence, sequence FROM run, log WHERE after_sequence > sequence",
     [](const Statement& row) {
       return run_finding(
           row.text(0), fmt::format("it began after the number {}, but the last number given is {}",
                                    row.integer(1), row.integer(2)));
     }},
};

class LogCheck {
 public:
  explicit LogCheck(Connection& connection) : connection_(connection) {}

  std::vector<LogFinding> run() {
    for (const RowRule& rule : kRules) look([&] { apply(rule); });
    // Of rows that are not as they should be, they would tell it again.
    if (findings_.empty()) {
      for (const RowRule& rule : kTaskRules) look([&] { apply(rule); });
    }
    for (const RowRule& rule : kRunRules) look([&] { apply(rule); });
    look([&] { look_at_objects(); });
    look([&] { look_at_plans(); });
    const bool rules_are_kept = findings_.empty();
    look([&] { look_at_database(rules_are_kept); });
    return std::move(findings_);
  }

 private:
  void add(LogFinding finding) { findings_.push_back(std::move(finding)); }

  // What cannot be read is a finding, once.
  void look(const std::function<void()>& query) {
    try {
      query();
    } catch (const SqliteError& error) {
      if (error.code() != SQLITE_CORRUPT && error.code() != SQLITE_NOTADB) throw;
      LogFinding finding{"integrity", "", "a part of the file cannot be read"};
      if (std::exchange(is_unreadable_, true)) return;
      add(std::move(finding));
    }
  }

  void apply(const RowRule& rule) {
    Statement row(connection_, rule.sql);
    while (row.step()) add(rule.finding(row));
  }

  void look_at_plans() {
    Statement row(connection_, "SELECT plan_hash, content FROM plan");
    while (row.step()) {
      if (plan_hash_of(row.view(1)) == row.view(0)) continue;
      add({"runs", "",
           fmt::format("the plan {} holds another text than that of its name",
                       one_line(row.text(0)))});
    }
  }

  // What most have is told apart by SQLite already.
  void look_at_objects() {
    static constexpr const char* kFields[] = {"arguments", "metrics", "tags"};
    Statement row(connection_,
                  "SELECT task_run_id, arguments, metrics, tags FROM execution NOT INDEXED "
                  "WHERE arguments <> '{}' OR metrics <> '{}' OR tags <> '{}'");
    while (row.step()) {
      for (int field = 0; field < 3; ++field) {
        if (!is_json_object(row.text(field + 1)))
          add(findings::no_object(row.text(0), kFields[field]));
      }
    }
  }

  // Where a rule of a table is broken, the row has been named above, and SQLite names the table only.
  void look_at_database(bool rules_are_kept) {
    Statement row(connection_, "PRAGMA integrity_check(1000)");
    while (row.step()) {
      std::string message = one_line(row.text(0));
      const bool is_told = !rules_are_kept && message.starts_with("CHECK constraint failed in ");
      if (message != "ok" && !is_told) add({"integrity", "", std::move(message)});
    }
  }

  Connection& connection_;
  bool is_unreadable_ = false;
  std::vector<LogFinding> findings_;
};

}  // namespace

std::vector<LogFinding> check_log(Connection& connection) { return LogCheck(connection).run(); }

}  // namespace rota::inline v1
