// SPDX-License-Identifier: Apache-2.0
// The code of a plugin: loaded at the first instance from the very file that was checked, and never unloaded.
// Knows nothing of how its manifest was found.
#pragma once

#include "discovery/file_identity.h"
#include "os/sha256.h"
#include "os/shared_bytes.h"
#include <rota/discovery.h>
#include <rota/plugin.h>
#include <rota/task_class.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace rota::inline v1 {

// What the file must still be when it is loaded.
struct CheckedFile {
  std::shared_ptr<const PluginFolder> folder;
  std::string name;
  FileIdentity identity;
  SharedBytes notes;                // PluginContent::notes
  std::optional<Sha256> hash = {};  // what a lock file asks for
};

// Every member may be called from any thread.
class PluginLibrary {
 public:
  explicit PluginLibrary(CheckedFile checked) : checked_(std::move(checked)) {}

  std::string file() const { return checked_.folder->file(checked_.name); }
  std::string identity() const { return to_text(checked_.identity); }
  const std::string& module() const;
  // Both load the library if it is not loaded yet. They throw TaskRegistryError that names the file and the
  // cause; the next call tries again.
  void require_loaded();
  const rota_task& entry(std::string_view task_id);
  // Of its code, without loading it; empty where the file is not what was checked any more. Valid as long as
  // the library.
  std::string_view fingerprint();

 private:
  void load();
  [[noreturn]] void fail(std::string_view cause) const;

  CheckedFile checked_;
  mutable std::once_flag module_is_known_;
  mutable std::string module_;
  std::mutex mutex_;  // guards all below
  const rota_plugin* plugin_ = nullptr;
  std::string fingerprint_;                         // empty: not read yet; never changes afterwards
  std::atomic<bool> fingerprint_is_known_ = false;  // without the mutex
};

// What one of the library's notes tells. With the id alone its metadata are read from the note when they are asked
// for; that is for a note that is known to be sound, and the id must be in it.
TaskClassPtr make_plugin_task_class(TaskMetadata metadata, std::string_view note,
                                    std::shared_ptr<PluginLibrary> library);
TaskClassPtr make_plugin_task_class(std::string_view task_id, std::string_view note,
                                    std::shared_ptr<PluginLibrary> library);

}  // namespace rota::inline v1
