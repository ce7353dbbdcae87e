// SPDX-License-Identifier: Apache-2.0
// The interface of the class_loader plugins.
#pragma once

class [[gnu::visibility("default")]] BenchmarkBase {
 public:
  virtual ~BenchmarkBase() = default;
  virtual bool run() = 0;
};
