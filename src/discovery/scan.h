// SPDX-License-Identifier: Apache-2.0
// Which files are candidates for plugins: the *.so files of roots and packages, in their declared order. Looks
// at folders only, opens no file. A folder that is known is not read again, but its rights are looked at.
#pragma once

#include "discovery/file_identity.h"
#include "discovery/folder_listing.h"
#include <rota/discovery.h>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace rota::inline v1 {

struct CandidateFolder {
  std::shared_ptr<const PluginFolder> folder;
  SharedBytes names;                        // hold the names of the files
  std::vector<FolderListing::Entry> files;  // by names; no folders
};

// A folder that was read, as it was found before.
struct ReadFolder {
  FileIdentity identity;
  SharedBytes listing;  // FolderListing::bytes
};

struct Scan {
  std::vector<CandidateFolder> folders;
  std::vector<RefusedFile> refused;  // folders that cannot be read or trusted
  std::vector<ReadFolder> read;      // those that were not known
};

// Gives the listing of a folder that is known, and not changed since.
using KnownFolders = std::function<std::optional<FolderListing>(const FileIdentity&)>;

// Throws TaskRegistryError for a package that is no dotted path.
void require_package_paths(const DiscoveryQuery& query);

// Throws as require_package_paths().
Scan scan(const DiscoveryQuery& query, const KnownFolders& known);

}  // namespace rota::inline v1
