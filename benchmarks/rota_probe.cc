// SPDX-License-Identifier: Apache-2.0
// rota_probe discover FOLDER: Rota finds the task classes of the folder, without a cache.
// rota_probe cached FOLDER CACHE: the same with a cache; counts only the files that it spared.
// rota_probe first FOLDER: it has found them, and makes the first instance of each.
#include "probe.h"
#include <rota/discovery.h>

#include <string_view>

namespace {

// Not freed, as nothing is in the other probes: a program keeps what it has found.
const rota::Discovery& discover_all(const rota::DiscoveryQuery& query) {
  const auto* discovery = new rota::Discovery(rota::discover(query));
  for (const rota::RefusedFile& refused : discovery->refused) {
    probe::fail(refused.file + ": " + refused.message);
  }
  if (!discovery->cache.problem.empty()) probe::fail(discovery->cache.problem);
  return *discovery;
}

std::size_t create_all(const rota::Discovery& discovery) {
  for (const auto& [task_id, task_class] : discovery.task_classes) task_class->create();
  return discovery.task_classes.size();
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  if (argc != (what == "cached" ? 4 : 3)) {
    probe::fail("usage: rota_probe discover|first FOLDER, or rota_probe cached FOLDER CACHE");
  }
  rota::DiscoveryQuery query{.roots = {argv[2]}};
  if (what == "discover") {
    return probe::measure([&] { return discover_all(query).task_classes.size(); });
  }
  if (what == "cached") {
    query.cache_file = argv[3];
    return probe::measure([&] { return discover_all(query).cache.files_known; });
  }
  if (what != "first") probe::fail("unknown measurement");
  const rota::Discovery& discovery = discover_all(query);
  return probe::measure([&] { return create_all(discovery); });
}
