// SPDX-License-Identifier: Apache-2.0
// The files that `rota new` writes, as the build took them from templates/plugin. Does not know what is
// filled in.
#pragma once

#include <span>
#include <string_view>

namespace rota::cli {

struct TemplateFile {
  std::string_view path;  // below the new folder
  std::string_view text;
};

std::span<const TemplateFile> plugin_template() noexcept;

}  // namespace rota::cli
