// SPDX-License-Identifier: Apache-2.0
// What a folder holds of what may be Python modules: files and folders whose names are identifiers. Knows nothing of
// rights, and not what is in a file.
#pragma once

#include "os/shared_bytes.h"

#include <optional>
#include <string_view>
#include <vector>

namespace rota::inline v1 {

enum class SourceEntryType : char {
  file = 'f',    // a regular file with the name of a module
  folder = 'd',  // with the name of a package
  other = '?',   // a link, or the file system does not say: it has to be looked at each time
};

struct SourceEntry {
  SourceEntryType type;
  std::string_view name;  // a NUL is behind it
};

inline constexpr std::string_view kPythonExtension = ".py";
inline constexpr std::string_view kPackageFile = "__init__.py";

// "flights.py", "__init__.py"; not "__main__.py", which is a program.
bool is_module_file(std::string_view name) noexcept;

// The listing of an open folder, by names; nothing, with errno set, where it cannot be read. That of a folder which
// holds an environment of Python's (pyvenv.cfg) is empty.
std::optional<SharedBytes> read_source_folder(int folder);
// Nothing where the bytes are no listing. The names stay as long as the bytes.
std::optional<std::vector<SourceEntry>> parse_source_folder(std::string_view bytes);

}  // namespace rota::inline v1
