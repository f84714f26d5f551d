#pragma once

// When a log is too long, and by how much. Only the amounts: what may be dropped at all is the
// core's to say.

#include "hamok/raft/log.hpp"
#include "hamok/raft/types.hpp"

#include <cstddef>

namespace hamok::raft {

/// Entries that one step drops, at the most: to free many payloads takes time.
inline constexpr std::size_t max_trim = 4096;

struct compaction_limits {
  std::size_t bytes = 0;
  std::size_t entries = 0;
  duration age{0};
};

/// Whether entries should be dropped: not for each new one, but when a sixteenth is too much, or
/// the first entry is a second too old. `now` is on the cluster's clock.
[[nodiscard]] bool is_due(const log& held, const compaction_limits& limits, duration now) noexcept;

/// Whether it is more than twice as long as it should be, and has more than `reserve` bytes: then
/// nobody is waited for any more.
[[nodiscard]] bool is_far_too_long(const log& held, const compaction_limits& limits,
                                   std::size_t reserve = 0) noexcept;

/// Whether of `bytes`, `entries` and `age`, one is more than half of what is allowed.
[[nodiscard]] bool is_half(std::size_t bytes, std::size_t entries, duration age,
                           const compaction_limits& limits) noexcept;

/// The last entry that should be dropped, at most `max_trim` behind the base: without it and those
/// before it the log is within `limits`. Not beyond `bound`; the base's index: none.
[[nodiscard]] index_t surplus(const log& held, const compaction_limits& limits, duration now,
                              index_t bound) noexcept;

} // namespace hamok::raft
