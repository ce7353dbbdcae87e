// SPDX-License-Identifier: Apache-2.0
// Whether other hosts may have the same files before them. Knows nothing of what is in the files.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>

namespace rota::inline v1 {

// The name of the file system that the path is on, where several hosts share it or may share it ("nfs",
// "smb", "9p", "fuse" ...); empty: it is of this host alone, or cannot be asked. A fuse file system may be
// anything, and counts as shared unless it is on a disk of its own.
std::string shared_file_system(const std::filesystem::path& path);

// The same for what statfs(2) calls its type, and the device of the path as stat(2) gives it.
std::string shared_file_system_of_type(std::uint32_t type, dev_t device);

}  // namespace rota::inline v1
