// SPDX-License-Identifier: Apache-2.0
// Random sequences of operations, each done on every log: the answers must be the same. The logs share
// nothing but the interface, so that a fault would have to be made twice to go unseen.
//
// ROTA_TEST_SEED=N begins with the seed N instead of a new one; ROTA_TEST_ROUNDS=N runs N sequences.
#include "logs_under_test.h"

#include <array>
#include <cstdlib>
#include <map>
#include <random>
#include <sstream>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

constexpr int kProcesses = 3;
constexpr int kOperations = 60;

std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// One log, used by several processes that begin and end.
class World {
 public:
  virtual ~World() = default;
  // The log as process `slot` has it open.
  virtual ExecutionLog& log(int slot) = 0;
  // Process `slot` ends, and another one takes its place.
  virtual void replace(int slot) = 0;
};

class MemoryWorld : public World {
 public:
  MemoryWorld() : log_(processes_.owners()) {}
  ExecutionLog& log(int slot) override {
    processes_.become(pids_.at(slot));
    return log_;
  }
  void replace(int slot) override {
    processes_.end(pids_.at(slot));
    pids_.at(slot) += kProcesses;
  }

 private:
  Processes processes_;
  std::array<std::int64_t, kProcesses> pids_ = {1, 2, 3};
  MemoryLog log_;
};

class SqliteWorld : public World {
 public:
  SqliteWorld() {
    for (int slot = 0; slot < kProcesses; ++slot) open(slot);
  }
  ExecutionLog& log(int slot) override { return *logs_.at(slot); }
  void replace(int slot) override {
    processes_.end(pids_.at(slot));
    pids_.at(slot) += kProcesses;
    logs_.at(slot).reset();
    open(slot);
  }

 private:
  void open(int slot) {
    processes_.become(pids_.at(slot));
    logs_.at(slot) =
        std::make_unique<SqliteLog>(folder_ / "log.db", LogOptions{}, processes_.owners());
  }

  TemporaryFolder folder_ = TemporaryFolder::in_memory();
  Processes processes_;
  std::array<std::int64_t, kProcesses> pids_ = {1, 2, 3};
  std::array<std::unique_ptr<SqliteLog>, kProcesses> logs_;
};

// What a log answers, as text without what differs by nature: run ids become numbers by their order.
class Transcript {
 public:
  explicit Transcript(World& world) : world_(world) {}

  void replace(int slot) { world_.replace(slot); }
  std::string begin(int slot, const ExecutionStart& start) {
    return answer([&] {
      handles_.push_back(world_.log(slot).begin_execution(start));
      return number(handles_.back().task_run_id) + " epoch " +
             std::to_string(handles_.back().epoch);
    });
  }
  std::string finish(int slot, std::size_t which, std::int64_t epoch_change,
                     const ExecutionEnd& end) {
    return answer([&] {
      if (handles_.empty()) return std::string("nothing begun");
      ExecutionHandle handle = handles_[which % handles_.size()];
      handle.epoch += epoch_change;
      return number(handle.task_run_id) +
             (world_.log(slot).finish_execution(handle, end) ? " ended" : " refused");
    });
  }
  std::string record(int slot, const ExecutionStart& start, const ExecutionEnd& end) {
    return answer([&] { return number(world_.log(slot).record_task_execution(start, end)); });
  }
  std::string mark(int slot) {
    return answer([&] { return std::to_string(world_.log(slot).mark_lost_executions()); });
  }
  std::string latest(int slot, const std::string& task, bool success_only) {
    return answer([&] {
      const auto found = world_.log(slot).find_latest_execution(task, success_only);
      return found ? text(*found) : "nothing";
    });
  }
  std::string history(int slot, const HistoryQuery& query) {
    return answer([&] {
      std::string all;
      for (const Execution& execution : world_.log(slot).get_task_execution_history(query)) {
        all += text(execution) + "\n";
      }
      return all;
    });
  }
  std::string track(int slot, std::size_t which, FileDirection direction,
                    const std::vector<FileStamp>& files) {
    return answer([&] {
      if (numbers_.empty()) return std::string("nothing there");
      const std::string run = run_at(which);
      world_.log(slot).track_files(run, direction, files);
      return text(world_.log(slot).find_execution(run).value());
    });
  }
  std::string uses(int slot, const FileUseQuery& query) {
    return answer([&] {
      std::string all;
      for (const FileUse& use : world_.log(slot).find_file_uses(query)) {
        all += number(use.task_run_id) + ' ' + std::to_string(use.started_sequence) + '-' +
               std::to_string(use.finished_sequence) + ' ' + use.stamp.path + ' ' +
               std::to_string(use.stamp.size_bytes) + ' ' + use.stamp.content_hash + '\n';
      }
      return all;
    });
  }
  std::string producer(int slot, const std::string& path) {
    return answer([&] {
      const ExecutionLog& log = world_.log(slot);
      const auto found = log.find_task_by_output(log.project_root() / path);
      return found ? text(*found) : "nothing";
    });
  }
  // Every execution, looked up one by one.

