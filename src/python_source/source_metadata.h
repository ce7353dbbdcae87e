// SPDX-License-Identifier: Apache-2.0
// What a task class says of itself, put together from its own source and that of all that it inherits from. Does not
// know how its bases were found.
#pragma once

#include "python_source/source_record.h"
#include <rota/task_metadata.h>

#include <span>
#include <string>

namespace rota::inline v1 {

struct SourceMetadata {
  TaskMetadata metadata = {};
  bool takes_any = false;
  // Its constructor takes task_id, task_type and description, or passes them to that of its base.
  bool is_constructible = true;
  std::string computed = {};  // the field that only running the code would tell; else empty
  std::string refusal = {};   // what is wrong, where it cannot be said in metadata
};

// `line`: itself, then those that it inherits from, in the order in which they are asked.
SourceMetadata read_source_metadata(std::span<const SourceClass* const> line);

}  // namespace rota::inline v1
