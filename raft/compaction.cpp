#include "hamok/raft/compaction.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

namespace hamok::raft {

namespace {

constexpr duration lateness = std::chrono::seconds{1};

std::size_t entries_of(const log& held) noexcept {
  return static_cast<std::size_t>(held.last_index() - held.base().index);
}

bool is_old(const log& held, index_t index, duration age, duration now) noexcept {
  return now - held.at(index).cluster_time > age;
}

bool exceeds(std::size_t bytes, std::size_t entries, const compaction_limits& limits) noexcept {
  return bytes > limits.bytes || entries > limits.entries;
}

/// Somebody who wants no limit sets the largest number there is.
std::size_t sum(std::size_t limit, std::size_t more) noexcept {
  return limit + std::min(more, std::numeric_limits<std::size_t>::max() - limit);
}

} // namespace

bool is_far_too_long(const log& held, const compaction_limits& limits,
                     std::size_t reserve) noexcept {
  return held.bytes() > reserve
         && exceeds(held.bytes(), entries_of(held),
                    {sum(limits.bytes, limits.bytes), sum(limits.entries, limits.entries), {}});
}

bool is_half(std::size_t bytes, std::size_t entries, duration age,
             const compaction_limits& limits) noexcept {
  return exceeds(bytes, entries, {limits.bytes / 2, limits.entries / 2, {}})
         || age > limits.age / 2;
}

bool is_due(const log& held, const compaction_limits& limits, duration now) noexcept {
  const auto entries = entries_of(held);
  if (entries == 0)
    return false;
  return exceeds(
             held.bytes(), entries,
             {sum(limits.bytes, limits.bytes / 16), sum(limits.entries, limits.entries / 16), {}})
         || is_old(held, held.first_index(), limits.age + lateness, now);
}

index_t surplus(const log& held, const compaction_limits& limits, duration now,
                index_t bound) noexcept {
  auto bytes = held.bytes();
  auto entries = entries_of(held);
  const auto end = std::min({bound, held.last_index(), held.base().index + max_trim});
  auto last = held.base().index;
  while (last < end
         && (exceeds(bytes, entries, limits) || is_old(held, last + 1, limits.age, now))) {
    ++last;
    bytes -= footprint(held.at(last));
    --entries;
  }
  return last;
}

} // namespace hamok::raft
