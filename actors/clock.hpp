#pragma once

// The clock behind every event of a core: it goes on while the machine sleeps, so that a lease or a
// timeout never seems younger than it is.

#include "hamok/raft/types.hpp"

#include <ctime>

namespace hamok {

/// Time since boot, suspension included.
inline raft::timestamp boot_time() noexcept {
  timespec value{};
  clock_gettime(CLOCK_BOOTTIME, &value);
  return std::chrono::seconds{value.tv_sec} + std::chrono::nanoseconds{value.tv_nsec};
}

} // namespace hamok
