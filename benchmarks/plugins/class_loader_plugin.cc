// SPDX-License-Identifier: Apache-2.0
// A class_loader plugin of one class; its name is as wide as those of the copies.
#include "class_loader_base.h"

#include <class_loader/register_macro.hpp>

class BenchmarkPlugin000000 : public BenchmarkBase {
 public:
  bool run() override { return true; }
};

CLASS_LOADER_REGISTER_CLASS(BenchmarkPlugin000000, BenchmarkBase)
