#pragma once

// Random names: of lives of members, clusters, sessions and creations.

#include "hamok/raft/types.hpp"

#include <cstdint>
#include <random>

namespace hamok {

/// 128 random bits, never all zero.
inline raft::incarnation_id random_id() {
  std::random_device device;
  auto word = [&device] {
    return (static_cast<std::uint64_t>(device()) << 32) | static_cast<std::uint64_t>(device());
  };
  raft::incarnation_id result;
  while (result.none())
    result = {word(), word()};
  return result;
}

} // namespace hamok
