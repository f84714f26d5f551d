#pragma once

// The generator behind all random delays (SplitMix64): its whole state is one number inside the
// core, so that a seed repeats a run.

#include "hamok/raft/types.hpp"

#include <cstdint>

namespace hamok::raft {

/// A small generator of random numbers: the same seed gives the same numbers everywhere.
class random_source {
public:
  explicit random_source(std::uint64_t seed = 0) noexcept : state_(seed) {}

  std::uint64_t next() noexcept {
    state_ += 0x9E3779B97F4A7C15ull;
    auto mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9ull;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBull;
    return mixed ^ (mixed >> 31);
  }

  /// A duration from `low` up to, but not including, `high`; `low` when that is empty.
  duration between(duration low, duration high) noexcept {
    if (high <= low)
      return low;
    const auto span = static_cast<std::uint64_t>((high - low).count());
    return low + duration{static_cast<std::int64_t>(next() % span)};
  }

private:
  std::uint64_t state_;
};

} // namespace hamok::raft
