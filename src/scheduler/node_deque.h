// SPDX-License-Identifier: Apache-2.0
// The ready nodes of one worker: its owner puts and takes at one end, without a lock, others steal at the
// other. Knows numbers only.
//
// It is the deque of Chase and Lev. The owner publishes what it has put once for all that it put, and
// each of its takes has one exchange. An array that is full is copied into one twice its size; old ones stay for
// thieves that still read in them, and are together smaller than the present one.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

namespace rota::inline v1 {

using NodeIndex = std::uint32_t;
inline constexpr NodeIndex kNoNode = std::numeric_limits<NodeIndex>::max();

class alignas(64) NodeDeque {
 public:
  NodeDeque() { grow(); }
  NodeDeque(const NodeDeque&) = delete;
  NodeDeque& operator=(const NodeDeque&) = delete;

  // By the owner. What is put can be taken and stolen after publish() alone.
  void put(NodeIndex node) {
    if (unpublished_ - top_seen_ >= static_cast<std::int64_t>(array_->mask + 1)) make_room();
    array_->at(unpublished_).store(node, std::memory_order_relaxed);
    ++unpublished_;
  }
  // Ordered before what the caller loads next with seq_cst: whether somebody waits for work.
  void publish() noexcept { bottom_.store(unpublished_, std::memory_order_seq_cst); }
  // By the owner: the node that was put last, or kNoNode.
  NodeIndex take() noexcept {
    const std::int64_t at = unpublished_ - 1;
    if (at < top_seen_) return kNoNode;  // a thief only makes it emptier
    bottom_.store(at, std::memory_order_seq_cst);
    std::int64_t top = top_.load(std::memory_order_seq_cst);
    top_seen_ = top;
    unpublished_ = at;
    if (top < at) return array_->at(at).load(std::memory_order_relaxed);
    NodeIndex node = kNoNode;
    if (top == at) {  // the last one: whoever moves the top has it
      node = array_->at(at).load(std::memory_order_relaxed);
      if (!top_.compare_exchange_strong(top, top + 1, std::memory_order_seq_cst)) node = kNoNode;
    }
    unpublished_ = at + 1;
    top_seen_ = at + 1;
    bottom_.store(at + 1, std::memory_order_release);
    return node;
  }
  // From any thread: the node that was put first, or kNoNode where there is none or another thread was faster.
  NodeIndex steal() noexcept {
    std::int64_t top = top_.load(std::memory_order_seq_cst);
    if (top >= bottom_.load(std::memory_order_seq_cst)) return kNoNode;
    const NodeIndex node =
        current_.load(std::memory_order_acquire)->at(top).load(std::memory_order_relaxed);
    return top_.compare_exchange_strong(top, top + 1, std::memory_order_seq_cst) ? node : kNoNode;
  }
  // From any thread; how many there are at some moment of the call, about.
  std::size_t size() const noexcept {
    const std::int64_t top = top_.load(std::memory_order_seq_cst);
    const std::int64_t bottom = bottom_.load(std::memory_order_seq_cst);
    return bottom > top ? static_cast<std::size_t>(bottom - top) : 0;
  }

 private:
  struct Array {
    explicit Array(std::size_t capacity) : mask(capacity - 1), values(capacity) {}
    std::atomic<NodeIndex>& at(std::int64_t index) {
      return values[static_cast<std::size_t>(index) & mask];
    }
    std::size_t mask;
    std::vector<std::atomic<NodeIndex>> values;
  };

  void make_room() {
    top_seen_ = top_.load(std::memory_order_acquire);
    if (unpublished_ - top_seen_ >= static_cast<std::int64_t>(array_->mask + 1)) grow();
  }

  void grow() {
    constexpr std::size_t kFirstCapacity = 256;  // a power of two
    auto larger = std::make_unique<Array>(array_ ? (array_->mask + 1) * 2 : kFirstCapacity);
    for (std::int64_t at = top_seen_; at < unpublished_; ++at) {
      larger->at(at).store(array_->at(at).load(std::memory_order_relaxed),
                           std::memory_order_relaxed);
    }
    arrays_.push_back(std::move(larger));
    array_ = arrays_.back().get();
    current_.store(array_, std::memory_order_release);
  }

  alignas(64) std::atomic<std::int64_t> top_{0};
  alignas(64) std::atomic<std::int64_t> bottom_{0};
  std::atomic<Array*> current_{nullptr};
  // The owner's own.
  Array* array_ = nullptr;
  std::int64_t unpublished_ = 0;  // bottom_, and what is put and not published
  std::int64_t top_seen_ = 0;     // top_ at some earlier moment: it only grows
  std::vector<std::unique_ptr<Array>> arrays_;
};

}  // namespace rota::inline v1
