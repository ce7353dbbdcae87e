// SPDX-License-Identifier: Apache-2.0
// What a discovery found, for a person and for a program. Pure functions; the rules of text.h and json.h hold.
#pragma once

#include <rota/discovery.h>
#include <rota/export.h>
#include <rota/python_source.h>

#include <string>

namespace rota::inline v1 {

// `rota discover`: the plugins and the Python files with their task classes, what was refused and why, what cannot be
// told, ids that are there twice, and a line of figures. `python` has yielded to the plugins.
ROTA_EXPORT std::string discovery_to_text(const Discovery& discovery,
                                          const PythonDiscovery& python = {});
// That last line alone, without its newline.
ROTA_EXPORT std::string discovery_summary(const Discovery& discovery,
                                          const PythonDiscovery& python = {});
// {plugins: [{file, module, task_ids, remark}], refused: [{file, reason, message}],
//  duplicates: [{task_id, kept, shadowed}], cache: {files_known, files_read, problem},
//  python: {files: [{file, module, task_ids}], uncertain: [{file, line, class_name, reason}],
//           cache: {files_known, files_read, problem}, problem},
//  tasks: [as in `rota list`]}
ROTA_EXPORT std::string discovery_to_json(const Discovery& discovery,
                                          const PythonDiscovery& python = {});

}  // namespace rota::inline v1
