#pragma once

// A member's own idea of time: it starts anywhere, runs too fast or too slow, and jumps ahead. It
// never goes back.

#include "hamok/tests/sim/dice.hpp"

#include <cstdint>

namespace hamok::sim {

class skewed_clock {
public:
  skewed_clock() = default;

  /// Shows `offset` at virtual time 0 and runs at `per_mille` thousandths of the true speed.
  skewed_clock(duration offset, std::int64_t per_mille) noexcept
      : local_base_(offset),
        per_mille_(per_mille) {}

  [[nodiscard]] timestamp read(timestamp virtual_now) const noexcept {
    return local_base_ + (virtual_now - virtual_base_) * per_mille_ / 1000;
  }

  /// The first virtual time at which this clock shows `local` or more.
  [[nodiscard]] timestamp when(timestamp local) const noexcept {
    if (local <= local_base_)
      return virtual_base_;
    const auto scaled = (local - local_base_).count() * 1000 + per_mille_ - 1;
    return virtual_base_ + duration{scaled / per_mille_};
  }

  void jump_ahead(duration by) noexcept { local_base_ += by; }

  void change_speed(timestamp virtual_now, std::int64_t per_mille) noexcept {
    local_base_ = read(virtual_now);
    virtual_base_ = virtual_now;
    per_mille_ = per_mille;
  }

private:
  timestamp local_base_{0};
  timestamp virtual_base_{0};
  std::int64_t per_mille_ = 1000;
};

} // namespace hamok::sim
