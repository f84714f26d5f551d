#pragma once

// What the actors of one member, and a member and its callers, say to each other. Each struct is
// one message; interfaces.hpp says who understands it.

#include "hamok/actors/interfaces/error.hpp"
#include "hamok/raft/bytes.hpp"
#include "hamok/raft/event.hpp"
#include "hamok/raft/messages.hpp"
#include "hamok/raft/progress.hpp"
#include "hamok/raft/types.hpp"
#include "hamok/raft/word.hpp"

#include <caf/actor.hpp>
#include <caf/timespan.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hamok {

/// Identifies a session of exactly-once operations: 128 random bits.
using session_id = raft::incarnation_id;

// -- between members ----------------------------------------------------------------------------

/// A member's name and where it can be reached, as `host:port` (empty: not known).
struct peer_endpoint {
  std::string peer;
  std::string endpoint;

  friend bool operator==(const peer_endpoint&, const peer_endpoint&) = default;
};

/// The first thing that both sides of a link say.
struct hello {
  std::uint16_t protocol_min = 1;
  std::uint16_t protocol_max = 1;
  std::string cluster;
  raft::incarnation_id cluster_id; ///< none: not founded yet
  raft::member_id self;
  std::string endpoint;                        ///< advertised `host:port`
  std::vector<raft::known_peer> known_members; ///< this member first
  /// Of this life, see `raft::member_change`; none: it has not heard of any cluster yet.
  std::optional<raft::index_t> born_after;
  std::uint64_t epoch = 0;      ///< counts the connections that this side has tried with the other
  std::uint64_t seen_epoch = 0; ///< highest epoch of the other side that this side has seen
  std::string app_data = "{}";
  std::vector<std::string> state_kinds; ///< registered state types

  friend bool operator==(const hello&, const hello&) = default;
};

/// A hello that a link has received, for the node to judge.
struct link_hello {
  hello remote;
  bool dialed = false; ///< this side has opened the connection
  /// `epoch` and `seen_epoch` of the hello of the side that dialed: both sides tell connections
  /// apart by them.
  std::uint64_t epoch = 0;
  std::uint64_t seen_epoch = 0;
};

/// What nodes say to each other beside the algorithm: how a cluster is founded, what is known of
/// it, where peers can be reached, and changes of the members.
struct peer_word {
  raft::node_word content;
};

/// A message of the algorithm that came over the link of `from`.
struct peer_message {
  raft::member_id from;
  raft::message message;
};

/// Encoded operations on their way into the log, in order; appended all together or not at all.
struct proposal_batch {
  std::optional<raft::member_id> via; ///< the member that forwarded it; none: local
  std::uint64_t origin = 0;           ///< which proposer of that member
  std::uint64_t token = 0;            ///< the proposer's name for this batch
  std::vector<blob> commands;
};

/// The batch was not appended here, and will not be.
struct proposal_refused {
  std::optional<raft::member_id> via;
  std::uint64_t origin = 0;
  std::uint64_t token = 0;
  errc reason = errc::not_leader;
};

/// Bytes for a collection of another member, beside the log. Each message is answered.
struct direct_message {
  std::uint64_t collection = 0; ///< its number
  std::uint64_t origin = 0;     ///< who asks on its own member, as in `proposal_batch`
  std::uint64_t request = 0;    ///< the name that it has for this message
  blob content;
};

/// What has become of a `direct_message`; none: it was handled.
struct direct_reply {
  std::uint64_t origin = 0;
  std::uint64_t request = 0;
  errc reason = errc::none;
};

/// Bytes of a direct message with all that belongs to it.
inline constexpr std::size_t max_direct_size = std::size_t{17} << 20;

// -- inside a member ----------------------------------------------------------------------------

/// Committed entries without gaps.
struct committed_batch {
  raft::index_t first_index = 0;
  std::vector<raft::entry> entries;
};

/// The state machines have applied everything up to `index`.
struct applied_up_to {
  raft::index_t index = 0;
  /// The last collection whose actor has died here, by its number: the log can bring it back, from
  /// its creation on. 0: there is none.
  raft::index_t lost = 0;
};

/// A write is done (or has failed).
struct write_done {
  std::uint64_t sequence = 0;
  bool ok = true;
};

/// The timer that was armed as number `generation`.
struct deadline_reached {
  std::uint64_t generation = 0;
};

