#pragma once

// The words of the Raft paper as types: terms, entries, members, configurations.
// "Paper" is Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm (Extended
// Version)"; "thesis" is Ongaro, "Consensus: Bridging Theory and Practice".

#include "hamok/raft/bytes.hpp"

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hamok::raft {

/// A leader's period of office; counts up (paper, 5.1).
using term_t = std::uint64_t;

/// A position in the log; the first entry has index 1, and 0 means "before the log".
using index_t = std::uint64_t;

/// Which of several Raft groups over shared links a message belongs to.
using group_id = std::uint32_t;

using duration = std::chrono::nanoseconds;

/// Time since an arbitrary moment that is the same for all events of one core. It never goes back.
using timestamp = std::chrono::nanoseconds;

/// The cluster's clock stops here (after 73 years), far from where counting would overflow.
inline constexpr duration max_cluster_time{std::int64_t{1} << 61};

/// The 128 random bits that tell one life of a member from the next: a member that may have
/// forgotten its votes comes back under a new one.
struct incarnation_id {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  [[nodiscard]] bool none() const noexcept { return high == 0 && low == 0; }
  friend auto operator<=>(const incarnation_id&, const incarnation_id&) = default;
};

/// One life of one member: what votes, what is counted, what a link is bound to.
struct member_id {
  std::string peer;
  incarnation_id incarnation;

  friend auto operator<=>(const member_id&, const member_id&) = default;
};

/// Voters and learners of one configuration, at the most.
inline constexpr std::size_t max_members = 64;

/// A life that was removed, and the index of the entry that removed it.
struct retired_member {
  member_id member;
  index_t index = 0;

  friend bool operator==(const retired_member&, const retired_member&) = default;
};

/// Who takes part (thesis, 4). `outgoing` is the old set of voters while a joint configuration is
/// in force (thesis, 4.3) and empty otherwise; learners receive the log and do not count.
struct configuration {
  std::vector<member_id> voters;
  std::vector<member_id> outgoing;
  std::vector<member_id> learners;
  /// The latest removals, oldest first: these lives never take part again (consensus.md, 4).
  std::vector<retired_member> retired = {};
  /// Removals up to this index may be forgotten, so a life that may be older is not let in.
  index_t retired_floor = 0;

  friend bool operator==(const configuration&, const configuration&) = default;
};

/// What an entry is for. The numbers are on the wire and on disk: only ever add at the end.
enum class entry_kind : std::uint8_t {
  noop = 0,          ///< opens a leader's term, so that it can commit what came before (paper, 8)
  command = 1,       ///< bytes for the state machines
  configuration = 2, ///< an encoded `configuration`
};

/// One entry of the log. Its index is its position, kept by whoever holds it.
struct entry {
  term_t term = 0;
  entry_kind kind = entry_kind::noop;
  /// The cluster's clock when the leader appended the entry: it advances with the leader's clock,
  /// continues where the last leader's stopped, and stands still while there is no leader.
  duration cluster_time{0};
  blob data;

  friend bool operator==(const entry&, const entry&) = default;
};

/// What must survive a restart besides the log (paper, figure 2, "persistent state").
struct hard_state {
  term_t term = 0;
  std::optional<member_id> vote;

  friend bool operator==(const hard_state&, const hard_state&) = default;
};

/// The state that stands before the first entry of the log: of a snapshot, or of a new cluster
/// (index 0, term 0, the founders).
struct snapshot_meta {
  index_t index = 0;
  term_t term = 0;
  duration cluster_time{0};
  configuration members;

  friend bool operator==(const snapshot_meta&, const snapshot_meta&) = default;
};

/// Which snapshot, byte for byte: equal ids mean equal contents.
struct snapshot_id {
  index_t index = 0; ///< of the last entry whose effect is in it
  term_t term = 0;   ///< of that entry
  std::uint64_t size = 0;
  std::uint32_t checksum = 0; ///< CRC-32C of all of it

  friend bool operator==(const snapshot_id&, const snapshot_id&) = default;
};

/// Everything a core starts from, be it new or restarted.
struct initial_state {
  hard_state hard;
  snapshot_meta base;
  std::vector<entry> entries; ///< the log behind `base`, without gaps
  /// The state machines have the effect of everything up to here, which is committed; 0: up to
  /// `base.index`. After the death of the role alone it is the last entry that they were given, or
  /// the snapshot that they have installed (should the log not hold that one's entry, storage has
  /// to be given its base first, as the core would have done). To say less would have this member
  /// wait for a commit that may need a snapshot which nobody can make.
  index_t restored = 0;
  /// Without volatile state: a snapshot of so much is stored, and is current; 0: up to
  /// `base.index`.
  index_t saved = 0;
};

/// What a member does in its term (Raft paper, 5.1).
enum class role : std::uint8_t { follower, candidate, leader };

/// What a member is to the cluster, as far as it knows what is committed.
enum class standing : std::uint8_t {
  outsider, ///< it has never taken part
  learner,
  voter,
  removed, ///< it has taken part and does not any more; this life never will again
};

[[nodiscard]] const char* to_string(role value) noexcept;
[[nodiscard]] const char* to_string(entry_kind value) noexcept;
[[nodiscard]] const char* to_string(standing value) noexcept;
[[nodiscard]] std::string to_string(const incarnation_id& value);
[[nodiscard]] std::string to_string(const member_id& value);

} // namespace hamok::raft
