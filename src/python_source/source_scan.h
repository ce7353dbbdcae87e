// SPDX-License-Identifier: Apache-2.0
// Which Python files belong to a query: the modules of its roots and packages, in their declared order. Looks at
// folders and files, opens no file.
#pragma once

#include "discovery/file_identity.h"
#include "discovery/refusal.h"
#include "os/shared_bytes.h"
#include <rota/discovery.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rota::inline v1 {

struct SourceFile {
  std::string path = {};
  std::string module = {};                       // "scripts.tasks.flights"
  std::shared_ptr<const std::string> root = {};  // what must be on sys.path for that
  bool is_package = false;                       // an __init__.py
  FileIdentity identity = {};
  // Why it may not become code. It is told only where the file could hold a task.
  std::optional<Refusal> distrust = {};
};

// A folder that was read, as it was found before.
struct ReadSourceFolder {
  FileIdentity identity;
  SharedBytes listing;
};

struct SourceScan {
  std::vector<SourceFile> files;
  std::vector<RefusedFile> refused;  // folders that cannot be read or trusted, and what is no file
  std::vector<ReadSourceFolder> read;  // folders that were not known
};

// Gives the listing of a folder that is known, and not changed since.
using KnownSourceFolders = std::function<std::optional<SharedBytes>(const FileIdentity&)>;

// Throws TaskRegistryError for a package that is no dotted path.
SourceScan scan_sources(const DiscoveryQuery& query, const KnownSourceFolders& known);

}  // namespace rota::inline v1
