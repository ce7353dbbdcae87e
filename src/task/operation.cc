// SPDX-License-Identifier: Apache-2.0
#include <rota/base_task.h>
#include <rota/operation.h>

namespace rota::inline v1 {

std::string_view to_string(OperationStatus status) noexcept {
  constexpr std::string_view kNames[] = {"SUCCESS", "WARNING", "SKIPPED", "ERROR"};
  return kNames[static_cast<std::size_t>(status)];
}

const Arguments& OperationContext::arguments() const noexcept { return task_.arguments(); }
const Logger& OperationContext::logger() const noexcept { return task_.logger(); }
bool OperationContext::cancelled() const noexcept { return task_.stop_requested(); }

}  // namespace rota::inline v1
