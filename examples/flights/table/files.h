// SPDX-License-Identifier: Apache-2.0
// Whole files, read and written so that nobody ever sees half of one. Knows nothing of what is in
// them.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

namespace flights {

// One line: which file, what was wrong, and what to do where that is known.
class FileError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

std::string read_file(const std::filesystem::path& path);

// A file of that name, or, where there is only `path`.zip, the member of that name inside it.
// `found` is the file that was read.
std::string read_file_or_zip(const std::filesystem::path& path, std::filesystem::path& found);

// Makes the folder, writes to a temporary name beside `path`, syncs, and renames: whatever happens,
// `path` is the old file or the new one.
void write_file(const std::filesystem::path& path, std::string_view bytes);

// Gives a finished file its final name, durably.
void rename_file(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace flights
