#pragma once

// How long tests go on that hurt a cluster again and again.

#include <chrono>
#include <cstdlib>

namespace hamok::process_test {

/// For how long tests that kill one leader after the other go on at least: HAMOK_SOAK seconds.
/// Without it they kill a few.
[[nodiscard]] inline std::chrono::seconds soak_time() {
  const auto* wanted = std::getenv("HAMOK_SOAK");
  return std::chrono::seconds{wanted ? std::atoi(wanted) : 0};
}

} // namespace hamok::process_test
