// SPDX-License-Identifier: Apache-2.0
// What comes out of a log is what went in.
#include "exchange/json_import.h"
#include "exchange/time_zone.h"
#include "os/temporary_folder.h"
#include <rota/exchange.h>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <limits>
#include <random>
#include <span>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace rota {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

ImportSummary import_text(ExecutionLog& log, const std::string& text, ImportOptions options = {}) {
  std::string_view rest = text;
  ByteSource source([&rest](std::span<char> buffer) {
    const std::size_t size = std::min<std::size_t>({buffer.size(), rest.size(), 7});
    rest.copy(buffer.data(), size);
    rest.remove_prefix(size);
    return size;
  });
  options.time_zone = "+02:00";
  return import_json_log(log, source, "a.json", options);
}

std::string import_error(const std::string& text, const ImportOptions& options = {}) {
  const auto log = open_memory_log();
  try {
    import_text(*log, text, options);
  } catch (const ExchangeError& error) {
    EXPECT_TRUE(log->get_task_execution_history({}).empty()) << text;
    const std::string message = error.what();
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    EXPECT_THAT(message, HasSubstr("a.json"));
    EXPECT_THAT(message, HasSubstr("nothing was imported"));
    return message;
  }
  return "no error";
}

std::string exported(const ExecutionLog& log, ExportOptions options = {}) {
  std::string text;
  options.time_zone = "+02:00";
  export_execution_log(
      log, [&](std::string_view piece) { text += piece; }, options);
  return text;
}

Json round_trip(const Json& log_file) {
  const auto log = open_memory_log();
  import_text(*log, log_file.dump());
  return Json::parse(exported(*log));
}

Json original_record(int number) {
  return {{"task_id", "t_" + std::to_string(number % 3)},
          {"task_type", "profiling"},
          {"task_run_id", fmt::format("0b6f1b8e-5c1d-4f0e-9a57-{:012x}", number)},
          {"timestamp", fmt::format("2025-05-04T12:{:02}:14.123456", number)},
          {"success", number % 4 != 0},
          {"execution_time", 1.5 + number},
          {"report_path", "/data/reports/" + std::to_string(number) + ".json"},
          {"input_files", {{{"name", "customers"}, {"path", "/data/customers.csv"}}}},
          {"output_files",
           {{{"path", "/data/out.csv"}, {"type", "csv"}, {"description", "clean \"ones\""}}}},
          {"hostname", "mill"}};
}

Json original_log(int count) {
  Json log = {{"tasks", Json::object()},
              {"executions", Json::array()},
              {"timestamp", "2025-05-04T10:00:00.000001"},
              {"last_modified", "2025-05-04T13:00:00"},
              {"version", "1.0.0"}};
  for (int number = 0; number < count; ++number) {
    const Json record = original_record(number);
    log["executions"].push_back(record);
    log["tasks"][record["task_id"].get<std::string>()] = {
        {"task_type", "profiling"},
        {"last_execution", 1746352814 + 60 * number},  // 2025-05-04T12:00:14+02:00 and so on
        {"last_status", record["success"] ? "success" : "failed"},
        {"last_report_path", record["report_path"]},
        {"last_task_run_id", record["task_run_id"]}};
  }
  return log;
}

// ---- what an import makes of it ----

TEST(ImportTest, TakesEachFieldToItsPlace) {
  const auto log = open_memory_log();
  const ImportSummary summary = import_text(*log, original_log(2).dump());
  EXPECT_EQ(summary.imported, 2U);
  const Execution execution = log->find_execution("0b6f1b8e-5c1d-4f0e-9a57-000000000001").value();
  EXPECT_EQ(execution.start.task_id, "t_1");
  EXPECT_EQ(execution.start.task_type, "profiling");
  EXPECT_EQ(execution.state(), ExecutionState::success);
  EXPECT_EQ(utc_text(*execution.finished_at), "2025-05-04T10:01:14.123456Z");
  EXPECT_EQ(utc_text(execution.started_at), "2025-05-04T10:01:11.623456Z");
  EXPECT_EQ(execution.end.inputs, std::vector<FileStamp>{{.path = "/data/customers.csv"}});
  EXPECT_EQ(execution.end.outputs, std::vector<FileStamp>{{.path = "/data/out.csv"}});
  EXPECT_EQ(execution.owner.host, "mill");
  EXPECT_THAT(execution.imported_fields, HasSubstr("/data/reports/1.json"));
  EXPECT_EQ(execution.started_sequence, 3);
  EXPECT_EQ(execution.finished_sequence, 4);
  EXPECT_EQ(log->find_latest_execution("t_0", false)->state(), ExecutionState::failed);
}

TEST(ImportTest, OrderIsThatOfTheFileWhateverTheTimes) {
  Json file = original_log(3);
  std::reverse(file["executions"].begin(), file["executions"].end());
  const auto log = open_memory_log();
  log->record_task_execution({.task_id = "before"}, {});
  import_text(*log, file.dump());
  const auto history = log->get_task_execution_history({});
  ASSERT_EQ(history.size(), 4U);
  EXPECT_EQ(history[0].start.task_id, "t_0");
  EXPECT_EQ(history[2].start.task_id, "t_2");
  EXPECT_EQ(history[3].start.task_id, "before");
}

