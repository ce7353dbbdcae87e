// SPDX-License-Identifier: Apache-2.0
// The graphs that are measured: a chain, a fan (one, all that need it, one that needs these), and layers in which
// each needs about three of the layer before. graph_shapes.py makes the same. Knows none of the systems.
#pragma once

#include "probe.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace shapes {

// Steele, Lea and Flood's SplitMix64, of a fixed seed.
inline std::uint64_t random_of(std::uint64_t number) {
  std::uint64_t mixed = (number + 20'261'126) * 0x9E37'79B9'7F4A'7C15;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58'476D'1CE4'E5B9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D0'49BB'1331'11EB;
  return mixed ^ (mixed >> 31);
}

class Shape {
 public:
  Shape(std::string_view name, std::size_t size) : name_(name), size_(size) {
    if (size < 10 || (name != "chain" && name != "fan" && name != "layered"))
      probe::fail("a graph is chain, fan or layered, of 10 nodes or more");
    while ((width_ + 1) * (width_ + 1) <= size) ++width_;
  }

  std::size_t size() const { return size_; }
  // Calls `need(other)` for each that the node needs: they have smaller numbers, and each comes once.
  template <class Function>
  void for_each_need(std::size_t node, const Function& need) const {
    if (name_ == "chain") {
      if (node > 0) need(node - 1);
    } else if (name_ == "fan") {
      if (node + 1 == size_) {
        for (std::size_t other = 1; other + 1 < size_; ++other) need(other);
      } else if (node > 0) {
        need(0);
      }
    } else if (node >= width_) {
      const std::size_t before = node - node % width_ - width_;
      const std::uint64_t random = random_of(node);
      const std::size_t first = random % width_, second = (random >> 20) % width_,
                        third = (random >> 40) % width_;
      need(before + first);
      if (second != first) need(before + second);
      if (third != first && third != second) need(before + third);
    }
  }

 private:
  std::string_view name_;
  std::size_t size_;
  std::size_t width_ = 3;  // of a layer: the root of the size
};

// What every node does: it says that it ran. Gives how many did, and fails the measurement when one ran twice.
class Marks {
 public:
  explicit Marks(std::size_t size) : ran_(size, 0) {}
  void mark(std::size_t node) { ++ran_[node]; }
  std::size_t count() const {
    std::size_t sum = 0;
    for (const unsigned char one : ran_) {
      if (one > 1) probe::fail("a node ran twice");
      sum += one;
    }
    return sum;
  }

 private:
  std::vector<unsigned char> ran_;
};

}  // namespace shapes