/// What a role actor knows, for the node and for status.
struct role_view {
  raft::role role = raft::role::follower;
  raft::term_t term = 0;
  std::optional<raft::member_id> leader;
  raft::index_t commit_index = 0;
  raft::index_t last_index = 0;
  raft::index_t durable_index = 0;
  raft::configuration members;
  /// Committed as far as leaders have told, be it here already or not.
  raft::index_t known_commit = 0;
};

/// What collections have to know about the leader: proposals are worth sending again when it
/// changes, and pointless while there is none.
struct leader_notice {
  std::optional<raft::member_id> leader;
  raft::term_t term = 0;
  /// Why this member takes no part, so that proposals are refused whoever leads; none: it does.
  /// `refused_retired`: it was removed, and no entry of the present log will ever come to it again.
  errc away = errc::none;
  /// This member is about to stop: it finishes what it has, and takes no new operations.
  bool draining = false;
};

/// Who is there, for collections that talk to those of other members.
struct peers_notice {
  std::optional<raft::member_id> self;  ///< this member's present life; none: it has not begun
  std::vector<raft::member_id> members; ///< all that take part, as far as this member knows
  std::vector<raft::member_id> linked;

  friend bool operator==(const peers_notice&, const peers_notice&) = default;
};

/// A node of this cluster (none: it has not said) has refused this one's hello.
struct turned_away_by {
  raft::incarnation_id cluster;
  errc reason = errc::none;
};

/// What the core shows to the node, and to `raft::life`.
struct members_seen {
  raft::configuration latest; ///< in force
  raft::index_t latest_index = 0;
  raft::configuration committed;
  raft::index_t committed_index = 0;
  raft::standing standing = raft::standing::outsider;
  std::optional<raft::member_id> leader;
};

/// A change of the members for the core. `asker` is the member that wants to know what comes of it;
/// none: this one.
struct change_task {
  std::optional<raft::member_id> asker;
  raft::change_order order;
};

/// What the core said to it.
struct change_result {
  std::optional<raft::member_id> asker;
  raft::change_reply reply;
};

/// Hand the leadership over to this member; empty: to the one that is furthest.
struct transfer_request {
  std::string to;
};

/// How that ended, or why it did not begin.
struct transfer_ended {
  raft::transfer_result result = raft::transfer_result::handed_over;
};

/// A committed entry for one collection.
struct apply_item {
  raft::index_t index = 0;
  raft::duration cluster_time{0};
  blob data;
};

/// Committed entries for one collection, in log order.
struct apply_batch {
  std::vector<apply_item> items;
};

/// A collection has applied its part of the batch that ends at `index`; or it has come to a check
/// at `index`, and says what it is there.
struct collection_applied {
  std::uint64_t collection = 0;
  raft::index_t index = 0;
  blob digest{}; ///< at a check: as `collection_status::digest`
};

/// Limits of a collection on the member where it is opened; 0: the member's own. They are not in
/// the log, and members may differ in them.
struct collection_limits {
  caf::timespan request_timeout{0};
  std::uint64_t max_message_entries = 0;
  std::uint64_t max_message_bytes = 0;
};

/// What a collection is created from: the content of its entry in the log, and local limits.
struct collection_spec {
  std::string name;
  std::string kind;
  blob options;
  blob initial;       ///< initial content, as the state's `restore` takes it; empty: none
  session_id creator; ///< random: tells whose creation came first
  collection_limits limits;
};

/// The creation of a collection is committed: `number` (the index of its entry) names it from now
/// on, and `spec` is what the log says. With the number that it has already, or with 0 before it
/// has one: a user of this member has opened it once more.
struct collection_created {
  std::uint64_t number = 0;
  collection_spec spec;
  errc refused = errc::none; ///< the id belongs to another kind
};

// -- snapshots ------------------------------------------------------------------------------------

/// Make a snapshot of all collections as they are behind the entry `meta.index`.
struct cut_request {
  raft::snapshot_meta meta;
};

/// What has become of a `cut_request`.
struct snapshot_taken {
  raft::index_t index = 0;
  bool ok = false;
  std::uint64_t size = 0;        ///< of all chunks
  std::uint32_t checksum = 0;    ///< of all chunks
  std::vector<blob> chunks = {}; ///< each of `snapshot_chunk_size`, but for the last
};

