// SPDX-License-Identifier: Apache-2.0
#include "os/unshared_fd.h"

#include <pthread.h>

#include <mutex>

namespace rota::inline v1 {

// All of the process.
struct UnsharedFd::Registry {
  std::mutex mutex;
  UnsharedFd* first = nullptr;

  static Registry& instance() {
    // Never destroyed: a fork may come while the program ends.
    static Registry* const registry = [] {
      ::pthread_atfork([] { instance().mutex.lock(); }, [] { instance().mutex.unlock(); },
                       [] { instance().close_all(); });
      return new Registry;
    }();
    return *registry;
  }

  // In the child.
  void close_all() noexcept {
    for (UnsharedFd* one = first; one != nullptr; one = one->next_) one->file_ = UniqueFd();
    mutex.unlock();
  }
};

void UnsharedFd::watch_forks() { Registry::instance(); }

UnsharedFd::UnsharedFd(UniqueFd file) : file_(std::move(file)) {
  Registry& registry = Registry::instance();
  const std::lock_guard hold(registry.mutex);
  next_ = registry.first;
  if (next_ != nullptr) next_->previous_ = this;
  registry.first = this;
}

UnsharedFd::~UnsharedFd() {
  Registry& registry = Registry::instance();
  const std::lock_guard hold(registry.mutex);
  (previous_ == nullptr ? registry.first : previous_->next_) = next_;
  if (next_ != nullptr) next_->previous_ = previous_;
}

void UnsharedFd::swap(UnsharedFd& other) noexcept {
  const std::lock_guard hold(Registry::instance().mutex);
  std::swap(file_, other.file_);
}

}  // namespace rota::inline v1