TEST(ImportTest, ASecondTimeAddsNothing) {
  const auto log = open_memory_log();
  import_text(*log, original_log(5).dump());
  const std::string before = exported(*log);
  const ImportSummary again = import_text(*log, original_log(5).dump());
  EXPECT_EQ(again.imported, 0U);
  EXPECT_EQ(again.known, 5U);
  EXPECT_EQ(exported(*log), before);
  const ImportSummary grown = import_text(*log, original_log(7).dump());
  EXPECT_EQ(grown.imported, 2U);
  EXPECT_EQ(grown.known, 5U);
  EXPECT_EQ(Json::parse(exported(*log)), original_log(7));
}

TEST(ImportTest, RecordsWithoutARunIdAreKnownAgain) {
  Json file = {{"executions", Json::array()}};
  for (const char* id : {"a", "a", "b", "a"}) file["executions"].push_back({{"task_id", id}});
  const auto log = open_memory_log();
  EXPECT_EQ(import_text(*log, file.dump()).imported, 4U);
  EXPECT_EQ(import_text(*log, file.dump()).known, 4U);
  file["executions"].push_back({{"task_id", "a"}});
  const ImportSummary grown = import_text(*log, file.dump());
  EXPECT_EQ(grown.imported, 1U);
  EXPECT_EQ(grown.known, 4U);
  EXPECT_EQ(Json::parse(exported(*log)), file);
}

TEST(ImportTest, WhatIsBadCanBeLeftOut) {
  Json file = original_log(4);
  file["executions"][1]["success"] = "yes";
  file["executions"][2] = 17;
  const auto log = open_memory_log();
  const ImportSummary summary = import_text(*log, file.dump(), {.skip_bad = true});
  EXPECT_EQ(summary.imported, 2U);
  EXPECT_EQ(summary.skipped, 2U);
  ASSERT_EQ(summary.problems.size(), 2U);
  EXPECT_THAT(summary.problems[0], HasSubstr("executions[1], line 1, byte "));
  EXPECT_THAT(summary.problems[1], HasSubstr("executions[2]"));
}

TEST(ImportTest, AByteOrderMarkIsFine) {
  const auto log = open_memory_log();
  EXPECT_EQ(import_text(*log, "\xEF\xBB\xBF" + original_log(1).dump(2)).imported, 1U);
}

TEST(ImportTest, TasksMayComeBeforeOrAfter) {
  const std::string tasks = original_log(3)["tasks"].dump();
  const std::string executions = original_log(3)["executions"].dump();
  const auto before = open_memory_log();
  import_text(*before, "{\"tasks\":" + tasks + ",\"executions\":" + executions + "}");
  const auto after = open_memory_log();
  import_text(*after, "{\"executions\":" + executions + ",\"tasks\":" + tasks + "}");
  EXPECT_EQ(exported(*before), exported(*after));
}

TEST(ImportTest, FilesThatAreNamedLaterComeToThoseImported) {
  Json file = original_log(1);
  file["executions"][0]["input_files"] = Json::array({{{"name", "x"}}, {{"path", "p"}, {"k", 1}}});
  EXPECT_EQ(round_trip(file), file);
}

// ---- bad input ----

TEST(ImportTest, NamesWhereABadRecordIs) {
  const std::string good = original_record(1).dump();
  EXPECT_THAT(import_error("{\"executions\": [\n" + good + ",\n  {\"success\": 1}]}"),
              HasSubstr("executions[1], line 3, byte " + std::to_string(18 + good.size() + 4)));
}

TEST(ImportTest, RefusesWrongTypesAndValuesByName) {
  const std::pair<const char*, Json> wrong[] = {
      {"task_id", 5},
      {"task_type", Json::array()},
      {"task_run_id", 17},
      {"task_run_id", "no uuid"},
      {"timestamp", 1746360794},
      {"timestamp", "yesterday"},
      {"timestamp", "2025-02-30T00:00:00"},
      {"timestamp", "1969-12-31T00:00:00"},
      {"timestamp", "0001-01-01T00:00:00"},
      {"success", "true"},
      {"success", 1},
      {"execution_time", "3"},
      {"execution_time", -0.5},
      {"execution_time", 1e300},
      {"execution_time", 1e11},
      {"report_path", 1},
      {"input_files", "a.csv"},
      {"input_files", {"a.csv"}},
      {"input_files", {{{"name", 1}}}},
      {"input_files", {{{"path", Json::array()}}}},
      {"output_files", {{{"path", 1}}}},
      {"output_files", {{{"path", "a"}, {"type", 1}}}},
      {"output_files", {{{"path", "a"}, {"description", false}}}},
      {"hostname", Json::object()},
      {"state", 1},
      {"state", "done"},
      {"state", "running"},
      {"state", "failed"},  // and a success
      {"started_at", "soon"},
      {"started_at", "1960-01-01T00:00:00Z"},
      {"finished_at", 5},
      {"finished_at", "9999-12-31T23:59:59-01:00"},
      {"version", 1},
      {"arguments", "no json"},
      {"arguments", "[1]"},
      {"arguments", Json::array()},
      {"arguments", 1},
      {"metrics", Json::array({1})},
      {"metrics", "x"},
      {"tags", Json::array()},
      {"tags", "x"},
      {"run_id", false},
      {"attempt", 0},
      {"attempt", "1"},
      {"worker", -1},
      {"fingerprint", 1},
      {"reason", 1},
      {"message", Json::array()},
      {"output_path", 1},
      {"notes", 1},
      {"exit_code", "0"},
      {"exit_code", 0.5},
      {"exit_code", 1LL << 40},
      {"signal", -(1LL << 40)},
      {"cpu_time", -1},
      {"cpu_time", "1"},
      {"peak_memory_bytes", -1},
      {"peak_memory_bytes", std::uint64_t{1} << 63U},
      {"owner", "me"},
      {"owner", {{"pid", -1}}},
      {"owner", {{"pid", "1"}}},
      {"owner", {{"start_ticks", 1.5}}},
      {"owner", {{"boot_id", 1}}},
      {"input_files", {{{"path", "a"}, {"size_bytes", -1}}}},
      {"input_files", {{{"path", "a"}, {"size_bytes", "1"}}}},
      {"output_files", {{{"path", "a"}, {"mtime_nanoseconds", std::uint64_t{1} << 63U}}}},
      {"output_files", {{{"path", "a"}, {"content_hash", 1}}}},
  };
  for (const auto& [key, value] : wrong) {
    Json file = original_log(3);
    file["executions"][2][key] = value;
    EXPECT_THAT(import_error(file.dump()),
                testing::AllOf(HasSubstr("executions[2]"), HasSubstr(key)))
        << value;
  }
}

