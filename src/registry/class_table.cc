// SPDX-License-Identifier: Apache-2.0
#include "registry/class_table.h"

namespace rota::inline v1 {
namespace {

constexpr std::size_t kFirstCapacity = 64;  // a power of two

std::size_t hash_of(std::string_view id) noexcept { return std::hash<std::string_view>{}(id); }

}  // namespace

ClassTable::ClassTable() {
  generations_.push_back(std::make_unique<Slots>(kFirstCapacity));
  current_.store(generations_.back().get(), std::memory_order_release);
}

const std::atomic<const ClassTable::Entry*>& ClassTable::probe(const Slots& slots, std::size_t hash,
                                                               std::string_view id) noexcept {
  for (std::size_t at = hash & slots.mask;; at = (at + 1) & slots.mask) {
    const Entry* entry = slots.values[at].load(std::memory_order_acquire);
    if (entry == nullptr || (entry->hash == hash && entry->task_class->metadata().task_id == id)) {
      return slots.values[at];
    }
  }
}

const TaskClassPtr* ClassTable::find(std::string_view task_id) const noexcept {
  const Slots& slots = *current_.load(std::memory_order_acquire);
  const Entry* entry = probe(slots, hash_of(task_id), task_id).load(std::memory_order_acquire);
  return entry == nullptr ? nullptr : &entry->task_class;
}

void ClassTable::for_each(const std::function<void(const TaskClassPtr&)>& function) const {
  for (const auto& slot : current_.load(std::memory_order_acquire)->values) {
    if (const Entry* entry = slot.load(std::memory_order_acquire)) function(entry->task_class);
  }
}

void ClassTable::put(TaskClassPtr task_class) {
  if ((size() + 1) * 4 > generations_.back()->values.size() * 3) grow();
  const std::size_t hash = hash_of(task_class->metadata().task_id);
  entries_.push_back(std::make_unique<const Entry>(Entry{hash, std::move(task_class)}));
  const Entry* entry = entries_.back().get();
  Slots& slots = *generations_.back();
  auto& slot = const_cast<std::atomic<const Entry*>&>(
      probe(slots, hash, entry->task_class->metadata().task_id));
  const bool is_new = slot.load(std::memory_order_relaxed) == nullptr;
  slot.store(entry, std::memory_order_release);
  if (is_new) size_.fetch_add(1, std::memory_order_release);
}

void ClassTable::grow() {
  const Slots& old = *generations_.back();
  auto larger = std::make_unique<Slots>(old.values.size() * 2);
  for (const auto& slot : old.values) {
    const Entry* entry = slot.load(std::memory_order_relaxed);
    if (entry == nullptr) continue;
    std::size_t at = entry->hash & larger->mask;
    while (larger->values[at].load(std::memory_order_relaxed) != nullptr)
      at = (at + 1) & larger->mask;
    larger->values[at].store(entry, std::memory_order_relaxed);
  }
  generations_.push_back(std::move(larger));
  current_.store(generations_.back().get(), std::memory_order_release);
}

}  // namespace rota::inline v1
