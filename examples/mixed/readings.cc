// SPDX-License-Identifier: Apache-2.0
// Two tasks in C++: read the measurements, and drop what no thermometer can have measured.
#include <rota/rota.h>

#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

constexpr const char* kSource = "temperatures.csv";
constexpr const char* kReadings = "work/readings.csv";
constexpr const char* kClean = "work/clean.csv";
constexpr const char* kHeader = "hour,station,celsius";

std::vector<std::string> read_lines(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  if (lines.empty() || lines.front() != kHeader)
    throw std::runtime_error(path.string() + ": its first line must be " + kHeader);
  return lines;
}

void write_lines(const std::filesystem::path& path, const std::vector<std::string>& lines) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream file(path);
  for (const std::string& line : lines) file << line << '\n';
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

// What a thermometer outdoors may show; text that is no number has no such value.
bool is_possible(const std::string& line) {
  const std::string text = line.substr(line.rfind(',') + 1);
  char* end = nullptr;
  const double celsius = std::strtod(text.c_str(), &end);
  return !text.empty() && *end == '\0' && std::abs(celsius) < 60;
}

class ImportTask : public rota::BaseTask {
 public:
  using BaseTask::BaseTask;
  void configure_operations() override {
    add_operation("read", [this](rota::OperationContext&) {
      track_input(kSource);
      const auto lines = read_lines(project_file(kSource));
      write_lines(project_file(kReadings), lines);
      track_output(kReadings);
      set_metric("readings", lines.size() - 1);
      return rota::OperationResult::success();
    });
  }
};

class CleanTask : public rota::BaseTask {
 public:
  using BaseTask::BaseTask;
  void configure_operations() override {
    add_operation("clean", [this](rota::OperationContext&) {
      track_input(kReadings);
      std::vector<std::string> lines = read_lines(project_file(kReadings));
      const std::size_t before = lines.size();
      std::erase_if(lines,
                    [](const std::string& line) { return line != kHeader && !is_possible(line); });
      write_lines(project_file(kClean), lines);
      track_output(kClean);
      set_metric("dropped", before - lines.size());
      return rota::OperationResult::success();
    });
  }
};

}  // namespace

ROTA_TASK(ImportTask, .task_id = "t_1I_import", .task_type = "import",
          .description = "Reads the temperatures of three stations", .version = "1.0.0");
ROTA_TASK(CleanTask, .task_id = "t_1C_clean", .task_type = "cleaning",
          .description = "Drops what no thermometer can have measured", .version = "1.0.0",
          .dependencies = {"t_1I_import"});
