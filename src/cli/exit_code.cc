// SPDX-License-Identifier: Apache-2.0
#include "cli/exit_code.h"

#include "cli/output.h"
#include <rota/rota.h>

namespace rota::cli {
namespace {

int exit_code_of(const std::exception& error) {
  if (dynamic_cast<const UsageError*>(&error) != nullptr) return kUsage;
  if (dynamic_cast<const ArgumentError*>(&error) != nullptr) return kUsage;
  if (dynamic_cast<const PlanError*>(&error) != nullptr) return kInvalidGraph;
  if (dynamic_cast<const AlreadyRunningError*>(&error) != nullptr) return kAlreadyRunning;
  if (dynamic_cast<const LogError*>(&error) != nullptr) return kLogFailed;
  return kFailed;
}

}  // namespace

int report_error(const std::exception& error) {
  const int status = exit_code_of(error);
  status == kInvalidGraph ? print_error_lines(error.what()) : print_error(error.what());
  return status;
}

}  // namespace rota::cli
