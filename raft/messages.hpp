#pragma once

// The messages of the algorithm. Their sender is never inside: a message belongs to the incarnation
// that its link has said hello as.

#include "hamok/raft/types.hpp"

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

namespace hamok::raft {

/// RequestVote (paper, figure 2) and pre-vote (thesis, 9.6).
struct vote_request {
  /// The term the candidate asks for: its current one, or for a pre-vote the one behind it.
  term_t term = 0;
  index_t last_log_index = 0;
  term_t last_log_term = 0;
  bool pre_vote = false;
  /// The leader asked for this election (thesis, 3.10): stickiness does not apply.
  bool transfer = false;

  friend bool operator==(const vote_request&, const vote_request&) = default;
};

/// The answer to a `vote_request`.
struct vote_response {
  term_t term = 0;         ///< current term of the one who answers
  term_t request_term = 0; ///< `term` of the request that this answers
  bool pre_vote = false;
  bool granted = false;

  friend bool operator==(const vote_response&, const vote_response&) = default;
};

/// AppendEntries (paper, figure 2); without entries it is a heartbeat.
struct append_request {
  term_t term = 0;
  index_t prev_log_index = 0;
  term_t prev_log_term = 0;
  index_t leader_commit = 0;
  /// Counts the leader's heartbeat rounds; echoed, so that an answer proves contact since a round.
  std::uint64_t round = 0;
  std::vector<entry> entries;

  friend bool operator==(const append_request&, const append_request&) = default;
};

/// The answer to an `append_request`.
struct append_response {
  term_t term = 0;
  std::uint64_t round = 0;
  bool success = false;
  /// On success: all entries up to here are durable and equal to the leader's.
  index_t match_index = 0;
  /// On failure: the `prev_log_index` that was refused.
  index_t rejected_index = 0;
  /// On failure: term of the entry at `rejected_index` (0 = there is none) and the first index of
  /// that term, or the index behind the end of the log (paper, end of 5.3). An index of 0 says
  /// that the request was of an older term, and nothing else.
  term_t conflict_term = 0;
  index_t conflict_index = 0;
  /// The one who answers never campaigns, so it is nobody to hand leadership to.
  bool passive = false;
  /// On failure: it has no configuration, so nothing can be appended before it has a snapshot.
  bool wants_snapshot = false;

  friend bool operator==(const append_response&, const append_response&) = default;
};

/// The leader asks its successor to campaign at once (thesis, 3.10).
struct timeout_now {
  term_t term = 0;

  friend bool operator==(const timeout_now&, const timeout_now&) = default;
};

/// InstallSnapshot (paper, figure 13): one chunk. Without data it asks how far the receiver is, and
/// tells it that there is a leader.
struct install_request {
  term_t term = 0;
  std::uint64_t round = 0; ///< as in an `append_request`
  snapshot_id snapshot;
  std::uint64_t offset = 0;
  std::uint32_t checksum = 0;        ///< of `data`
  std::optional<snapshot_meta> meta; ///< there if, and only if, `offset` is 0
  blob data;

  friend bool operator==(const install_request&, const install_request&) = default;
};

/// The answer to an `install_request`. That a snapshot is installed, or not needed, is told by an
/// `append_response` instead: it has become the log.
struct install_response {
  term_t term = 0;
  std::uint64_t round = 0;
  snapshot_id snapshot;
  /// Bytes that are there, from the first on without a gap.
  std::uint64_t received = 0;
  /// The chunk that this answers lies behind a gap, and was dropped: what comes before it got lost.
  bool gap = false;

  friend bool operator==(const install_response&, const install_response&) = default;
};

using message_body = std::variant<vote_request, vote_response, append_request, append_response,
                                  timeout_now, install_request, install_response>;

struct message {
  group_id group = 0;
  message_body body;

  friend bool operator==(const message&, const message&) = default;
};

/// The term that a message carries as its sender's current one; a pre-vote request carries a term
/// that nobody has yet, and gives 0.
[[nodiscard]] term_t sender_term(const message& msg) noexcept;

/// One line for logs and golden scripts: kind and all fields.
[[nodiscard]] std::string to_string(const message& msg);

} // namespace hamok::raft
