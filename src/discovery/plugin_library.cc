// SPDX-License-Identifier: Apache-2.0
#include "discovery/plugin_library.h"

#include "discovery/code_fingerprint.h"
#include "discovery/declared_tasks.h"
#include "discovery/elf_dependencies.h"
#include "discovery/manifest.h"
#include "discovery/plugin_content.h"
#include "os/file.h"

#include <dlfcn.h>
#include <link.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

namespace fs = std::filesystem;

// A name for the open file that the loader has not seen before: it would answer a name that it knows with the
// library that it has, and the number of a closed file comes again. `//` and `/./` mean the same as `/`.
std::string name_for_loader(int fd) {
  static std::atomic<std::uint32_t> counter{0};
  std::string name = fmt::format("/proc/{}/fd/", ::getpid());
  std::uint32_t serial = counter.fetch_add(1, std::memory_order_relaxed);
  for (int bit = 0; bit < 32; ++bit, serial >>= 1U) name += (serial & 1U) != 0 ? "./" : "/";
  return name + std::to_string(fd);
}

// What the loader says, with the plugin by its own name.
std::string loader_error(const std::string& name, const fs::path& file) {
  std::string text = ::dlerror();
  for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name))
    text.replace(at, name.size(), file.filename().string());
  return text;
}

// The loader would look for $ORIGIN beside the open file's name. What is there is loaded first, by the file's
// own folder, and the loader then finds it by its name among what is loaded.
void load_dependencies_beside(int fd, const CheckedFile& checked) {
  auto opened = ElfFile::open(fd, checked.identity.size);
  if (!std::holds_alternative<ElfFile>(opened)) return;
  auto read = read_elf_dependencies(std::get<ElfFile>(opened), fs::absolute(checked.folder->path));
  const auto* dependencies = std::get_if<ElfDependencies>(&read);
  if (dependencies == nullptr) return;
  for (const std::string& name : dependencies->needed) {
    if (name.find('/') != std::string::npos) continue;
    if (void* loaded = ::dlopen(name.c_str(), RTLD_NOW | RTLD_NOLOAD)) {
      ::dlclose(loaded);
      continue;
    }
    for (const fs::path& folder : dependencies->run_path) {
      const fs::path file = folder / name;
      if (::access(file.c_str(), R_OK) != 0) continue;
      ::dlopen(file.c_str(),
               RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);  // an error is told by who needs it
      break;
    }
  }
}

// dlsym() also looks into the libraries that a library needs.
bool is_own_symbol(void* library, const void* symbol) {
  link_map* wanted = nullptr;
  void* found = nullptr;
  Dl_info info{};
  return ::dlinfo(library, RTLD_DI_LINKMAP, &wanted) == 0 &&
         ::dladdr1(symbol, &info, &found, RTLD_DL_LINKMAP) != 0 && found == wanted;
}

// It stays open, so that debuggers and the library itself can follow its name to the file, unless files are
// getting scarce.
void keep_open(UniqueFd fd) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && static_cast<rlim_t>(fd.get()) < limit.rlim_cur / 2)
    fd.release();
}

class PluginTaskClass final : public TaskClass {
 public:
  // `known` is its metadata, or its id alone: they are then read when they are asked for.
  template <class Known>
  PluginTaskClass(Known known, std::string_view note, std::shared_ptr<PluginLibrary> library)
      : TaskClass(std::move(known)),
        note_(note),
        library_(std::move(library)),
        is_checked_(std::is_same_v<Known, std::string_view>) {}

  bool is_checked() const noexcept override { return is_checked_; }
  std::string location() const override { return library_->file(); }
  std::string location_identity() const override { return library_->identity(); }
  void load() const override { library_->require_loaded(); }
  std::string_view fingerprint() const override { return library_->fingerprint(); }
  TaskClassPtr with_task_id(std::string task_id) const override {
    TaskMetadata renamed = metadata();
    renamed.task_id = std::move(task_id);
    return std::make_shared<PluginTaskClass>(std::move(renamed), note_, library_);
  }

 private:
  std::unique_ptr<BaseTask> construct(const Arguments& arguments) const override {
    return create_through(library_->entry(manifest_task_id(note_)), arguments);
  }

