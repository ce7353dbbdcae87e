// SPDX-License-Identifier: Apache-2.0
// What one note of a plugin says of one task class (the format is in rota/plugin.h). Knows nothing of
// files: the note may come from a plugin or from this program.
#pragma once

#include "discovery/refusal.h"
#include <rota/task_metadata.h>

#include <optional>
#include <string_view>

namespace rota::inline v1 {

// The metadata of a note's descriptor, with the tags of its docstring applied. Everything is checked; the
// values are not (validate_task_class does that).
OrRefusal<TaskMetadata> parse_manifest(std::string_view descriptor);
// The same into `metadata`, which holds the defaults before; what it holds after a refusal does not count.
std::optional<Refusal> read_manifest(std::string_view descriptor, TaskMetadata& metadata);

// Its id, where it is plain at once that it is sound: it parses, and validate_task_class finds nothing wrong with it. The
// rest, of which some are sound too, gives nothing and must be parsed. Takes no memory; the id is a view into it.
std::string_view sound_manifest_task_id(std::string_view descriptor);

// The same for one that is known to be sound, unchecked.
std::string_view manifest_task_id(std::string_view descriptor) noexcept;

}  // namespace rota::inline v1
