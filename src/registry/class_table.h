// SPDX-License-Identifier: Apache-2.0
// The hash table under a registry: one writer at a time, readers that never wait. Knows ids and pointers
// only.
//
// Readers take no lock. A slot holds the hash of its id, which spares most looks at an entry of another id, and an
// atomic pointer to an immutable entry, which holds the id itself: both decide on the way to the class, of which
// nothing is read. An entry once published is never freed before the table, so a reader may hold on to it without
// being counted. A table that is three
// quarters full is copied into one twice its size, which is then published in one store; the old one stays
// for readers that are still in it. All old tables together are smaller than the present one. What replacing
// costs is the replaced entry, kept: replacing is rare, looking up is not. Beside its slots a table has its entries in
// the order in which they came, which is mostly that of their classes in memory: who wants all goes through these.
#pragma once

#include <rota/task_class.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace rota::inline v1 {

class ClassTable {
 public:
  ClassTable();
  ClassTable(const ClassTable&) = delete;
  ClassTable& operator=(const ClassTable&) = delete;

  // From any thread, at any time. Null when unknown; valid as long as the table.
  const TaskClassPtr* find(std::string_view task_id) const noexcept;
  // In the order in which their ids came.
  void for_each(const std::function<void(const TaskClassPtr&)>& function) const;
  std::size_t size() const noexcept { return size_.load(std::memory_order_acquire); }

  // One thread at a time. Under the id of the class's metadata; a class that is there is replaced.
  void put(TaskClassPtr task_class);
  // The same where none is there under its id; else gives what is there.
  const TaskClassPtr* put_new(const TaskClassPtr& task_class);

 private:
  // With the id right behind it.
  struct Entry {
    TaskClassPtr task_class;
    std::uint32_t id_bytes;
    std::uint32_t position;  // among all, in their order

    std::string_view id() const noexcept {
      return {reinterpret_cast<const char*>(this + 1), id_bytes};
    }
  };
  struct FreeEntry {
    void operator()(Entry* entry) const noexcept;
  };
  using EntryPtr = std::unique_ptr<Entry, FreeEntry>;
  struct Slot {
    std::atomic<std::size_t> hash =
        0;  // counts only where there is an entry, and is written before it
    std::atomic<const Entry*> entry = nullptr;
  };
  struct Slots {
    explicit Slots(std::size_t capacity)
        : mask(capacity - 1), values(capacity), in_order(capacity / 4 * 3) {}
    std::size_t mask;
    std::vector<Slot> values;
    std::vector<std::atomic<const Entry*>> in_order;  // the first size() of them
  };

  static EntryPtr make_entry(TaskClassPtr task_class, std::size_t position);
  // The place of an id, or the empty one where it would go; and what is there.
  static std::pair<std::size_t, const Entry*> probe(const Slots& slots, std::size_t hash,
                                                    std::string_view id) noexcept;
  // Into the slot of its id, in which `there` is.
  void put_into(std::size_t slot, const Entry* there, std::size_t hash, TaskClassPtr task_class);
  void grow_if_full();

  std::atomic<const Slots*> current_;
  std::atomic<std::size_t> size_{0};
  std::vector<std::unique_ptr<Slots>> generations_;  // the last is the current one
  std::vector<EntryPtr> entries_;
};

}  // namespace rota::inline v1
