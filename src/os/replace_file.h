// SPDX-License-Identifier: Apache-2.0
// Writes a file so that whoever looks sees the old one or the new one, whole. Knows nothing of the content.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>

namespace rota::inline v1 {

// Writes to a temporary name in the same folder, syncs, and renames; a symbolic link at `path` is replaced, not
// followed. Gives the reason where it could not be done, else an empty text; then all is as it was.
std::string replace_file(const std::filesystem::path& path, std::string_view content, mode_t mode);

}  // namespace rota::inline v1
