// SPDX-License-Identifier: Apache-2.0
// A task whose operations are C functions of a plugin (the structures are in rota/plugin.h). Knows nothing of
// files.
#pragma once

#include <rota/base_task.h>
#include <rota/plugin.h>

#include <memory>

namespace rota::inline v1 {

// `entry`, like all of a plugin, lives as long as the process. Throws TaskRegistryError where it has no
// operation that can be run.
std::unique_ptr<BaseTask> make_c_task(const rota_task& entry, const Arguments& arguments);

}  // namespace rota::inline v1