TEST(ImportTest, RefusesAnEndBeforeItsStart) {
  Json file = original_log(2);
  file["executions"][1]["started_at"] = "2025-05-04T11:00:00Z";
  file["executions"][1]["finished_at"] = "2025-05-04T10:59:59.999999Z";
  EXPECT_THAT(import_error(file.dump()),
              testing::AllOf(HasSubstr("executions[1], line 1, byte "),
                             HasSubstr("it began at 2025-05-04T11:00:00.000000Z and ended before, "
                                       "at 2025-05-04T10:59:59.999999Z")));
  file["executions"][1]["finished_at"] = "2025-05-04T11:00:00Z";
  EXPECT_EQ(import_error(file.dump()), "no error");
}

TEST(ImportTest, RefusesWrongTypesAroundTheExecutions) {
  const auto with = [](const char* key, const Json& value) {
    Json file = original_log(2);
    file[key] = value;
    return import_error(file.dump());
  };
  for (const Json& value : {Json(), Json(1), Json("x"), Json::object()})
    EXPECT_THAT(with("executions", value), HasSubstr("'executions'"));
  for (const Json& value : {Json(), Json(1), Json("x"), Json::array()})
    EXPECT_THAT(with("tasks", value), HasSubstr("'tasks'"));
  EXPECT_THAT(with("version", "2.0.0"), HasSubstr("'version' is '2.0.0'"));
  EXPECT_THAT(with("version", 1), HasSubstr("'version'"));
  EXPECT_THAT(with("timestamp", 1), HasSubstr("'timestamp'"));
  EXPECT_THAT(with("last_modified", "now"), HasSubstr("'last_modified'"));
  EXPECT_THAT(with("tasks", {{"t", 1}}), HasSubstr("tasks['t']"));
  EXPECT_THAT(with("tasks", {{"t", {{"task_type", 1}}}}), HasSubstr("'task_type'"));
  EXPECT_THAT(with("tasks", {{"t", {{"last_status", "fine"}}}}), HasSubstr("'last_status'"));
  EXPECT_THAT(with("tasks", {{"t", {{"last_execution", -1}}}}), HasSubstr("'last_execution'"));
  EXPECT_THAT(with("tasks", {{"t", {{"last_execution", "x"}}}}), HasSubstr("'last_execution'"));
}

TEST(ImportTest, RefusesWhatIsNoJson) {
  const std::string good = original_log(3).dump();
  EXPECT_THAT(import_error(""), HasSubstr("it is empty"));
  EXPECT_THAT(import_error("\xEF\xBB\xBF"),
              HasSubstr("byte 3: it is no JSON: it ends in the middle"));
  EXPECT_THAT(import_error(good.substr(0, good.size() - 1)), HasSubstr("it ends in the middle"));
  EXPECT_THAT(import_error(good + '\0' + good), HasSubstr("must not be followed"));
  EXPECT_THAT(import_error("{\n\"a\": 1,}"), HasSubstr("line 2, byte 10: it is no JSON"));
  EXPECT_THAT(import_error("{\"a\": 01}"), HasSubstr("byte 8: it is no JSON"));
  EXPECT_THAT(import_error("{\"a\": // 1\n 1}"), HasSubstr("no JSON"));
  EXPECT_THAT(import_error("{\"a\": \"x\ny\"}"), HasSubstr("no JSON"));
  EXPECT_THAT(import_error("[]"), HasSubstr("no object"));
  EXPECT_THAT(import_error("17"), HasSubstr("no object"));
  // Else any other JSON file would replace a log by nothing.
  EXPECT_THAT(import_error("{}"), HasSubstr("it has no 'executions'"));
  EXPECT_THAT(import_error(R"({"name":"x","tasks":{}})"), HasSubstr("it has no 'executions'"));
  EXPECT_THAT(import_error(good + "x"), HasSubstr("no JSON"));
  EXPECT_THAT(import_error(good + good), HasSubstr("no JSON"));
  EXPECT_THAT(import_error(R"({"executions":[{"execution_time":NaN}]})"), HasSubstr("no JSON"));
  EXPECT_THAT(import_error(R"({"executions":[{"execution_time":-Infinity}]})"),
              HasSubstr("no JSON"));
  EXPECT_THAT(import_error(R"({"executions":[{"execution_time":1e999}]})"), HasSubstr("too big"));
  EXPECT_THAT(import_error(R"({"executions":[{"execution_time":1e-999}]})"),
              HasSubstr("the number 1e-999 cannot be kept"));
  EXPECT_THAT(import_error("{\"executions\":[{\"task_id\":\"\xFF\"}]}"), HasSubstr("UTF-8"));
  for (const char* text : {"\\ud800", "\\udc00", "a\\udfffb", "\\ud800\\ud800"}) {
    const std::string quoted = '"' + std::string(text) + '"';
    EXPECT_THAT(import_error("{\"executions\":[{\"task_id\":" + quoted + "}]}"),
                HasSubstr("surrogate"));
    EXPECT_THAT(import_error("{\"executions\":[{" + quoted + ":1}]}"), HasSubstr("surrogate"));
  }
  for (const char* begin : {"\xEF", "\xEF\xBB", "\xEF\xBB\xBF\xEF"})
    EXPECT_THAT(import_error(begin + good), HasSubstr("no JSON"));
}