  std::string update(int slot, std::size_t which, const RecordUpdate& update) {
    return answer([&] {
      const std::string run = run_at(which);
      return number(run) +
             (world_.log(slot).update_execution_record(run, update) ? " updated" : " not there");
    });
  }
  std::string remove(int slot, std::size_t which) {
    return answer([&] {
      const std::string run = run_at(which);
      return number(run) +
             (world_.log(slot).remove_execution_record(run) ? " removed" : " not there");
    });
  }
  std::string cleanup(int slot, CleanupRule rule, std::size_t which) {
    return answer([&] {
      rule.task_run_ids = {run_at(which)};
      const CleanupResult result = world_.log(slot).cleanup_old_executions(rule);
      std::string all;
      for (const CleanupEntry& entry : result.removed) all += number(entry.task_run_id) + ' ';
      all += "kept ";
      for (const KeptExecution& kept : result.kept)
        all += number(kept.execution.task_run_id) + std::string(to_string(kept.reason)) + ' ';
      return all + std::to_string(result.unknown.size());
    });
  }
  std::string changes(int slot, std::int64_t sequence, std::size_t limit) {
    return answer([&] {
      std::string all = std::to_string(world_.log(slot).last_sequence()) + "\n";
      for (const Execution& execution : world_.log(slot).changes_since(sequence, limit))
        all += text(execution) + "\n";
      return all;
    });
  }
  // Every execution, looked up one by one, and what is wrong with the log.
  std::string everything() {
    std::string all;
    for (const auto& [run, at] : numbers_) order_[at] = run;
    for (const auto& [at, run] : order_) {
      const auto found = world_.log(0).find_execution(run);
      all += (found ? text(*found) : "gone") + "\n";
    }
    for (const LogFinding& finding : world_.log(0).validate_execution_log())
      ADD_FAILURE() << finding.rule << ": " << finding.message;
    return all;
  }

