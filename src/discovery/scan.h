// SPDX-License-Identifier: Apache-2.0
// Which files are candidates for plugins: the *.so files of roots and packages, in their declared order. Looks
// at folders only, opens no file.
#pragma once

#include <rota/discovery.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace rota::inline v1 {

struct CandidateFolder {
  std::filesystem::path folder;
  std::string module;              // its dotted path below its root: scripts.tasks
  std::vector<std::string> names;  // the files in it, sorted

  std::filesystem::path file(std::size_t index) const { return folder / names[index]; }
  std::string file_name(std::size_t index) const { return folder.native() + '/' + names[index]; }
  std::string module_of(std::size_t index) const;
};

struct Scan {
  std::vector<CandidateFolder> folders;
  std::vector<RefusedFile> refused;  // folders that cannot be read or trusted
};

// Throws TaskRegistryError for a package that is no dotted path.
Scan scan(const DiscoveryQuery& query);

}  // namespace rota::inline v1
