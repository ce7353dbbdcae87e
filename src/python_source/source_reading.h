// SPDX-License-Identifier: Apache-2.0
// What the files of a scan say: from the cache, without Python where it is plain that a file holds no task, else from
// one process of Python. Knows nothing of task classes.
#pragma once

#include "python_source/class_linking.h"
#include "python_source/source_cache.h"
#include "python_source/source_scan.h"
#include <rota/discovery.h>

#include <string>
#include <vector>

namespace rota::inline v1 {

struct SourceReading {
  std::vector<ReadSource> sources = {};  // those that hold classes, in the order of the scan
  std::vector<RefusedFile> refused = {};
  std::vector<CachedSource> fresh = {};  // what the cache did not know, and may
  std::vector<CachedSource> known = {};  // what it knew
  std::size_t files_known = 0;
  std::size_t files_read = 0;
  std::string problem = {};  // why files were not looked at; mostly empty
};

// The scan must stay as long as the sources.
SourceReading read_sources(const SourceScan& scan, const SourceCache& cache);

}  // namespace rota::inline v1
