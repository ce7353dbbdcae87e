// SPDX-License-Identifier: Apache-2.0
// The bytes between runner and worker: what is written is read, and nothing else is believed.
#include "executor/worker_protocol.h"
#include <rota/task_registry.h>

#include <random>

#include <gtest/gtest.h>

namespace rota {
namespace {

std::string_view content_of(const std::string& frame) { return std::string_view(frame).substr(5); }

std::string an_order() {
  std::string frame;
  ExecutionRequest request{.task_class = TaskRegistry::process().get_task_class("t_obedient"),
                           .arguments = {{"flag", true},
                                         {"count", -7},
                                         {"part", 0.5},
                                         {"name", "text"},
                                         {"none", Value()}},
                           .task_run_id = "id",
                           .project_root = "/root",
                           .limits = {.memory_bytes = 1000, .cpu_time = std::chrono::seconds(3)},
                           .is_fresh = true};
  EXPECT_TRUE(append_order(frame, request));
  return frame;
}

std::string a_result() {
  std::string frame;
  WorkerResult result{.end = {.state = ExecutionState::failed,
                              .message = "why",
                              .inputs = {{"in", 1, 2, "hash"}},
                              .outputs = {{"out", 3, -4, ""}, {"more", 5, 6, ""}},
                              .metrics = "{}",
                              .cpu_time = std::chrono::microseconds(5),
                              .peak_memory_bytes = 6},
                      .cpu_time_so_far = std::chrono::microseconds(7)};
  EXPECT_TRUE(append_result(frame, result));
  return frame;
}

TEST(WorkerProtocol, ReadsTheOrderThatWasWritten) {
  const std::string frame = an_order();
  const auto order = read_order(content_of(frame));
  ASSERT_TRUE(order);
  EXPECT_EQ(order->task_id, "t_obedient");
  EXPECT_EQ(order->plugin, "");
  EXPECT_EQ(order->request.arguments.to_json(),
            R"({"count":-7,"flag":true,"name":"text","none":null,"part":0.5})");
  EXPECT_EQ(order->request.limits.memory_bytes, 1000U);
  EXPECT_EQ(order->request.limits.cpu_time, std::chrono::seconds(3));
  EXPECT_TRUE(order->request.is_fresh);
}

TEST(WorkerProtocol, ReadsTheResultThatWasWritten) {
  const std::string frame = a_result();
  const auto result = read_result(content_of(frame));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->end.message, "why");
  ASSERT_EQ(result->end.outputs.size(), 2U);
  EXPECT_EQ(result->end.outputs[0].mtime_nanoseconds, -4);
  EXPECT_EQ(result->cpu_time_so_far, std::chrono::microseconds(7));
}

TEST(WorkerProtocol, RefusesEveryCut) {
  const std::string order = an_order();
  for (std::size_t size = 0; size + 5 < order.size(); ++size)
    EXPECT_FALSE(read_order(content_of(order).substr(0, size))) << size;
  const std::string result = a_result();
  for (std::size_t size = 0; size + 5 < result.size(); ++size)
    EXPECT_FALSE(read_result(content_of(result).substr(0, size))) << size;
  EXPECT_FALSE(read_result(result));
}

TEST(WorkerProtocol, SurvivesAnyChangeOfItsBytes) {
  std::mt19937 random(7);
  for (const std::string& whole : {an_order(), a_result()}) {
    for (int round = 0; round < 20'000; ++round) {
      std::string changed(content_of(whole));
      for (unsigned changes = random() % 4 + 1; changes > 0; --changes)
        changed[random() % changed.size()] = static_cast<char>(random());
      read_order(changed);  // the sanitizers look on
      read_result(changed);
      read_logged(changed);
      read_hello(changed);
    }
  }
}

TEST(FrameBuffer, CutsWhateverArrivesIntoTheSameFrames) {
  std::string stream;
  for (int at = 0; at < 50; ++at)
    append_logged(stream, LogLevel::info, std::string(static_cast<std::size_t>(at) * 97, 'x'));
  std::mt19937 random(3);
  for (int round = 0; round < 50; ++round) {
    FrameBuffer buffer;
    std::size_t frames = 0;
    for (std::size_t at = 0; at < stream.size();) {
      const std::size_t size = std::min<std::size_t>(random() % 5000 + 1, stream.size() - at);
      buffer.add(std::string_view(stream).substr(at, size));
      at += size;
      while (const auto frame = buffer.next()) {
        const auto logged = read_logged(frame->bytes);
        ASSERT_TRUE(logged);
        EXPECT_EQ(logged->message.size(), frames * 97);
        ++frames;
      }
    }
    EXPECT_EQ(frames, 50U);
    EXPECT_TRUE(buffer.empty());
  }
}

TEST(FrameBuffer, RefusesALengthBeyondAllBounds) {
  FrameBuffer buffer;
  buffer.add(std::string_view("\xff\xff\xff\xff\x01", 5));
  EXPECT_FALSE(buffer.next());
  EXPECT_TRUE(buffer.is_broken());
}

}  // namespace
}  // namespace rota
