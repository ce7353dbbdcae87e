// SPDX-License-Identifier: Apache-2.0
// A worker: a process that runs the executions that its runner sends, one after the other, and tells how they went.
// It writes no log. Knows nothing of plans.
#pragma once

namespace rota::inline v1 {

// Open files of a worker.
struct WorkerFds {
  static constexpr int kConnection = 3;  // to the runner
  static constexpr int kOutput = 7;      // where stdout and stderr go; 4 to 6 are the supervisor's
  static constexpr int kFirstFree = 8;
};

// How a worker ends itself, so that its runner can say why.
struct WorkerExit {
  static constexpr int kConnectionLost = 121;  // it cannot be written to, or is another file by now
  static constexpr int kNotUnderstood = 122;   // what came was no order
};

// Serves until the connection is closed. Gives the exit status.
int serve_as_worker();

}  // namespace rota::inline v1
