#pragma once

// Every random choice of a run. One seed, one run: nothing in the simulator asks anything else for
// chance.

#include "hamok/raft/random.hpp"
#include "hamok/raft/types.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace hamok::sim {

using raft::duration;
using raft::timestamp;

class dice {
public:
  explicit dice(std::uint64_t seed) noexcept : source_(seed) {}

  [[nodiscard]] std::uint64_t next() noexcept { return source_.next(); }

  /// A number below `bound`; 0 when there is none.
  [[nodiscard]] std::uint64_t below(std::uint64_t bound) noexcept {
    return bound == 0 ? 0 : source_.next() % bound;
  }

  /// A number from `low` up to and including `high`.
  [[nodiscard]] std::uint64_t between(std::uint64_t low, std::uint64_t high) noexcept {
    return low + below(high - low + 1);
  }

  [[nodiscard]] duration between(duration low, duration high) noexcept {
    return source_.between(low, high);
  }

  /// True `per_mille` times out of a thousand. Integers, so that a seed means the same everywhere.
  [[nodiscard]] bool chance(std::uint64_t per_mille) noexcept { return below(1000) < per_mille; }

  template <class T>
  [[nodiscard]] const T& pick(const std::vector<T>& values) noexcept {
    return values[below(values.size())];
  }

private:
  raft::random_source source_;
};

} // namespace hamok::sim
