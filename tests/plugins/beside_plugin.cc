// SPDX-License-Identifier: Apache-2.0
// Needs a library from its own folder, by $ORIGIN, and asks the loader where it was loaded from.
#include <rota/rota.h>

#include <dlfcn.h>

#include <filesystem>

extern "C" int number_from_beside();

class BesideTask : public rota::BaseTask {
 public:
  BesideTask() : BaseTask("t_beside", "test", describe()) {}
  void configure_operations() override {
    add_operation("nothing",
                  [](rota::OperationContext&) { return rota::OperationResult::success(); });
  }

 private:
  static std::string describe() {
    Dl_info info{};
    ::dladdr(reinterpret_cast<void*>(&describe), &info);
    return std::to_string(number_from_beside()) + " from beside, at " +
           std::filesystem::canonical(info.dli_fname).string();
  }
};
ROTA_TASK(BesideTask, .task_id = "t_beside");
