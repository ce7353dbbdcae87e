// SPDX-License-Identifier: Apache-2.0
#include "registry/class_table.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace rota {
namespace {

TaskClassPtr named(const std::string& id, const std::string& version = "1.0.0") {
  return make_task_class(TaskMetadata{.task_id = id, .version = version},
                         [](const Arguments&) { return nullptr; });
}

TEST(ClassTable, FindsEachOfManyAndNoOther) {
  ClassTable table;
  for (int at = 0; at < 10'000; ++at) table.put(named("t_" + std::to_string(at)));
  EXPECT_EQ(table.size(), 10'000U);
  for (int at = 0; at < 10'000; ++at) {
    const std::string id = "t_" + std::to_string(at);
    ASSERT_NE(table.find(id), nullptr) << id;
    EXPECT_EQ((*table.find(id))->metadata().task_id, id);
  }
  EXPECT_EQ(table.find("t_10000"), nullptr);
  EXPECT_EQ(table.find(""), nullptr);
}

TEST(ClassTable, ReplacingKeepsWhatReadersHold) {
  ClassTable table;
  table.put(named("t_a", "1"));
  const TaskClassPtr* old = table.find("t_a");
  table.put(named("t_a", "2"));
  EXPECT_EQ(table.size(), 1U);
  EXPECT_EQ((*old)->metadata().version, "1");
  EXPECT_EQ((*table.find("t_a"))->metadata().version, "2");
}

TEST(ClassTable, GoesThroughAllInTheOrderOfTheirIdsAlsoAfterOneIsReplaced) {
  ClassTable table;
  std::vector<std::string> put;
  for (int at = 1'000; at > 0; --at) {
    put.push_back("t_" + std::to_string(at));
    EXPECT_EQ(table.put_new(named(put.back())), nullptr);
  }
  table.put(named("t_500", "2"));
  EXPECT_EQ(table.put_new(named("t_500", "3")), table.find("t_500"));
  std::vector<std::string> seen;
  table.for_each([&](const TaskClassPtr& one) {
    seen.emplace_back(one->task_id());
    EXPECT_EQ(one->metadata().version, one->task_id() == "t_500" ? "2" : "1.0.0");
  });
  EXPECT_EQ(seen, put);
}

TEST(ClassTable, WhoGoesThroughAllSeesEachOnceWhileOneWrites) {
  constexpr int kCount = 20'000;
  ClassTable table;
  std::atomic<bool> done{false};
  std::thread writer([&] {
    for (int at = 0; at < kCount; ++at) {
      table.put(named("t_" + std::to_string(at)));
      if (at % 2 == 0) table.put(named("t_" + std::to_string(at / 2)));
    }
    done = true;
  });
  for (bool last = false; !last;) {
    last = done;
    const std::size_t before = table.size();
    std::size_t seen = 0;
    table.for_each([&](const TaskClassPtr& one) {
      if (one->task_id() != "t_" + std::to_string(seen++)) ADD_FAILURE() << one->task_id();
    });
    EXPECT_GE(seen, before);
  }
  writer.join();
}

TEST(ClassTable, ReadersSeeEveryClassThatWasPutBeforeWhileOneWrites) {
  constexpr int kCount = 20'000;
  ClassTable table;
  std::atomic<int> published{0};
  std::atomic<int> missed{0};
  std::thread writer([&] {
    for (int at = 0; at < kCount; ++at) {
      table.put(named("t_" + std::to_string(at)));
      published.store(at + 1, std::memory_order_release);
    }
  });
  std::thread reader([&] {
    for (int seen = 0; seen < kCount;) {
      seen = published.load(std::memory_order_acquire);
      for (int at = std::max(0, seen - 50); at < seen; ++at) {
        if (table.find("t_" + std::to_string(at)) == nullptr) missed.fetch_add(1);
      }
    }
  });
  writer.join();
  reader.join();
  EXPECT_EQ(missed.load(), 0);
}

}  // namespace
}  // namespace rota
