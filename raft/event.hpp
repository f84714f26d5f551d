#pragma once

// What goes into a core (events) and what comes out of it (effects).

#include "hamok/raft/messages.hpp"
#include "hamok/raft/types.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

namespace hamok::raft {

/// Settings of one core. The shell has validated them.
struct core_config {
  member_id self;
  group_id group = 0;
  duration follower_max_idle = std::chrono::milliseconds{500};
  duration election_timeout = std::chrono::seconds{3};
  duration heartbeat = std::chrono::milliseconds{150};
  bool only_follower = false;
  /// Pause between two rounds of votes: at random between these, doubled with each lost round.
  duration min_vote_pause = std::chrono::milliseconds{5};
  duration max_vote_pause = std::chrono::milliseconds{20};
  /// A pre-vote after the leader's link went down starts within this long, at random.
  duration max_link_down_delay = std::chrono::milliseconds{6};
  /// One append request: entries, and bytes unless a single entry is larger.
  std::size_t max_batch_entries = 8192;
  std::size_t max_batch_bytes = std::size_t{1} << 20;
  /// Append requests, and their bytes, on the way to one follower without an answer.
  std::size_t max_inflight_messages = 64;
  std::size_t max_inflight_bytes = std::size_t{8} << 20;
  /// Bytes of one proposal. Larger ones are refused: no message could carry them.
  std::size_t max_entry_bytes = std::size_t{48} << 20;
  /// Proposals are refused while the log holds more bytes than this that are not committed, or
  /// not durable on the leader.
  std::size_t max_uncommitted_bytes = std::size_t{64} << 20;
  /// Committed entries given out beyond the last one reported as `applied`.
  std::size_t max_apply_ahead = std::size_t{1} << 16;
  /// Seed of the generator behind all random delays.
  std::uint64_t seed = 0;
};

// -- events -------------------------------------------------------------------------------------

/// The deadline that the core asked for has come (or time has passed for any other reason).
struct tick {};

/// A message has arrived over the link of `from`.
struct receive {
  member_id from;
  raft::message message;
};

/// The write `sequence`, and every one before it, survives a crash from now on.
struct persisted {
  std::uint64_t sequence = 0;
};

/// The state machines have applied everything up to `index`.
struct applied {
  index_t index = 0;
};

/// A payload that wants to become an entry.
struct proposal {
  entry_kind kind = entry_kind::command;
  blob data;
};

/// Append these, all or none.
struct propose {
  std::vector<proposal> proposals;
};

/// A link to the member has completed its hello.
struct link_up {
  member_id peer;
};

/// The last link to the member is gone.
struct link_down {
  member_id peer;
};

using event_body = std::variant<tick, receive, persisted, applied, propose, link_up, link_down>;

struct event {
  timestamp now{0};
  event_body what;
};

// -- effects ------------------------------------------------------------------------------------

/// Write this, all of it or nothing: after a crash in the middle, neither the truncation without
/// the entries nor the entries without the hard state may be found. Then answer with `persisted`.
/// Writes are confirmed in the order of their sequence numbers.
struct persist_request {
  std::uint64_t sequence = 0;
  std::optional<hard_state> state;      ///< always synced
  std::optional<index_t> truncate_from; ///< drop this index and all behind it
  index_t first_index = 0;              ///< index of `entries[0]`
  std::vector<entry> entries;
};

struct outbound {
  member_id to;
  raft::message message;
};

/// Entries that are committed now, in log order without gaps from step to step.
struct committed_entries {
  index_t first_index = 0;
  std::vector<entry> entries;
};

/// Why a proposal was not appended.
enum class refusal : std::uint8_t {
  not_leader, ///< ask `leader` if it is known
  overloaded, ///< `max_uncommitted_bytes` is reached; try again when some are committed
  too_large,  ///< one of them is larger than `max_entry_bytes`
};

/// The answer to `propose`.
struct proposal_outcome {
  std::optional<refusal> refused; ///< none: appended at `first_index`, in `term`
  index_t first_index = 0;
  term_t term = 0;
  std::optional<member_id> leader; ///< the leader that this member knows
};

/// What has to be done, in the order of these fields.
struct output {
  std::optional<persist_request> persist;
  std::vector<outbound> send;
  committed_entries committed;
  std::optional<proposal_outcome> proposal;
  timestamp deadline{0};          ///< send a `tick` then
  std::optional<raft::role> role; ///< the new role, when it has changed
  bool leader_changed = false;    ///< `core::leader()` differs from before the step
  bool heartbeat = false;         ///< a heartbeat round was sent, or heard for the first time
  const char* rejected = nullptr; ///< why the received message was dropped, for the log
};

} // namespace hamok::raft
