// SPDX-License-Identifier: Apache-2.0
// exchange_probe make FILE COUNT random|ordered: a JSON log of so many executions of 1,000 tasks, as the original writes
// them, with random ids as it makes them, or with ids in order.
// exchange_probe import LOG FILE: takes it into a log; also tells the most memory that the process has used.
// exchange_probe export LOG FILE: writes the log to the file; the same.
#include "probe.h"
#include <rota/rota.h>

#include <cinttypes>
#include <cstdio>
#include <random>
#include <string>
#include <string_view>

namespace {

constexpr std::size_t kTasks = 1000;

// One execution with a file in and a file out, 480 bytes.
std::string record_text(std::size_t at, bool random) {
  static std::mt19937_64 numbers(20261127);
  const std::uint64_t id = random ? numbers() : at;
  char text[800];
  const auto second = static_cast<unsigned>(at % 60);
  const auto minute = static_cast<unsigned>(at / 60 % 60);
  const auto hour = static_cast<unsigned>(at / 3600 % 24);
  const auto day = static_cast<unsigned>(at / 86'400 % 28 + 1);
  const int size = std::snprintf(
      text, sizeof text,
      R"({"task_id": "t_%zu", "task_type": "profiling", "task_run_id": "%08x-5c1d-4f0e-9a57-%012)" PRIx64
      R"(", )"
      R"("timestamp": "2025-05-%02uT%02u:%02u:%02u.123456", "success": %s, "execution_time": 1.25, )"
      R"("report_path": "/data/reports/%zu.json", "input_files": [{"name": "customers", "path": )"
      R"("/data/in/customers_%zu.csv"}], "output_files": [{"path": "/data/out/profile_%zu.csv", "type": "csv", )"
      R"("description": "profile of the customers"}], "hostname": "mill"})",
      at % kTasks, static_cast<unsigned>(id >> 32U), id & 0xFFFF'FFFF'FFFFU, day, hour, minute,
      second, at % 1009 == 1008 ? "false" : "true", at, at % 5000, at);
  return {text, static_cast<std::size_t>(size)};
}

int make(const char* path, std::size_t count, bool random) {
  std::FILE* const file = std::fopen(path, "w");
  if (file == nullptr) probe::fail("the file cannot be made");
  std::fputs("{\"version\": \"1.0.0\", \"executions\": [\n", file);
  for (std::size_t at = 0; at < count; ++at) {
    if (at > 0) std::fputs(",\n", file);
    const std::string text = record_text(at, random);
    std::fwrite(text.data(), 1, text.size(), file);
  }
  std::fputs("\n]}\n", file);
  return std::fclose(file) == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc >= 4 ? argv[1] : "";
  if (what == "make" && argc == 5)
    return make(argv[2], std::stoul(argv[3]), std::string_view(argv[4]) == "random");
  if (what != "import" && what != "export")
    probe::fail(
        "usage: exchange_probe make FILE COUNT random|ordered, import LOG FILE, export LOG FILE");
  const auto log = rota::open_sqlite_log(argv[2]);
  log->find_latest_execution("nobody", true);  // the file is made and open
  return probe::measure([&] {
    if (what == "export") return rota::export_execution_log(*log, std::string(argv[3])).exported;
    return rota::import_execution_log(*log, argv[3], {.time_zone = "UTC"}).imported;
  });
}