 private:
  // One of those that were met so far.
  std::string run_at(std::size_t which) {
    if (numbers_.empty()) return "none";
    for (const auto& [run, at] : numbers_)
      if (at == which % numbers_.size()) return run;
    return {};
  }
  template <class Function>
  std::string answer(Function function) {
    try {
      return function();
    } catch (const AlreadyRunningError& error) {
      const std::string message = error.what();
      return message.substr(0, message.find(" since "));  // the time differs
    } catch (const LogError&) {
      return "LogError";
    }
  }
  std::string number(const std::string& run) {
    return "#" + std::to_string(numbers_.emplace(run, numbers_.size()).first->second);
  }
  std::string text(const Execution& execution) {
    std::ostringstream out;
    out << number(execution.task_run_id) << ' ' << execution.start.task_id << ' '
        << execution.start.arguments << ' ' << to_string(execution.state()) << " ["
        << execution.end.message << "] " << execution.end.metrics << ' '
        << execution.started_sequence << '-' << execution.finished_sequence << " epoch "
        << execution.epoch << " pid " << execution.owner.pid
        << (execution.finished_at ? " ended" : " open") << " exit "
        << execution.end.exit_code.value_or(-1) << " signal " << execution.end.signal.value_or(-1)
        << ' ' << execution.end.output_path << ' '
        << execution.end.cpu_time.value_or(std::chrono::microseconds(-1)).count() << " us "
        << execution.end.peak_memory_bytes.value_or(1'000) << " bytes, changed "
        << execution.changed_sequence << ' ' << execution.notes << execution.tags;
    for (const FileStamp& file : execution.end.inputs)
      out << " <" << file.path << ' ' << file.size_bytes << ' ' << file.content_hash;
    for (const FileStamp& file : execution.end.outputs)
      out << " >" << file.path << ' ' << file.mtime_nanoseconds << ' ' << file.content_hash;
    return out.str();
  }

  World& world_;
  std::vector<ExecutionHandle> handles_;
  std::map<std::string, std::size_t> numbers_;
  std::map<std::size_t, std::string> order_;
};

class RandomOperations {
 public:
  explicit RandomOperations(std::uint64_t seed) : random_(seed) {}

  void run() {
    MemoryWorld memory_world;
    SqliteWorld sqlite_world;
    Transcript memory(memory_world);
    Transcript sqlite(sqlite_world);
    for (int step = 0; step < kOperations; ++step) {
      compare(step, memory, sqlite);
      if (::testing::Test::HasFailure()) return;
    }
    EXPECT_EQ(memory.everything(), sqlite.everything());
    EXPECT_EQ(memory.history(0, {.limit = 0}), sqlite.history(0, {.limit = 0}));
  }

 private:
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  std::string task() { return "t" + std::to_string(below(3)); }
  ExecutionStart start() {
    return {.task_id = task(),
            .arguments = below(20) == 0 ? "no object" : fmt::format(R"({{"n":{}}})", below(2)),
            .run_id = std::to_string(below(2))};
  }
  RecordUpdate update() {
    RecordUpdate update;
    if (below(2) == 0) update.notes = "n" + std::to_string(below(9));
    if (below(2) == 0) update.tags = below(4) == 0 ? "no object" : R"({"a":1})";
    return update;
  }
  ExecutionState state() { return static_cast<ExecutionState>(below(10)); }
  ExecutionEnd end() {
    ExecutionEnd end;
    end.state = below(2) == 0 ? ExecutionState::success : state();
    end.message = below(2) == 0 ? "" : "m" + std::to_string(below(100));
    end.inputs = files();
    end.outputs = files();
    if (below(20) == 0) end.metrics = "[]";
    if (below(2) == 0) end.exit_code = static_cast<int>(below(3));
    if (below(4) == 0) end.signal = static_cast<int>(below(64));
    if (below(2) == 0) end.output_path = "p" + std::to_string(below(9));
    if (below(2) == 0) end.cpu_time = std::chrono::microseconds(below(99));
    if (below(3) == 0) end.worker = below(4);
    if (below(3) == 0) end.duration = std::chrono::microseconds(below(99));
    if (below(2) == 0) end.peak_memory_bytes = below(99);
    return end;
  }
  std::vector<FileStamp> files() {
    std::vector<FileStamp> stamps;
    for (std::uint64_t count = below(4); count > 0; --count) {
      stamps.push_back({file(), below(3), static_cast<std::int64_t>(below(3)),
                        below(2) == 0 ? "" : "h" + std::to_string(below(9))});
    }
    return stamps;
  }
  // A few files, each spelled in several ways.
  std::string file() {
    const std::string name = "f" + std::to_string(below(4));
    switch (below(4)) {
      case 0:
        return "./x/../" + name;
      case 1:
        return "/elsewhere/" + name;
      default:
        return name;
    }
  }
  FileDirection direction() { return below(2) == 0 ? FileDirection::input : FileDirection::output; }
  FileUseQuery use_query() {
    FileUseQuery query{.path = "f" + std::to_string(below(4)), .direction = direction()};
    if (below(3) == 0) query.after_sequence = static_cast<std::int64_t>(below(50));
    if (below(3) == 0) query.before_sequence = static_cast<std::int64_t>(below(50));
    if (below(3) == 0) query.ended_before_sequence = static_cast<std::int64_t>(below(50));
    query.oldest_first = below(2) == 0;
    query.limit = below(4);
    return query;
  }
  HistoryQuery query() {
    HistoryQuery query;
    if (below(2) == 0) query.task_id = task();
    if (below(2) == 0) query.state = state();
    if (below(3) == 0) query.before_sequence = static_cast<std::int64_t>(below(50));
    if (below(4) == 0) query.run_id = std::to_string(below(2));
    query.success_only = below(6) == 0;
    query.limit = below(6);
    return query;
  }

