// SPDX-License-Identifier: Apache-2.0
// The trees from which json.h's texts are made, for those that hold one another.
#pragma once

#include "report/json_text.h"
#include <rota/arguments.h>
#include <rota/execution_log.h>
#include <rota/task_metadata.h>

namespace rota::inline v1 {

Json arguments_tree(const Arguments& arguments);
Json task_tree(const TaskMetadata& task);
Json execution_tree(const Execution& execution);

}  // namespace rota::inline v1
