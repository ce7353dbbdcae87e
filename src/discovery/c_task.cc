// SPDX-License-Identifier: Apache-2.0
#include "discovery/c_task.h"

#include <set>
#include <stdexcept>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

class CTask final : public BaseTask {
 public:
  CTask(const rota_task& entry, const Arguments& arguments) : BaseTask(arguments), entry_(entry) {}
  ~CTask() override { close(); }

  bool initialize() override {
    const Host host(*this, nullptr);
    rota_error error{};
    error.size = sizeof error;
    if (entry_.open != nullptr) {
      const bool failed = entry_.open(&host.functions(), &state_, &error) != 0;
      opened_ = !failed;
      if (failed || !host.failure().empty()) throw std::runtime_error(text(error, host));
    }
    opened_ = true;
    return true;
  }

  void configure_operations() override {
    for (const rota_operation* at = entry_.operations; at != nullptr; at = at->next) {
      add_operation(at->name,
                    [this, at](OperationContext& context) { return run_one(*at, context); });
    }
  }

  bool finalize(bool) override {
    close();
    return true;
  }

 private:
  // What the C functions of rota_host work on. An exception must not cross C: it is kept as a failure.
  class Host {
   public:
    Host(CTask& task, OperationContext* operation) : task_(task), operation_(operation) {
      functions_.context = this;
    }
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;

    const rota_host& functions() const noexcept { return functions_; }
    const std::string& failure() const noexcept { return failure_; }

   private:
    template <class Function>
    int attempt(Function function) noexcept {
      try {
        function();
        return 0;
      } catch (const std::exception& error) {
        if (failure_.empty()) failure_ = error.what();
        return 1;
      }
    }

    static Host& of(void* context) noexcept { return *static_cast<Host*>(context); }
    static const char* argument(void* context, const char* name) noexcept {
      Host& host = of(context);
      const char* found = nullptr;
      host.attempt([&] {
        const Value* value = host.task_.arguments().find(name);
        if (value != nullptr && !value->is_null())
          found = host.texts_.insert(value->to_text()).first->c_str();
      });
      return found;
    }
    static void log(void* context, int level, const char* text) noexcept {
      const int known = std::min(std::max(level, int{ROTA_LOG_DEBUG}), int{ROTA_LOG_ERROR});
      of(context).task_.logger().log(static_cast<LogLevel>(known), text);
    }
    static int cancelled(void* context) noexcept {
      const Host& host = of(context);
      return (host.operation_ == nullptr ? host.task_.stop_requested()
                                         : host.operation_->cancelled())
                 ? 1
                 : 0;
    }
    static int track_input(void* context, const char* path) noexcept {
      return of(context).attempt([&] { of(context).task_.track_input(path); });
    }
    static int track_output(void* context, const char* path) noexcept {
      return of(context).attempt([&] { of(context).task_.track_output(path); });
    }
    static int set_metric(void* context, const char* name, double value) noexcept {
      return of(context).attempt([&] { of(context).task_.set_metric(name, value); });
    }

    CTask& task_;
    OperationContext* operation_;
    std::set<std::string> texts_;  // arguments that were asked for
    std::string failure_;
    rota_host functions_{sizeof(rota_host),
                         ROTA_PLUGIN_ABI_MAJOR,
                         ROTA_PLUGIN_ABI_MINOR,
                         nullptr,
                         &argument,
                         &log,
                         &cancelled,
                         &track_input,
                         &track_output,
                         &set_metric};
  };

  static std::string text(rota_error& error, const Host& host) {
    error.text[sizeof error.text - 1] = '\0';
    if (error.text[0] != '\0') return error.text;
    return host.failure().empty() ? "it failed and did not say why" : host.failure();
  }

  OperationResult run_one(const rota_operation& operation, OperationContext& context) {
    const Host host(*this, &context);
    rota_error error{};
    error.size = sizeof error;
    const bool failed = operation.run(state_, &host.functions(), &error) != 0;
    if (failed || !host.failure().empty()) return OperationResult::error(text(error, host));
    return OperationResult::success();
  }

  void close() {
    if (opened_ && entry_.close != nullptr) entry_.close(state_);
    opened_ = false;
  }

  const rota_task& entry_;
  void* state_ = nullptr;
  bool opened_ = false;
};

}  // namespace

std::unique_ptr<BaseTask> make_c_task(const rota_task& entry, const Arguments& arguments) {
  if (entry.operations == nullptr) {
    throw TaskRegistryError("it has neither a function `create` nor an operation; build it again");
  }
  for (const rota_operation* at = entry.operations; at != nullptr; at = at->next) {
    if (at->size >= sizeof(rota_operation) && at->name != nullptr && at->run != nullptr) continue;
    throw TaskRegistryError(
        "one of its operations has no name or no function; mend and build it again");
  }
  return std::make_unique<CTask>(entry, arguments);
}

}  // namespace rota::inline v1
