// SPDX-License-Identifier: Apache-2.0
// One plugin file: its manifest, read without running it, and its library, loaded at the first instance
// and never unloaded. Knows nothing of folders.
#pragma once

#include "discovery/refusal.h"
#include <rota/discovery.h>
#include <rota/plugin.h>
#include <rota/task_class.h>

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace rota::inline v1 {

// By what a file is known to be the one that was looked at.
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t mtime_nanoseconds = 0;
  std::int64_t ctime_nanoseconds = 0;

  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

// The code of a plugin. Every member may be called from any thread.
class PluginLibrary {
 public:
  PluginLibrary(std::filesystem::path file, const FileIdentity& identity)
      : file_(std::move(file)), identity_(identity) {}

  const std::filesystem::path& file() const noexcept { return file_; }
  // Loads the library if it is not loaded yet. Throws TaskRegistryError that names the file and the cause;
  // the next call tries again.
  const rota_task& entry(const std::string& task_id);

 private:
  void load();

  std::filesystem::path file_;
  FileIdentity identity_;
  std::mutex mutex_;
  const rota_plugin* plugin_ = nullptr;
};

struct Manifest {
  FileIdentity identity;
  std::vector<TaskMetadata> tasks;
  std::vector<Refusal> refused;  // single classes of it
};

// Reads the manifest of a file. Runs and maps nothing.
OrRefusal<Manifest> read_plugin(const std::filesystem::path& file);

TaskClassPtr make_plugin_task_class(TaskMetadata metadata, std::shared_ptr<PluginLibrary> library);

}  // namespace rota::inline v1
