// SPDX-License-Identifier: Apache-2.0
// A process that uses a log on a disk that fails, for tests that look at what is there afterwards. It says on
// its standard output what the log has answered, a line at a time: WORD TASK [RUN].
//
//   rota_disk_worker WORK LOG FAULT AT SEED   FAULT as of parse_fault, at the call number AT that changes a file
//
// WORK is `local`: executions are begun, ended and recorded; `contended`: the same, as if other processes
// always waited to write; `shared`: the same, as on a file system that hosts share; `import`: executions are imported into a log, which
// leaves out its indexes and makes them again, and half of them cleaned up; `migrate`: a log that is there is migrated
// to a made-up format 4 (readable by format 3).
//
//   begun TASK RUN   ended TASK RUN   whole TASK RUN   acknowledged
//   refused TASK RUN                                   as it should be: it runs, or has ended
//   failed WORD TASK [RUN]                             with a LogError; WORD would have been said otherwise
//   imported, cleaned, migrated                        or: failed imported, ...
//   mended                                             the disk works again from here on
//   changes N                                          the last line: there were N calls that change a file
//
// Each task is begun or recorded once, so that it names what it was.
#include "faulty_disk.h"
#include "sqlite_log/sqlite_log.h"
#include <rota/execution_log.h>

#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace {

using rota::ExecutionHandle;

constexpr int kImported = 1'200;  // of 10 tasks

// In one write, so that a line is whole or missing.
void say(const std::string& line) {
  const std::string text = line + "\n";
  if (::write(STDOUT_FILENO, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    std::_Exit(3);
}

bool try_to(const std::string& what, const std::function<void()>& act) {
  try {
    act();
    return true;
  } catch (const rota::AlreadyRunningError&) {
    say("refused " + what.substr(what.find(' ') + 1));
  } catch (const rota::LogError& error) {
    say("failed " + what);
  }
  return false;
}

rota::ExecutionEnd end_of(const std::string& task, std::size_t length) {
  rota::ExecutionEnd end;
  end.message = task + std::string(length, '.');
  end.inputs = {{"in/" + task, length, 1}};
  end.outputs = {{"out/" + task, length, 2}};
  return end;
}

// What it does to a log between its opening and its closing.
class Session {
 public:
  Session(rota::ExecutionLog& log, std::string name) : log_(log), name_(std::move(name)) {}

  void run() {
    const ExecutionHandle first = begin("first");
    begin("first");  // refused
    const ExecutionHandle second = begin("second");
    end(second, "second");
    record("small", 10);
    end(first, "first");
    end(first, "first");  // refused
    record("large", 20'000);
    begin("left");
    try_to("marked all", [&] { log_.mark_lost_executions(); });
  }
  void record(const std::string& name, std::size_t length) {
    const std::string task = name_ + name;
    try_to("whole " + task, [&] {
      say("whole " + task + " " +
          log_.record_task_execution({.task_id = task}, end_of(task, length)));
    });
  }

 private:
  ExecutionHandle begin(const std::string& name) {
    const std::string task = name_ + name;
    ExecutionHandle handle;
    try_to("begun " + task, [&] {
      handle = log_.begin_execution({.task_id = task});
      say("begun " + task + " " + handle.task_run_id);
    });
    return handle;
  }
  void end(const ExecutionHandle& handle, const std::string& name) {
    if (handle.task_run_id.empty()) return;
    const std::string words = name_ + name + " " + handle.task_run_id;
    try_to("ended " + words, [&] {
      const bool ended = log_.finish_execution(handle, end_of(name_ + name, 100));
      say((ended ? "ended " : "refused ") + words);
    });
  }

  rota::ExecutionLog& log_;
  const std::string name_;
};

void use(const std::string& path, const std::string& place) {
  rota::LogFileRules rules;
  rules.always_shares_syncs = place == "contended";
  if (place == "shared")
    rules.shared_file_system = [](const std::filesystem::path&) { return "nfs"; };
  std::unique_ptr<rota::ExecutionLog> log;
  const auto open = [&] {
    log = std::make_unique<rota::SqliteLog>(path, rota::LogOptions{}, rota::Owners{}, rules);
  };
  for (const char* name : {"one.", "two."}) {
    if (try_to("opened log", open)) Session(*log, name).run();
    log.reset();
  }
  // With a disk that works again, the same log takes the next record.
  const bool is_open = try_to("opened log", open);
  if (is_open) Session(*log, "three.").record("before", 10);
  rota::mend_disk();
  say("mended");
  if (is_open) Session(*log, "three.").record("after", 10);
}

rota::Execution imported_execution(int number) {
  rota::Execution made;
  made.task_run_id = fmt::format("{:08x}-0000-4000-8000-{:012}", number * 2654435761U, number);
  made.start.task_id = fmt::format("t{}", number % 10);
  made.end = end_of(std::to_string(number), 50);
  made.end.state = rota::ExecutionState::success;
  made.started_at = rota::TimePoint(std::chrono::seconds(1000 + number));
  made.finished_at = made.started_at;
  return made;
}

void import(const std::string& path) {
  const bool is_done = try_to("imported", [&] {
    rota::open_sqlite_log(path)->import_executions(
        rota::ImportMode::merge, [](const rota::AddExecution& add) {
          for (int number = 0; number < kImported; ++number) {
            rota::Execution one = imported_execution(number);
            add(one);
          }
        });
  });
  if (!is_done) return;
  say("imported");
  const bool is_clean = try_to("cleaned", [&] {
    rota::open_sqlite_log(path)->cleanup_old_executions({.max_per_task = kImported / 20});
  });
  if (is_clean) say("cleaned");
}

void migrate(const std::string& path) {
  static constexpr rota::Migration kMigrations[] = {
      rota::kLogMigrations[0],
      rota::kLogMigrations[1],
      {"ALTER TABLE execution ADD COLUMN mood TEXT NOT NULL DEFAULT 'good';"
       "CREATE TABLE mood (name TEXT NOT NULL) STRICT; INSERT INTO mood VALUES ('good')",
       {4, 3}},
  };
  rota::LogFileRules rules;
  rules.formats = {kMigrations};
  const bool done = try_to("migrated", [&] { rota::prepare_log_file(path, {}, rules); });
  if (done) say("migrated");
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() != 5) return 2;
  const auto fault = rota::parse_fault(words[2]);
  if (!fault) return 2;
  rota::install_faulty_disk(*fault, std::stoll(words[3]), std::stoull(words[4]));
  try {
    if (words[0] == "migrate") {
      migrate(words[1]);
    } else if (words[0] == "import") {
      import(words[1]);
    } else {
      use(words[1], words[0]);
    }
    say("changes " + std::to_string(rota::count_of_changes()));
  } catch (const std::exception& error) {
    say(std::string("error ") + error.what());
    return 1;
  }
  return 0;
}
