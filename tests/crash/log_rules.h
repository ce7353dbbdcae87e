// SPDX-License-Identifier: Apache-2.0
// For tests of the log in a file: whether the file keeps the rules of docs/log.md. Knows nothing of what was
// written to it.
#pragma once

#include "sqlite_log/log_folder.h"

#include <filesystem>
#include <string>

namespace rota {

// Each rule that is broken, in words; empty: the file is sound.
inline std::string broken_rules(const std::filesystem::path& log) {
  struct Rule {
    const char* words;
    const char* sql;  // gives "0|" where it is kept
  };
  static constexpr Rule kRules[] = {
      {"a number of the sequence was given twice or is missing",
       "SELECT max(abs(log.sequence - total), abs(log.sequence - different)) FROM log, "
       "(SELECT count(number) AS total, count(DISTINCT number) AS different FROM "
       "(SELECT started_sequence AS number FROM execution UNION ALL "
       "SELECT finished_sequence FROM execution))"},
      {"an execution that was written in one step has not two numbers side by side",
       "SELECT count(*) FROM execution WHERE state >= 7 AND "
       "finished_sequence <> started_sequence + 1"},
      {"an execution is active and has an end, or the other way round",
       "SELECT count(*) FROM execution WHERE (state <= 1) <> (finished_sequence IS NULL) OR "
       "(state <= 1) <> (finished_at IS NULL)"},
      {"an execution changed before it began or after the last change",
       "SELECT count(*) FROM execution, log WHERE changed_sequence < started_sequence OR "
       "changed_sequence < finished_sequence OR changed_sequence > sequence"},
      {"a task runs twice with the same arguments",
       "SELECT count(*) FROM (SELECT 1 FROM execution WHERE state <= 1 "
       "GROUP BY task_id, arguments HAVING count(*) > 1)"},
      {"an active execution has files",
       "SELECT count(*) FROM execution_file JOIN execution USING (started_sequence) "
       "WHERE state <= 1"},
  };
  std::string broken;
  PlainSqlite sqlite(log);
  const std::string sound = sqlite.run("PRAGMA integrity_check; PRAGMA foreign_key_check");
  if (sound != "ok|") broken += "the database is not sound: " + sound + "\n";
  for (const Rule& rule : kRules) {
    const std::string answer = sqlite.run(rule.sql);
    if (answer != "0|") broken += std::string(rule.words) + ": " + answer + "\n";
  }
  return broken;
}

}  // namespace rota
