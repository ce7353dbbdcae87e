// SPDX-License-Identifier: Apache-2.0
#include "registry/class_table.h"

#include <cstring>
#include <new>

namespace rota::inline v1 {
namespace {

constexpr std::size_t kFirstCapacity = 64;  // a power of two

std::size_t hash_of(std::string_view id) noexcept { return std::hash<std::string_view>{}(id); }

}  // namespace

void ClassTable::FreeEntry::operator()(Entry* entry) const noexcept {
  entry->~Entry();
  ::operator delete(entry);
}

ClassTable::EntryPtr ClassTable::make_entry(TaskClassPtr task_class, std::size_t position) {
  const std::string_view id = task_class->task_id();
  auto* bytes = static_cast<char*>(::operator new(sizeof(Entry) + id.size()));
  std::memcpy(bytes + sizeof(Entry), id.data(), id.size());
  return EntryPtr(new (bytes) Entry{std::move(task_class), static_cast<std::uint32_t>(id.size()),
                                    static_cast<std::uint32_t>(position)});
}

ClassTable::ClassTable() {
  generations_.push_back(std::make_unique<Slots>(kFirstCapacity));
  current_.store(generations_.back().get(), std::memory_order_release);
}

std::pair<std::size_t, const ClassTable::Entry*> ClassTable::probe(const Slots& slots,
                                                                   std::size_t hash,
                                                                   std::string_view id) noexcept {
  for (std::size_t at = hash & slots.mask;; at = (at + 1) & slots.mask) {
    const Slot& slot = slots.values[at];
    const Entry* entry = slot.entry.load(std::memory_order_acquire);
    if (entry == nullptr ||
        (slot.hash.load(std::memory_order_relaxed) == hash && entry->id() == id)) {
      return {at, entry};
    }
  }
}

const TaskClassPtr* ClassTable::find(std::string_view task_id) const noexcept {
  const Slots& slots = *current_.load(std::memory_order_acquire);
  const Entry* entry = probe(slots, hash_of(task_id), task_id).second;
  return entry == nullptr ? nullptr : &entry->task_class;
}

void ClassTable::for_each(const std::function<void(const TaskClassPtr&)>& function) const {
  const std::size_t count = size();  // looked at first: no table that comes later has fewer
  const Slots& slots = *current_.load(std::memory_order_acquire);
  for (std::size_t at = 0; at < count; ++at)
    function(slots.in_order[at].load(std::memory_order_acquire)->task_class);
}

void ClassTable::put(TaskClassPtr task_class) {
  grow_if_full();
  const std::size_t hash = hash_of(task_class->task_id());
  const auto [at, there] = probe(*generations_.back(), hash, task_class->task_id());
  put_into(at, there, hash, std::move(task_class));
}

const TaskClassPtr* ClassTable::put_new(const TaskClassPtr& task_class) {
  grow_if_full();
  const std::size_t hash = hash_of(task_class->task_id());
  const auto [at, there] = probe(*generations_.back(), hash, task_class->task_id());
  if (there != nullptr) return &there->task_class;
  put_into(at, nullptr, hash, task_class);
  return nullptr;
}

void ClassTable::put_into(std::size_t slot, const Entry* there, std::size_t hash,
                          TaskClassPtr task_class) {
  entries_.push_back(
      make_entry(std::move(task_class), there == nullptr ? size() : there->position));
  const Entry* entry = entries_.back().get();
  Slots& slots = *generations_.back();
  slots.in_order[entry->position].store(entry, std::memory_order_release);
  slots.values[slot].hash.store(hash, std::memory_order_relaxed);
  slots.values[slot].entry.store(entry, std::memory_order_release);
  if (there == nullptr) size_.fetch_add(1, std::memory_order_release);
}

void ClassTable::grow_if_full() {
  const Slots& old = *generations_.back();
  if (size() < old.in_order.size()) return;
  auto larger = std::make_unique<Slots>(old.values.size() * 2);
  for (const Slot& slot : old.values) {
    const Entry* entry = slot.entry.load(std::memory_order_relaxed);
    if (entry == nullptr) continue;
    const std::size_t hash = slot.hash.load(std::memory_order_relaxed);
    std::size_t at = hash & larger->mask;
    while (larger->values[at].entry.load(std::memory_order_relaxed) != nullptr)
      at = (at + 1) & larger->mask;
    larger->values[at].hash.store(hash, std::memory_order_relaxed);
    larger->values[at].entry.store(entry, std::memory_order_relaxed);
  }
  for (std::size_t at = 0; at < size(); ++at) {
    larger->in_order[at].store(old.in_order[at].load(std::memory_order_relaxed),
                               std::memory_order_relaxed);
  }
  generations_.push_back(std::move(larger));
  current_.store(generations_.back().get(), std::memory_order_release);
}

}  // namespace rota::inline v1
