// SPDX-License-Identifier: Apache-2.0
// Ctrl-C in three steps: stop, cancel, kill. Knows nothing of what is stopped.
#pragma once

#include <functional>
#include <stop_token>
#include <thread>

namespace rota::cli {

// What follows when kill is requested.
enum class AtKill {
  end_process,  // nobody can be killed but this process: it ends with status 130 on the spot
  wait,         // others are killed; one more signal ends this process
};

// While it lives, SIGINT, SIGTERM and SIGHUP are taken: the first SIGINT requests `stop`; the second, or one of the
// others, `cancel` as well; the next one `kill`. A reader of the output that is gone (SIGPIPE) ends nothing by
// itself: the write gives an error. One object at a time.
class Signals {
 public:
  // `told` is called with what to say to the person, from a thread of its own.
  explicit Signals(std::function<void(const char*)> told, AtKill at_kill = AtKill::end_process);
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals();

  std::stop_token stop() const { return stop_.get_token(); }
  std::stop_token cancel() const { return cancel_.get_token(); }
  std::stop_token kill() const { return kill_.get_token(); }

 private:
  void watch();

  std::function<void(const char*)> told_;
  const AtKill at_kill_;
  std::stop_source stop_;
  std::stop_source cancel_;
  std::stop_source kill_;
  std::thread watcher_;
};

}  // namespace rota::cli
