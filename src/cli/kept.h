// SPDX-License-Identifier: Apache-2.0
// What a command needs to its end, where the end of the process is quicker than taking apart a hundred thousand tasks.
#pragma once

#include <memory>
#include <vector>

namespace rota::cli {

// Gives the object, which is never destroyed. For what holds nothing but memory.
template <class T>
T& keep_to_the_end(std::unique_ptr<T> object) {
  static auto* const kept = new std::vector<T*>;  // a leak checker sees that they are in use
  kept->push_back(object.get());
  return *object.release();
}

}  // namespace rota::cli
