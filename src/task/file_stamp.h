// SPDX-License-Identifier: Apache-2.0
// How files are found at one moment, as the log keeps it. Knows nothing of what the files are for.
#pragma once

#include <rota/base_task.h>

#include <filesystem>
#include <optional>
#include <vector>

namespace rota::inline v1 {

// Nothing, with errno set, where the file cannot be looked at. A path inside `root` is made relative to it.
std::optional<FileStamp> stamp_file(const std::filesystem::path& file,
                                    const std::filesystem::path& root);

// The stamps of files, each once, in their order: the one that was taken, else one taken now. A file that
// cannot be looked at is left out, or where `all_must_exist` it is an Error that names it.
std::vector<FileStamp> stamp_files(const std::vector<TrackedFile>& files,
                                   const std::filesystem::path& root, bool all_must_exist);

// Gives stamps of regular files the hash of their content, as long as the file is as its stamp says; the
// others, and what cannot be read, stay without. A hash that `log` has of a file with that name, size and time
// is taken from there; null: no log is asked.
void add_content_hashes(std::vector<FileStamp>& stamps, const std::filesystem::path& root,
                        const ExecutionLog* log);

}  // namespace rota::inline v1
