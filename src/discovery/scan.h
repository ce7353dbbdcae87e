// SPDX-License-Identifier: Apache-2.0
// Which files are candidates for plugins: the *.so files of roots and packages, in their declared order. Looks
// at folders only, opens no file.
#pragma once

#include <rota/discovery.h>

#include <memory>
#include <string>
#include <vector>

namespace rota::inline v1 {

struct CandidateFolder {
  struct Name {
    std::string name;
    bool is_regular = false;  // the folder says that it is a regular file; else it may be anything

    friend auto operator<=>(const Name&, const Name&) = default;
  };

  std::shared_ptr<const PluginFolder> folder;
  std::vector<Name> names;  // of the files in it, sorted
};

struct Scan {
  std::vector<CandidateFolder> folders;
  std::vector<RefusedFile> refused;  // folders that cannot be read or trusted
};

// Throws TaskRegistryError for a package that is no dotted path.
Scan scan(const DiscoveryQuery& query);

}  // namespace rota::inline v1