inline constexpr std::size_t snapshot_chunk_size = std::size_t{256} << 10;

/// Replace all collections by those of this snapshot.
struct install_snapshot {
  raft::snapshot_meta meta;
  std::uint32_t checksum = 0; ///< of all chunks
  std::vector<blob> chunks = {};
};

/// What has become of an `install_snapshot`. When not `ok`, nothing was changed.
struct snapshot_installed {
  raft::index_t index = 0;
  bool ok = false;
  std::string text; ///< why not, and where in the snapshot
};

/// A collection's part in the cut of this number.
struct take_part {
  std::uint64_t cut = 0;
};

/// The part is in this slot of the `hand_over` that both share.
struct part_taken {
  std::uint64_t collection = 0;
  std::uint64_t cut = 0;
  std::uint64_t slot = 0;
};

/// Replace the state by the one in the slot, which is of a snapshot at `index`; put the old one
/// into the same slot.
struct install_part {
  std::uint64_t collection = 0;
  raft::index_t index = 0;
  std::uint64_t slot = 0;
};

/// A collection of a snapshot that was read.
struct loaded_part {
  std::uint64_t number = 0;
  collection_spec spec;
  std::uint64_t slot = 0; ///< of its state
};

/// What was read of a snapshot.
struct snapshot_loaded {
  raft::index_t index = 0;
  std::vector<loaded_part> parts;
  std::string problem; ///< why it cannot be installed, and where; empty: it can
};

// -- collections and their callers ----------------------------------------------------------------

/// A command for the log; answered with its result when it has been applied on this member.
struct execute {
  blob command;
  caf::timespan timeout{0}; ///< 0: the collection's request timeout
};

/// The same, for a caller that is no actor: the answer goes to the entry `id` of the call table
/// that the caller shares with the collection actor.
struct execute_call {
  std::uint64_t id = 0;
  blob command;
  caf::timespan timeout{0};
};

/// The same for a command whose caller would rather wait than be told that there is nothing for it
/// (`state_machine::turn_of`): answered with no bytes when there was nothing until the timeout. The
/// wait is in no log. Where the command may be in a log when the timeout has passed, its outcome is
/// waited for, for `grace` at the most.
struct execute_waiting {
  blob command;
  caf::timespan timeout{0};
  caf::timespan grace{0}; ///< 0: the collection's request timeout
};

/// The same, for a caller that is no actor.
struct execute_waiting_call {
  std::uint64_t id = 0;
  execute_waiting what;
};

/// The same as `execute` under a session of the caller's own, so that it can be retried through
/// other members.
struct execute_in_session {
  session_id session;
  std::uint64_t sequence = 0;
  std::uint64_t first_outstanding = 0;
  blob command;
  caf::timespan timeout{0};
  /// `collection_status::applied_index` as the caller saw it before it chose `session`, at random.
  /// Without it an old session could come back to life, and its operations be applied again.
  raft::index_t opened_after = 0;
};

/// A question that the state of this member answers at once.
struct read_state {
  blob query;
};

/// What is wanted of an emitter on its member.
enum class emitter_verb : std::uint8_t {
  subscribe = 0,   ///< content: metadata; answered with a bool, whether it is new
  unsubscribe = 1, ///< answered with a bool, whether it was there
  update = 2,      ///< content: new metadata; answered with a bool, whether it was replaced
  publish = 3,     ///< content: what the event carries; answered with a `publish_result`
  notify = 4,      ///< the same, answered with nothing at once
  count = 5,       ///< answered with `emitter_stats`
};

/// A request to an emitter.
struct emitter_request {
  emitter_verb what = emitter_verb::count;
  std::string event;
  blob content;
  std::optional<blob> expected; ///< metadata that an update replaces; none: any
  caf::actor subscriber;
  caf::timespan timeout{0}; ///< 0: the collection's request timeout
  std::uint64_t call = 0;   ///< 0: answered by message, else in the call table as `execute_call`
};

/// An event as a subscriber of an emitter hears it. It is a request: an event is handled when its
/// subscribers have answered.
struct emitted_event {
  std::string emitter;
  std::string event;
  std::string from; ///< peer id of the member that has published it; empty: no member has
  blob content;
};

