// SPDX-License-Identifier: Apache-2.0
// The names of states, and the interface's destructor.
#include <rota/execution_log.h>

#include <array>
#include <cstddef>

namespace rota::inline v1 {
namespace {

// By the state's number.
constexpr std::array<std::string_view, 10> kNames = {
    "submitted",          "running",         "success", "failed", "timeout", "cancelled", "lost",
    "skipped_up_to_date", "upstream_failed", "blocked",
};

}  // namespace

std::string_view to_string(ExecutionState state) noexcept {
  const auto number = static_cast<std::size_t>(state);
  return number < kNames.size() ? kNames[number] : "unknown";
}

std::optional<ExecutionState> parse_execution_state(std::string_view name) noexcept {
  for (std::size_t number = 0; number < kNames.size(); ++number) {
    if (kNames[number] == name) return static_cast<ExecutionState>(number);
  }
  return std::nullopt;
}

std::string_view to_string(KeptBecause reason) noexcept {
  switch (reason) {
    case KeptBecause::active:
      return "active";
    case KeptBecause::latest_success:
      return "latest_success";
    case KeptBecause::makes_existing_file:
      return "makes_existing_file";
  }
  return "unknown";
}

bool is_active(ExecutionState state) noexcept {
  return state == ExecutionState::submitted || state == ExecutionState::running;
}

LogSnapshot::~LogSnapshot() = default;
ExecutionLog::~ExecutionLog() = default;

}  // namespace rota::inline v1