  TaskMetadata read_metadata() const override {
    TaskMetadata metadata;
    if (const auto refusal = read_manifest(note_, metadata)) {
      throw TaskRegistryError(
          fmt::format("task {} in {}: {}", task_id(), location(), refusal->message));
    }
    metadata.module = library_->module();
    return metadata;
  }

  std::string_view note_;  // one of the library's
  std::shared_ptr<PluginLibrary> library_;
  bool is_checked_;
};

}  // namespace

const std::string& PluginLibrary::module() const {
  std::call_once(module_is_known_, [this] { module_ = checked_.folder->module_of(checked_.name); });
  return module_;
}

void PluginLibrary::require_loaded() {
  const std::lock_guard lock(mutex_);
  if (plugin_ == nullptr) load();
}

const rota_task& PluginLibrary::entry(std::string_view task_id) {
  require_loaded();
  for (const rota_task* task = plugin_->tasks; task != nullptr; task = task->next) {
    if (task->size >= sizeof(rota_task) &&
        std::string_view(task->task_id, task->task_id_size) == task_id)
      return *task;
  }
  throw TaskRegistryError(fmt::format(
      "plugin {} has a manifest for {} but no code for it; build it again", file(), task_id));
}

std::string_view PluginLibrary::fingerprint() {
  if (fingerprint_is_known_.load(std::memory_order_acquire)) return fingerprint_;
  const std::lock_guard lock(mutex_);
  if (!fingerprint_.empty()) return fingerprint_;
  const UniqueFd fd = open_for_reading(file());
  struct stat status {};
  if (fd.valid() && ::fstat(fd.get(), &status) == 0 && identity_of(status) == checked_.identity)
    fingerprint_ = code_fingerprint_of_file(fd.get(), checked_.identity.size);
  fingerprint_is_known_.store(!fingerprint_.empty(), std::memory_order_release);
  return fingerprint_;
}

void PluginLibrary::fail(std::string_view cause) const {
  throw TaskRegistryError(fmt::format("plugin {} cannot be loaded: {}", file(), cause));
}

void PluginLibrary::load() {
  UniqueFd fd = open_for_reading(file());
  struct stat status {};
  if (!fd.valid() || ::fstat(fd.get(), &status) != 0)
    fail(fmt::format("it cannot be read: {}", error_text(errno)));
  if (identity_of(status) != checked_.identity ||
      read_plugin_content(fd.get(), checked_.identity.size).notes != checked_.notes) {
    fail(
        "it has changed since its manifest was read; discover it again, and where that says the "
        "same "
        "remove the cache of plugins that `rota doctor` names");
  }
  if (checked_.hash && sha256_of_file(fd.get()) != checked_.hash)
    fail("its content is not what rota.lock names");

  const IgnoreDeclarations its_manifest_speaks_for_it;
  load_dependencies_beside(fd.get(), checked_);
  const std::string name = name_for_loader(fd.get());
  void* library = ::dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) fail(loader_error(name, file()));
  void* symbol = ::dlsym(library, ROTA_PLUGIN_ENTRY_NAME);
  if (symbol == nullptr || !is_own_symbol(library, symbol))
    fail("it has no " ROTA_PLUGIN_ENTRY_NAME "; build it against this version of Rota");
  keep_open(std::move(fd));
  const rota_plugin* plugin = reinterpret_cast<rota_plugin_entry_function>(symbol)();
  if (plugin == nullptr || plugin->size < sizeof(rota_plugin) ||
      plugin->abi_major != ROTA_PLUGIN_ABI_MAJOR) {
    fail("its code is made for another version of the plugin interface than its manifest says");
  }
  plugin_ = plugin;
}

TaskClassPtr make_plugin_task_class(TaskMetadata metadata, std::string_view note,
                                    std::shared_ptr<PluginLibrary> library) {
  return std::make_shared<PluginTaskClass>(std::move(metadata), note, std::move(library));
}

TaskClassPtr make_plugin_task_class(std::string_view task_id, std::string_view note,
                                    std::shared_ptr<PluginLibrary> library) {
  return std::make_shared<PluginTaskClass>(task_id, note, std::move(library));
}

}  // namespace rota::inline v1
