#pragma once

// How often tests try what is random, and how long they let things take.

#include <cstdint>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HAMOK_IS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HAMOK_IS_SANITIZED 1
#endif
#endif

namespace hamok {

/// Under sanitizers, where each round takes about ten times as long, a quarter of `all` of them:
/// the paths are the same, and the build without sanitizers goes through every round.
[[nodiscard]] constexpr std::uint64_t test_rounds(std::uint64_t all) noexcept {
#if defined(HAMOK_IS_SANITIZED)
  return (all + 3) / 4;
#else
  return all;
#endif
}

/// What takes so long at the most, times eight under sanitizers.
template <class Duration>
[[nodiscard]] constexpr Duration test_time(Duration limit) noexcept {
#if defined(HAMOK_IS_SANITIZED)
  return limit * 8;
#else
  return limit;
#endif
}

} // namespace hamok
