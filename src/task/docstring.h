// SPDX-License-Identifier: Apache-2.0
// Tags of a docstring, for a caller who knows which fields were declared.
#pragma once

#include <rota/task_metadata.h>

#include <string_view>

namespace rota::inline v1 {

// Which fields a class declares itself: no tag changes them, be they equal to the default or not.
struct DeclaredFields {
  bool task_type = false;
  bool description = false;
  bool version = false;
  bool author = false;
  bool dependencies = false;
};

void apply_docstring(std::string_view docstring, const DeclaredFields& declared,
                     TaskMetadata& metadata);

}  // namespace rota::inline v1
