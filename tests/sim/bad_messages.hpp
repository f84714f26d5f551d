#pragma once

// What may come over a network and must have no effect.

#include "hamok/raft/event.hpp"
#include "hamok/tests/sim/dice.hpp"
#include "hamok/tests/sim/scenario.hpp"

#include <cstddef>
#include <optional>

namespace hamok::sim {

struct garbage_bytes {
  blob bytes;
  bool never_a_message = false; ///< a part of a message, or more than one
};

/// Bytes made from those of a message: cut, extended, with a flipped bit, or any.
[[nodiscard]] garbage_bytes garbage(const blob& message, dice& chance);

/// The message as if it came from somebody who is not in the group: another life of a member, or
/// a name that nobody knows.
[[nodiscard]] raft::receive from_a_stranger(const scenario& plan, std::size_t from,
                                            const raft::message& message, dice& chance);

/// The message with something in it that contradicts itself; nothing when it has no such place.
[[nodiscard]] std::optional<raft::receive> malformed(const scenario& plan, std::size_t from,
                                                     std::size_t to, const raft::message& message,
                                                     dice& chance);

} // namespace hamok::sim
