// SPDX-License-Identifier: Apache-2.0
// Ctrl-C in three steps: stop, cancel, end. Knows nothing of what is stopped.
#pragma once

#include <functional>
#include <stop_token>
#include <thread>

namespace rota::cli {

// While it lives, SIGINT, SIGTERM and SIGHUP are taken: the first SIGINT requests `stop`; the second, or one of the others,
// `cancel` as well; the next one ends the process with status 130 on the spot. A reader of the output that
// is gone (SIGPIPE) ends nothing by itself: the write gives an error. One object at a time.
class Signals {
 public:
  // `told` is called with what to say to the person, from a thread of its own.
  explicit Signals(std::function<void(const char*)> told);
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals();

  std::stop_token stop() const { return stop_.get_token(); }
  std::stop_token cancel() const { return cancel_.get_token(); }

 private:
  void watch();

  std::function<void(const char*)> told_;
  std::stop_source stop_;
  std::stop_source cancel_;
  std::thread watcher_;
};

}  // namespace rota::cli
