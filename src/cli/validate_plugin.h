// SPDX-License-Identifier: Apache-2.0
// Whether a plugin can be loaded and its task classes be made, found out in other processes. Nothing that the
// plugin does ends or blocks this one. Knows no command line.
#pragma once

#include "report/validation.h"
#include <rota/discovery.h>

#include <filesystem>
#include <stdexcept>
#include <stop_token>
#include <string>

namespace rota::cli {

struct ValidateOptions {
  double timeout_seconds = 10;  // for each step: to load the library, to make an instance, ...
  std::stop_token stop = {};
};

// Was thrown because a stop is requested; no child is left.
class ValidationInterrupted : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Tries the classes of `discovery`, which is that of `file` alone; with `only` no other one than that.
PluginValidation validate_plugin(const std::filesystem::path& file, const Discovery& discovery,
                                 const std::string& only, const ValidateOptions& options);

}  // namespace rota::cli
