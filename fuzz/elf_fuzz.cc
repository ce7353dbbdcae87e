// SPDX-License-Identifier: Apache-2.0
// A plugin file of any bytes, through the whole of discovery.
#include "answers.h"
#include "discovery/elf_dependencies.h"
#include "os/file.h"
#include "os/temporary_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdint>

namespace rota::inline v1 {
namespace {

void write_file(const std::filesystem::path& file, std::string_view bytes) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  require(fd >= 0 &&
              ::write(fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) &&
              ::close(fd) == 0,
          "the input can be written to a file");
}

// What is read of a plugin when it is loaded.
void read_dependencies(const std::filesystem::path& file, std::uint64_t size) {
  const UniqueFd fd = open_for_reading(file);
  const auto opened = ElfFile::open(fd.get(), size);
  if (!std::holds_alternative<ElfFile>(opened)) return;
  const auto read = read_elf_dependencies(std::get<ElfFile>(opened), "/plugins");
  if (const auto* refusal = std::get_if<Refusal>(&read)) return check_message(refusal->message);
  for (const std::filesystem::path& folder : std::get<ElfDependencies>(read).run_path)
    require(folder.native().starts_with("/plugins"), "$ORIGIN is replaced", folder.native());
}

void discover_bytes(std::string_view bytes) {
  static const TemporaryFolder folder = TemporaryFolder::in_memory();
  static const std::filesystem::path file = folder / "plugin.so";
  write_file(file, bytes);
  const Discovery discovery = discover_file(file);
  require(!discovery.task_classes.empty() || !discovery.refused.empty(),
          "a file gives a class or a reason");
  for (const RefusedFile& refused : discovery.refused) check_message(refused.message);
  for (const auto& [task_id, task_class] : discovery.task_classes) {
    require(task_class->metadata().task_id == task_id, "a class is under its id", task_id);
    require(validate_task_class(*task_class).empty(), "a class that is given is valid", task_id);
    check_texts(task_class->metadata());
  }
  read_dependencies(file, bytes.size());
}

}  // namespace
}  // namespace rota::inline v1

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  rota::discover_bytes({reinterpret_cast<const char*>(data), size});
  return 0;
}
