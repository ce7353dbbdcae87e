// SPDX-License-Identifier: Apache-2.0
// Which libraries an ELF file needs from beside itself: the DT_NEEDED names, and the folders of its run path that
// begin with $ORIGIN (System V ABI, "Shared Object Dependencies"). Loads none of them.
#pragma once

#include "discovery/elf_file.h"

#include <filesystem>
#include <string>
#include <vector>

namespace rota::inline v1 {

struct ElfDependencies {
  std::vector<std::string> needed;  // file names, in their order
  std::vector<std::filesystem::path>
      run_path;  // with $ORIGIN replaced; folders without it are left out
};

// `origin` is the folder that $ORIGIN means.
OrRefusal<ElfDependencies> read_elf_dependencies(const ElfFile& file,
                                                 const std::filesystem::path& origin);

}  // namespace rota::inline v1
