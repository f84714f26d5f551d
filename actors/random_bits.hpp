#pragma once

// Random numbers that tell lives of members and clusters apart.

#include "hamok/raft/types.hpp"

#include <random>

namespace hamok {

/// 128 random bits, never all zero.
inline raft::incarnation_id random_bits() {
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
