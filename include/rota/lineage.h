// SPDX-License-Identifier: Apache-2.0
// What a file was made from, and what was made from it, as the execution log has it. Knows nothing of how
// the log is kept.
#pragma once

#include <rota/execution_log.h>
#include <rota/export.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace rota::inline v1 {

enum class LineageDirection : std::uint8_t {
  up,    // what it was made from
  down,  // what was made from it
};

// A version of a file: what one execution left under its path.
struct LineageFile {
  std::string path = {};  // as it stands in FileStamp::path
  std::optional<std::size_t> producer =
      {};  // among Lineage::executions; nothing: no execution that is
           // known made this version
};

// That an execution made or read a version of a file.
struct LineageUse {
  std::size_t execution = 0;  // among Lineage::executions
  std::size_t file = 0;       // among Lineage::files
  FileDirection direction = FileDirection::input;
  FileStamp stamp = {};  // how this execution found or left it
};

// A graph without cycles of versions of files and of executions. An execution that reads and writes the
// same file reads one version of it and makes the next.
struct Lineage {
  LineageDirection direction = LineageDirection::up;
  std::vector<LineageFile> files =
      {};  // first the one that was asked for, nearer ones before farther
  std::vector<Execution> executions = {};  // nearer ones before farther; look at their states
  std::vector<LineageUse> uses = {};
};

// The whole chain, from the newest version of the file on. An execution read the version of a file that
// was there when it began: the producer of that version is the newest execution, by the sequence of its
// start, that has the file as an output and had ended when the reader began. Where there is none, the
// version came from outside, or from before the log. So the chain goes back in time only, and ends also
// where tasks rewrite what they read. Executions count in whatever state they are, as in
// ExecutionLog::find_file_uses.
//
// `path` is taken as by ExecutionLog::find_task_by_output. Needs memory and time in proportion to what it
// gives; what others write to the log meanwhile may be in it or not. Throws LogError.
ROTA_EXPORT Lineage lineage(const ExecutionLog& log, const std::filesystem::path& path,
                            LineageDirection direction);

}  // namespace rota::inline v1
