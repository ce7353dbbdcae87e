// SPDX-License-Identifier: Apache-2.0
// What a file was made from, or what was made from it, for people, programs and drawing programs. Pure
// functions; each needs as much as it gives, however long the chain is.
#pragma once

#include <rota/export.h>
#include <rota/lineage.h>

#include <string>

namespace rota::inline v1 {

// A line of figures, then for each execution, nearest first, what it read and made, a line each.
ROTA_EXPORT std::string lineage_to_text(const Lineage& lineage);
// {path, direction: "up" or "down", files: [{file, path, task_run_id: of its producer or null}],
//  executions: [as of execution_to_json], uses: [{task_run_id, use: "read" or "made", file, size_bytes,
//  mtime_nanoseconds, content_hash}]}; a file is named by its number, since a path may have several
// versions.
ROTA_EXPORT std::string lineage_to_json(const Lineage& lineage);
// For Graphviz; arrows go the way that the data go.
ROTA_EXPORT std::string lineage_to_dot(const Lineage& lineage);

}  // namespace rota::inline v1
