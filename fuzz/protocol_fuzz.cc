// SPDX-License-Identifier: Apache-2.0
// What a worker, or something that a task has made of it, sends to the runner; and a runner to a worker.
#include "answers.h"
#include "executor/worker_protocol.h"

#include <cstdint>

namespace rota::inline v1 {
namespace {

std::string_view content_of(std::string_view frame) { return frame.substr(5); }

void read_message(const FrameBuffer::Frame& frame) {
  std::string again;
  constexpr std::size_t kShort = 1'000;  // a longer message would be cut
  if (const auto logged = read_logged(frame.bytes); logged && logged->message.size() < kShort) {
    append_logged(again, logged->level, logged->message);
    require(content_of(again) == frame.bytes, "a message of a logger is written as it was read");
  }
  again.clear();
  if (const auto result = read_result(frame.bytes)) {
    require(append_result(again, *result), "a result that was read can be written");
    require(content_of(again) == frame.bytes, "a result is written as it was read");
  }
  read_hello(frame.bytes);
  read_order(frame.bytes);
}

// In pieces of seven bytes, as they may arrive.
void read_stream(std::string_view bytes) {
  constexpr std::size_t kPiece = 7;
  FrameBuffer buffer;
  std::size_t read = 0;
  for (std::size_t at = 0; at < bytes.size(); at += kPiece) {
    buffer.add(bytes.substr(at, kPiece));
    while (const auto frame = buffer.next()) {
      read += 5 + frame->bytes.size();
      require(read <= bytes.size(), "no frame is longer than what came");
      read_message(*frame);
    }
    if (buffer.is_broken()) return;
  }
}

}  // namespace
}  // namespace rota::inline v1

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  rota::read_stream({reinterpret_cast<const char*>(data), size});
  return 0;
}
