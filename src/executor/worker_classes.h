// SPDX-License-Identifier: Apache-2.0
// The task classes that a worker was asked for. Loads a plugin once, and only the one that the runner has seen.
#pragma once

#include <rota/discovery.h>
#include <rota/task_class.h>

#include <map>
#include <string>
#include <unordered_map>
#include <utility>

namespace rota::inline v1 {

class WorkerClasses {
 public:
  // Of a plugin or a Python source, or where that is empty of this program. Null where it is not there: `problem` says
  // why.
  TaskClassPtr find(const std::string& plugin, const std::string& identity,
                    const std::string& task_id, std::string& problem);

 private:
  const Discovery& look_at(const std::string& plugin, const std::string& identity);

  std::map<std::pair<std::string, std::string>, Discovery> plugins_;
};

}  // namespace rota::inline v1
