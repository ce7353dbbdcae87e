// SPDX-License-Identifier: Apache-2.0
// A thread that renews leases while there is something to renew. Knows nothing of what a lease is.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace rota::inline v1 {

class LeaseKeeper {
 public:
  // Renews all leases of this process; false: there are none. What it throws is tried again at the next time.
  using Renew = std::function<bool()>;

  LeaseKeeper(Renew renew, std::chrono::milliseconds every)
      : renew_(std::move(renew)), every_(every) {}
  LeaseKeeper(const LeaseKeeper&) = delete;
  LeaseKeeper& operator=(const LeaseKeeper&) = delete;
  ~LeaseKeeper() { stop(); }

  // There is a lease from now on: renews it every so often, for the first time then. Where no thread can be started
  // the leases are not renewed; what they are of goes on.
  void keep() noexcept;
  // Ends the thread; from then on nothing is renewed. A renewal that is under way is waited for.
  void stop() noexcept;

 private:
  void serve();

  const Renew renew_;
  const std::chrono::milliseconds every_;
  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  bool has_leases_ = false;
  bool ending_ = false;
  std::thread thread_;  // begins with the first lease
};

}  // namespace rota::inline v1
