// SPDX-License-Identifier: Apache-2.0
// Folders and files below a root that nobody leads elsewhere: no symbolic link on the way is followed. Knows
// nothing of what is in them.
#pragma once

#include "os/file.h"

#include <filesystem>

namespace rota::inline v1 {

// Opens the folder `relative` below `root`, and makes what is missing of it (mode 0700). Invalid with errno set
// where it cannot; a link on the way is ENOTDIR or ELOOP.
UniqueFd open_folder_below(const std::filesystem::path& root,
                           const std::filesystem::path& relative) noexcept;

// Makes the file `relative` below `root` (mode 0600), with its folders, for reading and writing. One that is
// there is emptied; a link is refused.
UniqueFd create_file_below(const std::filesystem::path& root,
                           const std::filesystem::path& relative) noexcept;

}  // namespace rota::inline v1
