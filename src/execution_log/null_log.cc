// SPDX-License-Identifier: Apache-2.0
// A log that keeps nothing. Knows which writes any log would refuse, and refuses them too.
#include "execution_log/execution_rules.h"
#include "execution_log/file_names.h"
#include "os/uuid.h"
#include <rota/execution_log.h>

#include <thread>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

class NullSnapshot final : public LogSnapshot {
 public:
  void for_each_execution(const ExecutionFilter&,
                          const std::function<bool(const Execution&)>&) const override {}
  void for_each_latest_execution(const std::function<bool(const Execution&)>&) const override {}
};

class NullLog final : public ExecutionLog {
 public:
  explicit NullLog(const std::filesystem::path& project_root) : names_(project_root) {}

  ExecutionHandle begin_execution(const ExecutionStart& start) override {
    check_start(start, location());
    return {make_uuid(), 1};
  }
  bool finish_execution(const ExecutionHandle&, const ExecutionEnd& end) override {
    check_end_of_begun(end, location());
    return true;
  }
  std::string record_task_execution(const ExecutionStart& start, const ExecutionEnd& end) override {
    check_start(start, location());
    check_whole_end(end, location());
    return make_uuid();
  }
  std::size_t mark_lost_executions() override { return 0; }
  std::vector<Execution> get_task_execution_history(const HistoryQuery&) const override {
    return {};
  }
  std::optional<Execution> find_latest_execution(std::string_view, bool) const override {
    return std::nullopt;
  }
  std::optional<Execution> find_execution(std::string_view) const override { return std::nullopt; }

  void find_latest_executions(std::span<const std::string_view>,
                              const TakePastExecution&) const override {}

  bool keeps_runs() const override { return false; }
  void begin_run(const RunStart& start, std::string_view plan) override {
    check_run(start, plan, location());
  }
  bool finish_run(std::string_view) override { return true; }
  std::optional<RecordedRun> find_run(std::string_view) const override { return std::nullopt; }
  std::vector<RecordedRun> get_run_history(std::size_t) const override { return {}; }
  std::optional<std::string> find_plan(std::string_view) const override { return std::nullopt; }

  std::filesystem::path project_root() const override { return names_.root(); }
  void track_files(std::string_view task_run_id, FileDirection,
                   const std::vector<FileStamp>&) override {
    throw LogError(
        fmt::format("{}: there is no execution {}: this log keeps none", location(), task_run_id));
  }
  std::vector<FileUse> find_file_uses(const FileUseQuery&) const override { return {}; }

  bool update_execution_record(std::string_view, const RecordUpdate&) override { return false; }
  bool remove_execution_record(std::string_view) override { return false; }
  CleanupResult cleanup_old_executions(const CleanupRule& rule) override {
    return {.unknown = rule.task_run_ids};
  }
  std::vector<LogFinding> validate_execution_log() const override { return {}; }

  std::int64_t last_sequence() const override { return 0; }
  std::vector<Execution> changes_since(std::int64_t, std::size_t) const override { return {}; }
  std::vector<Execution> watch(std::int64_t, std::size_t,
                               std::chrono::milliseconds timeout) const override {
    std::this_thread::sleep_for(timeout);
    return {};
  }
  std::vector<std::string> find_task_run_ids(std::string_view, std::size_t) const override {
    return {};
  }

  void import_executions(ImportMode, const std::function<void(const AddExecution&)>&) override {
    throw LogError(
        fmt::format("{}: nothing is imported into a log that keeps nothing", location()));
  }
  void read_snapshot(const std::function<void(const LogSnapshot&)>& read) const override {
    read(NullSnapshot());
  }
  std::string location() const override { return "null"; }
  std::string remark() const override { return "it keeps nothing"; }

 private:
  const FileNames names_;
};

}  // namespace

std::unique_ptr<ExecutionLog> open_null_log(const LogOptions& options) {
  return std::make_unique<NullLog>(options.project_root);
}

}  // namespace rota::inline v1
