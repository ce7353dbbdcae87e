// SPDX-License-Identifier: Apache-2.0
// What `rota validate` found out about plugins, as text and as JSON (see text.h and json.h). Knows nothing of
// how it was found out. Pure functions.
#pragma once

#include <rota/export.h>

#include <filesystem>
#include <string>
#include <vector>

namespace rota::inline v1 {

struct ValidationFailure {
  std::string task_id = {};  // empty: it is about the whole file
  std::string message = {};
  std::string output = {};  // the end of what the plugin wrote meanwhile
};

// A class that was not tried.
struct ClassNotMade {
  std::string task_id = {};
  std::string reason = {};
};

struct PluginValidation {
  std::filesystem::path file = {};
  std::vector<std::string> made = {};  // ids of the classes that an instance was made of
  std::vector<ClassNotMade> not_made = {};
  std::vector<ValidationFailure> failures = {};
  std::string note = {};  // why there is nothing to validate

  bool good() const noexcept { return failures.empty(); }
};

// A line for a file that is good, one for each failure of one that is not; below it what belongs to it.
ROTA_EXPORT std::string validation_to_text(const PluginValidation& plugin);
// "3 files: 2 good, 1 failed"
ROTA_EXPORT std::string validation_summary(const std::vector<PluginValidation>& plugins);
// {good, files: [{file, good, made: [task_id], not_made: [{task_id, reason}],
//  failures: [{task_id: null for the whole file, message, output}], note}]}
ROTA_EXPORT std::string validation_to_json(const std::vector<PluginValidation>& plugins);

}  // namespace rota::inline v1
