// SPDX-License-Identifier: Apache-2.0
// Which of the classes of many files are task classes, and what they say of themselves, with all that they inherit.
// Reads no file and makes no task class.
#pragma once

#include "python_source/source_record.h"
#include "python_source/source_scan.h"
#include <rota/task_class.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace rota::inline v1 {

struct ReadSource {
  const SourceFile* file = nullptr;
  SourceRecord record = {};
};

// A class that is a task class.
struct LinkedClass {
  std::size_t source = 0;  // its number among the sources
  TaskMetadata metadata = {};
  TaskClassTraits traits = {};
  bool takes_any = false;
  std::string refusal = {};  // why it is none that can be used, for what cannot be said in metadata
};

// One that may be a task class: only running its code would tell.
struct UnclearClass {
  std::size_t source = 0;
  std::uint32_t line = 0;
  std::string class_name = {};
  std::string reason = {};
};

// A base that none of the sources has, of a class that was found below `root`.
struct UnknownBase {
  const std::string* root = nullptr;
  std::string name = {};
};

struct LinkedClasses {
  std::vector<LinkedClass> tasks;  // in the order of the sources
  std::vector<UnclearClass> unclear;
  std::vector<UnknownBase> unknown_bases;  // some several times
};

// The task classes of the first `of_tasks` sources; the others have only bases of them.
LinkedClasses link_classes(std::span<const ReadSource> sources, std::size_t of_tasks);

}  // namespace rota::inline v1
