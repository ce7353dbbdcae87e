// SPDX-License-Identifier: Apache-2.0
// A task that makes the file `to` of the files in `from`, named with ':' between them. Where there is a file
// "fail", it writes and then fails.
#include <rota/rota.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace {

class CopyTask : public rota::BaseTask {
 public:
  using BaseTask::BaseTask;

  void configure_operations() override {
    add_operation("copy", [this](rota::OperationContext&) { return copy(); });
  }

 private:
  rota::OperationResult copy() {
    const auto to = arguments().get<std::string>("to");
    std::string content;
    for (const auto& from : rota::parse_search_path(arguments().get<std::string>("from"))) {
      track_input(from);
      std::getline(std::ifstream(project_file(from)), content, '\0');
    }
    std::ofstream(project_file(to)) << content << '+';
    track_output(to);
    if (std::filesystem::exists(project_file("fail"))) return rota::OperationResult::error("told");
    return rota::OperationResult::success();
  }
};
ROTA_TASK(CopyTask, .task_id = "t_copy", .task_type = "copy",
          .parameters = {{.name = "from", .type = rota::ParameterType::text, .required = true},
                         {.name = "to", .type = rota::ParameterType::text, .required = true}});

}  // namespace
