// SPDX-License-Identifier: Apache-2.0
// One candidate: is it a file that may be trusted, and what does it say? From the cache where that knows it,
// else from the file. Does not know other candidates.
#pragma once

#include "discovery/file_identity.h"
#include "discovery/lock_file.h"
#include "discovery/plugin_cache.h"
#include "discovery/plugin_content.h"
#include "discovery/scan.h"
#include "discovery/trust.h"

#include <optional>
#include <string>

namespace rota::inline v1 {

// What all candidates of a discovery are held against. Safe from several threads.
struct FileRules {
  const PluginCache& cache;
  const AllowList& allowed;
  const std::optional<LockFile>& lock;
};

struct FileFindings {
  std::optional<Refusal> refusal;        // of the file as a whole: the rest is empty
  std::optional<FileIdentity> identity;  // nothing where it could not even be looked at
  PluginContent content;
  bool from_cache = false;
};

// A folder with candidates, open.
struct OpenFolder {
  int fd = -1;
  const std::string& path;
  bool is_allowed =
      true;  // the answer of the allow-list, which is asked again only for a link out of it
};

FileFindings check_file(const OpenFolder& folder, FolderListing::Entry file,
                        const FileRules& rules);

}  // namespace rota::inline v1
