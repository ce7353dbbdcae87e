// SPDX-License-Identifier: Apache-2.0
// Executions on threads of this process: nothing isolates them from each other or from it.
#pragma once

#include "executor/executor.h"

#include <filesystem>
#include <memory>
#include <stop_token>

namespace rota::inline v1 {

// `stop` is seen by all tasks at once, without a cancel() for each. A timeout asks the task to end; nothing can
// force it. With no thread it runs nothing. Destroying it withdraws what has not begun and waits for the rest.
// reconcile() waits for the workers of runners of that project that were killed.
std::unique_ptr<Executor> make_inline_executor(std::size_t threads, std::stop_token stop = {},
                                               std::filesystem::path project_root = {});

}  // namespace rota::inline v1
