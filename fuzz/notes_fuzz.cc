// SPDX-License-Identifier: Apache-2.0
// A table of notes of any bytes: which notes are ours, and what their manifests say.
#include "answers.h"
#include "discovery/elf_notes.h"
#include "discovery/manifest.h"

#include <cstdint>

namespace rota::inline v1 {
namespace {

void read_table(std::string_view table, std::uint64_t alignment) {
  const auto found = find_notes(table, alignment);
  if (const auto* refusal = std::get_if<Refusal>(&found)) return check_message(refusal->message);
  std::size_t bytes = 0;
  for (const std::string& note : std::get<std::vector<std::string>>(found)) {
    bytes += note.size();
    const auto manifest = parse_manifest(note);
    const std::string_view task_id = sound_manifest_task_id(note);
    require(task_id.empty() || (std::holds_alternative<TaskMetadata>(manifest) &&
                                std::get<TaskMetadata>(manifest).task_id == task_id),
            "what is plainly sound parses", task_id);
    if (const auto* refusal = std::get_if<Refusal>(&manifest)) {
      check_message(refusal->message);
    } else {
      check_texts(std::get<TaskMetadata>(manifest));
    }
  }
  require(bytes <= table.size(), "notes are parts of their table, and do not overlap");
}

}  // namespace
}  // namespace rota::inline v1

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view table(reinterpret_cast<const char*>(data), size);
  for (const std::uint64_t alignment : {4, 8}) rota::read_table(table, alignment);
  rota::parse_manifest(table);
  return 0;
}