  void compare(int step, Transcript& memory, Transcript& sqlite) {
    const int slot = static_cast<int>(below(kProcesses));
    const auto both = [&](const char* what, auto operation) {
      EXPECT_EQ(operation(memory), operation(sqlite)) << "step " << step << ": " << what;
    };
    switch (below(18)) {
      case 0:
      case 1:
      case 2:
        return both("begin",
                    [&, begun = start()](Transcript& log) { return log.begin(slot, begun); });
      case 3:
      case 4:
        return both("finish",
                    [&, which = below(100), change = below(8) == 0 ? 1 : 0, ended = end()](
                        Transcript& log) { return log.finish(slot, which, change, ended); });
      case 5:
        return both("record", [&, begun = start(), ended = end()](Transcript& log) {
          return log.record(slot, begun, ended);
        });
      case 6:
        memory.replace(slot);
        sqlite.replace(slot);
        return;
      case 7:
        return both("mark", [&](Transcript& log) { return log.mark(slot); });
      case 8:
        return both("latest", [&, of = task(), success = below(2) == 0](Transcript& log) {
          return log.latest(slot, of, success);
        });
      case 9:
      case 10:
        return both("track", [&, which = below(100), way = direction(), tracked = files()](
                                 Transcript& log) { return log.track(slot, which, way, tracked); });
      case 11:
        return both("uses",
                    [&, asked = use_query()](Transcript& log) { return log.uses(slot, asked); });
      case 12:
        return both("producer",
                    [&, path = file()](Transcript& log) { return log.producer(slot, path); });
      case 13:
        return both("update", [&, which = below(100), free = update()](Transcript& log) {
          return log.update(slot, which, free);
        });
      case 14:
        return both("remove",
                    [&, which = below(100)](Transcript& log) { return log.remove(slot, which); });
      case 15:
        return both("cleanup", [&, which = below(100), keep = below(5),
                                dry_run = below(2) == 0](Transcript& log) {
          return log.cleanup(slot, {.max_per_task = keep, .dry_run = dry_run}, which);
        });
      case 16:
        return both("changes", [&, since = below(50), limit = below(5)](Transcript& log) {
          return log.changes(slot, static_cast<std::int64_t>(since), limit);
        });
      default:
        return both("history",
                    [&, asked = query()](Transcript& log) { return log.history(slot, asked); });
    }
  }

  std::mt19937_64 random_;
};

TEST(RandomOperationsTest, GetTheSameAnswersFromEveryLog) {
  const std::uint64_t first_seed =
      number_from_environment("ROTA_TEST_SEED", std::random_device()());
  const std::uint64_t rounds = number_from_environment("ROTA_TEST_ROUNDS", 300);
  std::cout << "seeds " << first_seed << " to " << first_seed + rounds - 1 << "\n";
  for (std::uint64_t seed = first_seed; seed < first_seed + rounds; ++seed) {
    RandomOperations(seed).run();
    ASSERT_FALSE(HasFailure()) << "again: ROTA_TEST_SEED=" << seed << " ROTA_TEST_ROUNDS=1";
  }
}

}  // namespace
}  // namespace rota
