// @Class@: writes a greeting to @name@.txt.
#include <rota/rota.h>

#include <fstream>
#include <string>

namespace {

class @Class@ : public rota::BaseTask {
 public:
  using BaseTask::BaseTask;

  // What it does, step by step. An exception, too, fails the task with its message.
  void configure_operations() override {
    add_operation("greet", [this](rota::OperationContext& operation) {
      const auto name = arguments().get<std::string>("name");
      const auto file = project_file("@name@.txt");
      std::ofstream out(file);
      out << "Hello, " << name << "!\n";
      out.close();
      if (!out) return rota::OperationResult::error(file.string() + " cannot be written");
      track_output(file);  // lost or changed, it is made again by the next `rota run`
      set_metric("letters", static_cast<int>(name.size()));
      operation.logger().info("greeted " + name);
      return rota::OperationResult::success();
    });
  }
};

// What it says of itself. `rota list` and `rota show` read it from the file without running any of this.
ROTA_TASK(@Class@, .task_id = "t_@word@", .task_type = "greeting",
          .description = "Writes a greeting", .version = "1.0.0", .author = "unknown",
          .dependencies = {},  // the ids of tasks that must have succeeded before
          .parameters = {{.name = "name", .type = rota::ParameterType::text, .default_value = "world",
                          .description = "who is greeted"}});

}  // namespace
