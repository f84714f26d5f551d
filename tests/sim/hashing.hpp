#pragma once

// Hashes for traces and for comparing logs: two logs are equal up to an index when the chain hashes
// at that index are.

#include "hamok/raft/types.hpp"

#include <cstdint>
#include <cstring>
#include <span>

namespace hamok::sim {

[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t hash, std::uint64_t value) noexcept {
  hash = (hash ^ value) * 0x9E3779B97F4A7C15ull;
  hash ^= hash >> 32;
  hash *= 0xD6E8FEB86659FD93ull;
  return hash ^ (hash >> 29);
}

[[nodiscard]] inline std::uint64_t hash_bytes(std::span<const std::byte> data) noexcept {
  auto hash = mix(0x5EED, data.size());
  std::size_t position = 0;
  for (; position + 8 <= data.size(); position += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, data.data() + position, 8);
    hash = mix(hash, word);
  }
  std::uint64_t tail = 0;
  if (position < data.size())
    std::memcpy(&tail, data.data() + position, data.size() - position);
  return mix(hash, tail);
}

/// The chain hash of a log that ends with `last`, `before` being the one without it.
[[nodiscard]] inline std::uint64_t chain(std::uint64_t before, const raft::entry& last) noexcept {
  auto hash = mix(before, last.term);
  hash = mix(hash, static_cast<std::uint64_t>(last.kind));
  hash = mix(hash, static_cast<std::uint64_t>(last.cluster_time.count()));
  return mix(hash, hash_bytes(last.data.bytes()));
}

} // namespace hamok::sim
