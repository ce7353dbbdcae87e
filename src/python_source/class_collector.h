// SPDX-License-Identifier: Apache-2.0
// Puts classes that say what they are into a discovery, or refuses them. Does not know how they were read.
#pragma once

#include "python_source/class_linking.h"
#include "python_source/source_task_class.h"
#include <rota/python_source.h>

#include <memory>
#include <string>
#include <unordered_map>

namespace rota::inline v1 {

class ClassCollector {
 public:
  explicit ClassCollector(PythonDiscovery& discovery);

  // Those of one file one after the other.
  void take(LinkedClass linked, const std::shared_ptr<const SourcePlace>& place);
  void refuse(const std::string& file, const std::string& class_name, const std::string& reasons);

 private:
  PythonFile& file_of(const std::string& file, const std::string& module);

  PythonDiscovery& discovery_;
  std::unordered_map<std::string, std::size_t> there_before_;  // files, with their numbers
};

}  // namespace rota::inline v1
