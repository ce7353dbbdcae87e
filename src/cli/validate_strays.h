// SPDX-License-Identifier: Apache-2.0
// Processes that a plugin started and that left the process group of its child, as a daemon does. Knows nothing
// of plugins.
#pragma once

namespace rota::cli {

// While it lives, orphans among the descendants of this process become its children. One object at a time, in
// a process that has no children but those that it ends itself.
class StrayProcesses {
 public:
  StrayProcesses();
  StrayProcesses(const StrayProcesses&) = delete;
  StrayProcesses& operator=(const StrayProcesses&) = delete;
  ~StrayProcesses();

  // Kills all children of this process and takes their ends. To be called when the child that is meant to be
  // there has ended.
  static void end_all() noexcept;
};

}  // namespace rota::cli
