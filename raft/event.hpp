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
  /// A learner that has caught up becomes a voter by itself. Off for learners that are to stay
  /// what they are.
  bool promote_learners = true;
  /// A transfer of leadership that takes longer is given up (thesis, 3.10); 0: `follower_max_idle`.
  duration transfer_timeout{0};
  /// Removals that a configuration remembers by name. Only the leader that writes one uses it, so
  /// members may differ.
  std::size_t max_retired = 128;
  /// The state machines live exactly as long as storage does, so that they are the snapshot.
  /// Without this, only what is in a snapshot that has been saved is dropped from the log.
  bool volatile_state = false;
  /// Beyond one of these, entries at the front of the log are dropped: those that are applied, and
  /// up to twice as many as long as a follower that can be heard still needs them.
  std::size_t log_max_bytes = std::size_t{64} << 20;
  std::size_t log_max_entries = 1'000'000;
  /// Entries that are older on the cluster's clock are dropped as well.
  duration log_expiration = std::chrono::minutes{5};
  /// Of a snapshot: bytes of one chunk, and those on the way to one member without an answer.
  std::size_t max_chunk_bytes = std::size_t{256} << 10;
  std::size_t max_snapshot_inflight = std::size_t{2} << 20;
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

enum class change_kind : std::uint8_t { add, remove };

/// A wish about one member. To repeat it changes nothing once it is fulfilled.
struct member_change {
  change_kind kind = change_kind::add;
  /// One life. For a removal it may be without an incarnation: whoever has this name.
  member_id member;
  /// For an addition: this life began when everything up to here was committed. Lives that may have
  /// been removed and forgotten since are not let in.
  index_t born_after = 0;
};

/// Begin this change of the members (thesis, 4.3). An addition takes a learner in first, which
/// becomes a voter when it has caught up (thesis, 4.2.1).
struct change_members {
  member_change what;
};

/// Hand the leadership over (thesis, 3.10): to this voter, or to the one that is furthest.
struct transfer_leadership {
  std::optional<member_id> to;
};

/// Drop what is applied up to this index from the log of this member, whatever its limits say; 0:
/// as much as there is. Nothing is dropped that a follower which can be heard still needs, and
/// without `volatile_state` nothing that is in no saved snapshot: one is asked for.
struct compact {
  index_t up_to = 0;
};

/// The cut that `output::cut` has asked for: all of it is there (and, without `volatile_state`,
/// saved), or there is none.
struct cut_taken {
  index_t index = 0;
  bool ok = false;
  std::uint64_t size = 0; ///< of its content in bytes; more than none
  std::uint32_t checksum = 0;
};

/// What `output::install` has asked for: the state machines are those of the snapshot now, or they
/// are as they were.
struct installed {
  index_t index = 0;
  bool ok = false;
};

using event_body = std::variant<tick, receive, persisted, applied, propose, link_up, link_down,
                                change_members, transfer_leadership, compact, cut_taken, installed>;

/// Something that happens to a member, and when. Times never go back.
struct event {
  timestamp now{0};
  event_body what;
};

// -- effects ------------------------------------------------------------------------------------

/// Write this, all of it or nothing: after a crash in the middle, neither the truncation without
/// the entries nor the entries without the hard state may be found. Then answer with `persisted`.
/// Writes are confirmed in the order of their sequence numbers.
///
/// Inside of one, in this order: the truncation, the entries, the base, the hard state.
struct persist_request {
  std::uint64_t sequence = 0;
  std::optional<hard_state> state;      ///< always synced
  std::optional<index_t> truncate_from; ///< drop this index and all behind it
  index_t first_index = 0;              ///< index of `entries[0]`
  std::vector<entry> entries;
  /// The log begins behind this from now on: drop its index and all before it. A snapshot of this
  /// index that was installed, and is stored, becomes the current one together with this.
  std::optional<snapshot_meta> base;
  /// Drop the whole log for `base`, what is behind it as well: it comes from a snapshot, and may
  /// lie behind the end of the log. There are no entries in such a write.
  bool replaces = false;
};

/// A message, and to whom it goes.
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
  /// Leadership is being handed over; nothing was appended, and there is another leader soon.
  transferring,
  not_a_command, ///< other kinds of entries are the core's own
};

/// The answer to `propose`.
struct proposal_outcome {
  std::optional<refusal> refused; ///< none: appended at `first_index`, in `term`
  index_t first_index = 0;
  term_t term = 0;
  std::optional<member_id> leader; ///< the leader that this member knows
};

/// Why a change of the members was not begun.
enum class change_refusal : std::uint8_t {
  not_leader,     ///< ask `leader` if it is known
  not_ready,      ///< the leader has committed nothing of its own term yet; try again soon
  busy,           ///< another change is going on; try again when that is done
  transferring,   ///< leadership is being handed over; ask the next leader
  retired,        ///< this life was removed; come back as a new one
  too_old,        ///< this life may have been removed; come back as a new one
  name_taken,     ///< another life of that name takes part, and its link is up
  no_such_member, ///< nobody of that name takes part
  last_voter,     ///< nobody would be left to vote
  too_many,       ///< `max_members` take part already
  quorum_at_risk, ///< too few of those who would count have been heard lately
  malformed,      ///< no name, or an addition without an incarnation
};

