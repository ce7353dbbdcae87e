// SPDX-License-Identifier: Apache-2.0
#include "python_source/source_collection.h"

#include <algorithm>
#include <iterator>
#include <map>

namespace rota::inline v1 {
namespace {

// Each goes one base further than the one before.
constexpr int kMaxRounds = 10;

}  // namespace

SourceCollection::SourceCollection(const DiscoveryQuery& query, const SourceCache& cache)
    : cache_(cache) {
  take(query, true);
  const std::size_t of_tasks = sources_.size();
  linked_ = link_classes(sources_, of_tasks);
  for (int round = 0; round < kMaxRounds && look_for_bases(query); ++round)
    linked_ = link_classes(sources_, of_tasks);
}

void SourceCollection::take(const DiscoveryQuery& query, bool is_asked_for) {
  SourceScan& scan = scans_.emplace_back(
      scan_sources(query, [this](const FileIdentity& identity) { return cache_.find(identity); }));
  std::erase_if(scan.files,
                [this](const SourceFile& file) { return !paths_.insert(file.path).second; });
  SourceReading reading = read_sources(scan, cache_);
  std::ranges::move(reading.sources, std::back_inserter(sources_));
  std::ranges::move(reading.fresh, std::back_inserter(fresh_));
  std::ranges::move(reading.known, std::back_inserter(known_));
  for (const auto& [identity, listing] : scan.read) fresh_.push_back({identity, listing});
  files_known_ += reading.files_known;
  files_read_ += reading.files_read;
  if (problem_.empty()) problem_ = std::move(reading.problem);
  if (!is_asked_for) return;
  refused_ = scan.refused;
  std::ranges::move(reading.refused, std::back_inserter(refused_));
}

// `library.base.Base` is looked for in library/base.py, and in the folder of that name, below the root of who derives
// from it. False where nothing came of it.
bool SourceCollection::look_for_bases(const DiscoveryQuery& query) {
  std::map<std::string, DiscoveryQuery> queries;
  for (const auto& [root, name] : linked_.unknown_bases) {
    const std::string module = name.substr(0, name.find_last_of('.') + 1);  // with its dot
    if (module.empty()) continue;
    const std::string package = module.substr(0, module.size() - 1);
    if (!is_package_path(package) || !modules_.emplace(*root, package).second) continue;
    DiscoveryQuery& made = queries[*root];
    made.roots = {*root};
    made.packages.push_back(package);
    made.recursive = false;
    made.allowed_folders = query.allowed_folders;
  }
  const std::size_t before = sources_.size();
  for (const auto& [root, made] : queries) take(made, false);
  return sources_.size() > before;
}

}  // namespace rota::inline v1
