// SPDX-License-Identifier: Apache-2.0
#include "report/lineage_text.h"

#include "report/counted.h"
#include "report/drawing_string.h"
#include "report/json_trees.h"
#include "report/printable.h"
#include "report/time_text.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

std::string run_of(const Lineage& lineage, std::size_t execution) {
  return lineage.executions[execution].task_run_id;
}

// Where hashes are known they decide, else size and time.
bool is_same_content(const FileStamp& left, const FileStamp& right) {
  if (!left.content_hash.empty() && !right.content_hash.empty())
    return left.content_hash == right.content_hash;
  return left.size_bytes == right.size_bytes && left.mtime_nanoseconds == right.mtime_nanoseconds;
}

// The lines of each execution, with what is known of the files.
class LineageText {
 public:
  explicit LineageText(const Lineage& lineage)
      : lineage_(lineage), made_(lineage.files.size()), uses_(lineage.executions.size()) {
    for (const LineageUse& use : lineage.uses) {
      uses_[use.execution].push_back(&use);
      if (use.direction == FileDirection::output) made_[use.file] = &use.stamp;
    }
  }

  std::string text() const {
    std::string text = figures();
    for (std::size_t execution = 0; execution < lineage_.executions.size(); ++execution)
      text += block(execution);
    return text;
  }

 private:
  std::string figures() const {
    const LineageFile& asked = lineage_.files.front();
    const std::string path = printable(asked.path);
    const bool up = lineage_.direction == LineageDirection::up;
    if (up && !asked.producer) return fmt::format("no execution in the log made {}\n", path);
    const std::size_t others = lineage_.executions.size() - (!up && asked.producer ? 1 : 0);
    if (!up && others == 0)
      return fmt::format("no execution in the log read {} as it is now\n", path);
    if (!up) {
      return fmt::format("{} made from {} by {}\n",
                         counted(lineage_.files.size() - 1, "file was", "files were"), path,
                         counted(others, "execution", "executions"));
    }
    const auto from_outside = std::count_if(lineage_.files.begin(), lineage_.files.end(),
                                            [](const LineageFile& file) { return !file.producer; });
    return fmt::format("{} was made by {} from {} that none of them made\n", path,
                       counted(others, "execution", "executions"),
                       counted(static_cast<std::size_t>(from_outside), "file", "files"));
  }

  std::string block(std::size_t index) const {
    const Execution& execution = lineage_.executions[index];
    std::string text = fmt::format(
        "\n{}  {}  {}  run {}\n", printable(execution.start.task_id), to_string(execution.state()),
        local_time_text(execution.started_at), printable(execution.task_run_id));
    for (const FileDirection direction : {FileDirection::input, FileDirection::output}) {
      for (const LineageUse* use : uses_[index]) {
        if (use->direction == direction) text += line(*use);
      }
    }
    return text;
  }

  std::string line(const LineageUse& use) const {
    const LineageFile& file = lineage_.files[use.file];
    const bool is_input = use.direction == FileDirection::input;
    std::string_view note;
    if (is_input && !file.producer) {
      note = "  (no execution in the log made it)";
    } else if (is_input && made_[use.file] != nullptr &&
               !is_same_content(*made_[use.file], use.stamp)) {
      note = "  (changed since it was made)";
    }
    return fmt::format("  {}  {}{}\n", is_input ? "read" : "made", printable(file.path), note);
  }

  const Lineage& lineage_;
  std::vector<const FileStamp*> made_;                // by file; null: not known
  std::vector<std::vector<const LineageUse*>> uses_;  // by execution
};

}  // namespace

std::string lineage_to_text(const Lineage& lineage) { return LineageText(lineage).text(); }

std::string lineage_to_json(const Lineage& lineage) {
  std::size_t number = 0;
  const std::string files = lines(lineage.files, [&](const LineageFile& file) {
    Json producer = nullptr;
    if (file.producer) producer = run_of(lineage, *file.producer);
    return Json{{"file", number++}, {"path", file.path}, {"task_run_id", std::move(producer)}};
  });
  const std::string uses = lines(lineage.uses, [&](const LineageUse& use) {
    return Json{{"task_run_id", run_of(lineage, use.execution)},
                {"use", use.direction == FileDirection::input ? "read" : "made"},
                {"file", use.file},
                {"size_bytes", use.stamp.size_bytes},
                {"mtime_nanoseconds", use.stamp.mtime_nanoseconds},
                {"content_hash", use.stamp.content_hash}};
  });
  return fmt::format(
      "{{\n\"path\": {},\n\"direction\": \"{}\",\n\"files\": {},\n\"executions\": {},\n\"uses\": "
      "{}\n}}\n",
      compact(Json(lineage.files.front().path)),
      lineage.direction == LineageDirection::up ? "up" : "down", files,
      lines(lineage.executions, execution_tree), uses);
}

std::string lineage_to_dot(const Lineage& lineage) {
  std::string text = "digraph lineage {\n  rankdir=LR;\n";
  for (std::size_t file = 0; file < lineage.files.size(); ++file) {
    text +=
        fmt::format("  f{} [label={}, shape=note];\n", file, dot_string(lineage.files[file].path));
  }
  for (std::size_t number = 0; number < lineage.executions.size(); ++number) {
    const Execution& execution = lineage.executions[number];
    text += fmt::format(
        "  e{} [label={}, shape=box, tooltip={}];\n", number,
        dot_string(fmt::format("{} ({})", execution.start.task_id, to_string(execution.state()))),
        dot_string(execution.task_run_id));
  }
  for (const LineageUse& use : lineage.uses) {
    text += use.direction == FileDirection::input
                ? fmt::format("  f{} -> e{};\n", use.file, use.execution)
                : fmt::format("  e{} -> f{};\n", use.execution, use.file);
  }
  return text + "}\n";
}

}  // namespace rota::inline v1
