#pragma once

// What may come over a network and must have no effect.

#include "hamok/raft/event.hpp"
#include "hamok/tests/sim/dice.hpp"
#include "hamok/tests/sim/roster.hpp"
#include "hamok/tests/sim/views.hpp"

#include <cstddef>

namespace hamok::sim {

struct garbage_bytes {
  blob bytes;
  bool never_a_message = false; ///< a part of a message, or more than one
};

/// Bytes made from those of a message: cut, extended, with a flipped bit, or any.
[[nodiscard]] garbage_bytes garbage(const blob& message, dice& chance);

/// The message as if it came from somebody who is not in the group: another life of a member, or
/// a name that nobody knows.
[[nodiscard]] raft::receive from_a_stranger(const roster& lives, std::size_t from,
                                            const raft::message& message, dice& chance);

/// A message of any kind that nobody can have sent to a receiver in this state: it contradicts
/// itself, or what the receiver knows for certain. Made of `message` when that is of the kind.
[[nodiscard]] raft::receive malformed(const roster& lives, std::size_t from, std::size_t to,
                                      const core_view& receiver, raft::message message,
                                      dice& chance);

} // namespace hamok::sim
