// SPDX-License-Identifier: Apache-2.0
// A task class of which only the source is known. Does not know how it was read.
#pragma once

#include "discovery/file_identity.h"
#include <rota/task_class.h>

#include <cstdint>
#include <memory>
#include <string>

namespace rota::inline v1 {

struct SourcePlace {
  std::string file = {};
  std::shared_ptr<const std::string> root = {};  // what must be on sys.path
  FileIdentity identity = {};
  std::string fingerprint = {};
};

TaskClassPtr make_source_task_class(TaskMetadata metadata, TaskClassTraits traits, bool takes_any,
                                    std::shared_ptr<const SourcePlace> place);

std::string source_identity(std::string_view root, std::string_view module,
                            std::string_view class_name, const FileIdentity& identity);
std::string source_fingerprint(std::uint64_t content_hash);

}  // namespace rota::inline v1
