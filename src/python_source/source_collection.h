// SPDX-License-Identifier: Apache-2.0
// The files of a query with what they say, and those beside them that hold bases of their classes. Makes no task class.
#pragma once

#include "python_source/class_linking.h"
#include "python_source/source_reading.h"
#include "python_source/source_scan.h"

#include <deque>
#include <set>
#include <string>
#include <vector>

namespace rota::inline v1 {

class SourceCollection {
 public:
  SourceCollection(const DiscoveryQuery& query, const SourceCache& cache);

  const std::vector<ReadSource>& sources() const noexcept { return sources_; }
  LinkedClasses take_classes() { return std::move(linked_); }

  // Of the query alone.
  const std::vector<RefusedFile>& refused() const noexcept { return refused_; }
  const std::string& problem() const noexcept { return problem_; }
  std::size_t files_known() const noexcept { return files_known_; }
  std::size_t files_read() const noexcept { return files_read_; }
  // What the cache did not know, and what it knew, with the folders.
  const std::vector<CachedSource>& fresh() const noexcept { return fresh_; }
  const std::vector<CachedSource>& known() const noexcept { return known_; }

 private:
  void take(const DiscoveryQuery& query, bool is_asked_for);
  bool look_for_bases(const DiscoveryQuery& query);

  const SourceCache& cache_;
  std::deque<SourceScan> scans_;
  std::vector<ReadSource> sources_;
  LinkedClasses linked_;
  std::set<std::string> paths_;                            // of all files
  std::set<std::pair<std::string, std::string>> modules_;  // roots and modules that were looked for
  std::vector<RefusedFile> refused_;
  std::string problem_;
  std::size_t files_known_ = 0;
  std::size_t files_read_ = 0;
  std::vector<CachedSource> fresh_;
  std::vector<CachedSource> known_;
};

}  // namespace rota::inline v1
