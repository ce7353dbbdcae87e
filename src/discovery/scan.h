// SPDX-License-Identifier: Apache-2.0
// Which files are candidates for plugins: the *.so files of roots and packages, in their declared order.
// Opens none of them.
#pragma once

#include <rota/discovery.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace rota::inline v1 {

struct Candidate {
  std::filesystem::path file;
  std::string module;  // the dotted path below its root: scripts.tasks.flights
};

struct Scan {
  std::vector<Candidate> candidates;
  std::vector<RefusedFile> refused;  // folders that cannot be read
};

// Throws TaskRegistryError for a package that is no dotted path.
Scan scan(const DiscoveryQuery& query);

// Parts of 1 or more A-Z a-z 0-9 _ - with dots between: nothing that could lead out of a root.
bool is_package_path(std::string_view package) noexcept;

}  // namespace rota::inline v1