/// Something that happened to a collection, in the order of the log.
struct collection_event {
  std::string collection;
  std::uint8_t kind = 0; ///< meaning: the collection's own enum
  blob key;
  blob old_value;
  blob new_value;
  raft::index_t index = 0;
};

/// How a collection is on one member.
struct collection_status {
  std::string name;
  std::string kind;
  std::uint64_t number = 0; ///< 0: not created yet
  bool existed = false;     ///< somebody else's creation came first
  bool closed = false;
  std::uint64_t size = 0;
  raft::index_t applied_index = 0;
  /// Of the whole state, equal on all members at the same index: the digest of the content, then
  /// that of the sessions.
  blob digest;
  std::uint64_t outstanding = 0;
  std::uint64_t sessions = 0;

  /// Equal wherever the content is, however it came about.
  [[nodiscard]] blob content_digest() const {
    return digest.slice(0, std::min(digest.size(), half_digest));
  }
  /// Of who has changed it and how often.
  [[nodiscard]] blob sessions_digest() const {
    const auto start = std::min(digest.size(), half_digest);
    return digest.slice(start, digest.size() - start);
  }

private:
  static constexpr std::size_t half_digest = 16;
};

// -- exports and imports --------------------------------------------------------------------------

/// The content of one collection at one index, without the sessions of its callers: what
/// `export_snapshot` of a collection gives, and `import_snapshot` takes.
struct collection_snapshot {
  std::string name;
  std::string kind;
  blob options; ///< as its creation in the log says
  blob content; ///< as the state machine of its kind writes and reads it

  friend bool operator==(const collection_snapshot&, const collection_snapshot&) = default;
};

/// A member in a `node_snapshot`, for people.
struct snapshot_member {
  std::string id;
  bool voter = true; ///< false: a learner

  friend bool operator==(const snapshot_member&, const snapshot_member&) = default;
};

/// All collections of a member at one index of its log. Where it comes from says where it comes
/// from, and nothing else: whoever imports it takes the content only (consensus.md, 12).
struct node_snapshot {
  static constexpr std::uint32_t latest_version = 1;

  std::uint32_t version = latest_version; ///< of the format
  std::string cluster;
  raft::incarnation_id cluster_id;
  raft::index_t index = 0; ///< of the last entry whose effect is in it
  raft::term_t term = 0;   ///< of that entry
  std::vector<snapshot_member> members;
  std::vector<collection_snapshot> collections; ///< in the order of their creation

  friend bool operator==(const node_snapshot&, const node_snapshot&) = default;
};

/// A piece of new content on its way into the log, see `content_piece`.
struct import_piece {
  raft::incarnation_id import;
  std::uint64_t offset = 0;
  bool last = false;
  blob bytes;
  caf::timespan timeout{0};
};

/// What has become of an export.
struct snapshot_exported {
  std::uint64_t cut = 0;
  node_snapshot snapshot;
  std::string problem; ///< why there is none; empty: there is
};

// -- status of a node -----------------------------------------------------------------------------

/// One member of the cluster, as another one sees it.
struct member_status {
  raft::member_id id;
  std::string endpoint; ///< `host:port`, empty if it is not known
  bool linked = false;  ///< there is a link to it
  bool voter = false;   ///< it counts in elections and commits
  bool learner = false; ///< it is on its way to become a voter, and counts for nothing yet
};

/// How a node is.
struct node_status {
  std::string peer_id;
  raft::incarnation_id incarnation;
  std::string cluster;
  raft::incarnation_id cluster_id;
  std::string listening; ///< `host:port` it is bound to, empty if it does not listen
  role_view view;
  raft::index_t applied_index = 0;
  std::vector<member_status> members;
  std::vector<collection_status> collections;
  bool running = false;
  /// What this life is to the cluster, as far as it knows what is committed.
  raft::standing standing = raft::standing::outsider;
};

/// Counters of one node since it was spawned.
struct node_stats {
  std::uint64_t role_changes = 0;
  std::uint64_t leader_changes = 0;
  std::uint64_t links_opened = 0;
  std::uint64_t links_lost = 0;
  std::uint64_t errors = 0;
  std::uint64_t batches_forwarded = 0; ///< proposals that went to the leader over a link
  std::uint64_t batches_refused = 0;   ///< proposals that nobody could append

  friend bool operator==(const node_stats&, const node_stats&) = default;
};

} // namespace hamok
