// SPDX-License-Identifier: Apache-2.0
#include "discovery/plugin_cache.h"
#include "os/one_line.h"
#include "os/replace_file.h"
#include "python_source/class_collector.h"
#include "python_source/scanner_process.h"
#include "python_source/source_cache.h"
#include "python_source/source_collection.h"
#include "python_source/source_task_class.h"
#include <rota/python_source.h>
#include <rota/version.h>

#include <algorithm>
#include <chrono>
#include <iterator>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

namespace fs = std::filesystem;

// To be raised with each change of what is kept, or of what is made of a file without Python.
constexpr std::uint64_t kRules = 2;

std::uint64_t reader() noexcept {
  constexpr std::uint64_t kVersion = (std::uint64_t{ROTA_VERSION_MAJOR} << 24U) |
                                     (std::uint64_t{ROTA_VERSION_MINOR} << 16U) |
                                     (std::uint64_t{ROTA_VERSION_PATCH} << 8U) | kRules;
  return scanner_version() ^ (kVersion << 32U);
}

// Beside that of the plugins; in the user's folder, where the caches of many projects lie, with the project's name.
fs::path cache_file_of(const DiscoveryQuery& query) {
  if (query.cache_file.empty()) return {};
  if (query.cache_file.filename() == "plugins.cache")
    return query.cache_file.parent_path() / "python.cache";
  return query.cache_file.parent_path() / (query.cache_file.stem().string() + ".python.cache");
}

std::int64_t now_nanoseconds() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// Gives why the cache could not be written.
std::string renew_cache(const fs::path& file, const SourceCache& cache,
                        const SourceCollection& collection) {
  const std::int64_t now = now_nanoseconds();
  std::vector<CachedSource> kept;
  std::ranges::copy_if(collection.fresh(), std::back_inserter(kept),
                       [&](const CachedSource& one) { return is_settled(one.identity, now); });
  if (kept.empty()) return {};
  kept.insert(kept.end(), collection.known().begin(), collection.known().end());
  std::error_code ignored;
  fs::create_directories(file.parent_path(), ignored);
  const std::size_t most = 2 * kept.size() + 1000;
  const std::string problem = replace_file(file, cache.with(kept, reader(), most), 0600);
  return problem.empty() ? problem
                         : fmt::format("{} cannot be written: {}", file.string(), problem);
}

// Puts together what the files gave, in their order.
class SourceClasses {
 public:
  SourceClasses(const std::vector<ReadSource>& sources, PythonDiscovery& discovery)
      : sources_(sources), discovery_(discovery), collector_(discovery) {}

  void run(LinkedClasses linked) {
    for (LinkedClass& one : linked.tasks) {
      const std::size_t source = one.source;
      collector_.take(std::move(one), place_of(source));
    }
    for (UnclearClass& one : linked.unclear) {
      const SourceFile& file = *sources_[one.source].file;
      discovery_.uncertain.push_back({.file = file.path,
                                      .line = one.line,
                                      .class_name = std::move(one.class_name),
                                      .reason = one_line(one.reason),
                                      .module = file.module,
                                      .root = *file.root});
    }
  }

 private:
  const std::shared_ptr<const SourcePlace>& place_of(std::size_t source) {
    if (place_ == nullptr || placed_source_ != source) {
      const auto& [file, record] = sources_[source];
      place_ = std::make_shared<const SourcePlace>(
          SourcePlace{.file = file->path,
                      .root = file->root,
                      .identity = file->identity,
                      .fingerprint = source_fingerprint(record.content_hash)});
      placed_source_ = source;
    }
    return place_;
  }

  const std::vector<ReadSource>& sources_;
  PythonDiscovery& discovery_;
  ClassCollector collector_;
  std::shared_ptr<const SourcePlace> place_;
  std::size_t placed_source_ = 0;
};

}  // namespace

std::vector<TaskClassPtr> PythonDiscovery::sorted_task_classes() const {
  std::vector<TaskClassPtr> sorted;
  sorted.reserve(task_classes.size());
  for (const auto& [task_id, task_class] : task_classes) sorted.push_back(task_class);
  std::ranges::sort(sorted, {}, &TaskClass::task_id);
  return sorted;
}

PythonDiscovery discover_python(const DiscoveryQuery& query) {
  PythonDiscovery discovery;
  SourceCache cache;
  const fs::path cache_file = cache_file_of(query);
  if (!cache_file.empty()) cache = SourceCache::open(cache_file, reader(), discovery.cache.problem);

  SourceCollection collection(query, cache);
  discovery.refused = collection.refused();
  discovery.problem = collection.problem();
  discovery.cache.files_known = collection.files_known();
  discovery.cache.files_read = collection.files_read();
  if (!cache_file.empty()) {
    std::string problem = renew_cache(cache_file, cache, collection);
    if (!problem.empty()) discovery.cache.problem = std::move(problem);
  }
  SourceClasses(collection.sources(), discovery).run(collection.take_classes());
  return discovery;
}

void yield_to_plugins(const Discovery& plugins, PythonDiscovery& python) {
  std::erase_if(python.refused, [&](const RefusedFile& refused) {
    return std::ranges::find(plugins.refused, refused.file, &RefusedFile::file) !=
           plugins.refused.end();
  });
  for (PythonFile& file : python.files) {
    std::erase_if(file.task_classes, [&](const TaskClassPtr& task_class) {
      const auto plugin = plugins.task_classes.find(task_class->task_id());
      if (plugin == plugins.task_classes.end()) return false;
      python.duplicates.push_back(
          {std::string(task_class->task_id()), plugin->second->origin(), task_class->origin()});
      python.task_classes.erase(task_class->task_id());
      return true;
    });
  }
}

}  // namespace rota::inline v1
