// SPDX-License-Identifier: Apache-2.0
#include "discovery/plugin.h"

#include "discovery/declared_tasks.h"
#include "discovery/elf_notes.h"
#include "discovery/manifest.h"
#include "os/file.h"

#include <dlfcn.h>
#include <sys/stat.h>

#include <cerrno>
#include <map>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

std::int64_t nanoseconds(const timespec& time) noexcept {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

FileIdentity identity_of(const struct stat& status) noexcept {
  return {.device = status.st_dev,
          .inode = status.st_ino,
          .size = static_cast<std::uint64_t>(status.st_size),
          .mtime_nanoseconds = nanoseconds(status.st_mtim),
          .ctime_nanoseconds = nanoseconds(status.st_ctim)};
}

Refusal unreadable(int error) {
  return {RefusalReason::unreadable, fmt::format("it cannot be read: {}", error_text(error))};
}

// The open file of a plugin, and what it is.
struct OpenedPlugin {
  UniqueFd fd;
  FileIdentity identity;
};

OrRefusal<OpenedPlugin> open_plugin(const std::filesystem::path& file) {
  struct stat status {};
  // Looked at first: to open a device can do something.
  if (::stat(file.c_str(), &status) != 0) return unreadable(errno);
  const Refusal not_regular{RefusalReason::not_regular, "it is no regular file"};
  if (!S_ISREG(status.st_mode)) return not_regular;
  UniqueFd fd = open_for_reading(file);
  if (!fd.valid() || ::fstat(fd.get(), &status) != 0) return unreadable(errno);
  if (!S_ISREG(status.st_mode)) return not_regular;
  return OpenedPlugin{std::move(fd), identity_of(status)};
}

// Which of two classes of one plugin an id means, no one could tell: none.
void refuse_repeated_ids(Manifest& manifest) {
  std::map<std::string, int> counts;
  for (const TaskMetadata& task : manifest.tasks) ++counts[task.task_id];
  std::erase_if(manifest.tasks, [&](const TaskMetadata& task) { return counts[task.task_id] > 1; });
  for (const auto& [task_id, count] : counts) {
    if (count == 1) continue;
    manifest.refused.push_back(
        {RefusalReason::invalid_task,
         fmt::format("{} of its classes have the id {}; give each its own", count, task_id)});
  }
}

class PluginTaskClass final : public TaskClass {
 public:
  PluginTaskClass(TaskMetadata metadata, std::string declared_id,
                  std::shared_ptr<PluginLibrary> library)
      : TaskClass(std::move(metadata)),
        declared_id_(std::move(declared_id)),
        library_(std::move(library)) {}

  std::string location() const override { return library_->file().string(); }
  TaskClassPtr with_task_id(std::string task_id) const override {
    TaskMetadata renamed = metadata();
    renamed.task_id = std::move(task_id);
    return std::make_shared<PluginTaskClass>(std::move(renamed), declared_id_, library_);
  }

 private:
  std::unique_ptr<BaseTask> construct(const Arguments& arguments) const override {
    return create_through(library_->entry(declared_id_), arguments);
  }

  std::string declared_id_;  // its id in the plugin
  std::shared_ptr<PluginLibrary> library_;
};

}  // namespace

OrRefusal<Manifest> read_plugin(const std::filesystem::path& file) {
  auto opened = open_plugin(file);
  if (auto* refusal = std::get_if<Refusal>(&opened)) return std::move(*refusal);
  const auto& [fd, identity] = std::get<OpenedPlugin>(opened);
  auto notes = read_elf_notes(fd.get(), identity.size);
  if (auto* refusal = std::get_if<Refusal>(&notes)) return std::move(*refusal);

  Manifest manifest{.identity = identity, .tasks = {}, .refused = {}};
  for (const std::string& note : std::get<std::vector<std::string>>(notes)) {
    auto metadata = parse_manifest(note);
    if (auto* refusal = std::get_if<Refusal>(&metadata)) {
      manifest.refused.push_back(std::move(*refusal));
    } else {
      manifest.tasks.push_back(std::get<TaskMetadata>(std::move(metadata)));
    }
  }
  refuse_repeated_ids(manifest);
  if (manifest.tasks.empty() && manifest.refused.empty()) {
    return Refusal{RefusalReason::no_task, "it is a shared library without task classes"};
  }
  return manifest;
}

const rota_task& PluginLibrary::entry(const std::string& task_id) {
  {
    const std::lock_guard lock(mutex_);
    if (plugin_ == nullptr) load();
  }
  for (const rota_task* task = plugin_->tasks; task != nullptr; task = task->next) {
    if (task->size >= sizeof(rota_task) &&
        std::string_view(task->task_id, task->task_id_size) == task_id)
      return *task;
  }
  throw TaskRegistryError(
      fmt::format("plugin {} has a manifest for {} but no code for it; build it again",
                  file_.string(), task_id));
}

void PluginLibrary::load() {
  const auto fail = [this](std::string_view cause) {
    throw TaskRegistryError(fmt::format("plugin {} cannot be loaded: {}", file_.string(), cause));
  };
  const auto opened = open_plugin(file_);
  if (const auto* refusal = std::get_if<Refusal>(&opened)) fail(refusal->message);
  if (std::get<OpenedPlugin>(opened).identity != identity_) {
    fail("it has changed since its manifest was read; discover it again");
  }
  const IgnoreDeclarations its_manifest_speaks_for_it;
  void* library = ::dlopen(file_.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) fail(::dlerror());
  void* symbol = ::dlsym(library, ROTA_PLUGIN_ENTRY_NAME);
  if (symbol == nullptr)
    fail("it has no " ROTA_PLUGIN_ENTRY_NAME "; build it against this version of Rota");
  const auto entry = reinterpret_cast<rota_plugin_entry_function>(symbol);
  const rota_plugin* plugin = entry();
  if (plugin == nullptr || plugin->size < sizeof(rota_plugin) ||
      plugin->abi_major != ROTA_PLUGIN_ABI_MAJOR) {
    fail("its code is made for another version of the plugin interface than its manifest says");
  }
  plugin_ = plugin;
}

TaskClassPtr make_plugin_task_class(TaskMetadata metadata, std::shared_ptr<PluginLibrary> library) {
  std::string declared_id = metadata.task_id;
  return std::make_shared<PluginTaskClass>(std::move(metadata), std::move(declared_id),
                                           std::move(library));
}

}  // namespace rota::inline v1
