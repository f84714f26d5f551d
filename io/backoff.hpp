#pragma once

// Pauses between attempts: longer with each failure, and never the same for all who wait.

#include <caf/timespan.hpp>

#include <algorithm>
#include <random>

namespace hamok {

/// Pauses between attempts that grow, with a random part so that many do not come at once.
class backoff {
public:
  backoff(caf::timespan shortest, caf::timespan longest, std::uint32_t seed)
      : shortest_(shortest),
        longest_(std::max(shortest, longest)),
        next_(shortest),
        random_(seed) {}

  /// The next pause: at least half of the present step.
  [[nodiscard]] caf::timespan next() {
    const auto step = next_;
    next_ = std::min(longest_, step * 2);
    std::uniform_int_distribution<caf::timespan::rep> pick{step.count() / 2, step.count()};
    return caf::timespan{pick(random_)};
  }

  void reset() noexcept { next_ = shortest_; }

private:
  caf::timespan shortest_;
  caf::timespan longest_;
  caf::timespan next_;
  std::minstd_rand random_;
};

} // namespace hamok
