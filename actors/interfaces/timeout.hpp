#pragma once

// Bounds of the timeouts that callers choose.

#include <caf/timespan.hpp>

#include <algorithm>
#include <chrono>

namespace hamok {

/// Nobody waits for longer than this, `caf::infinite` included: a point in time so far away would
/// overflow.
inline constexpr caf::timespan longest_timeout = std::chrono::hours{24};

/// Deadline of operations where nobody names one.
inline constexpr caf::timespan default_request_timeout = std::chrono::seconds{5};

/// How much longer than the deadline of an operation its caller waits for the collection's word on
/// it, which says more than a timeout of CAF.
inline constexpr caf::timespan answer_margin = std::chrono::seconds{1};

/// `wanted`, within bounds.
[[nodiscard]] constexpr caf::timespan bounded(caf::timespan wanted) noexcept {
  return std::clamp(wanted, caf::timespan::zero(), longest_timeout);
}

/// `wanted`, or `otherwise` where nothing is wanted, within bounds.
[[nodiscard]] constexpr caf::timespan bounded(caf::timespan wanted,
                                              caf::timespan otherwise) noexcept {
  return bounded(wanted > caf::timespan::zero() ? wanted : otherwise);
}

} // namespace hamok
