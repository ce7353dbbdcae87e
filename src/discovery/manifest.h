// SPDX-License-Identifier: Apache-2.0
// What one note of a plugin says of one task class (the format is in rota/plugin.h). Knows nothing of
// files: the note may come from a plugin or from this program.
#pragma once

#include "discovery/refusal.h"
#include <rota/task_metadata.h>

#include <string_view>

namespace rota::inline v1 {

// The metadata of a note's descriptor, with the tags of its docstring applied. Everything is checked; the
// values are not (validate_task_class does that).
OrRefusal<TaskMetadata> parse_manifest(std::string_view descriptor);

}  // namespace rota::inline v1
