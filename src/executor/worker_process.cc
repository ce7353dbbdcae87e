// SPDX-License-Identifier: Apache-2.0
#include "executor/worker_process.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace rota::inline v1 {
namespace {

constexpr std::size_t kBytesAtOnce = std::size_t{64} * 1024;

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

WorkerProcess::WorkerProcess(std::uint32_t its_number, std::size_t its_slot, bool fresh,
                             TheirEnds& theirs)
    : number(its_number), slot(its_slot), is_fresh(fresh) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) fail("socketpair");
  socket = UnsharedFd(ends[0]);
  theirs.socket = UnsharedFd(ends[1]);
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail("pipe2");
  output = UnsharedFd(ends[0]);
  theirs.output = UnsharedFd(ends[1]);
  if (::fcntl(output.get(), F_SETFL, O_NONBLOCK) != 0) fail("fcntl");
}

bool WorkerProcess::send(std::string_view bytes) {
  if (!out_.empty()) {
    out_.append(bytes);
    bytes = out_;
  }
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t more =
        ::send(socket.get(), bytes.data() + sent, bytes.size() - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (more < 0 && errno == EINTR) continue;
    if (more < 0 && errno == EAGAIN) break;
    if (more <= 0) {  // its end will be told
      out_.clear();
      return true;
    }
    sent += static_cast<std::size_t>(more);
  }
  std::string left(bytes.substr(sent));
  out_ = std::move(left);
  return out_.empty();
}

bool WorkerProcess::receive(const std::function<bool(const FrameBuffer::Frame&)>& take) {
  std::array<char, kBytesAtOnce> bytes;
  for (;;) {
    const ssize_t got = ::recv(socket.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return true;
    if (got <= 0) return false;
    in_.add({bytes.data(), static_cast<std::size_t>(got)});
    while (const auto frame = in_.next()) {
      if (!take(*frame)) return false;
    }
    if (in_.is_broken()) return take({});
    if (static_cast<std::size_t>(got) < bytes.size()) return true;
  }
}

void WorkerProcess::read_output(std::size_t most_bytes) {
  std::array<char, kBytesAtOnce> bytes;
  for (std::size_t all = 0; output.valid() && all < most_bytes;) {
    const ssize_t got = ::read(output.get(), bytes.data(), bytes.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
      output = UnsharedFd();
      return;
    }
    all += static_cast<std::size_t>(got);
    if (running) running->output.add({bytes.data(), static_cast<std::size_t>(got)});
    if (static_cast<std::size_t>(got) < bytes.size() && all < most_bytes &&
        most_bytes <= kBytesAtOnce)
      return;
  }
}

}  // namespace rota::inline v1
