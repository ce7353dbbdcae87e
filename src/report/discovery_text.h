// SPDX-License-Identifier: Apache-2.0
// What a discovery found, for a person and for a program. Pure functions; the rules of text.h and json.h hold.
#pragma once

#include <rota/discovery.h>
#include <rota/export.h>

#include <string>

namespace rota::inline v1 {

// `rota discover`: the plugins with their task classes, what was refused and why, ids that are there twice, and
// a line of figures.
ROTA_EXPORT std::string discovery_to_text(const Discovery& discovery);
// That last line alone, without its newline.
ROTA_EXPORT std::string discovery_summary(const Discovery& discovery);
// {plugins: [{file, module, task_ids, remark}], refused: [{file, reason, message}],
//  duplicates: [{task_id, kept, shadowed}], cache: {files_known, files_read, problem},
//  tasks: [as in `rota list`]}
ROTA_EXPORT std::string discovery_to_json(const Discovery& discovery);

}  // namespace rota::inline v1
