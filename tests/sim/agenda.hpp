#pragma once

// Virtual time: what is to happen, in order of time; at the same time in order of planning.

#include "hamok/tests/sim/dice.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace hamok::sim {

class agenda {
public:
  using action = std::function<void()>;

  [[nodiscard]] timestamp now() const noexcept { return now_; }

  void at(timestamp when, action what) {
    const auto slot = take_slot(std::move(what));
    heap_.push_back({std::max(when, now_), planned_++, slot});
    std::push_heap(heap_.begin(), heap_.end(), later);
  }

  void after(duration delay, action what) { at(now_ + delay, std::move(what)); }

  /// Does what is next. False when nothing is left.
  bool run_next() {
    if (heap_.empty())
      return false;
    std::pop_heap(heap_.begin(), heap_.end(), later);
    const auto next = heap_.back();
    heap_.pop_back();
    now_ = next.when;
    auto what = std::move(actions_[next.slot]);
    actions_[next.slot] = nullptr;
    free_.push_back(next.slot);
    what();
    return true;
  }

private:
  /// Small, so that the heap moves little: the action itself lies in its slot.
  struct item {
    timestamp when;
    std::uint64_t order;
    std::size_t slot;
  };

  static bool later(const item& lhs, const item& rhs) noexcept {
    return lhs.when != rhs.when ? lhs.when > rhs.when : lhs.order > rhs.order;
  }

  std::size_t take_slot(action what) {
    if (free_.empty()) {
      actions_.push_back(std::move(what));
      return actions_.size() - 1;
    }
    const auto slot = free_.back();
    free_.pop_back();
    actions_[slot] = std::move(what);
    return slot;
  }

  timestamp now_{0};
  std::uint64_t planned_ = 0;
  std::vector<item> heap_;
  std::vector<action> actions_;
  std::vector<std::size_t> free_;
};

} // namespace hamok::sim
