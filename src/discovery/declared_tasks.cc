// SPDX-License-Identifier: Apache-2.0
#include "discovery/declared_tasks.h"

#include "discovery/c_task.h"
#include "discovery/code_fingerprint.h"
#include "discovery/elf_notes.h"
#include "discovery/manifest.h"

#include <algorithm>
#include <atomic>
#include <variant>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

// A stack that static constructors push to: no lock, no memory.
constinit std::atomic<detail::DeclaredTask*> newest{nullptr};
thread_local int ignoring = 0;

OrRefusal<TaskClassPtr> to_class(const detail::DeclaredTask& declared) {
  auto notes = find_notes(declared.note, 4);
  if (auto* refusal = std::get_if<Refusal>(&notes)) return std::move(*refusal);
  auto metadata = parse_manifest(std::get<std::vector<std::string>>(notes).at(0));
  if (auto* refusal = std::get_if<Refusal>(&metadata)) return std::move(*refusal);
  auto& known = std::get<TaskMetadata>(metadata);
  known.module = "__main__";
  return std::make_shared<EntryTaskClass>(std::move(known), declared.task, declared.type);
}

}  // namespace

void detail::declare_task(DeclaredTask& declared) noexcept {
  if (ignoring > 0) return;
  DeclaredTask* next = newest.load(std::memory_order_relaxed);
  do {
    declared.next = next;
  } while (!newest.compare_exchange_weak(next, &declared, std::memory_order_release,
                                         std::memory_order_relaxed));
}

bool has_declared_tasks() noexcept { return newest.load(std::memory_order_acquire) != nullptr; }

std::vector<OrRefusal<TaskClassPtr>> take_declared_tasks() {
  std::vector<OrRefusal<TaskClassPtr>> taken;
  for (const detail::DeclaredTask* at = newest.exchange(nullptr, std::memory_order_acq_rel);
       at != nullptr; at = at->next) {
    taken.push_back(to_class(*at));
  }
  std::ranges::reverse(taken);
  return taken;
}

IgnoreDeclarations::IgnoreDeclarations() noexcept { ++ignoring; }
IgnoreDeclarations::~IgnoreDeclarations() { --ignoring; }

EntryTaskClass::EntryTaskClass(TaskMetadata metadata, const rota_task& entry,
                               const std::type_info* type)
    : TaskClass(std::move(metadata)), entry_(entry), type_(type) {}

std::string_view EntryTaskClass::fingerprint() const {
  std::call_once(fingerprint_is_known_, [this] { fingerprint_ = code_fingerprint_at(&entry_); });
  return fingerprint_;
}

TaskClassPtr EntryTaskClass::with_task_id(std::string task_id) const {
  TaskMetadata renamed = metadata();
  renamed.task_id = std::move(task_id);
  return std::make_shared<EntryTaskClass>(std::move(renamed), entry_, type_);
}

std::unique_ptr<BaseTask> EntryTaskClass::construct(const Arguments& arguments) const {
  return create_through(entry_, arguments);
}

std::unique_ptr<BaseTask> create_through(const rota_task& entry, const Arguments& arguments) {
  if (entry.create == nullptr) return make_c_task(entry, arguments);
  rota_error error{};
  error.size = sizeof error;
  void* task = nullptr;
  if (entry.create(&arguments, &task, &error) == 0) {
    return std::unique_ptr<BaseTask>(static_cast<BaseTask*>(task));
  }
  error.text[sizeof error.text - 1] = '\0';
  if (error.code == ROTA_ERROR_ARGUMENT) throw ArgumentError(error.text);
  throw TaskRegistryError(error.text);
}

}  // namespace rota::inline v1
