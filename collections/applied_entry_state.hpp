#pragma once

// What an entry of the log has done to a session and to the state machine behind it, and the bounds
// of sessions.

#include "hamok/collections/state_machine_state.hpp"
#include "hamok/raft/types.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace hamok {

/// What an entry has done.
enum class verdict : std::uint8_t {
  applied,         ///< an operation, now
  duplicate,       ///< it was applied before; `result` is the stored one
  buffered,        ///< a part of a command was taken; nothing is applied before the last one
  stale,           ///< the proposer has given this sequence up; nothing was applied
  gap,             ///< `expected` has to come first (again); nothing was applied
  session_expired, ///< there is no such session; nothing was applied
  opened,          ///< the session is open (now or before)
  kept_alive,
  session_closed,
  replaced,          ///< the content is another one, without any session
  too_many_sessions, ///< the session was not opened
  malformed,         ///< no envelope, or one that is for nobody
  repeated,          ///< the index was applied before
};

struct applied_entry {
  verdict what = verdict::malformed;
  raft::incarnation_id session;
  std::uint64_t sequence = 0;
  std::uint64_t attempt = 0;
  std::uint64_t expected = 0; ///< with `gap`: the sequence that is to come next
  command_status status = command_status::ok;
  blob result;
  std::vector<state_event> events;
};

/// Bounds of the replicated state. They are the same on all members: part of the algorithm.
struct session_limits {
  std::size_t max_sessions = 1U << 16;
  std::size_t max_retired = 1U << 16;
  /// Results that one session keeps, in number and in bytes; then it answers `gap` until the
  /// proposer raises `first_outstanding`.
  std::size_t max_results = 1U << 17;
  std::size_t max_result_bytes = std::size_t{64} << 20;
  /// A command that is put together from parts.
  std::size_t max_command_bytes = std::size_t{64} << 20;
  /// New content that one session gathers (`content_piece`).
  std::size_t max_content_bytes = std::size_t{2} << 30;
  raft::duration max_ttl = std::chrono::hours{24};
};

} // namespace hamok