TEST(ImportTest, RefusesALogThatIsCutOffAnywhere) {
  const std::string good = original_log(3).dump();
  for (std::size_t size = 0; size < good.size(); ++size) {
    ASSERT_THAT(import_error(good.substr(0, size)),
                HasSubstr("line 1, byte " + std::to_string(size)));
  }
}

TEST(ImportTest, RefusesKeysThatAreThereTwice) {
  EXPECT_THAT(import_error(R"({"executions":[{"a":1,"b":2,"a":1}]})"),
              HasSubstr("the key 'a' is there twice"));
  EXPECT_THAT(import_error(R"({"executions":[{"x":{"y":[{"a":1,"a":1}]}}]})"), HasSubstr("'a'"));
  EXPECT_THAT(import_error(R"({"executions":[],"executions":[]})"), HasSubstr("'executions'"));
  EXPECT_THAT(import_error(R"({"tasks":{"t":{},"t":{}}})"), HasSubstr("tasks['t']"));
  EXPECT_THAT(import_error(R"({"x":{"a":1,"a":2}})"), HasSubstr("'a'"));
}

TEST(ImportTest, RefusesDepthAndNumbersThatCannotBeKept) {
  const std::string deep = std::string(10'000, '[') + std::string(10'000, ']');
  EXPECT_THAT(import_error("{\"executions\":[{\"x\":" + deep + "}]}"), HasSubstr("64 levels"));
  EXPECT_THAT(import_error("{\"x\":" + deep + "}"), HasSubstr("64 levels"));
  EXPECT_THAT(import_error("{\"executions\":" + deep + "}"), HasSubstr("64 levels"));
  EXPECT_THAT(import_error(std::string(10'000, '[')), HasSubstr("no object"));
  EXPECT_THAT(import_error(R"({"executions":[{"x":123456789012345678901234567890}]})"),
              HasSubstr("more digits"));
}

TEST(ImportTest, RefusesARunIdThatIsThereTwice) {
  Json file = original_log(3);
  file["executions"][2]["task_run_id"] = file["executions"][0]["task_run_id"];
  EXPECT_THAT(import_error(file.dump()),
              testing::AllOf(HasSubstr("executions[2]"), HasSubstr("twice")));
  file["executions"][2] = file["executions"][0];
  EXPECT_THAT(import_error(file.dump()), HasSubstr("twice"));
}

TEST(ImportTest, RefusesAKnownRunIdWithAnotherContent) {
  const auto log = open_memory_log();
  import_text(*log, original_log(3).dump());
  const std::string before = exported(*log);
  for (const char* key : {"task_id", "report_path", "hostname", "custom"}) {
    Json file = original_log(5);
    file["executions"][1][key] = "another";
    try {
      import_text(*log, file.dump());
      FAIL() << key;
    } catch (const ExchangeError& error) {
      EXPECT_THAT(error.what(), HasSubstr("0b6f1b8e-5c1d-4f0e-9a57-000000000001"));
      EXPECT_THAT(error.what(), HasSubstr("another content: '" + std::string(key) + "' is"));
    }
  }
  EXPECT_EQ(exported(*log), before);
}

TEST(ImportTest, RefusesWhatIsNoFile) {
  const TemporaryFolder folder;
  const auto log = open_memory_log();
  const auto refused = [&](const std::filesystem::path& source) -> std::string {
    try {
      import_execution_log(*log, source);
    } catch (const ExchangeError& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_THAT(refused(folder / "none"), HasSubstr("No such file"));
  EXPECT_THAT(refused(folder.path()), HasSubstr("folder"));
  ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0600), 0);
  EXPECT_THAT(refused(folder / "fifo"), HasSubstr("no regular file"));
  std::ofstream(folder / "empty").flush();
  EXPECT_THAT(refused(folder / "empty"), HasSubstr("it is empty"));
  EXPECT_THROW(import_execution_log(*log, folder / "empty", {.time_zone = "Mars"}), ArgumentError);
}

// A log of any size, made while it is read.
class EndlessLog {
 public:
  explicit EndlessLog(std::uint64_t bytes) : left_(bytes) {}
  std::size_t operator()(std::span<char> buffer) {
    if (at_ == text_.size()) text_ = next();
    const std::size_t size = std::min(buffer.size(), text_.size() - at_);
    text_.copy(buffer.data(), size, at_);
    at_ += size;
    return size;
  }

 private:
  std::string next() {
    at_ = 0;
    if (is_ended_) return {};
    const std::string begin = number_ == 0 ? "{\"executions\":[" : ",";
    Json record = original_record(static_cast<int>(++number_ % 1000));
    record["success"] = "bad, so that nothing is kept";
    record["blob"] = std::string(100'000, 'x');
    std::string text = begin + record.dump();
    is_ended_ = text.size() >= left_;
    left_ -= std::min<std::uint64_t>(left_, text.size());
    return is_ended_ ? text + "]}" : text;
  }

  std::uint64_t left_;
  std::uint64_t number_ = 0;
  std::string text_;
  std::size_t at_ = 0;
  bool is_ended_ = false;
};

// In MiB, of this process now.
std::int64_t resident_mebibytes() {
  std::ifstream statm("/proc/self/statm");
  std::int64_t size = 0;
  std::int64_t resident = 0;
  statm >> size >> resident;
  return resident * ::sysconf(_SC_PAGESIZE) >> 20U;
}

TEST(ImportTest, ALogLargerThanWhatIsHeldOfItIsStreamed) {
  constexpr std::uint64_t kBytes = std::uint64_t{100} << 20U;
  EndlessLog endless(kBytes);
  std::int64_t most = 0;
  const std::int64_t before = resident_mebibytes();
  std::uint64_t read = 0;
  ByteSource source([&](std::span<char> buffer) {
    const std::size_t size = endless(buffer);
    read += size;
    most = std::max(most, resident_mebibytes());
    return size;
  });
  const auto log = open_memory_log();
  const ImportSummary summary = import_json_log(*log, source, "a.json", {.skip_bad = true});
  EXPECT_GE(read, kBytes);
  EXPECT_GT(summary.skipped, 1000U);
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  constexpr std::int64_t kMost = 600;  // a sanitizer keeps what was freed for a while
#else
  constexpr std::int64_t kMost = 80;
#endif
  EXPECT_LT(most - before, kMost) << "MiB more than before";
}

TEST(ImportTest, WhatTheSourceThrowsEndsTheImportAndLeavesNothing) {
  const std::string good = original_log(59).dump();
  for (const std::size_t cut : {std::size_t{0}, std::size_t{1}, good.size() / 2, good.size() - 1}) {
    std::string_view rest = std::string_view(good).substr(0, cut);
    ByteSource source([&rest](std::span<char> buffer) {
      if (rest.empty()) throw ExchangeError("the disk is gone");
      const std::size_t size = rest.copy(buffer.data(), buffer.size());
      rest.remove_prefix(size);
      return size;
    });
    const auto log = open_memory_log();
    try {
      import_json_log(*log, source, "a.json", {});
      ADD_FAILURE() << cut;
    } catch (const ExchangeError& error) {
      EXPECT_STREQ(error.what(), "the disk is gone");
    }
    EXPECT_TRUE(log->get_task_execution_history({}).empty());
  }
}

TEST(ImportTest, ABadRecordAmongManyIsToldWithoutReadingTheRest) {
  EndlessLog endless(std::uint64_t{1} << 40U);  // it would never end
  ByteSource source([&](std::span<char> buffer) { return endless(buffer); });
  const auto log = open_memory_log();
  EXPECT_THROW(import_json_log(*log, source, "a.json", {}), ExchangeError);
}

// ---- there and back ----

TEST(RoundTripTest, AnOriginalLogComesBackEqual) {
  EXPECT_EQ(round_trip(original_log(9)), original_log(9));
}

TEST(RoundTripTest, TheLargestNumbersComeBack) {
  Json file = original_log(1);
  const std::int64_t large = std::numeric_limits<std::int64_t>::max();
  file["executions"][0]["input_files"] = {{{"path", "p"}, {"mtime_nanoseconds", -large}}};
  file["executions"][0]["output_files"] = {{{"path", "p"}, {"size_bytes", large}}};
  file["executions"][0]["owner"] = {{"pid", large}};
  file["executions"][0]["exit_code"] = std::numeric_limits<int>::min();
  file["executions"][0]["peak_memory_bytes"] = large;
  file["executions"][0]["unknown"] = std::uint64_t{1} << 63U;
  EXPECT_EQ(round_trip(file).dump(), file.dump());
}

TEST(RoundTripTest, TypicalLogsNeedNothingForTheirTasks) {
  const auto log = open_memory_log();
  import_text(*log, original_log(9).dump());
  EXPECT_THAT(log->get_task_execution_history({.limit = 1})[0].imported_fields,
              Not(HasSubstr("\"tasks\"")));
}

// Random logs of the schema: keys missing, further ones there, values of any type where that is allowed.
class RandomLog {
 public:
  explicit RandomLog(std::uint64_t seed) : random_(seed) {}

  Json make() {
    Json log = {{"executions", Json::array()}};
    for (std::uint64_t count = 1 + below(6); count > 0; --count)
      log["executions"].push_back(record());
    if (maybe()) log["version"] = "1.0.0";
    if (maybe()) log["timestamp"] = time();
    if (maybe()) log["last_modified"] = time();
    if (maybe()) {
      log["tasks"] = Json::object();
      for (std::uint64_t count = below(4); count > 0; --count) log["tasks"][task()] = entry();
    }
    add_unknown(log);
    return log;
  }

 private:
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  bool maybe() { return below(2) == 0; }
  std::string task() { return "t" + std::to_string(below(3)); }
  std::string text() {
    static const std::string kTexts[] = {"",
                                         "x",
                                         "'; DROP TABLE execution; --",
                                         "a\r\nb",
                                         "\"quoted\"\\",
                                         "\xC3\xA9\n\t",
                                         std::string("\0", 1),
                                         "{}",
                                         "=1+1",
                                         "success"};
    return kTexts[below(std::size(kTexts))];
  }
  std::string time() {
    std::string text = fmt::format("20{:02}-0{}-1{}T0{}:{:02}:{:02}", 10 + below(30), 1 + below(9),
                                   below(10), below(10), below(60), below(60));
    if (maybe()) text += fmt::format(".{:0{}}", below(10), 1 + below(9));
    if (below(8) == 0) text += maybe() ? "Z" : "-03:30";
    return text;
  }
  Json number() {
    switch (below(4)) {
      case 0:
        return below(1000);
      case 1:
        return static_cast<double>(below(1'000'000)) / 977.0;
      case 2:
        return 0;
      default:
        return 2.5;
    }
  }
  Json any(int depth = 0) {
    switch (below(depth > 2 ? 6 : 8)) {
      case 0:
        return nullptr;
      case 1:
        return maybe();
      case 2:
        return text();
      case 3:
        return number();
      case 4:
        return -static_cast<std::int64_t>(random_() >> 1U);
      case 5:
        return random_();
      case 6: {
        Json list = Json::array();
        for (std::uint64_t count = below(3); count > 0; --count) list.push_back(any(depth + 1));
        return list;
      }
      default: {
        Json object = Json::object();
        for (std::uint64_t count = below(3); count > 0; --count) object[text()] = any(depth + 1);
        return object;
      }
    }
  }
  // Also names that Rota has for other things.
  void add_unknown(Json& object) {
    static const char* const kKeys[] = {
        "record", "absent",      "document",          "",        "started_sequence",
        "epoch",  "lease_until", "finished_sequence", "position"};
    for (std::uint64_t count = below(3); count > 0; --count) {
      object[kKeys[below(std::size(kKeys))]] = any();
    }
  }
  template <class Make>
  void set(Json& object, const char* key, Make make) {
    const std::uint64_t which = below(10);
    if (which == 0) return;
    object[key] = which == 1 ? Json() : Json(make());
  }
  Json file(bool is_output) {
    Json file = Json::object();
    set(file, "path", [&] { return text(); });
    set(file, is_output ? "type" : "name", [&] { return text(); });
    if (is_output) set(file, "description", [&] { return text(); });
    add_unknown(file);
    return file;
  }
  Json files(bool are_outputs) {
    Json list = Json::array();
    for (std::uint64_t count = below(3); count > 0; --count) list.push_back(file(are_outputs));
    return list;
  }
  Json record() {
    Json record = Json::object();
    set(record, "task_id", [&] { return task(); });
    set(record, "task_type", [&] { return text(); });
    set(record, "task_run_id", [&] { return uuid(); });
    set(record, "timestamp", [&] { return time(); });
    set(record, "success", [&] { return maybe(); });
    set(record, "execution_time", [&] { return number(); });
    set(record, "report_path", [&] { return text(); });
    set(record, "input_files", [&] { return files(false); });
    set(record, "output_files", [&] { return files(true); });
    set(record, "hostname", [&] { return text(); });
    add_own(record);
    add_unknown(record);
    return record;
  }
  // Keys that Rota adds, as any program might write them.
  void add_own(Json& record) {
    const auto sometimes = [&](const char* key, auto make) {
      if (below(6) == 0) record[key] = below(5) == 0 ? Json() : Json(make());
    };
    if (below(6) == 0) {
      const bool is_success = record.value("success", Json()) == Json(true);
      record["state"] = is_success ? "success" : maybe() ? "failed" : "blocked";
    }
    if (below(6) == 0) {
      record["started_at"] = "2001-02-03T04:05:06Z";
      record["finished_at"] = "2101-02-03T04:05:06.5Z";
    }
    for (const char* key : {"arguments", "metrics", "tags"})
      sometimes(key, [&] { return maybe() ? object() : Json(maybe() ? "{ }" : "{\"a\":1}"); });
    for (const char* key :
         {"version", "run_id", "reason", "message", "output_path", "notes", "fingerprint"})
      sometimes(key, [&] { return text(); });
    sometimes("exit_code", [&] { return -static_cast<int>(below(300)); });
    sometimes("attempt", [&] { return 1 + below(3); });
    sometimes("worker", [&] { return 1 + below(3); });
    sometimes("signal", [&] { return below(64); });
    sometimes("cpu_time", [&] { return number(); });
    sometimes("peak_memory_bytes", [&] { return below(1'000'000); });
    sometimes("owner", [&] {
      return Json{{"boot_id", text()}, {"pid", below(3)}, {"start_ticks", below(9)}, {"x", any()}};
    });
  }
  Json object() {
    Json object = Json::object();
    for (std::uint64_t count = below(3); count > 0; --count) object[text()] = any();
    return object;
  }
  std::string uuid() {
    std::string id =
        fmt::format("{:08x}-0000-4000-8000-{:012x}", random_() >> 32U, random_() >> 16U);
    if (maybe()) std::ranges::transform(id, id.begin(), [](char c) { return c == 'a' ? 'A' : c; });
    return id;
  }
  Json entry() {
    Json entry = Json::object();
    set(entry, "task_type", [&] { return text(); });
    set(entry, "last_execution", [&] { return below(2'000'000'000); });
    set(entry, "last_status", [&] { return maybe() ? "success" : "failed"; });
    set(entry, "last_report_path", [&] { return text(); });
    set(entry, "last_task_run_id", [&] { return uuid(); });
    add_unknown(entry);
    return entry;
  }

  std::mt19937_64 random_;
};

TEST(RoundTripTest, AnyLogComesBackEqualAndIsKnownAgain) {
  const char* const given = std::getenv("ROTA_TEST_SEED");
  const std::uint64_t first =
      given == nullptr ? std::random_device()() : std::strtoull(given, nullptr, 10);
  for (std::uint64_t seed = first; seed < first + 2000; ++seed) {
    const Json file = RandomLog(seed).make();
    const auto log = open_memory_log();
    import_text(*log, file.dump());
    const std::string back = exported(*log);
    ASSERT_EQ(Json::parse(back).dump(), file.dump()) << "ROTA_TEST_SEED=" << seed;
    const ImportSummary again = import_text(*log, file.dump());
    ASSERT_EQ(again.imported, 0U) << "ROTA_TEST_SEED=" << seed;
    ASSERT_EQ(exported(*log), back) << "ROTA_TEST_SEED=" << seed;
    // And what is exported is a log of its own right.
    const auto other = open_memory_log();
    import_text(*other, back);
    ASSERT_EQ(exported(*other), back) << "ROTA_TEST_SEED=" << seed;
  }
}

// ---- executions that Rota made ----

void record_some(ExecutionLog& log) {
  ExecutionEnd end;
  end.inputs = {{"in.csv", 12, 1'700'000'000'000'000'000}};
  end.outputs = {{"out/a.csv", 0, 1'700'000'000'000'000'001}, {"b", 3, 4}};
  end.metrics = R"({"rows":2,"share":0.5})";
  end.exit_code = 0;
  end.output_path = ".rota/output/1.txt";
  end.cpu_time = std::chrono::microseconds(1'234'567);
  end.peak_memory_bytes = 99;
  log.record_task_execution({"t", "profiling", "1.2.0", R"({"threads":4})", "run", "never ran"},
                            end);
  log.record_task_execution({.task_id = "t"},
                            {.state = ExecutionState::failed, .message = "no =\"x\""});
  log.record_task_execution({.task_id = "t", .arguments = "{ }", .reason = "=1"},
                            {.state = ExecutionState::skipped_up_to_date, .signal = 9});
  log.record_task_execution({.task_id = "u"}, {.state = ExecutionState::timeout});
}

TEST(ExportTest, WhatRotaMadeComesToAnotherLogAsItWas) {
  const auto log = open_memory_log();
  record_some(*log);
  const auto other = open_memory_log();
  EXPECT_EQ(import_text(*other, exported(*log)).imported, 4U);
  const auto expected = log->get_task_execution_history({});
  const auto found = other->get_task_execution_history({});
  ASSERT_EQ(found.size(), 4U);
  for (std::size_t at = 0; at < found.size(); ++at) {
    EXPECT_EQ(found[at].task_run_id, expected[at].task_run_id);
    EXPECT_EQ(found[at].state(), expected[at].state());
    EXPECT_EQ(found[at].start.arguments, expected[at].start.arguments);
    EXPECT_EQ(found[at].end.metrics, expected[at].end.metrics);
    EXPECT_EQ(found[at].end.inputs, expected[at].end.inputs);
    EXPECT_EQ(found[at].end.outputs, expected[at].end.outputs);
    EXPECT_EQ(found[at].end.cpu_time, expected[at].end.cpu_time);
    EXPECT_EQ(found[at].owner, expected[at].owner);
    EXPECT_EQ(found[at].started_at, expected[at].started_at);
  }
  EXPECT_EQ(exported(*other), exported(*log));
}

TEST(ExportTest, IsKnownToTheLogThatItCameFrom) {
  const auto log = open_memory_log();
  record_some(*log);
  const ImportSummary summary = import_text(*log, exported(*log));
  EXPECT_EQ(summary.known, 4U);
  EXPECT_EQ(summary.imported, 0U);
}

TEST(ExportTest, IsOfTheOriginalSchema) {
  const auto log = open_memory_log();
  record_some(*log);
  const Json file = Json::parse(exported(*log));
  EXPECT_EQ(file["version"], "1.0.0");
  EXPECT_EQ(file["executions"].size(), 4U);
  const Json& first = file["executions"][0];
  for (const char* key :
       {"task_id", "task_type", "task_run_id", "timestamp", "success", "execution_time",
        "report_path", "input_files", "output_files", "hostname"}) {
    EXPECT_TRUE(first.contains(key)) << key;
  }
  EXPECT_EQ(first["state"], "success");
  EXPECT_EQ(first["arguments"]["threads"], 4);
  EXPECT_EQ(first["input_files"][0]["name"], "in.csv");
  EXPECT_EQ(file["tasks"]["t"]["last_status"], "failed");
  EXPECT_EQ(file["tasks"]["u"]["last_task_run_id"], file["executions"][3]["task_run_id"]);
}

TEST(ExportTest, TheReportOfWhatWasRecordedHereIsItsTag) {
  const auto log = open_memory_log();
  const std::string id = log->record_task_execution({.task_id = "t"}, {});
  log->update_execution_record(id, {.tags = R"({"report_path":"reports/t.json"})"});
  const Json file = Json::parse(exported(*log));
  EXPECT_EQ(file["executions"][0]["report_path"], "reports/t.json");
  EXPECT_EQ(file["tasks"]["t"]["last_report_path"], "reports/t.json");
  EXPECT_THAT(exported(*log, {.format = ExportFormat::csv}), HasSubstr(",reports/t.json,"));
  EXPECT_EQ(import_text(*log, file.dump()).known, 1U);
  const auto other = open_memory_log();
  import_text(*other, file.dump());
  EXPECT_EQ(exported(*other), exported(*log));
}

TEST(ExportTest, TheReportOfAnImportedOneIsAsItsRecordHadIt) {
  const auto log = open_memory_log();
  import_text(*log, original_log(1).dump());
  log->update_execution_record("0b6f1b8e-5c1d-4f0e-9a57-000000000000",
                               {.tags = R"({"report_path":"other.json"})"});
  const Json file = Json::parse(exported(*log));
  EXPECT_EQ(file["executions"][0]["report_path"], "/data/reports/0.json");
  EXPECT_EQ(file["tasks"]["t_0"]["last_report_path"], "/data/reports/0.json");
}

TEST(ExportTest, ATagThatIsNoTextIsNoReport) {
  const auto log = open_memory_log();
  const std::string id = log->record_task_execution({.task_id = "t"}, {});
  log->update_execution_record(id, {.tags = R"({"report_path":[1]})"});
  EXPECT_EQ(Json::parse(exported(*log))["executions"][0]["report_path"], "");
}

TEST(ExportTest, RunningExecutionsHaveNoPlaceInTheSchema) {
  const auto log = open_memory_log();
  record_some(*log);
  log->begin_execution({.task_id = "u"});
  std::string text;
  const auto take = [&](std::string_view piece) { text += piece; };
  const ExportSummary summary = export_execution_log(*log, take);
  EXPECT_EQ(summary.exported, 4U);
  EXPECT_EQ(summary.active, 1U);
  EXPECT_EQ(Json::parse(text)["tasks"]["u"]["last_status"], "failed");
  EXPECT_EQ(export_execution_log(*log, take, {.format = ExportFormat::jsonl}).exported, 5U);
}

TEST(ExportTest, FiltersByTaskAndState) {
  const auto log = open_memory_log();
  record_some(*log);
  ExportOptions options;
  options.filter.task_id = "u";
  const Json of_u = Json::parse(exported(*log, options));
  EXPECT_EQ(of_u["executions"].size(), 1U);
  EXPECT_EQ(of_u["tasks"].size(), 1U);
  options = {};
  options.format = ExportFormat::jsonl;
  options.filter.state = ExecutionState::failed;
  const std::string failed = exported(*log, options);
  EXPECT_EQ(std::ranges::count(failed, '\n'), 1);
}

TEST(ExportTest, CsvKeepsSpreadsheetsFromRunningCells) {
  const auto log = open_memory_log();
  for (const char* text : {"=1+1", "+1", "-1", "@x", "\tx", "\rx", "a\"b,c\nd", "fine", "'x", ""})
    log->record_task_execution({.task_id = text}, {.exit_code = -1});
  const std::string csv = exported(*log, {.format = ExportFormat::csv});
  EXPECT_THAT(csv, HasSubstr(",'=1+1,"));
  EXPECT_THAT(csv, HasSubstr(",'+1,"));
  EXPECT_THAT(csv, HasSubstr(",'-1,unknown,"));
  EXPECT_THAT(csv, HasSubstr(",'@x,"));
  EXPECT_THAT(csv, HasSubstr(",'\tx,"));
  EXPECT_THAT(csv, HasSubstr(",\"'\rx\","));
  EXPECT_THAT(csv, HasSubstr(",\"a\"\"b,c\nd\","));
  EXPECT_THAT(csv, HasSubstr(",fine,"));
  EXPECT_THAT(csv, HasSubstr(",{},-1,,"));
}

TEST(ExportTest, TextThatIsNoUtf8IsShownAndCounted) {
  const auto log = open_memory_log();
  log->record_task_execution({.task_id = "t"}, {.outputs = {{"a\xFF", 1, 2}}});
  std::string text;
  const ExportSummary summary =
      export_execution_log(*log, [&](std::string_view piece) { text += piece; });
  EXPECT_EQ(summary.replaced_texts, 1U);
  EXPECT_THAT(text, HasSubstr("a\xEF\xBF\xBD"));
}

TEST(ExportTest, ToAFileIsWholeOrNotAtAll) {
  const TemporaryFolder folder;
  const auto log = open_memory_log();
  record_some(*log);
  export_execution_log(*log, folder / "a.json");
  const auto other = open_memory_log();
  EXPECT_EQ(import_execution_log(*other, folder / "a.json").imported, 4U);
  const auto refused = [&](const std::filesystem::path& target) -> std::string {
    try {
      export_execution_log(*log, target);
    } catch (const ExchangeError& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_THAT(refused(folder.path()), HasSubstr("folder"));
  EXPECT_THAT(refused(folder / "none/a.json"), HasSubstr("No such file"));
  ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0600), 0);
  EXPECT_THAT(refused(folder / "fifo"), HasSubstr("no regular file"));
  std::filesystem::create_symlink("a.json", folder / "link");
  EXPECT_THAT(refused(folder / "link"), HasSubstr("symbolic link"));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 3);
}

TEST(ExportTest, AWriterThatFailsEndsTheExport) {
  const auto log = open_memory_log();
  record_some(*log);
  EXPECT_THROW(
      export_execution_log(*log, [](std::string_view) { throw std::runtime_error("full"); }),
      std::runtime_error);
  EXPECT_EQ(log->get_task_execution_history({}).size(), 4U);
}

}  // namespace
}  // namespace rota