[[nodiscard]] const char* to_string(change_refusal value) noexcept;

/// The answer to `change_members`. Whatever has begun goes on under later leaders as well; the
/// configurations among the committed entries tell how.
struct change_outcome {
  std::optional<change_refusal> refused;
  bool done = false;               ///< it is so already, and that is committed
  index_t index = 0;               ///< of the entry that begins it, or of the one in force
  member_id member;                ///< whom it is about, with the incarnation
  std::optional<member_id> leader; ///< the leader that this member knows
};

/// How a transfer of leadership ended, or why there was none.
enum class transfer_result : std::uint8_t {
  handed_over,  ///< this member does not lead any more; who does is told by a later step
  not_leader,   ///< ask `core::leader()` if it is known
  no_successor, ///< nobody, or not this one, can take over now
  busy,         ///< another one is going on
  timed_out,    ///< it was given up; this member goes on leading
};

[[nodiscard]] const char* to_string(transfer_result value) noexcept;

/// A piece of the cut that was reported last, on its way to another member. The shell has the
/// bytes: it fills in `data`, which are the `size` bytes from `offset` on, and their `checksum`,
/// and sends it.
struct chunk_send {
  member_id to;
  raft::message message; ///< an `install_request` that lacks its data
  std::size_t size = 0;

  [[nodiscard]] const install_request& request() const {
    return std::get<install_request>(message.body);
  }
};

/// A piece of a snapshot that has come. They come in order and without gaps; with `offset` 0
/// another snapshot begins, and what there is of the one before is worth nothing any more.
struct chunk_received {
  snapshot_id snapshot;
  std::uint64_t offset = 0;
  blob data;
};

/// All of a snapshot is there: check its bytes against `snapshot`, replace the state machines by
/// what is in it, and answer with `installed`.
struct install_order {
  snapshot_id snapshot;
  snapshot_meta meta;
};

/// What has to be done, in the order of these fields.
///
/// About cuts and installs:
/// * `cut` asks for the content of all state machines behind the entry `cut->index`, which is the
///   last one that was given out (in this step or before): so the wish stands right behind that
///   entry on the way to them. It is answered with `cut_taken`, whoever leads by then. At most one
///   is asked for at a time.
/// * A cut that was taken is kept, for `chunks` are made of it, until `release_cut`, or until this
///   core is gone. There is never more than one: `release_cut` for one comes before the answer to
///   another is used, and also when an answer came too late to be wanted. Without `volatile_state`
///   it is saved besides, and `cut_taken` says that this is durable; a snapshot becomes what a
///   start begins from only when the log up to its index is durable and has that very entry there,
///   index and term, and the one before is kept until then.
/// * State machines that are further than the entry of a cut, or lack something, have no such cut:
///   the answer is `ok == false`. Another one is asked for with the next heartbeat.
/// * `install` comes when `chunk` has brought the last piece, perhaps in the same step. Until it is
///   answered with `installed` nothing is given out as committed, and no cut is asked for.
/// * `drop_chunks` follows when the pieces are not needed any more: the snapshot is installed, or
///   could not be, or is not wanted.
/// * Without `volatile_state`, an installed snapshot is stored beside the present one and becomes
///   current with the write whose `persist_request::base` has its index, which is in the output of
///   `installed`. The next entries are given out from `index + 1` on.
/// * A core that ends takes its cut and its pieces with it: what is still under way for them is
///   worth nothing to the next one.
struct output {
  std::optional<persist_request> persist;
  std::vector<outbound> send;
  std::vector<chunk_send> chunks; ///< after `send`: what is lost of them is found by its order
  committed_entries committed;
  bool drop_chunks = false; ///< forget the pieces that `chunk` has brought so far
  std::optional<chunk_received> chunk;
  std::optional<install_order> install;
  bool release_cut = false; ///< the cut that was taken is not needed any more
  std::optional<snapshot_meta> cut;
  std::optional<proposal_outcome> proposal;
  std::optional<change_outcome> change;
  std::optional<transfer_result> transfer; ///< may come long after the event that asked for it
  /// Another configuration is in force, or the one in force has been committed: look at
  /// `core::members()` and `core::standing()` again.
  bool members_changed = false;
  /// These members lack what is not in the log any more, and are sent a snapshot.
  std::vector<member_id> unsynced;
  timestamp deadline{0};          ///< send a `tick` then
  std::optional<raft::role> role; ///< the new role, when it has changed
  bool leader_changed = false;    ///< `core::leader()` differs from before the step
  bool heartbeat = false;         ///< a heartbeat round was sent, or heard for the first time
  const char* rejected = nullptr; ///< why the received message was dropped, for the log
};

} // namespace hamok::raft
