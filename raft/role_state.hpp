#pragma once

// What a core remembers in each role, and what it waits for. Inside of `core` only.

#include "hamok/raft/event.hpp"
#include "hamok/raft/progress.hpp"
#include "hamok/raft/types.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace hamok::raft {

struct follower_state {
  std::optional<timestamp> election_deadline; ///< none: never campaigns
  timestamp last_contact{0};                  ///< when the leader was last heard
  bool leader_link_down = false;
  std::uint64_t heard_round = 0; ///< the leader's last heartbeat round that came here
  /// Requests refused by stickiness since the leader was last heard (consensus.md, 2).
  std::vector<receive> refused;
};

struct candidate_state {
  bool pre_vote = true;
  bool transfer = false;
  std::uint64_t vote_sequence = 0; ///< write that makes this candidate's own vote durable
  timestamp candidacy_end{0};
  timestamp resend_at{0};
  timestamp round_end{0};              ///< who has not answered by then will not
  std::optional<timestamp> next_round; ///< set while pausing after a lost round
  std::vector<member_id> granted;
  std::vector<member_id> refused;
};

/// Leadership is being handed over (thesis, 3.10).
struct transfer_state {
  member_id to;
  timestamp until{0}; ///< given up then
  bool asked = false; ///< it has been told to campaign
};

struct leader_state {
  std::vector<progress_state> peers; ///< every member but this one
  timestamp next_heartbeat{0};
  timestamp since{0};                ///< when this leader's term of office began
  duration base_time{0};             ///< the cluster's clock at that time
  std::uint64_t round = 0;           ///< heartbeat rounds so far
  std::deque<timestamp> round_times; ///< when the last of them began, up to `round`
  /// Bytes of the entries behind `released`: not committed, or not durable here.
  std::size_t backlog_bytes = 0;
  index_t released = 0;
  std::optional<transfer_state> transfer;
};

/// A message that promises durability, held back until write `sequence` is done.
struct held_message {
  std::uint64_t sequence;
  term_t term;
  outbound message;
};

/// A write that storage has not confirmed yet.
struct pending_write {
  std::uint64_t sequence;
  index_t last_index; ///< durable up to here once it is done
};

} // namespace hamok::raft
